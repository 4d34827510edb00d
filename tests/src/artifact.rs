//! The component's file.

use serde_json::Value;
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

/// Builds the component and asks cargo where it is.
fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--target", "wasm32-wasip2", "--package", "skypilot-utils"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "building the component failed: {}", output.status);
    let messages = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    messages
        .map(|message| message.expect("cargo writes JSON"))
        .filter(|message| message["reason"] == "compiler-artifact")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
        .expect("the package has one wasm artifact")
}
