//! Responses: whatever a body is, what is made of it is JSON or an error, in any steps.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::cloud::json;
use skypilot_utils::cloud::model::Model;
use skypilot_utils::cloud::response::Reader;
use std::rc::Rc;

const SHAPES: &str = r#", "output": 0, "operation": "a", "method": "GET", "uri": "/", "shapes": [
    {"type": "structure", "members": {
        "A": {"shape": 1, "name": "a"}, "B": {"shape": 2, "name": "b"},
        "C": {"shape": 3, "name": "c"}, "D": {"shape": 4, "name": "d"},
        "E": {"shape": 5, "name": "e"}, "F": {"shape": 6, "name": "f"},
        "G": {"shape": 0, "name": "g"}, "H": {"shape": 1, "name": "x:h", "attribute": true}}},
    {"type": "string"},
    {"type": "list", "shape": 0, "name": "item"},
    {"type": "list", "shape": 6, "name": "c", "flat": true},
    {"type": "map", "shape": 5, "names": ["entry", "a", "b"]},
    {"type": "timestamp", "format": "iso8601"},
    {"type": "integer"}
]}"#;

fuzz_target!(|input: (u8, u16, &str)| {
    let (choice, status, body) = input;
    let protocol = ["ec2", "query", "rest-xml", "rest-json"][usize::from(choice % 4)];
    let model = format!(r#"{{"protocol": "{protocol}"{SHAPES}"#);
    let model = Rc::new(Model::read(&model).unwrap());
    let read = |step| {
        let mut reader = Reader::new(Rc::clone(&model), status, "[]", body.into())?;
        while reader.step(step)? {}
        reader.take()
    };
    let said = read(u32::MAX);
    assert_eq!(said, read(1));
    if let Ok(said) = said {
        // Flat lists are a level more than their elements.
        let mut reader = json::Reader::new(&said);
        reader.skip(2 * json::MAX_DEPTH + 2).unwrap();
        reader.end().unwrap();
    }
});
