//! The host imports, as stubs that answer what they are told and remember what they hear.

use crate::bindings::skypilot::utils::{host_log, host_network, host_system, types};
use golden_vectors::Machine;
use wasmtime::StoreLimits;
use wasmtime::component::{HasData, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The state of one instance's host.
pub struct Host {
    /// What the component logged, in order.
    pub log: Vec<Record>,
    /// Every range of ports the component asked for.
    pub port_searches: Vec<(u16, u16)>,
    /// What the search for a port gives; none: the first port is free.
    pub network: Option<host_network::NetworkError>,
    /// What the machine looks like.
    pub machine: Machine,
    pub(crate) limits: StoreLimits,
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
}

/// A record that the component logged.
#[derive(Debug, Clone)]
pub struct Record {
    /// How urgent it is.
    pub level: host_log::Level,
    /// The module that speaks.
    pub target: String,
    /// What it says.
    pub message: String,
}

/// The error with which the component ends a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaveUp;

impl std::fmt::Display for GaveUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the component gave up")
    }
}

impl std::error::Error for GaveUp {}

/// Tells the bindings that the imports live in [`Host`] itself.
pub(crate) struct HostImports;

impl HasData for HostImports {
    type Data<'a> = &'a mut Host;
}

impl types::Host for Host {}

impl host_log::Host for Host {
    fn log(&mut self, level: host_log::Level, target: String, message: String) {
        self.log.push(Record { level, target, message });
    }

    fn give_up(&mut self) -> wasmtime::Result<()> {
        Err(GaveUp.into())
    }
}

impl host_network::Host for Host {
    fn first_free_port(&mut self, start: u16, end: u16) -> Result<u16, host_network::NetworkError> {
        self.port_searches.push((start, end));
        self.network.clone().map_or(Ok(start), Err)
    }
}

impl host_system::Host for Host {
    fn take_snapshot(&mut self, subject: host_system::Subject) -> host_system::Snapshot {
        let machine = self.machine.clone();
        let unknown = host_system::Snapshot {
            cpu_core_limit: None,
            memory_gb_limit: None,
            memory_bytes_limit: None,
            logical_cpus: None,
            affinity: None,
            physical_memory: None,
            cgroup_v2: machine.cgroup_v2,
            cpu_max: None,
            cfs_quota: None,
            cfs_period: None,
            memory_limit: None,
        };
        match subject {
            host_system::Subject::Cpu => host_system::Snapshot {
                cpu_core_limit: machine.cpu_core_limit,
                logical_cpus: machine.logical_cpus,
                affinity: machine.affinity,
                cpu_max: machine.cpu_max,
                cfs_quota: machine.cfs_quota,
                cfs_period: machine.cfs_period,
                ..unknown
            },
            host_system::Subject::Memory => host_system::Snapshot {
                memory_gb_limit: machine.memory_gb_limit,
                memory_bytes_limit: machine.memory_bytes_limit,
                physical_memory: machine.physical_memory,
                memory_limit: machine.memory_limit,
                ..unknown
            },
        }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
