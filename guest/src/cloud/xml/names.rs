//! What is inside of tags.

use super::content;
use alloc::string::String;
use alloc::vec::Vec;

/// Whether a byte may be in a name, and whether it may be the first; beyond ASCII, any may.
static NAMES: [u8; 256] = names();

const FIRST: u8 = 2;

const fn names() -> [u8; 256] {
    let mut names = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let character = byte as u8;
        if character.is_ascii_alphabetic() || matches!(character, b'_' | b':' | 0x80..) {
            names[byte] = 1 | FIRST;
        } else if character.is_ascii_digit() || matches!(character, b'-' | b'.') {
            names[byte] = 1;
        }
        byte += 1;
    }
    names
}

/// The length of the name that bytes begin with; 0 if they do not.
pub fn length(bytes: &[u8]) -> usize {
    if bytes.first().is_none_or(|&byte| NAMES[usize::from(byte)] & FIRST == 0) {
        return 0;
    }
    bytes.iter().position(|&byte| NAMES[usize::from(byte)] == 0).unwrap_or(bytes.len())
}

/// The name without its prefix.
#[must_use]
pub fn local(name: &str) -> &str {
    name.rfind(':').map_or(name, |colon| &name[colon + 1..])
}

/// The length of the space that bytes begin with.
pub fn space(bytes: &[u8]) -> usize {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    bytes.iter().position(|byte| !is_space(byte)).unwrap_or(bytes.len())
}

/// One attribute, in the bytes of a text.
struct Attribute {
    name: (usize, usize),
    value: (usize, usize),
}

/// The attribute that begins, after space, at a place.
///
/// # Errors
///
/// The place that is not well-formed.
fn attribute(bytes: &[u8], at: usize) -> Result<Attribute, usize> {
    let stop = at + length(&bytes[at..]);
    if stop == at {
        return Err(at);
    }
    let equals = stop + space(&bytes[stop..]);
    if bytes.get(equals) != Some(&b'=') {
        return Err(equals);
    }
    let quote = equals + 1 + space(&bytes[equals + 1..]);
    let start = quote + 1;
    let Some(&mark @ (b'"' | b'\'')) = bytes.get(quote) else { return Err(quote) };
    let end = memchr::memchr(mark, &bytes[start..]).ok_or(quote)?;
    Ok(Attribute { name: (at, stop), value: (start, start + end) })
}

/// Where the attributes end that begin at a place.
///
/// # Errors
///
/// The place that is not well-formed.
pub fn attributes_end(text: &str, start: usize) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut seen: Vec<&[u8]> = Vec::new();
    loop {
        let space = space(&bytes[at..]);
        at += space;
        if matches!(bytes.get(at), Some(b'>' | b'/')) {
            return Ok(at);
        }
        let found = attribute(bytes, at)?;
        let name = &bytes[found.name.0..found.name.1];
        // So few that looking at all of them costs less than sorting.
        if space == 0 || seen.len() == MOST_ATTRIBUTES || seen.contains(&name) {
            return Err(at);
        }
        seen.push(name);
        check_value(&bytes[found.value.0..found.value.1]).map_err(|place| found.value.0 + place)?;
        at = found.value.1 + 1;
    }
}

/// How many attributes an element may have.
const MOST_ATTRIBUTES: usize = 64;

fn check_value(value: &[u8]) -> Result<(), usize> {
    content::check(value)?;
    match memchr::memchr(b'<', value) {
        Some(place) => return Err(place),
        None if memchr::memchr(b'&', value).is_none() => return Ok(()),
        None => {}
    }
    memchr::memchr_iter(b'&', value)
        .find(|&place| content::reference(&value[place..]).is_none())
        .map_or(Ok(()), Err)
}

/// The value of the first attribute whose name fits, from attributes that were checked.
pub fn value(attributes: &str, mut fits: impl FnMut(&str) -> bool) -> Option<String> {
    let bytes = attributes.as_bytes();
    let mut at = space(bytes);
    while let Ok(found) = attribute(bytes, at) {
        if fits(&attributes[found.name.0..found.name.1]) {
            return Some(plain(&attributes[found.value.0..found.value.1]));
        }
        at = found.value.1 + 1;
        at += space(&bytes[at..]);
    }
    None
}

/// An attribute's value, its entities replaced and all space the same.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(stop) = rest.find(['&', '\t', '\n', '\r']) {
        out.push_str(&rest[..stop]);
        rest = &rest[stop..];
        let bytes = rest.as_bytes();
        let (character, length) = match bytes[0] {
            b'&' => content::reference(bytes).unwrap_or(('&', 1)),
            b'\r' => (' ', content::line_end(bytes)),
            _ => (' ', 1),
        };
        out.push(character);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The length of an XML declaration after its name, if it is one.
pub fn declaration(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut names = ["version", "encoding", "standalone"].iter();
    let mut first = true;
    loop {
        let space = space(&bytes[at..]);
        at += space;
        if bytes[at..].starts_with(b"?>") {
            return (!first).then_some(at + 2);
        }
        let found = attribute(bytes, at).ok().filter(|_| space > 0)?;
        let name = &text[found.name.0..found.name.1];
        // In this order, and only the first must be there.
        if !names.any(|&known| known == name) || (first && name != "version") {
            return None;
        }
        let value = &text[found.value.0..found.value.1];
        let fits = match name {
            "version" => is_words(value),
            "encoding" => {
                value.starts_with(|first: char| first.is_ascii_alphabetic()) && is_words(value)
            }
            _ => matches!(value, "yes" | "no"),
        };
        if !fits {
            return None;
        }
        first = false;
        at = found.value.1 + 1;
    }
}

fn is_words(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}
