//! The exports of `process`.

use super::Component;
use crate::bindings::exports::skypilot::utils::process::{self, RetryCause};
use crate::retry::{self, Cause, Ended};
use crate::{process as table, workers};
use alloc::string::{String, ToString};

impl process::Guest for Component {
    fn parallel_threads(cpus: u32, cloud: String) -> u32 {
        workers::parallel_threads(cpus, &cloud)
    }

    fn file_mount_workers(descriptors: i64, entries: u32, threads: u32) -> u32 {
        workers::file_mount_workers(descriptors, entries, threads)
    }

    fn next_batch(previous: u32, left: u32, cpus: i64) -> u32 {
        workers::next_batch(previous, left, cpus)
    }

    fn retry(
        retries: u32,
        max_retries: i64,
        returncode: i64,
        codes: String,
        stderr: String,
        marks: String,
    ) -> Option<RetryCause> {
        let ended = Ended { returncode, stderr: &stderr };
        retry::cause(retries, max_retries, ended, &codes, &marks).map(RetryCause::from)
    }

    fn backoff(chance: f64) -> f64 {
        retry::backoff(chance)
    }

    fn descendants(root: u32, started: u64, table: String) -> String {
        let mut found = String::new();
        for pid in table::descendants(root, started, &table) {
            if !found.is_empty() {
                found.push(' ');
            }
            found.push_str(&pid.to_string());
        }
        found
    }
}

impl From<Cause> for RetryCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Returncode => Self::Returncode,
            Cause::Stderr => Self::Stderr,
        }
    }
}
