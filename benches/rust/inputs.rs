//! What both benches measure with: the same inputs natively and in the component, so that the
//! difference is the boundary.

use criterion::Criterion;
use std::time::Duration;

/// Lengths of the hexadecimal numbers; 32 digits are a cluster name's MD5.
pub const HEX_DIGITS: [usize; 4] = [8, 32, 64, 4096];

/// How many lines are read; SkyPilot asks for 10 to 10,000.
pub const LINE_COUNTS: [u64; 4] = [1, 100, 1000, 10_000];

/// The limit that `truncate_long_string` has by default.
pub const MAX_LENGTH: i64 = 35;

/// Short runs: ratios are what counts, and a run of everything should take about a minute.
#[must_use]
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

/// A number of that many digits.
#[must_use]
pub fn hex(digits: usize) -> String {
    "9f86d081884c7d65".chars().cycle().take(digits).collect()
}

/// Words of six letters, that many characters with the spaces.
#[must_use]
pub fn words(length: usize) -> String {
    "sentry ".chars().cycle().take(length).collect()
}

/// A log of that many bytes in lines of 84.
#[must_use]
pub fn log(size: usize) -> Vec<u8> {
    let line = format!("{:<83}\n", "I 01-02 03:04:05 controller.py:123] Job status: RUNNING");
    line.into_bytes().into_iter().cycle().take(size / 84 * 84).collect()
}

/// Bytes to hash.
#[must_use]
pub fn bytes(size: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(size).collect()
}
