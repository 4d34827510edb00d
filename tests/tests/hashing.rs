//! Hashing comes back in steps, and a file may change between them.

use component_tests::bindings::exports::skypilot::utils::io::Algorithm;
use component_tests::{Instance, Sandbox};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;
use wasmtime::component::ResourceAny;

const MIB: u32 = 1 << 20;

/// An instance, its directory and the file `file` in it.
struct Fixture {
    instance: Instance,
    directory: TempDir,
}

impl Fixture {
    fn new(content: &[u8]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let instance = Sandbox::new().directory(directory.path()).instantiate();
        let fixture = Self { instance, directory };
        fs::write(fixture.path(), content).unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("file")
    }

    fn open(&mut self, algorithm: Algorithm) -> ResourceAny {
        self.instance.open_hasher("file", algorithm).unwrap().unwrap()
    }

    fn step(&mut self, hasher: ResourceAny, max_bytes: u32) -> u32 {
        self.instance.step_hasher(hasher, max_bytes).unwrap().unwrap()
    }

    fn digest(&mut self, hasher: ResourceAny) -> String {
        self.instance.hex_digest(hasher).unwrap()
    }

    /// The digest of a file that holds just that.
    fn digest_of(content: &[u8]) -> String {
        let mut fixture = Self::new(content);
        let hasher = fixture.open(Algorithm::Md5);
        while fixture.step(hasher, MIB) > 0 {}
        fixture.digest(hasher)
    }
}

#[test]
fn a_step_hashes_at_most_what_it_may() {
    let content: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let mut fixture = Fixture::new(&content);
    let hasher = fixture.open(Algorithm::Md5);
    assert_eq!(fixture.step(hasher, 0), 0);
    assert_eq!(fixture.step(hasher, 1), 1);
    assert_eq!(fixture.step(hasher, 150_000), 150_000);
    assert_eq!(fixture.digest(hasher), Fixture::digest_of(&content[..150_001]));
    assert_eq!(fixture.step(hasher, 150_000), 49_999);
    assert_eq!(fixture.step(hasher, 150_000), 0);
    assert_eq!(fixture.digest(hasher), Fixture::digest_of(&content));
}

#[test]
fn a_step_never_exceeds_64_mib() {
    let mut fixture = Fixture::new(b"");
    File::create(fixture.path()).unwrap().set_len(u64::from(65 * MIB)).unwrap();
    let hasher = fixture.open(Algorithm::Sha1);
    assert_eq!(fixture.step(hasher, u32::MAX), 64 * MIB);
    assert_eq!(fixture.step(hasher, u32::MAX), MIB);
    assert_eq!(fixture.step(hasher, u32::MAX), 0);
}

#[test]
fn hashers_do_not_share_anything() {
    let mut fixture = Fixture::new(b"hello\n");
    let slow = fixture.open(Algorithm::Md5);
    assert_eq!(fixture.step(slow, 3), 3);
    let fast = fixture.open(Algorithm::Md5);
    assert_eq!(fixture.step(fast, 100), 6);
    fast.resource_drop(&mut fixture.instance.store).unwrap();
    assert_eq!(fixture.step(slow, 100), 3);
    assert_eq!(fixture.digest(slow), "b1946ac92492d2347c6235b4d2611184");
}

#[test]
fn a_file_that_grows_is_hashed_to_its_new_end() {
    let mut fixture = Fixture::new(b"hel");
    let hasher = fixture.open(Algorithm::Md5);
    assert_eq!(fixture.step(hasher, 3), 3);
    let mut file = OpenOptions::new().append(true).open(fixture.path()).unwrap();
    file.write_all(b"lo\n").unwrap();
    assert_eq!(fixture.step(hasher, 100), 3);
    assert_eq!(fixture.digest(hasher), "b1946ac92492d2347c6235b4d2611184");
}

#[test]
fn a_file_that_shrinks_ends_early() {
    let mut fixture = Fixture::new(b"hello\nworld\n");
    let hasher = fixture.open(Algorithm::Md5);
    assert_eq!(fixture.step(hasher, 6), 6);
    OpenOptions::new().write(true).open(fixture.path()).unwrap().set_len(4).unwrap();
    assert_eq!(fixture.step(hasher, 100), 0);
    assert_eq!(fixture.digest(hasher), "b1946ac92492d2347c6235b4d2611184");
}
