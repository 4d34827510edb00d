//! The component gives the answers of the golden vectors.

use component_tests::bindings::exports::skypilot::utils::hashing;
use component_tests::bindings::skypilot::utils::types::{self, Error};
use component_tests::{Instance, Sandbox};
use golden_vectors::{Algorithm, Answer, Call, Failure, Override, check};
use std::path::Path;

#[test]
fn base36_encode() {
    check_component("base36_encode");
}

#[test]
fn format_float() {
    check_component("format_float");
}

#[test]
fn truncate_long_string() {
    check_component("truncate_long_string");
}

#[test]
fn read_last_n_lines() {
    check_component("read_last_n_lines");
}

#[test]
fn hash_file() {
    check_component("hash_file");
}

#[test]
fn find_free_port() {
    check_component("find_free_port");
}

#[test]
fn get_cpu_count() {
    check_component("get_cpu_count");
}

#[test]
fn get_mem_size_gb() {
    check_component("get_mem_size_gb");
}

/// Runs all cases on one instance: what a call leaves behind must not change the next answer.
fn check_component(function: &str) {
    let directory = tempfile::tempdir().unwrap();
    let mut instance = Sandbox::new().directory(directory.path()).instantiate();
    check(function, |call| answer(&mut instance, directory.path(), call).map_err(failure));
}

const FILE: &str = "file";

fn answer(instance: &mut Instance, directory: &Path, call: &Call) -> Result<Answer, Error> {
    Ok(match call {
        Call::Base36Encode { hex } => Answer::Text(instance.base36_encode(hex).unwrap()?),
        Call::FormatFloat { value, precision } => {
            Answer::Text(instance.format_float(*value, *precision).unwrap()?)
        }
        Call::TruncateLongString { text, max_length, middle } => {
            Answer::Shortened(instance.truncate_long_string(text, *max_length, *middle).unwrap())
        }
        Call::ReadLastNLines { content, n, lossy } => {
            std::fs::write(directory.join(FILE), content).unwrap();
            let size = content.len() as u64;
            Answer::Lines(instance.read_last_n_lines(FILE, size, *n, *lossy).unwrap()?)
        }
        Call::HashFile { content, algorithm } => {
            std::fs::write(directory.join(FILE), content).unwrap();
            Answer::HexDigest(instance.hash_file(FILE, wit_algorithm(*algorithm)).unwrap()?)
        }
        Call::FindFreePort { start } => {
            Answer::Count(instance.find_free_port(*start).unwrap()?.into())
        }
        Call::GetCpuCount(machine) => {
            instance.store.data_mut().machine = machine.clone();
            Answer::Count(instance.get_cpu_count().unwrap()?)
        }
        Call::GetMemSizeGb(machine) => {
            instance.store.data_mut().machine = machine.clone();
            Answer::Gib(instance.get_mem_size_gb().unwrap()?)
        }
    })
}

fn wit_algorithm(algorithm: Algorithm) -> hashing::Algorithm {
    match algorithm {
        Algorithm::Md5 => hashing::Algorithm::Md5,
        Algorithm::Sha1 => hashing::Algorithm::Sha1,
        Algorithm::Sha224 => hashing::Algorithm::Sha224,
        Algorithm::Sha256 => hashing::Algorithm::Sha256,
        Algorithm::Sha384 => hashing::Algorithm::Sha384,
        Algorithm::Sha512 => hashing::Algorithm::Sha512,
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::InvalidHex => Failure::InvalidHex,
        Error::PortOutOfRange => Failure::PortOutOfRange,
        Error::NoFreePort => Failure::NoFreePort,
        Error::InvalidOverride(types::InvalidOverride { variable, text, nan }) => {
            let variable = match variable {
                types::OverrideVariable::CpuCores => Override::CpuCores,
                types::OverrideVariable::MemoryGb => Override::MemoryGb,
                types::OverrideVariable::MemoryBytes => Override::MemoryBytes,
            };
            Failure::InvalidOverride { variable, text, nan }
        }
        Error::InfiniteCpuCount => Failure::InfiniteCpuCount,
        Error::ZeroCpuPeriod => Failure::ZeroCpuPeriod,
        Error::InvalidUtf8 => Failure::InvalidUtf8,
        Error::Unsupported(what) => Failure::Unsupported(what),
        Error::NegativeHex | Error::File(_) | Error::Malformed(_) | Error::HostFailed => {
            Failure::Unexpected(error.to_string())
        }
    }
}
