//! Reading JSON.

use super::Value;
use crate::error::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

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

    pub(super) fn value(&mut self, depth: u32) -> Result<Value, Error> {
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
