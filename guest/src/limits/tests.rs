use super::*;

fn machine(quota: CpuQuota) -> CpuFacts {
    CpuFacts { logical_cpus: Some(8), affinity: Some(8), quota, ..CpuFacts::default() }
}

fn v2(text: &str) -> Result<i64, Error> {
    cpu_count(&machine(CpuQuota::V2(Some(text.into()))))
}

#[test]
fn the_least_of_all_limits_counts() {
    let facts = CpuFacts { affinity: Some(3), ..machine(CpuQuota::default()) };
    assert_eq!(cpu_count(&facts), Ok(3));
    assert_eq!(v2("  200000\t100000\n\n"), Ok(2));
    assert_eq!(v2("200000\x1c100000"), Ok(2));
    assert_eq!(v2("50000 100000"), Ok(0));
    assert_eq!(v2("1e300 1"), Ok(8));
    assert_eq!(v2("100000 -1"), Ok(-100_000));
}

#[test]
fn unusable_quotas_limit_nothing() {
    for text in ["max 100000", "0 1", "-1 1", "100000", "", "1 1 1", "abc 1", "nan 1", "MAX 1"] {
        assert_eq!(v2(text), Ok(8), "{text}");
    }
    let v1 = |quota: &str, period: &str| {
        cpu_count(&machine(CpuQuota::V1(Some(quota.into()), Some(period.into()))))
    };
    assert_eq!(v1("250000", "100000\n"), Ok(2));
    assert_eq!(v1("100000", "0"), Ok(8));
}

#[test]
fn quotas_without_a_count_are_errors() {
    assert_eq!(v2("100000 0"), Err(Error::ZeroCpuPeriod));
    assert_eq!(v2("inf 100000"), Err(Error::InfiniteCpuCount));
}

#[test]
fn an_override_wins() {
    let with =
        |text: &str| cpu_count(&CpuFacts { core_limit: Some(text.into()), ..CpuFacts::default() });
    assert_eq!(with("2.9"), Ok(2));
    assert_eq!(with("-0.5"), Ok(0));
    assert_eq!(with("1e400"), Err(Error::InfiniteCpuCount));
    assert_eq!(with("nan"), Err(invalid_override(Override::CpuCores, "nan", true)));
    assert_eq!(with("abc"), Err(invalid_override(Override::CpuCores, "abc", false)));
    assert!(matches!(with("1e30"), Err(Error::Unsupported(_))));
    assert!(matches!(with("٣"), Err(Error::Unsupported(_))));
}

#[test]
fn memory_is_in_gib() {
    let limited = |text: &str| {
        memory_gib(&MemoryFacts {
            physical: Some(8 << 30),
            cgroup_limit: Some(text.into()),
            ..MemoryFacts::default()
        })
    };
    assert_eq!(limited("1073741824\n"), Ok(1.0));
    assert_eq!(limited(" 1_073_741_824 "), Ok(1.0));
    assert_eq!(limited("\x1c1073741824\x1f"), Ok(1.0));
    for text in ["max", "", "0", "-1", "12.5", "MAX", "99999999999999999999999999"] {
        assert_eq!(limited(text), Ok(8.0), "{text}");
    }
    let bytes = MemoryFacts { bytes_limit: Some("1e9".into()), ..MemoryFacts::default() };
    assert_eq!(memory_gib(&bytes), Ok(0.931_322_574_615_478_5));
}
