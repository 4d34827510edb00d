//! The exports: convert, call, convert.

mod aws;
mod cloud;
mod hashing;
mod process;

use crate::bindings::exports::skypilot::utils::io::{self, Growth, LastLines};
use crate::bindings::exports::skypilot::utils::{strings, system};
use crate::bindings::skypilot::utils::{host_network, host_system, types};
use crate::error::{Error, FileError, Override};
use crate::limits::{self, CpuFacts, CpuQuota, MemoryFacts};
use crate::tail::Tail;
use crate::{base36, float, logging, port, text, wasi};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

/// The component.
struct Component;

#[expect(unsafe_code, reason = "the macro exports symbols")]
mod exports {
    use super::Component;

    crate::bindings::export_component!(Component with_types_in crate::bindings);
}

impl strings::Guest for Component {
    fn base36_encode(hex: String) -> Result<String, types::Error> {
        Ok(base36::encode(&hex)?)
    }

    fn base36_encode_joined(hex: String) -> String {
        base36::encode_joined(&hex)
    }

    fn format_float(value: f64, precision: u32) -> Result<String, types::Error> {
        Ok(float::format(value, precision)?)
    }

    fn truncate_long_string(text: String, max_length: i64, middle: bool) -> Option<String> {
        text::truncate(&text, max_length, middle)
    }

    fn truncate_long_strings(texts: Vec<String>, max_length: i64, middle: bool) -> Vec<String> {
        let shorten = |text: String| text::truncate(&text, max_length, middle).unwrap_or(text);
        texts.into_iter().map(shorten).collect()
    }

    fn truncate_joined_strings(texts: String, max_length: i64, middle: bool) -> String {
        text::truncate_joined(&texts, max_length, middle)
    }
}

impl io::Guest for Component {
    type LastLines = OpenTail;

    fn find_free_port(start: i64) -> Result<u16, types::Error> {
        let first = port::first(start)?;
        Ok(host_network::first_free_port(first, port::END).map_err(Error::from)?)
    }
}

/// A search for the last lines of a file.
struct OpenTail(RefCell<Tail<wasi::File>>);

impl io::GuestLastLines for OpenTail {
    fn open(name: String, size: u64, n: u64) -> Result<LastLines, types::Error> {
        logging::install();
        let file = wasi::File::open(0, &name).map_err(Error::from)?;
        Ok(LastLines::new(Self(RefCell::new(Tail::new(file, size, n)))))
    }

    fn follow(name: String, size: u64, n: u64) -> Result<LastLines, types::Error> {
        logging::install();
        let file = wasi::File::open(0, &name).map_err(Error::from)?;
        Ok(LastLines::new(Self(RefCell::new(Tail::of_complete_lines(file, size, n)))))
    }

    fn step(&self, max_bytes: u32) -> Result<bool, types::Error> {
        let max_bytes = u64::from(max_bytes.min(MAX_STEP));
        Ok(self.0.borrow_mut().step(max_bytes).map_err(Error::from)?)
    }

    fn take(&self, lossy: bool) -> Result<Option<String>, types::Error> {
        Ok(self.0.borrow_mut().take(lossy)?)
    }

    fn appended(&self, max_bytes: u32) -> Result<Growth, types::Error> {
        let mut tail = self.0.borrow_mut();
        let lines = tail.appended(u64::from(max_bytes.min(MAX_STEP)))?;
        Ok(Growth { lines, position: tail.position() })
    }

    fn unfinished(&self) -> String {
        self.0.borrow().unfinished()
    }
}

/// However much is asked for, the host regains control after this many bytes.
const MAX_STEP: u32 = 64 << 20;

impl system::Guest for Component {
    fn get_cpu_count() -> Result<i64, types::Error> {
        logging::install();
        let snapshot = host_system::take_snapshot(host_system::Subject::Cpu);
        Ok(limits::cpu_count(&snapshot.into())?)
    }

    fn get_mem_size_gb() -> Result<f64, types::Error> {
        logging::install();
        let snapshot = host_system::take_snapshot(host_system::Subject::Memory);
        Ok(limits::memory_gib(&snapshot.into())?)
    }
}

impl From<host_system::Snapshot> for CpuFacts {
    fn from(snapshot: host_system::Snapshot) -> Self {
        Self {
            core_limit: snapshot.cpu_core_limit,
            logical_cpus: snapshot.logical_cpus,
            affinity: snapshot.affinity,
            quota: if snapshot.cgroup_v2 {
                CpuQuota::V2(snapshot.cpu_max)
            } else {
                CpuQuota::V1(snapshot.cfs_quota, snapshot.cfs_period)
            },
        }
    }
}

impl From<host_system::Snapshot> for MemoryFacts {
    fn from(snapshot: host_system::Snapshot) -> Self {
        Self {
            gb_limit: snapshot.memory_gb_limit,
            bytes_limit: snapshot.memory_bytes_limit,
            physical: snapshot.physical_memory,
            cgroup_limit: snapshot.memory_limit,
        }
    }
}

impl From<host_network::NetworkError> for Error {
    fn from(error: host_network::NetworkError) -> Self {
        match error {
            host_network::NetworkError::NoneFree => Self::NoFreePort,
            host_network::NetworkError::Failed(why) => Self::Host(why),
        }
    }
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidHex => Self::InvalidHex,
            Error::NegativeHex => Self::NegativeHex,
            Error::PortOutOfRange => Self::PortOutOfRange,
            Error::NoFreePort => Self::NoFreePort,
            Error::InvalidOverride { variable, text, nan } => {
                Self::InvalidOverride(types::InvalidOverride {
                    variable: variable.into(),
                    text,
                    nan,
                })
            }
            Error::InfiniteCpuCount => Self::InfiniteCpuCount,
            Error::ZeroCpuPeriod => Self::ZeroCpuPeriod,
            Error::File(error) => Self::File(error.into()),
            Error::InvalidUtf8 => Self::InvalidUtf8,
            Error::Malformed(what) => Self::Malformed(what),
            Error::Host(_) => Self::HostFailed,
            Error::Unsupported(what) => Self::Unsupported(what.into()),
        }
    }
}

impl From<FileError> for types::FileError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Access => Self::Access,
            FileError::NoEntry => Self::NoEntry,
            FileError::IsDirectory => Self::IsDirectory,
            FileError::Loop => Self::Loop,
            FileError::NotPermitted => Self::NotPermitted,
            FileError::InvalidSeek => Self::InvalidSeek,
            FileError::Io => Self::Io,
            FileError::Other => Self::Other,
        }
    }
}

impl From<Override> for types::OverrideVariable {
    fn from(variable: Override) -> Self {
        match variable {
            Override::CpuCores => Self::CpuCores,
            Override::MemoryGb => Self::MemoryGb,
            Override::MemoryBytes => Self::MemoryBytes,
        }
    }
}
