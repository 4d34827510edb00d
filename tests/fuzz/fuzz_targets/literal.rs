//! Number literals: what is read survives being written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::{base36, float, literal};

fuzz_target!(|text: &str| {
    if let Ok(number) = literal::float(text) {
        let again: f64 = format!("{number:e}").parse().unwrap();
        assert!(number == again || number.is_nan());
        float::format(number, 3).unwrap();
    }
    if let Ok(integer) = literal::integer(text, 16) {
        assert!(!integer.digits.is_empty());
        assert!(integer.digits.chars().all(|c| c == '_' || c.is_ascii_hexdigit()));
    }
    if let Ok(digits) = base36::encode(text)
        && digits.len() < 24
    {
        let plain: String = text.trim().chars().filter(|&c| c != '_').collect();
        let plain = plain.trim_start_matches(['+', '-']);
        let plain = plain.strip_prefix("0x").or(plain.strip_prefix("0X")).unwrap_or(plain);
        let number = u128::from_str_radix(plain, 16).unwrap();
        assert_eq!(u128::from_str_radix(&digits, 36).unwrap(), number);
    }
});
