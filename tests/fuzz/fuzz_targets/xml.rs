//! XML: whatever it is, reading it ends, in order and within the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::cloud::xml::{MAX_DEPTH, Reader, Token, attribute};

fuzz_target!(|text: &str| {
    let mut reader = Reader::default();
    let mut depth = 0;
    let mut at = 0;
    loop {
        match reader.next(text) {
            Ok(Token::Open { attributes, .. }) => {
                depth += 1;
                attribute(attributes, |name| {
                    assert!(!name.is_empty());
                    false
                });
                if text.len() % 2 == 0 && reader.plain_text(text).is_some() {
                    depth -= 1;
                }
            }
            Ok(Token::Close) => depth -= 1,
            Ok(Token::End) => break assert_eq!((depth, reader.at()), (0, text.len())),
            Ok(_) => assert!(depth > 0),
            Err(_) => break,
        }
        assert!(depth <= MAX_DEPTH && reader.at() >= at);
        at = reader.at();
    }
});
