//! The component in wasmtime: compiling, instantiating and each call, measured apart.
//!
//! `SKYPILOT_UTILS_WASM` names another component to measure.
#![allow(missing_docs, reason = "criterion_main! makes an undocumented main")]

use component_tests::bindings::exports::skypilot::utils::hashing::Algorithm;
use component_tests::{Instance, Sandbox, artifact, linker, loaded};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use golden_vectors::Machine;
use skypilot_benches::{HEX_DIGITS, LINE_COUNTS, MAX_LENGTH, bytes, criterion, hex, log, words};
use std::hint::black_box;
use tempfile::TempDir;
use wasmtime::component::Component;

const MIB: usize = 1 << 20;

fn start(c: &mut Criterion) {
    let engine = loaded().engine();
    let wasm = std::fs::read(artifact::path()).expect("the component was built");
    c.bench_function("component/compile", |b| {
        b.iter(|| Component::new(engine, black_box(&wasm)).expect("it compiles"));
    });

    let component = loaded().instance_pre().component();
    c.bench_function("component/link", |b| {
        b.iter(|| linker(engine).instantiate_pre(component).expect("its imports are provided"));
    });

    c.bench_function("component/instantiate", |b| b.iter(|| Sandbox::new().instantiate()));
}

fn strings(c: &mut Criterion) {
    let mut instance = Sandbox::new().instantiate();

    let mut group = c.benchmark_group("component/base36_encode");
    for digits in HEX_DIGITS {
        let hex = hex(digits);
        group.bench_function(BenchmarkId::from_parameter(digits), |b| {
            b.iter(|| instance.base36_encode(black_box(&hex)).unwrap());
        });
    }
    group.finish();

    c.bench_function("component/format_float", |b| {
        b.iter(|| instance.format_float(black_box(2.675), 1).unwrap());
    });

    let mut group = c.benchmark_group("component/truncate_long_string");
    for length in [200, 10_000] {
        let text = words(length);
        for (mode, middle) in [("end", false), ("middle", true)] {
            group.bench_function(BenchmarkId::new(mode, length), |b| {
                b.iter(|| {
                    instance.truncate_long_string(black_box(&text), MAX_LENGTH, middle).unwrap()
                });
            });
        }
    }
    group.finish();
}

/// An instance with a directory that holds one file, `file`.
fn with_file(content: &[u8]) -> (TempDir, Instance) {
    let directory = tempfile::tempdir().expect("there is room for temporary files");
    std::fs::write(directory.path().join("file"), content).expect("the file fits");
    let instance = Sandbox::new().directory(directory.path()).instantiate();
    (directory, instance)
}

fn tail(c: &mut Criterion) {
    let content = log(20 * MIB);
    let (_directory, mut instance) = with_file(&content);
    let size = content.len() as u64;
    let mut group = c.benchmark_group("component/read_last_n_lines");
    for n in LINE_COUNTS {
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| instance.read_last_n_lines("file", size, n, true).unwrap());
        });
    }
    group.finish();
}

fn hash(c: &mut Criterion) {
    let (_directory, mut instance) = with_file(&bytes(8 * MIB));
    let mut group = c.benchmark_group("component/hash_file/8_MiB");
    group.sample_size(10).throughput(Throughput::Bytes(8 * MIB as u64));
    for (name, algorithm) in [
        ("md5", Algorithm::Md5),
        ("sha1", Algorithm::Sha1),
        ("sha224", Algorithm::Sha224),
        ("sha256", Algorithm::Sha256),
        ("sha384", Algorithm::Sha384),
        ("sha512", Algorithm::Sha512),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| hash_file(&mut instance, algorithm));
        });
    }
    group.finish();

    let (_directory, mut instance) = with_file(&bytes(64 * MIB));
    let mut group = c.benchmark_group("component/hash_file/64_MiB");
    group.sample_size(10).throughput(Throughput::Bytes(64 * MIB as u64));
    group.bench_function("md5", |b| b.iter(|| hash_file(&mut instance, Algorithm::Md5)));
    group.finish();
}

fn hash_file(instance: &mut Instance, algorithm: Algorithm) -> String {
    instance.hash_file("file", algorithm).unwrap().unwrap()
}

fn system(c: &mut Criterion) {
    let machine = Machine {
        logical_cpus: Some(8),
        affinity: Some(8),
        physical_memory: Some(8 << 30),
        cgroup_v2: true,
        cpu_max: Some("200000 100000\n".into()),
        memory_limit: Some("4294967296\n".into()),
        ..Machine::default()
    };
    let mut instance = Sandbox::new().machine(machine).instantiate();
    c.bench_function("component/get_cpu_count", |b| {
        b.iter(|| instance.get_cpu_count().unwrap());
    });
    c.bench_function("component/get_mem_size_gb", |b| {
        b.iter(|| instance.get_mem_size_gb().unwrap());
    });
    c.bench_function("component/find_free_port", |b| {
        b.iter(|| {
            // The stub remembers every search.
            instance.store.data_mut().port_searches.clear();
            instance.find_free_port(black_box(30_000)).unwrap()
        });
    });
}

criterion_group! {
    name = component;
    config = criterion();
    targets = start, strings, tail, hash, system
}
criterion_main!(component);
