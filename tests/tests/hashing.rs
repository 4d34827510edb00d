//! Messages are hashed side by side and in steps, and a file may change between them.

use component_tests::bindings::exports::skypilot::utils::hashing::Algorithm;
use component_tests::bindings::skypilot::utils::types::{Error, FileError};
use component_tests::{Instance, Sandbox};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::ops::Range;
use tempfile::TempDir;
use wasmtime::component::ResourceAny;

const KIB: u32 = 1 << 10;
const MIB: u32 = 1 << 20;

/// The most that one read returns.
const READ: u32 = 64 * KIB;

const WHOLE: Range<u64> = 0..u64::MAX;

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Md5,
    Algorithm::Sha1,
    Algorithm::Sha224,
    Algorithm::Sha256,
    Algorithm::Sha384,
    Algorithm::Sha512,
];

/// An instance, its directory, and a batch of MD5 in it.
struct Fixture {
    directory: TempDir,
    instance: Instance,
    batch: ResourceAny,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut instance = Sandbox::new().directory(directory.path()).instantiate();
        let batch = instance.new_batch(Algorithm::Md5).unwrap();
        Self { directory, instance, batch }
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.directory.path().join(name), content).unwrap();
    }

    fn add(&mut self, message: u32, name: &str, part: Range<u64>) -> Result<(), Error> {
        self.instance.add_to_batch(self.batch, message, name, part).unwrap()
    }

    fn step(&mut self, max_bytes: u32) -> u32 {
        self.instance.step_batch(self.batch, max_bytes).unwrap()
    }

    /// Every message's digest, whatever remains to be done for it.
    fn digests(&mut self) -> BTreeMap<u32, Result<String, Error>> {
        let mut digests = BTreeMap::new();
        loop {
            let done = self.step(MIB);
            let ended = self.instance.take_from_batch(self.batch).unwrap();
            if done == 0 && ended.is_none() {
                return digests;
            }
            digests.extend(ended.map(|ended| (ended.message, ended.digest)));
        }
    }

    fn digest_of(&mut self, name: &str, part: Range<u64>) -> String {
        self.add(0, name, part).unwrap();
        self.digests().remove(&0).unwrap().unwrap()
    }
}

fn content(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

#[test]
fn many_files_of_all_sizes_have_the_digests_they_have_alone() {
    for algorithm in ALGORITHMS {
        let mut fixture = Fixture::new();
        fixture.batch = fixture.instance.new_batch(algorithm).unwrap();
        let mut alone = BTreeMap::new();
        for (number, length) in (0u32..).zip([0, 1, 63, 64, 65, 200_000, 0, 131_072, 70_000, 55]) {
            let name = number.to_string();
            fixture.write(&name, &content(length));
            alone.insert(number, fixture.instance.hash_file(&name, algorithm).unwrap().unwrap());
            fixture.add(number, &name, WHOLE).unwrap();
        }
        let together: BTreeMap<u32, String> =
            fixture.digests().into_iter().map(|(n, digest)| (n, digest.unwrap())).collect();
        assert_eq!(together, alone);
    }
}

#[test]
fn a_message_may_be_a_part_of_a_file() {
    let mut fixture = Fixture::new();
    let bytes = content(200_000);
    fixture.write("file", &bytes);
    for part in [0..0, 0..1, 5..70_005, 65_536..131_072, 199_999..300_000, 250_000..250_001] {
        let clamped = |end: u64| usize::try_from(end).unwrap().min(bytes.len());
        fixture.write("part", &bytes[clamped(part.start)..clamped(part.end)]);
        let expected = fixture.digest_of("part", WHOLE);
        assert_eq!(fixture.digest_of("file", part), expected);
    }
}

#[test]
fn a_step_hashes_what_it_may_and_one_read_more() {
    let mut fixture = Fixture::new();
    fixture.write("file", &content(300_000));
    fixture.add(0, "file", WHOLE).unwrap();
    assert_eq!(fixture.step(0), 0);
    assert_eq!(fixture.step(1), READ);
    assert_eq!(fixture.step(READ + 1), 2 * READ);
    assert_eq!(fixture.step(u32::MAX), 300_000 - 3 * READ);
    assert_eq!(fixture.step(u32::MAX), 0);
}

#[test]
fn a_step_never_exceeds_64_mib() {
    let mut fixture = Fixture::new();
    let file = File::create(fixture.directory.path().join("file")).unwrap();
    file.set_len(u64::from(65 * MIB)).unwrap();
    fixture.add(0, "file", WHOLE).unwrap();
    assert_eq!(fixture.step(u32::MAX), 64 * MIB);
    assert_eq!(fixture.step(u32::MAX), MIB);
    assert_eq!(fixture.step(u32::MAX), 0);
}

#[test]
fn a_step_returns_as_soon_as_a_message_ends() {
    let mut fixture = Fixture::new();
    fixture.write("short", b"hello\n");
    fixture.write("long", &content(1 << 20));
    fixture.add(1, "long", WHOLE).unwrap();
    fixture.add(2, "short", WHOLE).unwrap();
    assert!(fixture.step(u32::MAX) < MIB);
    let ended = fixture.instance.take_from_batch(fixture.batch).unwrap().unwrap();
    assert_eq!(ended.message, 2);
    assert_eq!(ended.digest.unwrap(), "b1946ac92492d2347c6235b4d2611184");
    assert!(fixture.instance.take_from_batch(fixture.batch).unwrap().is_none());
}

#[test]
fn batches_do_not_share_anything() {
    let mut fixture = Fixture::new();
    fixture.write("file", b"hello\n");
    fixture.add(0, "file", WHOLE).unwrap();
    let other = fixture.instance.new_batch(Algorithm::Sha256).unwrap();
    fixture.instance.add_to_batch(other, 0, "file", WHOLE).unwrap().unwrap();
    assert_eq!(fixture.step(1), 6);
    other.resource_drop(&mut fixture.instance.store).unwrap();
    let digest = fixture.digests().remove(&0).unwrap();
    assert_eq!(digest.unwrap(), "b1946ac92492d2347c6235b4d2611184");
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_others_alone() {
    let mut fixture = Fixture::new();
    fs::create_dir(fixture.directory.path().join("folder")).unwrap();
    fixture.write("file", b"hello\n");
    fixture.add(1, "file", WHOLE).unwrap();
    assert!(matches!(fixture.add(2, "missing", WHOLE), Err(Error::File(FileError::NoEntry))));
    // Whether that is found when it is opened or when it is read.
    let folder = fixture.add(3, "folder", WHOLE);
    let mut digests = fixture.digests();
    let folder = folder.map_or_else(|error| error, |()| digests.remove(&3).unwrap().unwrap_err());
    assert!(matches!(folder, Error::File(FileError::IsDirectory)));
    assert_eq!(digests.len(), 1);
    assert_eq!(digests.remove(&1).unwrap().unwrap(), "b1946ac92492d2347c6235b4d2611184");
}

#[test]
fn a_file_that_shrinks_ends_early() {
    let mut fixture = Fixture::new();
    fixture.write("file", &content(1 << 20));
    fixture.add(0, "file", WHOLE).unwrap();
    assert_eq!(fixture.step(1), READ);
    let path = fixture.directory.path().join("file");
    OpenOptions::new().write(true).open(path).unwrap().set_len(4).unwrap();
    // What was read ahead is hashed still.
    assert!(fixture.step(u32::MAX) <= READ);
    assert!(fixture.digests()[&0].is_ok());
}
