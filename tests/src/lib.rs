//! Runs the component in wasmtime, as any host would.
//!
//! [`Sandbox`] says what an instance may have: one directory, some memory, and what the host imports
//! answer. [`Instance`] calls the exports with Rust types and keeps what the component
//! told its host. The component is built from the workspace when it is first asked for, so nothing
//! stale is ever tested.
//!
//! ```
//! use component_tests::Sandbox;
//!
//! let mut instance = Sandbox::new().instantiate();
//! assert_eq!(instance.base36_encode("ff").unwrap().unwrap(), "73");
//! ```

pub mod artifact;
pub mod bindings;
mod host;
mod instance;
mod sandbox;

pub use host::{GaveUp, Host, Record};
pub use instance::{Instance, Outcome};
pub use sandbox::{Sandbox, engine, linker, loaded};
