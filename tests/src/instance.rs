//! The exports of one instance.

use crate::bindings::Utils;
use crate::bindings::exports::skypilot::utils::io::Algorithm;
use crate::bindings::skypilot::utils::types::Error;
use crate::host::Host;
use wasmtime::Store;
use wasmtime::component::ResourceAny;

/// What a call gives: a trap, or else an answer or a typed error.
pub type Outcome<T> = wasmtime::Result<Result<T, Error>>;

/// A running component and its host.
///
/// The methods are the exports, without further meaning, but for `read_last_n_lines`, which takes
/// all steps of one search.
pub struct Instance {
    /// The host's side.
    pub store: Store<Host>,
    pub(crate) exports: Utils,
}

#[expect(missing_docs, reason = "wit/ documents the exports")]
#[expect(clippy::missing_errors_doc, reason = "Outcome does")]
impl Instance {
    pub fn base36_encode(&mut self, hex: &str) -> Outcome<String> {
        self.exports.skypilot_utils_strings().call_base36_encode(&mut self.store, hex)
    }

    pub fn format_float(&mut self, value: f64, precision: u32) -> Outcome<String> {
        let strings = self.exports.skypilot_utils_strings();
        strings.call_format_float(&mut self.store, value, precision)
    }

    pub fn truncate_long_string(
        &mut self,
        text: &str,
        max_length: i64,
        middle: bool,
    ) -> wasmtime::Result<Option<String>> {
        let strings = self.exports.skypilot_utils_strings();
        strings.call_truncate_long_string(&mut self.store, text, max_length, middle)
    }

    pub fn read_last_n_lines(
        &mut self,
        name: &str,
        size: u64,
        n: u64,
        lossy: bool,
    ) -> Outcome<Option<String>> {
        let tail = match self.open_tail(name, size, n)? {
            Ok(tail) => tail,
            Err(error) => return Ok(Err(error)),
        };
        let lines = self.lines_of(tail, lossy)?;
        tail.resource_drop(&mut self.store)?;
        Ok(lines)
    }

    fn lines_of(&mut self, tail: ResourceAny, lossy: bool) -> Outcome<Option<String>> {
        loop {
            match self.step_tail(tail, u32::MAX)? {
                Ok(true) => {}
                Ok(false) => return self.finish_tail(tail, lossy),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    pub fn open_tail(&mut self, name: &str, size: u64, n: u64) -> Outcome<ResourceAny> {
        let tail = self.exports.skypilot_utils_io().last_lines();
        tail.call_open(&mut self.store, name, size, n)
    }

    pub fn step_tail(&mut self, tail: ResourceAny, max_bytes: u32) -> Outcome<bool> {
        let exports = self.exports.skypilot_utils_io().last_lines();
        exports.call_step(&mut self.store, tail, max_bytes)
    }

    pub fn finish_tail(&mut self, tail: ResourceAny, lossy: bool) -> Outcome<Option<String>> {
        let exports = self.exports.skypilot_utils_io().last_lines();
        exports.call_finish(&mut self.store, tail, lossy)
    }

    pub fn find_free_port(&mut self, start: i64) -> Outcome<u16> {
        self.exports.skypilot_utils_io().call_find_free_port(&mut self.store, start)
    }

    pub fn open_hasher(&mut self, name: &str, algorithm: Algorithm) -> Outcome<ResourceAny> {
        let hasher = self.exports.skypilot_utils_io().file_hasher();
        hasher.call_open(&mut self.store, name, algorithm)
    }

    pub fn step_hasher(&mut self, hasher: ResourceAny, max_bytes: u32) -> Outcome<u32> {
        let exports = self.exports.skypilot_utils_io().file_hasher();
        exports.call_step(&mut self.store, hasher, max_bytes)
    }

    pub fn hex_digest(&mut self, hasher: ResourceAny) -> wasmtime::Result<String> {
        let exports = self.exports.skypilot_utils_io().file_hasher();
        exports.call_hex_digest(&mut self.store, hasher)
    }

    pub fn get_cpu_count(&mut self) -> Outcome<i64> {
        self.exports.skypilot_utils_system().call_get_cpu_count(&mut self.store)
    }

    pub fn get_mem_size_gb(&mut self) -> Outcome<f64> {
        self.exports.skypilot_utils_system().call_get_mem_size_gb(&mut self.store)
    }
}
