//! Overrides and cgroup texts: no panic, and no more CPUs or memory than there are.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::limits::{CpuFacts, CpuQuota, MemoryFacts, cpu_count, memory_gib};

fuzz_target!(|texts: (Option<String>, Option<String>, bool, Option<String>)| {
    let (first, second, version_2, override_text) = texts;
    let quota = if version_2 {
        CpuQuota::V2(first.clone())
    } else {
        CpuQuota::V1(first.clone(), second)
    };
    let machine = CpuFacts { logical_cpus: Some(8), affinity: Some(4), quota, core_limit: None };
    if let Ok(count) = cpu_count(&machine) {
        assert!(count <= 4);
    }
    let _ = cpu_count(&CpuFacts { core_limit: override_text.clone(), ..machine });

    let machine = MemoryFacts { physical: Some(8 << 30), cgroup_limit: first, ..Default::default() };
    if let Ok(gib) = memory_gib(&machine) {
        assert!(gib > 0.0 && gib <= 8.0);
    }
    let _ = memory_gib(&MemoryFacts { gb_limit: override_text, ..machine });
});
