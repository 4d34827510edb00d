//! SkyPilot's performance-critical utilities, as the WASI component `skypilot:utils`.
//!
//! The crate is two things: pure logic that runs and is tested anywhere, and, on WebAssembly
//! only, the thin shell that makes a component of it. Every answer equals that of the function of
//! the same name in SkyPilot 0.14.1's `sky.utils.common_utils` and `sky.utils.subprocess_utils`.
//!
//! ```
//! use skypilot_utils::{base36, float, text};
//!
//! assert_eq!(base36::encode("ff").unwrap(), "73");
//! assert_eq!(float::format(2.25, 1).unwrap(), "2.2");
//! assert_eq!(text::truncate("hello world", 8, true).as_deref(), Some("hel...ld"));
//! ```
//!
//! | module | concept |
//! |---|---|
//! | [`base36`] | hexadecimal to base 36 |
//! | [`float`] | floats as text |
//! | [`text`] | shortening text |
//! | [`joined`] | many texts as one |
//! | [`tail`] | the last lines of a file |
//! | [`follow`] | what is appended to it |
//! | [`read`] | files as these two read them |
//! | [`hash`] | digests |
//! | [`batch`] | several messages hashed side by side |
//! | [`blocks`] | digests from compression functions |
//! | [`lanes`] | compression functions over several messages at once |
//! | [`port`] | which ports are asked for |
//! | [`limits`] | CPU and memory limits |
//! | [`workers`] | how many workers work at once |
//! | [`retry`] | when a command is run again |
//! | [`process`] | the processes below another |
//! | [`cloud`] | requests to clouds, and their responses |
//! | [`literal`] | numbers as Python reads them |
//! | [`error`] | everything that can go wrong |
#![no_std]

extern crate alloc;
// Native builds are for tests and benches; they need std's panic handler.
#[cfg(not(target_family = "wasm"))]
extern crate std;

pub mod base36;
pub mod batch;
pub mod blocks;
pub mod cloud;
pub mod error;
pub mod float;
pub mod follow;
pub mod hash;
pub mod joined;
pub mod lanes;
pub mod limits;
mod lines;
pub mod literal;
pub mod port;
pub mod process;
pub mod read;
pub mod retry;
pub mod tail;
pub mod text;
pub mod workers;

#[cfg(target_family = "wasm")]
mod allocator;
#[cfg(target_family = "wasm")]
mod bindings;
#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
mod logging;
#[cfg(target_family = "wasm")]
mod runtime;
#[cfg(target_family = "wasm")]
mod wasi;
