//! Reading backwards comes back in steps, and a file may change between them.

use component_tests::bindings::exports::skypilot::utils::hashing::Algorithm;
use component_tests::{Instance, Sandbox};
use std::fs::{self, File};
use std::io::Write;
use tempfile::TempDir;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

fn with_file(content: &[u8]) -> (TempDir, Instance) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), content).unwrap();
    let instance = Sandbox::new().directory(directory.path()).instantiate();
    (directory, instance)
}

#[test]
fn a_step_goes_back_at_least_one_block_and_no_further_than_it_may() {
    let (_directory, mut instance) = with_file(&vec![b'x'; 300 * KIB]);
    for (max_bytes, steps) in [(0, 5), (1, 5), (64 * KIB, 5), (128 * KIB, 3), (300 * KIB, 1)] {
        let tail = instance.open_tail("file", 300 * KIB as u64, 1).unwrap().unwrap();
        let mut taken = 1;
        while instance.step_tail(tail, u32::try_from(max_bytes).unwrap()).unwrap().unwrap() {
            taken += 1;
        }
        assert_eq!(taken, steps, "{max_bytes}");
        let line = instance.take_tail(tail, true).unwrap().unwrap().unwrap();
        assert_eq!(line.len(), 300 * KIB);
        tail.resource_drop(&mut instance.store).unwrap();
    }
}

#[test]
fn a_step_never_exceeds_64_mib() {
    let (directory, mut instance) = with_file(b"");
    let size = 65 * MIB as u64;
    File::create(directory.path().join("file")).unwrap().set_len(size).unwrap();
    let tail = instance.open_tail("file", size, 1).unwrap().unwrap();
    assert!(instance.step_tail(tail, u32::MAX).unwrap().unwrap());
    assert!(!instance.step_tail(tail, u32::MAX).unwrap().unwrap());
}

#[test]
fn a_search_ends_where_the_lines_begin() {
    let (_directory, mut instance) = with_file(&b"line\n".repeat(100_000));
    for (n, steps_left) in [(0, false), (1, false), (13_000, false), (14_000, true)] {
        let tail = instance.open_tail("file", 500_000, n).unwrap().unwrap();
        assert_eq!(instance.step_tail(tail, 1).unwrap().unwrap(), steps_left, "{n}");
    }
}

#[test]
fn a_file_that_shrinks_between_steps_gives_what_was_read() {
    let (directory, mut instance) = with_file(&b"0123456789abcde\n".repeat(10_000));
    let tail = instance.open_tail("file", 160_000, 100_000).unwrap().unwrap();
    assert!(instance.step_tail(tail, 1).unwrap().unwrap());
    fs::write(directory.path().join("file"), "").unwrap();
    assert!(!instance.step_tail(tail, u32::MAX).unwrap().unwrap());
    let lines = instance.take_tail(tail, true).unwrap().unwrap().unwrap();
    assert_eq!(lines.lines().count(), 64 * KIB / 16);
    assert!(instance.store.data().log.iter().any(|record| record.message.contains("shrank")));
}

#[test]
fn what_is_found_can_be_taken_after_each_step() {
    let content: String = (0..100_000).fold(String::new(), |text, n| text + &n.to_string() + "\n");
    let (_directory, mut instance) = with_file(content.as_bytes());
    let size = content.len() as u64;
    for (n, max_bytes) in [(1, 1), (20_000, 1), (90_000, 200 * KIB), (100_000, 1), (200_000, MIB)] {
        let tail = instance.open_tail("file", size, n).unwrap().unwrap();
        let mut pieces = Vec::new();
        let mut more = true;
        while more {
            more = instance.step_tail(tail, u32::try_from(max_bytes).unwrap()).unwrap().unwrap();
            pieces.extend(instance.take_tail(tail, false).unwrap().unwrap());
        }
        assert_eq!(instance.take_tail(tail, false).unwrap().unwrap(), None);
        pieces.reverse();
        let lines: Vec<&str> = pieces.iter().flat_map(|piece| piece.split('\n')).collect();
        let expected: Vec<&str> = content.lines().skip(100_000 - n.min(100_000) as usize).collect();
        assert_eq!(lines, expected, "{n}");
        tail.resource_drop(&mut instance.store).unwrap();
    }
}

#[test]
fn a_long_line_is_not_taken_before_its_start_is_found() {
    let (_directory, mut instance) = with_file(&vec![b'x'; 200 * KIB]);
    let tail = instance.open_tail("file", 200 * KIB as u64, 1).unwrap().unwrap();
    for _ in 0..3 {
        assert!(instance.step_tail(tail, 1).unwrap().unwrap());
        assert_eq!(instance.take_tail(tail, true).unwrap().unwrap(), None);
    }
    assert!(!instance.step_tail(tail, 1).unwrap().unwrap());
    assert_eq!(instance.take_tail(tail, true).unwrap().unwrap().unwrap().len(), 200 * KIB);
}

#[test]
fn a_file_that_grows_is_followed() {
    let (directory, mut instance) = with_file(b"1\n2\n\xe4\xb8");
    let mut file = File::options().append(true).open(directory.path().join("file")).unwrap();
    let tail = instance.follow("file", 6, 1).unwrap().unwrap();
    assert!(!instance.step_tail(tail, 1).unwrap().unwrap());
    assert_eq!(instance.take_tail(tail, true).unwrap().unwrap().as_deref(), Some("2"));
    assert_eq!(instance.unfinished(tail).unwrap(), "\u{fffd}");
    let nothing = instance.appended(tail, 1).unwrap().unwrap();
    assert_eq!((nothing.lines, nothing.position), (None, 6));
    file.write_all(b"\xad\r\n3\n4").unwrap();
    let growth = instance.appended(tail, 1).unwrap().unwrap();
    assert_eq!((growth.lines.as_deref(), growth.position), (Some("中\n3"), 12));
    assert_eq!(instance.unfinished(tail).unwrap(), "4");
    // The file it opened, whatever has its name.
    fs::rename(directory.path().join("file"), directory.path().join("old")).unwrap();
    file.write_all(&vec![b'x'; 100 * KIB]).unwrap();
    file.write_all(b"\n").unwrap();
    let growth = instance.appended(tail, 1).unwrap().unwrap();
    assert_eq!((growth.lines, growth.position), (None, 12 + 64 * KIB as u64));
    let growth = instance.appended(tail, u32::MAX).unwrap().unwrap();
    assert_eq!(growth.lines.unwrap().len(), 1 + 100 * KIB);
    assert_eq!(instance.unfinished(tail).unwrap(), "");
}

#[test]
fn searches_and_batches_do_not_share_anything() {
    let (_directory, mut instance) = with_file(b"a\nb\n");
    let tail = instance.open_tail("file", 4, 2).unwrap().unwrap();
    let batch = instance.new_batch(Algorithm::Md5).unwrap();
    instance.add_to_batch(batch, 0, "file", 0..u64::MAX).unwrap().unwrap();
    assert!(!instance.step_tail(tail, 1).unwrap().unwrap());
    assert_eq!(instance.step_batch(batch, 100).unwrap(), 4);
    batch.resource_drop(&mut instance.store).unwrap();
    assert_eq!(instance.take_tail(tail, true).unwrap().unwrap().as_deref(), Some("a\nb"));
}
