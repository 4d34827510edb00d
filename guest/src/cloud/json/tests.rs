use super::*;
use alloc::string::ToString;
use alloc::vec;

fn text(text: &str) -> Value {
    Value::String(text.into())
}

#[test]
fn values_are_read() {
    let read = Value::read(" {\"a\" : [1, -2.5e+3, true, false, null, {}, []], \"b\":\"x\"}\n");
    let number = |text: &str| Value::Number(text.into());
    let items = vec![
        number("1"),
        number("-2.5e+3"),
        Value::Bool(true),
        Value::Bool(false),
        Value::Null,
        Value::Object(vec![]),
        Value::Array(vec![]),
    ];
    let members = vec![("a".into(), Value::Array(items)), ("b".into(), text("x"))];
    assert_eq!(read, Ok(Value::Object(members)));
}

#[test]
fn the_last_of_equal_names_counts() {
    let read = Value::read(r#"{"a": 1, "a": 2, "b": 3}"#).unwrap();
    assert_eq!(read.get("a").and_then(Value::as_u64), Some(2));
    assert_eq!(read.get("c"), None);
}

#[test]
fn strings_have_escapes() {
    let read = Value::read(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#);
    assert_eq!(read, Ok(text("\"\\/\u{8}\u{c}\n\r\té😀é😀")));
}

#[test]
fn text_comes_back_as_it_was_written() {
    let all: String = (0..0x250).filter_map(char::from_u32).chain(['😀', '\u{ffff}']).collect();
    let mut written = String::new();
    write_string(&mut written, &all);
    assert_eq!(Value::read(&written), Ok(text(&all)));
    assert!(written.bytes().all(|byte| byte >= b' '));
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for (odd, place) in [
        ("", 0),
        ("nul", 0),
        ("[1,]", 3),
        ("[1 2]", 3),
        ("{\"a\"}", 4),
        ("{a: 1}", 1),
        ("01", 1),
        ("-", 1),
        ("1.", 2),
        ("1e", 2),
        ("\"\n\"", 1),
        ("\"\\x\"", 2),
        ("\"\\u12g4\"", 5),
        ("\"\\ud800\"", 7),
        ("\"\\ud800\\u0041\"", 13),
        ("\"abc", 1),
        ("1 1", 2),
        ("[", 1),
        ("{\"a\":1,}", 7),
        ("\u{feff}1", 0),
        ("é", 0),
    ] {
        let Err(Error::Malformed(why)) = Value::read(odd) else { panic!("{odd:?}") };
        assert!(
            why.starts_with(&["JSON: byte ", &place.to_string(), ":"].concat()),
            "{odd:?}: {why}"
        );
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Value::read(&nested(128)).is_ok());
    assert!(Value::read(&nested(129)).is_err());
    assert!(Value::read(&"[".repeat(1_000_000)).is_err());
}
