//! What the component decides about processes.

use component_tests::bindings::exports::skypilot::utils::process::RetryCause;
use component_tests::{Instance, Sandbox};

fn instance() -> Instance {
    Sandbox::new().instantiate()
}

fn entry(pid: u32, name: &str, parent: u32, started: u64) -> String {
    format!("{pid} ({name}) S {parent} {}{started} 0\n", "0 ".repeat(17))
}

#[test]
fn how_much_at_once() {
    let mut instance = instance();
    assert_eq!(instance.parallel_threads(16, "Kubernetes").unwrap(), 60);
    assert_eq!(instance.parallel_threads(0, "").unwrap(), 4);
    assert_eq!(instance.file_mount_workers(1024, 30, 15).unwrap(), 6);
    assert_eq!(instance.file_mount_workers(-1, 0, 15).unwrap(), 1);
    assert_eq!(instance.next_batch(0, 9, 8).unwrap(), 1);
    assert_eq!(instance.next_batch(2, 9, 8).unwrap(), 4);
    assert_eq!(instance.next_batch(4, 3, 8).unwrap(), 3);
}

#[test]
fn once_more_or_not() {
    let mut instance = instance();
    assert_eq!(instance.retry(255, "1 255", "", "").unwrap(), Some(RetryCause::Returncode));
    assert_eq!(
        instance.retry(0, "1 255", "a boom", "x\0boom\0").unwrap(),
        Some(RetryCause::Stderr)
    );
    assert_eq!(instance.retry(0, "", "a boom", "").unwrap(), None);
    assert!((instance.backoff(0.25).unwrap() - 0.5).abs() < f64::EPSILON);
}

#[test]
fn who_belongs_to_whom() {
    let table = [
        entry(1, "init", 0, 0),
        entry(20, "a) S 1 (b", 1, 5),
        entry(21, "\u{e9}\n", 20, 6),
        entry(22, "", 21, 4),
        "no entry".into(),
    ];
    let mut instance = instance();
    assert_eq!(instance.descendants(1, 0, &table.join("\0")).unwrap(), "20 21 22");
    assert_eq!(instance.descendants(20, 5, &table.join("\0")).unwrap(), "21");
    assert_eq!(instance.descendants(20, 6, &table.join("\0")).unwrap(), "");
}

#[test]
fn a_large_table_takes_little_memory() {
    let entries: Vec<_> = (1..20_000).map(|pid| entry(pid, "x", pid / 2, 0)).collect();
    let mut instance = Sandbox::new().memory(32 << 20).instantiate();
    let found = instance.descendants(1, 0, &entries.join("\0")).unwrap();
    assert_eq!(found.split(' ').count(), 19_998);
}
