//! How many workers work at once.

/// Fewest threads, whatever the machine.
const LEAST_THREADS: u32 = 4;

/// How many times as many threads Kubernetes gets: its pods are waited for, not worked for.
const KUBERNETES: u32 = 4;

/// File descriptors of a worker for each entry of the directory it mounts, and at least.
const DESCRIPTORS: i64 = 5;

/// File descriptors kept back for everything else.
const RESERVE: i64 = 100;

/// Threads for parallel work, as `get_parallel_threads(cloud)`; 0 CPUs are an unknown number.
#[must_use]
pub fn parallel_threads(cpus: u32, cloud: &str) -> u32 {
    let threads = cpus.saturating_sub(1).max(LEAST_THREADS);
    if is_kubernetes(cloud) { threads.saturating_mul(KUBERNETES) } else { threads }
}

fn is_kubernetes(cloud: &str) -> bool {
    cloud.chars().map(lower).eq("kubernetes".chars())
}

/// The lower case of a letter, if that is an ASCII letter. Besides the ASCII letters only the kelvin
/// sign has such a one.
fn lower(c: char) -> char {
    if c == '\u{212a}' { 'k' } else { c.to_ascii_lowercase() }
}

/// Workers for mounting files, as `get_max_workers_for_file_mounts()`: `entries` are those of the
/// largest directory.
#[must_use]
pub fn file_mount_workers(descriptors: i64, entries: u32, threads: u32) -> u32 {
    let each = DESCRIPTORS.max(i64::from(entries) * DESCRIPTORS);
    let workers = descriptors.saturating_sub(RESERVE).div_euclid(each);
    u32::try_from(workers.max(1)).unwrap_or(u32::MAX).min(threads)
}

/// Processes that `slow_start_processes()` starts next.
#[must_use]
pub fn next_batch(previous: u32, left: u32, cpus: i64) -> u32 {
    // Towards zero, as Python's `int(cpus / 2)`.
    let most = u32::try_from((cpus / 2).max(1)).unwrap_or(u32::MAX);
    let batch = if previous == 0 { 1 } else { previous.saturating_mul(2).min(most) };
    batch.min(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn there_are_always_some_threads() {
        assert_eq!([0, 1, 4, 5, 6, 16].map(|cpus| parallel_threads(cpus, "")), [4, 4, 4, 4, 5, 15]);
        assert_eq!(parallel_threads(16, "Kubernetes"), 60);
        assert_eq!(parallel_threads(u32::MAX, "kubernetes"), u32::MAX);
    }

    #[test]
    fn lower_case_is_unicodes() {
        for c in '\0'..=char::MAX {
            let mut full = c.to_lowercase();
            let single = full.next().filter(|l| full.next().is_none() && l.is_ascii());
            assert_eq!(lower(c), single.unwrap_or(c), "{c:?}");
        }
        assert!(is_kubernetes("\u{212a}uberNETES") && !is_kubernetes("kubernetes "));
    }

    #[test]
    fn workers_share_the_descriptors() {
        assert_eq!(file_mount_workers(1024, 0, 15), 15);
        assert_eq!(file_mount_workers(1024, 30, 15), 6);
        for few in [i64::MIN, -1, 0, 50, 100, 104] {
            assert_eq!(file_mount_workers(few, 0, 15), 1);
        }
        assert_eq!(file_mount_workers(i64::MAX, 0, u32::MAX), u32::MAX);
        assert_eq!(file_mount_workers(i64::MAX, u32::MAX, 9), 9);
    }

    fn batches(mut left: u32, cpus: i64) -> Vec<u32> {
        let mut batches = Vec::new();
        while left > 0 {
            batches.push(next_batch(batches.last().copied().unwrap_or(0), left, cpus));
            left -= batches.last().unwrap();
        }
        batches
    }

    #[test]
    fn batches_double_up_to_half_the_cpus() {
        assert_eq!(batches(20, 8), [1, 2, 4, 4, 4, 4, 1]);
        assert_eq!(batches(3, 8), [1, 2]);
        for few in [i64::MIN, -3, 0, 1, 2, 3] {
            assert_eq!(batches(4, few), [1, 1, 1, 1]);
        }
        assert_eq!(batches(1 << 20, i64::MAX).len(), 21);
        assert_eq!(next_batch(u32::MAX, u32::MAX, i64::MAX), u32::MAX);
    }
}
