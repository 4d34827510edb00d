//! Shortening text: no panic, never longer than the rules allow.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::text::truncate;

fuzz_target!(|input: (&str, i64, bool)| {
    let (text, max_length, middle) = input;
    let length = text.chars().count();
    match truncate(text, max_length, middle) {
        None => assert!(length as i64 <= max_length),
        Some(short) if middle => assert!(short.chars().count() as i64 <= max_length.max(3)),
        Some(short) => assert!(short.ends_with("...") && short.chars().count() <= length + 3),
    }
});
