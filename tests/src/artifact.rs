//! The component's file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Names another file to test instead of what the workspace builds.
pub const OVERRIDE: &str = "SKYPILOT_UTILS_WASM";

static COMPONENT: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::var_os(OVERRIDE).map_or_else(build, PathBuf::from));

/// The component's file, built once per process.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn path() -> &'static Path {
    &COMPONENT
}

/// Has the Makefile build it: built with other flags, it would be another component.
fn build() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let status = Command::new("make")
        .args(["--silent", "build"])
        .current_dir(&root)
        .env_remove("MAKEFLAGS") // of a make that runs these tests
        .stdout(Stdio::null())
        .status()
        .expect("make runs");
    assert!(status.success(), "building the component failed: {status}");
    root.join("host-python/src/sky_rs/skypilot_utils.wasm")
}
