//! JSON, as RFC 8259 has it: values, read and written.
//!
//! Of our own because of its size: `serde_json` would make the component a quarter larger, most of it
//! for numbers, which are not looked into here.

mod read;

pub use read::Reader;

use crate::error::Error;
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

#[cfg(test)]
mod tests;
