//! A file call reaches the regular files of its one directory, and nothing else.
#![cfg(unix)]

use component_tests::bindings::exports::skypilot::utils::hashing::Algorithm;
use component_tests::bindings::skypilot::utils::types::{Error, FileError};
use component_tests::{Instance, Sandbox};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use tempfile::TempDir;

/// A directory `inside` with files, links and traps, beside a file that is out of bounds.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("inside");
        fs::create_dir_all(inside.join("folder")).unwrap();
        fs::write(root.path().join("secret"), "secret\n").unwrap();
        fs::write(inside.join("file"), "content\n").unwrap();
        fs::write(inside.join("folder/file"), "deeper\n").unwrap();
        symlink(root.path().join("secret"), inside.join("absolute-link-out")).unwrap();
        symlink("../secret", inside.join("link-out")).unwrap();
        symlink("..", inside.join("parent")).unwrap();
        symlink("file", inside.join("link-in")).unwrap();
        symlink("nothing", inside.join("dangling")).unwrap();
        Self(root)
    }

    fn instance(&self) -> Instance {
        Sandbox::new().directory(self.0.path().join("inside")).instantiate()
    }
}

/// Why the component cannot read a file, by either way it has of reading one.
fn refusal(instance: &mut Instance, name: &str) -> FileError {
    let read = instance.read_last_n_lines(name, 8, 1, true).unwrap().unwrap_err();
    let hashed = instance.hash_file(name, Algorithm::Md5).unwrap().unwrap_err();
    match (read, hashed) {
        (Error::File(read), Error::File(hashed)) if read == hashed => read,
        errors => panic!("{name}: {errors:?}"),
    }
}

#[test]
fn files_below_the_directory_are_readable() {
    let tree = Tree::new();
    let mut instance = tree.instance();
    for (name, line) in [("file", "content"), ("./file", "content"), ("folder/file", "deeper")] {
        let lines = instance.read_last_n_lines(name, 8, 1, true).unwrap().unwrap();
        assert_eq!(lines.unwrap(), line);
    }
}

#[test]
fn nothing_outside_is_reachable() {
    let tree = Tree::new();
    let mut instance = tree.instance();
    let absolute = tree.0.path().join("secret");
    for name in [
        absolute.to_str().unwrap(),
        "/file",
        "/etc/passwd",
        "..",
        "../secret",
        "../inside/file",
        "folder/../../secret",
        "parent/secret",
        "parent/inside/file",
    ] {
        assert_eq!(refusal(&mut instance, name), FileError::NotPermitted, "{name}");
    }
}

#[test]
fn no_link_is_followed() {
    let tree = Tree::new();
    let mut instance = tree.instance();
    for name in ["link-out", "absolute-link-out", "link-in", "dangling", "parent"] {
        assert_eq!(refusal(&mut instance, name), FileError::Loop, "{name}");
    }
}

#[test]
fn what_is_no_file_says_so() {
    let tree = Tree::new();
    let mut instance = tree.instance();
    for (name, error) in [
        ("missing", FileError::NoEntry),
        ("missing/file", FileError::NoEntry),
        ("", FileError::NoEntry),
        ("folder", FileError::IsDirectory),
        (".", FileError::IsDirectory),
        ("file/file", FileError::Other),
    ] {
        assert_eq!(refusal(&mut instance, name), error, "{name}");
    }
}

#[test]
fn without_a_directory_there_are_no_files() {
    let mut instance = Sandbox::new().instantiate();
    assert_eq!(refusal(&mut instance, "file"), FileError::NotPermitted);
}

/// The component only ever opens for reading, so it needs no permission to write anywhere.
#[test]
fn a_read_only_tree_is_enough_and_stays_as_it_is() {
    let tree = Tree::new();
    let folder = tree.0.path().join("inside/folder");
    let file = folder.join("file");
    fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    let state = || {
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        let modified = |path| fs::metadata(path).unwrap().modified().unwrap();
        (names, modified(&folder), modified(&file), fs::read(&file).unwrap())
    };

    let before = state();
    let mut instance = Sandbox::new().directory(&folder).instantiate();
    let lines = instance.read_last_n_lines("file", 7, 1, true).unwrap().unwrap();
    assert_eq!(lines.as_deref(), Some("deeper"));
    assert_eq!(instance.hash_file("file", Algorithm::Sha1).unwrap().unwrap().len(), 40);
    assert_eq!(state(), before);

    // Whoever is not root can only remove what can be written.
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
}
