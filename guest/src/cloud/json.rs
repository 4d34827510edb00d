//! JSON, as RFC 8259 has it: a reader of values, and text in quotes.
//!
//! Of our own because of its size: `serde_json` would make the component a quarter larger, most of it
//! for numbers, which are not looked into here.

use crate::error::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// How deep arrays and objects may be in one another.
pub const MAX_DEPTH: u32 = 128;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// Text.
    String(String),
    /// Values in an order.
    Array(Vec<Value>),
    /// Values with names, in the order in which they are written; of equal names, the last counts.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads a whole text.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is no JSON, or has more than 128 arrays and objects in one another.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(text);
        let value = reader.value(MAX_DEPTH)?;
        reader.end()?;
        Ok(value)
    }

    /// The value of that name, in an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let members = self.as_object()?;
        members.iter().rev().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[(String, Self)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The items of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// A string's text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// A number, if it is whole and not negative, and written without an exponent.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Number(text) = self { text.parse().ok() } else { None }
    }

    /// Whether the value is `true`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }
}

/// Writes a value.
///
/// It is as deep as what was read, so that this is not deeper in calls than reading it.
pub fn write(out: &mut String, value: &Value) {
    let mut separator = "";
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                out.push_str(core::mem::replace(&mut separator, ","));
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (name, member) in members {
                out.push_str(core::mem::replace(&mut separator, ","));
                write_string(out, name);
                out.push(':');
                write(out, member);
            }
            out.push('}');
        }
    }
}

/// Writes text in quotes, with the escapes that Python's `json` takes.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            _ => {
                out.push_str("\\u00");
                out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or_default());
                out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or_default());
            }
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Reads a text value by value, without keeping any.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Begins to read a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that the next value begins with.
    pub fn first(&mut self) -> Option<u8> {
        self.skip_space();
        self.peek()
    }

    /// Reads over a value, and gives it as it is written.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is none, or has more than `depth` arrays and objects in one
    /// another.
    pub fn skip(&mut self, depth: u32) -> Result<&'a str, Error> {
        let first = self.first();
        let start = self.at;
        match first {
            Some(b'{') => self.members(depth, |reader, _, depth| reader.skip(depth).map(drop))?,
            Some(b'[') => self.items(b']', depth, |reader, depth| reader.skip(depth).map(drop))?,
            Some(b'"') => drop(self.string()?),
            Some(b'-' | b'0'..=b'9') => drop(self.number()?),
            _ => drop(self.value(depth)?),
        }
        Ok(&self.text[start..self.at])
    }

    /// Reads an object: `member` is to read the value of each name.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is none.
    pub fn members(
        &mut self,
        depth: u32,
        mut member: impl FnMut(&mut Self, &str, u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.items(b'}', depth, |reader, depth| {
            let name = reader.string()?;
            reader.skip_space();
            if !reader.take(b':') {
                return Err(reader.error("a colon"));
            }
            member(reader, &name, depth)
        })
    }

    /// What follows the last value: nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if there is something.
    pub fn end(&mut self) -> Result<(), Error> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.error("the end")) }
    }

    fn value(&mut self, depth: u32) -> Result<Value, Error> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.error("a value")),
        }
    }

    fn object(&mut self, depth: u32) -> Result<Value, Error> {
        let mut members = Vec::new();
        self.members(depth, |reader, name, depth| {
            members.push((name.into(), reader.value(depth)?));
            Ok(())
        })?;
        Ok(Value::Object(members))
    }

    fn array(&mut self, depth: u32) -> Result<Value, Error> {
        let mut items = Vec::new();
        self.items(b']', depth, |reader, depth| {
            items.push(reader.value(depth)?);
            Ok(())
        })?;
        Ok(Value::Array(items))
    }

    /// What is between two brackets, with commas in between; the first of them comes next.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is not that, or `depth` is 0.
    pub fn items(
        &mut self,
        end: u8,
        depth: u32,
        mut item: impl FnMut(&mut Self, u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.error("less depth"));
        };
        self.at += 1;
        self.skip_space();
        if self.take(end) {
            return Ok(());
        }
        loop {
            self.skip_space();
            item(self, depth)?;
            self.skip_space();
            if self.take(end) {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.error("a comma or the end of an array or object"));
            }
        }
    }

    fn string(&mut self) -> Result<String, Error> {
        if !self.take(b'"') {
            return Err(self.error("a string"));
        }
        let mut string = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let Some(plain) =
                rest.iter().position(|&byte| byte < b' ' || matches!(byte, b'"' | b'\\'))
            else {
                return Err(self.error("the end of a string"));
            };
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            if self.take(b'"') {
                return Ok(string);
            }
            if !self.take(b'\\') {
                return Err(self.error("no control character in a string"));
            }
            string.push(self.escaped()?);
        }
    }

    /// The character that is written with a backslash.
    fn escaped(&mut self) -> Result<char, Error> {
        let escape = self.peek();
        self.at += usize::from(escape.is_some());
        Ok(match escape {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first).ok_or_else(|| self.error("a character"));
                }
                // A character beyond U+FFFF is written as two halves.
                if !(self.take(b'\\') && self.take(b'u')) {
                    return Err(self.error("the second half of a character"));
                }
                let second = self.hex()?.wrapping_sub(0xdc00);
                if second >= 0x400 {
                    return Err(self.error("the second half of a character"));
                }
                let code = 0x1_0000 + ((first - 0xd800) << 10) + second;
                return char::from_u32(code).ok_or_else(|| self.error("a character"));
            }
            _ => {
                self.at -= usize::from(escape.is_some());
                return Err(self.error("an escape"));
            }
        })
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.error("four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Value, Error> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Value::Number(self.text[start..self.at].into()))
    }

    fn digits(&mut self) -> Result<(), Error> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.error("a digit")) } else { Ok(()) }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Error> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error("a value"))
        }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// What to say if something else was expected.
    #[must_use]
    pub fn error(&self, expected: &str) -> Error {
        Error::Malformed(format!("JSON: byte {}: {expected} is expected", self.at))
    }
}

#[cfg(test)]
mod tests {
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
}
