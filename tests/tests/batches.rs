//! Many texts in one call have the answers that each has by itself.

use component_tests::bindings::skypilot::utils::types::Error;
use component_tests::{Instance, Sandbox};
use golden_vectors::{Answer, Call, Failure, check};
use skypilot_utils::text;

/// The answers to joined numbers; `between` is one of them.
fn encoded(instance: &mut Instance, between: &str) -> Vec<String> {
    let answers = instance.base36_encode_joined(&format!("24\0{between}\0g\0{between}")).unwrap();
    answers.split('\0').map(String::from).collect()
}

#[test]
fn numbers_among_others_are_encoded_as_by_themselves() {
    let mut instance = Sandbox::new().instantiate();
    check("base36_encode", |call| {
        let Call::Base36Encode { hex } = call else { unreachable!() };
        let answers = encoded(&mut instance, hex);
        if hex.contains('\0') {
            assert!(answers.len() > 4, "{answers:?}");
            return Err(Failure::InvalidHex);
        }
        assert_eq!(answers, ["10", &answers[1], "", &answers[1]]);
        match instance.base36_encode(hex).unwrap() {
            Ok(alone) => assert_eq!(alone, answers[1]),
            Err(Error::InvalidHex) => return Err(Failure::InvalidHex),
            Err(Error::Unsupported(what)) => return Err(Failure::Unsupported(what)),
            Err(error) => return Err(Failure::Unexpected(error.to_string())),
        }
        Ok(Answer::Text(answers[1].clone()))
    });
}

#[test]
fn texts_among_others_are_shortened_as_by_themselves() {
    let mut instance = Sandbox::new().instantiate();
    check("truncate_long_string", |call| {
        let Call::TruncateLongString { text, max_length, middle } = call else { unreachable!() };
        let texts = [String::new(), text.clone(), "日本語日本語".into(), text.clone()];
        let list = instance.truncate_long_strings(&texts, *max_length, *middle).unwrap();
        let joined = instance.truncate_joined_strings(&texts.join("\0"), *max_length, *middle);
        if !text.contains('\0') {
            assert_eq!(joined.unwrap(), list.join("\0"));
        }
        let alone = instance.truncate_long_string(text, *max_length, *middle).unwrap();
        assert_eq!(list[1], alone.as_ref().unwrap_or(text).as_str());
        assert_eq!(list[1], list[3]);
        Ok(Answer::Shortened(alone))
    });
}

#[test]
fn no_texts_are_no_error() {
    let mut instance = Sandbox::new().instantiate();
    assert!(instance.truncate_long_strings(&[], 35, false).unwrap().is_empty());
    assert_eq!(instance.truncate_joined_strings("", 35, false).unwrap(), "");
    assert_eq!(instance.base36_encode_joined("").unwrap(), "");
}

#[test]
fn long_lists_are_answered_in_order() {
    let mut instance = Sandbox::new().instantiate();
    let texts: Vec<String> = (0..10_000).map(|i| format!("{i} {}", "x".repeat(40))).collect();
    let alone = texts.iter().map(|text| text::truncate(text, 10, true).unwrap());
    let expected: Vec<String> = alone.collect();
    assert_eq!(instance.truncate_long_strings(&texts, 10, true).unwrap(), expected);
}
