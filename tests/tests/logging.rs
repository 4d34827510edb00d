//! What the component tells its host beside its answers.

use component_tests::bindings::skypilot::utils::host_log::Level;
use component_tests::bindings::skypilot::utils::types::{Error, FileError};
use component_tests::{Instance, Record, Sandbox};
use golden_vectors::Machine;

fn log(instance: &Instance) -> &[Record] {
    &instance.store.data().log
}

fn with_cpu_max(text: &str) -> Instance {
    let machine = Machine {
        logical_cpus: Some(8),
        cgroup_v2: true,
        cpu_max: Some(text.into()),
        ..Machine::default()
    };
    Sandbox::new().machine(machine).instantiate()
}

#[test]
fn a_malformed_limit_is_ignored_with_a_debug_record() {
    for text in ["three words here", "abc 100000"] {
        let mut instance = with_cpu_max(text);
        assert_eq!(instance.get_cpu_count().unwrap().unwrap(), 8);
        let [record] = log(&instance) else { panic!("{text}: {:?}", log(&instance)) };
        assert_eq!(record.level, Level::Debug);
        assert_eq!(record.target, "skypilot_utils::limits");
        assert!(record.message.starts_with("ignoring a cgroup"), "{}", record.message);
    }
}

#[test]
fn the_usual_paths_are_silent() {
    let mut instance = with_cpu_max("200000 100000\n");
    assert_eq!(instance.get_cpu_count().unwrap().unwrap(), 2);
    assert_eq!(instance.base36_encode("ff").unwrap().unwrap(), "73");
    assert!(matches!(instance.base36_encode("xyz").unwrap(), Err(Error::InvalidHex)));
    assert!(log(&instance).is_empty());
}

#[test]
fn a_file_error_without_a_name_of_its_own_is_named_in_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let mut instance = Sandbox::new().directory(directory.path()).instantiate();
    let too_long = "x".repeat(300);
    let error = instance.read_last_n_lines(&too_long, 1, 1, true).unwrap().unwrap_err();
    assert!(matches!(error, Error::File(FileError::Other)));
    let [record] = log(&instance) else { panic!("{:?}", log(&instance)) };
    assert_eq!(record.level, Level::Debug);
    assert_eq!(record.target, "skypilot_utils::wasi");
    assert!(record.message.contains("name-too-long"), "{}", record.message);
}

#[test]
fn a_panic_reports_message_and_place() {
    // In 16 MiB fits a text of 10 MiB, but not what becomes of it.
    let mut instance = Sandbox::new().memory(16 << 20).instantiate();
    instance.truncate_long_string(&"x".repeat(10 << 20), 9 << 20, false).unwrap_err();
    let [record] = log(&instance) else { panic!("{:?}", log(&instance)) };
    assert_eq!(record.level, Level::Error);
    assert_eq!(record.target, "skypilot_utils::panic");
    let (place, message) = record.message.split_once('\n').unwrap();
    assert!(place.starts_with("panicked at ") && place.contains(".rs:"), "{place}");
    assert!(message.starts_with("memory allocation of "), "{message}");
}
