//! The native logic gives the answers of the golden vectors.

use golden_vectors::{Answer, Call, Failure, Machine, Override, check};
use skypilot_utils::error::{self, Error, FileError};
use skypilot_utils::hash::Algorithm;
use skypilot_utils::limits::{self, CpuFacts, CpuQuota, MemoryFacts};
use skypilot_utils::tail;
use skypilot_utils::{base36, float, port, text};

#[test]
fn base36_encode() {
    check("base36_encode", native);
}

#[test]
fn format_float() {
    check("format_float", native);
}

#[test]
fn truncate_long_string() {
    check("truncate_long_string", native);
}

#[test]
fn read_last_n_lines() {
    check("read_last_n_lines", native);
}

#[test]
fn hash_file() {
    check("hash_file", native);
}

#[test]
fn find_free_port() {
    check("find_free_port", native);
}

#[test]
fn get_cpu_count() {
    check("get_cpu_count", native);
}

#[test]
fn get_mem_size_gb() {
    check("get_mem_size_gb", native);
}

fn native(call: &Call) -> Result<Answer, Failure> {
    answer(call).map_err(failure)
}

fn answer(call: &Call) -> Result<Answer, Error> {
    Ok(match call {
        Call::Base36Encode { hex } => Answer::Text(base36::encode(hex)?),
        Call::FormatFloat { value, precision } => Answer::Text(float::format(*value, *precision)?),
        Call::TruncateLongString { text, max_length, middle } => {
            Answer::Shortened(text::truncate(text, *max_length, *middle))
        }
        Call::ReadLastNLines { content, n, lossy } => {
            let size = content.len() as u64;
            let file = |offset, length| read_at(content, offset, length);
            Answer::Lines(tail::last_lines(file, size, *n, *lossy)?)
        }
        Call::HashFile { content, algorithm } => {
            let mut digest = native_algorithm(*algorithm).start();
            digest.update(content);
            Answer::HexDigest(digest.hex_digest())
        }
        // Every port is free, so the first is the answer.
        Call::FindFreePort { start } => Answer::Count(port::first(*start)?.into()),
        Call::GetCpuCount(machine) => Answer::Count(limits::cpu_count(&cpu_facts(machine))?),
        Call::GetMemSizeGb(machine) => Answer::Gib(limits::memory_gib(&memory_facts(machine))?),
    })
}

/// Reads a file in memory.
fn read_at(content: &[u8], offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
    let start = usize::try_from(offset).map_err(|_| FileError::InvalidSeek)?;
    let length = usize::try_from(length).map_err(|_| FileError::InvalidSeek)?;
    Ok(content.iter().skip(start).take(length).copied().collect())
}

fn native_algorithm(algorithm: golden_vectors::Algorithm) -> Algorithm {
    match algorithm {
        golden_vectors::Algorithm::Md5 => Algorithm::Md5,
        golden_vectors::Algorithm::Sha1 => Algorithm::Sha1,
        golden_vectors::Algorithm::Sha224 => Algorithm::Sha224,
        golden_vectors::Algorithm::Sha256 => Algorithm::Sha256,
        golden_vectors::Algorithm::Sha384 => Algorithm::Sha384,
        golden_vectors::Algorithm::Sha512 => Algorithm::Sha512,
    }
}

fn cpu_facts(machine: &Machine) -> CpuFacts {
    CpuFacts {
        core_limit: machine.cpu_core_limit.clone(),
        logical_cpus: machine.logical_cpus,
        affinity: machine.affinity,
        quota: if machine.cgroup_v2 {
            CpuQuota::V2(machine.cpu_max.clone())
        } else {
            CpuQuota::V1(machine.cfs_quota.clone(), machine.cfs_period.clone())
        },
    }
}

fn memory_facts(machine: &Machine) -> MemoryFacts {
    MemoryFacts {
        gb_limit: machine.memory_gb_limit.clone(),
        bytes_limit: machine.memory_bytes_limit.clone(),
        physical: machine.physical_memory,
        cgroup_limit: machine.memory_limit.clone(),
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::InvalidHex => Failure::InvalidHex,
        Error::PortOutOfRange => Failure::PortOutOfRange,
        Error::NoFreePort => Failure::NoFreePort,
        Error::InvalidOverride { variable, text, nan } => {
            let variable = match variable {
                error::Override::CpuCores => Override::CpuCores,
                error::Override::MemoryGb => Override::MemoryGb,
                error::Override::MemoryBytes => Override::MemoryBytes,
            };
            Failure::InvalidOverride { variable, text, nan }
        }
        Error::InfiniteCpuCount => Failure::InfiniteCpuCount,
        Error::ZeroCpuPeriod => Failure::ZeroCpuPeriod,
        Error::InvalidUtf8 => Failure::InvalidUtf8,
        Error::Unsupported(what) => Failure::Unsupported(what.into()),
        Error::NegativeHex | Error::File(_) | Error::Malformed(_) | Error::Host(_) => {
            Failure::Unexpected(error.to_string())
        }
    }
}
