//! The machine that a case pretends, as the host's snapshot of it would read.

use crate::value::{bytes, size, text};
use serde_json::Value as Json;

/// The facts of `wit/host-system.wit`.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// `SKYPILOT_POD_CPU_CORE_LIMIT`
    pub cpu_core_limit: Option<String>,
    /// `SKYPILOT_POD_MEMORY_GB_LIMIT`
    pub memory_gb_limit: Option<String>,
    /// `SKYPILOT_POD_MEMORY_BYTES_LIMIT`
    pub memory_bytes_limit: Option<String>,
    /// CPUs that are online.
    pub logical_cpus: Option<u32>,
    /// CPUs the process may run on.
    pub affinity: Option<u32>,
    /// Bytes of memory.
    pub physical_memory: Option<u64>,
    /// Whether the cgroup file system is version 2.
    pub cgroup_v2: bool,
    /// cgroup v2 `cpu.max`
    pub cpu_max: Option<String>,
    /// cgroup v1 `cpu.cfs_quota_us`
    pub cfs_quota: Option<String>,
    /// cgroup v1 `cpu.cfs_period_us`
    pub cfs_period: Option<String>,
    /// cgroup v2 `memory.max` or v1 `memory.limit_in_bytes`
    pub memory_limit: Option<String>,
}

impl Machine {
    /// Reads the `system` of a case.
    ///
    /// # Panics
    /// If it is not in the format of the vectors.
    #[must_use]
    pub fn read(system: &Json) -> Self {
        let variable = |name: &str| system["env"][name].as_str().map(Into::into);
        let cpus = |json: &Json| (!json.is_null()).then(|| u32::try_from(size(json)).unwrap());
        let cgroup = |name: &str| readable(&system["files"][format!("/sys/fs/cgroup/{name}")]);
        let cgroup_v2 = system["cgroup_version"] == 2;
        Self {
            cpu_core_limit: variable("SKYPILOT_POD_CPU_CORE_LIMIT"),
            memory_gb_limit: variable("SKYPILOT_POD_MEMORY_GB_LIMIT"),
            memory_bytes_limit: variable("SKYPILOT_POD_MEMORY_BYTES_LIMIT"),
            logical_cpus: cpus(&system["logical_cpus"]),
            affinity: cpus(&system["affinity"]),
            physical_memory: system["physical_memory"].as_u64(),
            cgroup_v2,
            cpu_max: cgroup("cpu.max"),
            cfs_quota: cgroup("cpu/cpu.cfs_quota_us"),
            cfs_period: cgroup("cpu/cpu.cfs_period_us"),
            memory_limit: cgroup(if cgroup_v2 {
                "memory.max"
            } else {
                "memory/memory.limit_in_bytes"
            }),
        }
    }
}

/// The text of a cgroup file; none if it is absent, cannot be opened, or is not UTF-8.
fn readable(file: &Json) -> Option<String> {
    match (file.get("text"), file.get("hex")) {
        (Some(content), _) => Some(text(content).into()),
        (None, Some(content)) => String::from_utf8(bytes(content)).ok(),
        (None, None) => None,
    }
}
