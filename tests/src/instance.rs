//! The exports of one instance.

use crate::bindings::Utils;
use crate::bindings::exports::skypilot::utils::hashing::{Algorithm, Ended};
use crate::bindings::exports::skypilot::utils::io::Growth;
use crate::bindings::exports::skypilot::utils::process::RetryCause;
use crate::bindings::skypilot::utils::types::Error;
use crate::host::Host;
use std::ops::Range;
use wasmtime::Store;
use wasmtime::component::ResourceAny;

/// What a call gives: a trap, or else an answer or a typed error.
pub type Outcome<T> = wasmtime::Result<Result<T, Error>>;

/// A running component and its host.
///
/// The methods are the exports, without further meaning, but for `read_last_n_lines` and
/// `hash_file`, which take all steps of one search or digest.
pub struct Instance {
    /// The host's side.
    pub store: Store<Host>,
    pub(crate) exports: Utils,
}

#[expect(missing_docs, reason = "wit/ documents the exports")]
#[expect(clippy::missing_errors_doc, reason = "Outcome does")]
#[expect(clippy::missing_panics_doc, reason = "a batch ends each of its messages")]
impl Instance {
    pub fn base36_encode(&mut self, hex: &str) -> Outcome<String> {
        self.exports.skypilot_utils_strings().call_base36_encode(&mut self.store, hex)
    }

    pub fn base36_encode_joined(&mut self, hex: &str) -> wasmtime::Result<String> {
        let strings = self.exports.skypilot_utils_strings();
        strings.call_base36_encode_joined(&mut self.store, hex)
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

    pub fn truncate_long_strings(
        &mut self,
        texts: &[String],
        max_length: i64,
        middle: bool,
    ) -> wasmtime::Result<Vec<String>> {
        let strings = self.exports.skypilot_utils_strings();
        strings.call_truncate_long_strings(&mut self.store, texts, max_length, middle)
    }

    pub fn truncate_joined_strings(
        &mut self,
        texts: &str,
        max_length: i64,
        middle: bool,
    ) -> wasmtime::Result<String> {
        let strings = self.exports.skypilot_utils_strings();
        strings.call_truncate_joined_strings(&mut self.store, texts, max_length, middle)
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
                Ok(false) => return self.take_tail(tail, lossy),
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

    pub fn take_tail(&mut self, tail: ResourceAny, lossy: bool) -> Outcome<Option<String>> {
        let exports = self.exports.skypilot_utils_io().last_lines();
        exports.call_take(&mut self.store, tail, lossy)
    }

    pub fn follow(&mut self, name: &str, size: u64, n: u64) -> Outcome<ResourceAny> {
        let tail = self.exports.skypilot_utils_io().last_lines();
        tail.call_follow(&mut self.store, name, size, n)
    }

    pub fn appended(&mut self, tail: ResourceAny, max_bytes: u32) -> Outcome<Growth> {
        let exports = self.exports.skypilot_utils_io().last_lines();
        exports.call_appended(&mut self.store, tail, max_bytes)
    }

    pub fn unfinished(&mut self, tail: ResourceAny) -> wasmtime::Result<String> {
        let exports = self.exports.skypilot_utils_io().last_lines();
        exports.call_unfinished(&mut self.store, tail)
    }

    pub fn find_free_port(&mut self, start: i64) -> Outcome<u16> {
        self.exports.skypilot_utils_io().call_find_free_port(&mut self.store, start)
    }

    pub fn hash_file(&mut self, name: &str, algorithm: Algorithm) -> Outcome<String> {
        let batch = self.new_batch(algorithm)?;
        if let Err(error) = self.add_to_batch(batch, 0, name, 0..u64::MAX)? {
            return Ok(Err(error));
        }
        while self.step_batch(batch, u32::MAX)? > 0 {}
        let ended = self.take_from_batch(batch)?.expect("its only message has ended");
        batch.resource_drop(&mut self.store)?;
        Ok(ended.digest)
    }

    pub fn new_batch(&mut self, algorithm: Algorithm) -> wasmtime::Result<ResourceAny> {
        let exports = self.exports.skypilot_utils_hashing().batch();
        exports.call_constructor(&mut self.store, algorithm)
    }

    pub fn add_to_batch(
        &mut self,
        batch: ResourceAny,
        message: u32,
        name: &str,
        part: Range<u64>,
    ) -> Outcome<()> {
        let exports = self.exports.skypilot_utils_hashing().batch();
        let length = part.end - part.start;
        exports.call_add(&mut self.store, batch, message, 0, name, part.start, length)
    }

    pub fn step_batch(&mut self, batch: ResourceAny, max_bytes: u32) -> wasmtime::Result<u32> {
        let exports = self.exports.skypilot_utils_hashing().batch();
        exports.call_step(&mut self.store, batch, max_bytes)
    }

    pub fn take_from_batch(&mut self, batch: ResourceAny) -> wasmtime::Result<Option<Ended>> {
        let exports = self.exports.skypilot_utils_hashing().batch();
        exports.call_take(&mut self.store, batch)
    }

    pub fn parallel_threads(&mut self, cpus: u32, cloud: &str) -> wasmtime::Result<u32> {
        self.exports.skypilot_utils_process().call_parallel_threads(&mut self.store, cpus, cloud)
    }

    pub fn file_mount_workers(
        &mut self,
        descriptors: i64,
        entries: u32,
        threads: u32,
    ) -> wasmtime::Result<u32> {
        let exports = self.exports.skypilot_utils_process();
        exports.call_file_mount_workers(&mut self.store, descriptors, entries, threads)
    }

    pub fn next_batch(&mut self, previous: u32, left: u32, cpus: i64) -> wasmtime::Result<u32> {
        self.exports.skypilot_utils_process().call_next_batch(&mut self.store, previous, left, cpus)
    }

    /// Whether a command that was not run again yet is, three times at most.
    pub fn retry(
        &mut self,
        returncode: i64,
        codes: &str,
        stderr: &str,
        marks: &str,
    ) -> wasmtime::Result<Option<RetryCause>> {
        let exports = self.exports.skypilot_utils_process();
        exports.call_retry(&mut self.store, 0, 3, returncode, codes, stderr, marks)
    }

    pub fn backoff(&mut self, chance: f64) -> wasmtime::Result<f64> {
        self.exports.skypilot_utils_process().call_backoff(&mut self.store, chance)
    }

    pub fn descendants(
        &mut self,
        root: u32,
        started: u64,
        table: &str,
    ) -> wasmtime::Result<String> {
        let exports = self.exports.skypilot_utils_process();
        exports.call_descendants(&mut self.store, root, started, table)
    }

    pub fn sign(&mut self, request: &str, signer: &str) -> Outcome<String> {
        let exports = self.exports.skypilot_utils_aws();
        exports.call_sign(&mut self.store, request, signer, 0, true, true)
    }

    pub fn open_operation(&mut self, model: &str) -> Outcome<ResourceAny> {
        self.exports.skypilot_utils_cloud().operation().call_open(&mut self.store, model)
    }

    pub fn write_request(&mut self, operation: ResourceAny, input: &str) -> Outcome<String> {
        let exports = self.exports.skypilot_utils_cloud().operation();
        exports.call_request(&mut self.store, operation, input)
    }

    /// What a response says, read in steps of so many bytes.
    pub fn read_response(
        &mut self,
        operation: ResourceAny,
        status: u16,
        body: &str,
        max_bytes: u32,
    ) -> Outcome<String> {
        let operations = self.exports.skypilot_utils_cloud().operation();
        let opened = operations.call_response(&mut self.store, operation, status, "[]", body)?;
        let response = match opened {
            Ok(response) => response,
            Err(error) => return Ok(Err(error)),
        };
        let responses = self.exports.skypilot_utils_cloud().response();
        loop {
            match responses.call_step(&mut self.store, response, max_bytes)? {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        let answer = responses.call_take(&mut self.store, response)?;
        response.resource_drop(&mut self.store)?;
        Ok(answer)
    }

    pub fn get_cpu_count(&mut self) -> Outcome<i64> {
        self.exports.skypilot_utils_system().call_get_cpu_count(&mut self.store)
    }

    pub fn get_mem_size_gb(&mut self) -> Outcome<f64> {
        self.exports.skypilot_utils_system().call_get_mem_size_gb(&mut self.store)
    }
}
