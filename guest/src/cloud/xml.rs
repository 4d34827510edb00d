//! XML 1.0, as services write it: a reader of tags and text, in one pass and without a tree.
//!
//! Strict: what is not well-formed is refused. There is no DTD, so that no entity can be declared
//! (a `DOCTYPE` is refused), and namespaces are not looked into: names lose their prefixes. Which
//! characters beyond ASCII a name may have is not checked either.

mod content;
mod names;

#[cfg(test)]
mod tests;

use crate::error::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use content::{JSON, XML};

pub use names::{local, value as attribute};

/// How deep elements may be in one another.
pub const MAX_DEPTH: usize = 128;

/// What comes next in a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// An element begins: its name with its prefix, and its attributes as they are written.
    Open {
        /// The name.
        name: &'a str,
        /// The attributes, checked.
        attributes: &'a str,
    },
    /// A part of the text of the element that is open; as much as has no entities or the like.
    Text(&'a str),
    /// A character that was written in another way.
    Char(char),
    /// The innermost element ends.
    Close,
    /// The text ends, and so did the root.
    End,
}

/// Reads a text, which every call gets again: it must not change.
#[derive(Debug, Default)]
pub struct Reader {
    at: usize,
    /// Where the names of the open elements are, the innermost last.
    open: Vec<(usize, usize)>,
    /// Whether the innermost element ended with its tag, as `<a/>` does.
    empty: bool,
    /// Whether the root has begun.
    begun: bool,
    /// Where the CDATA ends that is being read.
    cdata: Option<usize>,
}

impl Reader {
    /// How many bytes have been read.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// What comes next.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], with the byte at which the text is not well-formed.
    pub fn next<'a>(&mut self, text: &'a str) -> Result<Token<'a>, Error> {
        if self.empty {
            self.empty = false;
            self.open.pop();
            return Ok(Token::Close);
        }
        if self.at == 0 {
            self.prolog(text)?;
        }
        loop {
            if let Some(end) = self.cdata {
                return Ok(self.cdata(text, end));
            }
            let rest = &text.as_bytes()[self.at..];
            match rest {
                [] if self.begun && self.open.is_empty() => return Ok(Token::End),
                [] => return Err(self.error("the text ends too early")),
                [b'<', b'/', ..] => return self.close(text),
                [b'<', b'?', ..] => self.instruction(text)?,
                [b'<', b'!', ..] => self.comment_or_cdata(text)?,
                [b'<', ..] => return self.open(text),
                _ if self.open.is_empty() => self.space_outside(text)?,
                _ => return self.content(text),
            }
        }
    }

    /// All of the text of the element that has just begun, if it needs no escapes in XML nor in
    /// JSON and there is nothing else in the element, which then has ended.
    pub fn plain_text<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if self.empty {
            self.empty = false;
            self.open.pop();
            return Some("");
        }
        let bytes = text.as_bytes();
        let end = self.at + content::plain(&bytes[self.at..], XML | JSON);
        let &(start, stop) = self.open.last()?;
        let name = &bytes[start..stop];
        let tag = bytes.get(end..end + name.len() + 3)?;
        let closes = tag[0] == b'<'
            && tag[1] == b'/'
            && tag[tag.len() - 1] == b'>'
            && &tag[2..tag.len() - 1] == name;
        if !closes {
            return None;
        }
        let plain = &text[self.at..end];
        self.at = end + tag.len();
        self.open.pop();
        Some(plain)
    }

    /// A tag that opens an element.
    fn open<'a>(&mut self, text: &'a str) -> Result<Token<'a>, Error> {
        if self.open.is_empty() && self.begun {
            return Err(self.error("a second root"));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(self.error("more than 128 elements in one another"));
        }
        self.begun = true;
        let start = self.at + 1;
        let bytes = text.as_bytes();
        let stop = start + names::length(&bytes[start..]);
        if stop == start {
            return Err(self.error("no name"));
        }
        self.at = stop;
        // Most tags have nothing but a name.
        if bytes.get(stop) != Some(&b'>') {
            self.at = names::attributes_end(text, stop).map_err(odd)?;
        }
        let attributes = &text[stop..self.at];
        self.empty = bytes.get(self.at) == Some(&b'/');
        self.at += usize::from(self.empty);
        self.expect(text, ">")?;
        self.open.push((start, stop));
        Ok(Token::Open { name: &text[start..stop], attributes })
    }

    /// A tag that ends the innermost element.
    fn close<'a>(&mut self, text: &'a str) -> Result<Token<'a>, Error> {
        let bytes = text.as_bytes();
        let Some((start, stop)) = self.open.pop() else {
            return Err(self.error("an element ends that has not begun"));
        };
        let name = &bytes[start..stop];
        let after = self.at + 2;
        if !bytes[after..].starts_with(name) {
            return Err(self.error("another element ends than the innermost"));
        }
        self.at = after + name.len();
        self.at += names::space(&bytes[self.at..]);
        self.expect(text, ">")?;
        Ok(Token::Close)
    }

    /// Text, or a character written in another way.
    fn content<'a>(&mut self, text: &'a str) -> Result<Token<'a>, Error> {
        let rest = &text.as_bytes()[self.at..];
        match rest[0] {
            b'&' => {
                let found = content::reference(rest);
                let (character, length) = found.ok_or_else(|| self.error("an unknown entity"))?;
                self.at += length;
                Ok(Token::Char(character))
            }
            b'\r' => {
                self.at += content::line_end(rest);
                Ok(Token::Char('\n'))
            }
            _ => {
                let start = self.at;
                self.at += content::run(rest).map_err(|place| odd(start + place))?;
                Ok(Token::Text(&text[start..self.at]))
            }
        }
    }

    /// A comment, or the beginning of CDATA.
    fn comment_or_cdata(&mut self, text: &str) -> Result<(), Error> {
        let rest = &text[self.at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            // Two hyphens end a comment, and nothing else may follow them.
            let Some(length) = content::find(comment.as_bytes(), b"--") else {
                return Err(self.error("a comment does not end"));
            };
            let start = self.at + 4;
            content::check(&comment.as_bytes()[..length]).map_err(|place| odd(start + place))?;
            self.at = start + length + 2;
            self.expect(text, ">")?;
            return Ok(());
        }
        let Some(inner) = rest.strip_prefix("<![CDATA[").filter(|_| !self.open.is_empty()) else {
            return Err(self.error("a declaration, or none"));
        };
        let Some(length) = content::find(inner.as_bytes(), b"]]>") else {
            return Err(self.error("CDATA does not end"));
        };
        self.at += 9;
        content::check(&inner.as_bytes()[..length]).map_err(|place| odd(self.at + place))?;
        self.cdata = Some(self.at + length);
        Ok(())
    }

    /// The next part of what is between `<![CDATA[` and `]]>`.
    fn cdata<'a>(&mut self, text: &'a str, end: usize) -> Token<'a> {
        let start = self.at;
        let part = &text.as_bytes()[start..end];
        let length = memchr::memchr(b'\r', part).unwrap_or(part.len());
        if length == 0 && !part.is_empty() {
            self.at += content::line_end(part);
            return Token::Char('\n');
        }
        self.at += length;
        if self.at == end {
            self.at += 3;
            self.cdata = None;
        }
        Token::Text(&text[start..start + length])
    }

    /// An instruction to somebody else.
    fn instruction(&mut self, text: &str) -> Result<(), Error> {
        let rest = &text[self.at..];
        let Some(length) = content::find(rest.as_bytes(), b"?>") else {
            return Err(self.error("an instruction does not end"));
        };
        let inner = &rest.as_bytes()[2..length.max(2)];
        let name = names::length(inner);
        let spaced = inner.len() == name || names::space(&inner[name..]) > 0;
        if name == 0 || !spaced || inner[..name].eq_ignore_ascii_case(b"xml") || length < 2 {
            return Err(self.error("no instruction"));
        }
        let start = self.at + 2;
        content::check(inner).map_err(|place| odd(start + place))?;
        self.at += length + 2;
        Ok(())
    }

    /// What only the beginning may have: a byte order mark and an XML declaration.
    fn prolog(&mut self, text: &str) -> Result<(), Error> {
        if text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        let rest = &text[self.at..];
        let declared = rest.strip_prefix("<?xml").filter(|rest| names::space(rest.as_bytes()) > 0);
        if let Some(declared) = declared {
            let length = names::declaration(declared);
            self.at += 5 + length.ok_or_else(|| self.error("no XML declaration"))?;
        }
        Ok(())
    }

    /// The space around the root.
    fn space_outside(&mut self, text: &str) -> Result<(), Error> {
        let length = names::space(&text.as_bytes()[self.at..]);
        if length == 0 {
            return Err(self.error("text outside of the root"));
        }
        self.at += length;
        Ok(())
    }

    fn expect(&mut self, text: &str, mark: &str) -> Result<(), Error> {
        if !text[self.at..].starts_with(mark) {
            return Err(self.error("a tag does not end"));
        }
        self.at += mark.len();
        Ok(())
    }

    fn error(&self, why: &str) -> Error {
        malformed(self.at, why)
    }
}

fn odd(at: usize) -> Error {
    malformed(at, "not well-formed")
}

fn malformed(at: usize, why: &str) -> Error {
    Error::Malformed(format!("XML: byte {at}: {why}"))
}

/// Adds text to text, and gives a character for what is written in another way.
pub fn append(out: &mut String, token: &Token<'_>) {
    match token {
        Token::Text(text) => out.push_str(text),
        Token::Char(character) => out.push(*character),
        _ => {}
    }
}
