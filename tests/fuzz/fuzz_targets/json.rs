//! JSON: what is read survives being written and read again, and reading over it takes the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::cloud::json::{MAX_DEPTH, Reader, Value, write};

fuzz_target!(|text: &str| {
    let mut reader = Reader::new(text);
    let skipped = reader.skip(MAX_DEPTH).and_then(|value| reader.end().map(|()| value));
    let read = Value::read(text);
    assert_eq!(skipped.is_ok(), read.is_ok());
    if let Ok(value) = read {
        let mut written = String::new();
        write(&mut written, &value);
        assert_eq!(Value::read(&written), Ok(value));
    }
});
