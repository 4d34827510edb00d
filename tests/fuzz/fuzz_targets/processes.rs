//! Descendants in any table: no panic, nobody twice, never the root, and only who is in the table.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::process::{SEPARATOR, descendants};
use std::collections::BTreeSet;

fuzz_target!(|input: (u32, u64, &str)| {
    let (root, started, table) = input;
    let found = descendants(root, started, table);
    let named: BTreeSet<u32> = table
        .split(SEPARATOR)
        .filter_map(|entry| entry.split(' ').next()?.parse().ok())
        .collect();
    let once: BTreeSet<u32> = found.iter().copied().collect();
    assert_eq!(once.len(), found.len());
    assert!(!once.contains(&root) && once.is_subset(&named));
});
