//! The logic by itself, compiled for this machine: what the component could cost at best.
#![allow(missing_docs, reason = "criterion_main! makes an undocumented main")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skypilot_benches::{HEX_DIGITS, LINE_COUNTS, MAX_LENGTH, bytes, criterion, hex, log, words};
use skypilot_utils::error::FileError;
use skypilot_utils::hash::Algorithm;
use skypilot_utils::limits::{self, CpuFacts, CpuQuota, MemoryFacts};
use skypilot_utils::tail;
use skypilot_utils::{base36, float, text};
use std::hint::black_box;

const MIB: usize = 1 << 20;

fn strings(c: &mut Criterion) {
    let mut group = c.benchmark_group("native/base36_encode");
    for digits in HEX_DIGITS {
        let hex = hex(digits);
        group.bench_function(BenchmarkId::from_parameter(digits), |b| {
            b.iter(|| base36::encode(black_box(&hex)));
        });
    }
    group.finish();

    c.bench_function("native/format_float", |b| b.iter(|| float::format(black_box(2.675), 1)));

    let mut group = c.benchmark_group("native/truncate_long_string");
    for length in [200, 10_000] {
        let text = words(length);
        for (mode, middle) in [("end", false), ("middle", true)] {
            group.bench_function(BenchmarkId::new(mode, length), |b| {
                b.iter(|| text::truncate(black_box(&text), MAX_LENGTH, middle));
            });
        }
    }
    group.finish();
}

/// Reads a file in memory.
fn read_at(content: &[u8], offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
    let start = usize::try_from(offset).map_err(|_| FileError::InvalidSeek)?;
    let length = usize::try_from(length).map_err(|_| FileError::InvalidSeek)?;
    let rest = content.get(start..).unwrap_or_default();
    Ok(rest[..length.min(rest.len())].to_vec())
}

fn files(c: &mut Criterion) {
    let content = log(2 * MIB);
    let file = |offset, length| read_at(black_box(&content), offset, length);
    let size = content.len() as u64;
    let mut group = c.benchmark_group("native/read_last_n_lines");
    for n in LINE_COUNTS {
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| tail::last_lines(file, size, n, true));
        });
    }
    group.finish();

    let content = bytes(MIB);
    let mut group = c.benchmark_group("native/hash");
    group.throughput(Throughput::Bytes(MIB as u64));
    for (name, algorithm) in [
        ("md5", Algorithm::Md5),
        ("sha1", Algorithm::Sha1),
        ("sha224", Algorithm::Sha224),
        ("sha256", Algorithm::Sha256),
        ("sha384", Algorithm::Sha384),
        ("sha512", Algorithm::Sha512),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut digest = algorithm.start();
                digest.update(black_box(&content));
                digest.hex_digest()
            });
        });
    }
    group.finish();
}

fn system(c: &mut Criterion) {
    let cpu = CpuFacts {
        logical_cpus: Some(8),
        affinity: Some(8),
        quota: CpuQuota::V2(Some("200000 100000\n".into())),
        ..CpuFacts::default()
    };
    c.bench_function("native/get_cpu_count", |b| b.iter(|| limits::cpu_count(black_box(&cpu))));

    let memory = MemoryFacts {
        physical: Some(8 << 30),
        cgroup_limit: Some("4294967296\n".into()),
        ..MemoryFacts::default()
    };
    c.bench_function("native/get_mem_size_gb", |b| {
        b.iter(|| limits::memory_gib(black_box(&memory)));
    });
}

criterion_group! {
    name = native;
    config = criterion();
    targets = strings, files, system
}
criterion_main!(native);
