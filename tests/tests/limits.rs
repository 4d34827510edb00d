//! Memory and time are bounded, and exceeding them costs one instance, not the process.

use component_tests::bindings::exports::skypilot::utils::hashing::Algorithm;
use component_tests::bindings::skypilot::utils::host_log::Level;
use component_tests::{GaveUp, Instance, Sandbox, loaded};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};
use wasmtime::{Error, Trap};

const MIB: usize = 1 << 20;

/// How long an interrupted call may take; the interruption itself comes after 50 ms.
const PROMPT: Duration = Duration::from_secs(10);

fn trap(error: &Error) -> Trap {
    *error.downcast_ref().unwrap_or_else(|| panic!("no trap: {error:?}"))
}

/// A file that takes no room on the disk.
fn sparse(path: &Path, size: u64) {
    File::create(path).unwrap().set_len(size).unwrap();
}

#[test]
fn a_result_that_does_not_fit_ends_the_call_after_saying_why() {
    let directory = tempfile::tempdir().unwrap();
    let size = 10 * MIB;
    sparse(&directory.path().join("one-line"), size as u64);
    let sandbox = Sandbox::new().directory(directory.path());

    // What was read fits, but not a second time in one piece.
    let mut small = sandbox.clone().memory(16 * MIB).instantiate();
    let error = small.read_last_n_lines("one-line", size as u64, 1, true).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&GaveUp));
    let log = &small.store.data().log;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0].level, Level::Error);
    assert_eq!(log[0].target, "skypilot_utils::panic");

    let mut large = sandbox.memory(64 * MIB).instantiate();
    let line = large.read_last_n_lines("one-line", size as u64, 1, true).unwrap().unwrap();
    assert_eq!(line.unwrap().len(), size);
}

/// While the host passes bytes in, the component may not call it, so this error has no record.
#[test]
fn what_the_host_passes_in_must_fit_too() {
    let directory = tempfile::tempdir().unwrap();
    sparse(&directory.path().join("one-line"), 20 * MIB as u64);
    let sandbox = Sandbox::new().directory(directory.path()).memory(16 * MIB);

    let mut argument = sandbox.clone().instantiate();
    let text = "x".repeat(20 * MIB);
    let error = argument.truncate_long_string(&text, 10, false).unwrap_err();
    assert!(error.root_cause().to_string().starts_with("realloc return"), "{error:?}");

    let mut content = sandbox.instantiate();
    let error = content.read_last_n_lines("one-line", 20 * MIB as u64, 1, true).unwrap_err();
    assert!(error.root_cause().to_string().starts_with("realloc return"), "{error:?}");
}

#[test]
fn little_memory_is_enough_for_hashing_much() {
    let directory = tempfile::tempdir().unwrap();
    sparse(&directory.path().join("file"), 32 * MIB as u64);
    let mut instance = Sandbox::new().directory(directory.path()).memory(4 * MIB).instantiate();
    let batch = instance.new_batch(Algorithm::Md5).unwrap();
    for message in 0..8 {
        instance.add_to_batch(batch, message, "file", 0..u64::MAX).unwrap().unwrap();
    }
    assert_eq!(instance.step_batch(batch, u32::MAX).unwrap() as usize, 64 * MIB);
}

#[test]
fn an_instance_that_gave_up_answers_no_more_and_a_fresh_one_does() {
    let mut used_up = Sandbox::new().memory(16 * MIB).instantiate();
    let error = used_up.truncate_long_string(&"x".repeat(10 * MIB), 9 << 20, false).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&GaveUp));
    for _ in 0..2 {
        let error = used_up.base36_encode("ff").unwrap_err();
        assert_eq!(trap(&error), Trap::CannotEnterComponent);
    }
    let mut fresh = Sandbox::new().memory(16 * MIB).instantiate();
    assert_eq!(fresh.base36_encode("ff").unwrap().unwrap(), "73");
}

#[test]
fn a_deadline_ends_a_long_computation() {
    // The longest call there is takes but some milliseconds; the deadline is the store's.
    let hex = "f".repeat(skypilot_utils::base36::MAX_DIGITS);
    assert_interrupted(Sandbox::new(), |instance| {
        loop {
            instance.base36_encode(&hex)?.unwrap();
        }
    });
}

#[test]
fn a_deadline_ends_reading_a_long_file() {
    let directory = tempfile::tempdir().unwrap();
    sparse(&directory.path().join("endless"), 1 << 40);
    assert_interrupted(Sandbox::new().directory(directory.path()), |instance| {
        let batch = instance.new_batch(Algorithm::Sha512)?;
        instance.add_to_batch(batch, 0, "endless", 0..u64::MAX)?.unwrap();
        loop {
            instance.step_batch(batch, u32::MAX)?;
        }
    });
}

fn assert_interrupted(sandbox: Sandbox, endless: impl FnOnce(&mut Instance) -> Result<(), Error>) {
    let mut instance = sandbox.instantiate();
    instance.store.set_epoch_deadline(1);
    let engine = loaded().engine();
    let begin = Instant::now();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            engine.increment_epoch();
        });
        endless(&mut instance).unwrap_err()
    });
    assert_eq!(trap(&error), Trap::Interrupt);
    assert!(begin.elapsed() < PROMPT, "{:?}", begin.elapsed());
}
