//! Percent-encoding of UTF-8: of everything but the unreserved characters of RFC 3986.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// What is not encoded, or not so, besides the unreserved characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Nothing.
    None,
    /// Slashes stay: of a path.
    Slash,
    /// A space becomes a plus sign: of a form.
    PlusForSpace,
}

/// Appends text percent-encoded.
pub fn encode(out: &mut String, text: &str, extra: Extra) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (byte == b'/' && extra == Extra::Slash)
        {
            continue;
        }
        // Whatever is encoded: bytes of one character are so together.
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if byte == b' ' && extra == Extra::PlusForSpace {
            out.push('+');
            continue;
        }
        out.push('%');
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out.push_str(text.get(plain..).unwrap_or_default());
}

/// The text of a form's key or value: with spaces for plus signs, and U+FFFD for what is not UTF-8.
#[must_use]
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match (first, after) {
            (b'+', _) => b' ',
            (b'%', &[high, low, ref after @ ..]) => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => first,
        });
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, extra: Extra) -> String {
        let mut out = String::from("=");
        encode(&mut out, text, extra);
        out.split_off(1)
    }

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encoded("", Extra::None), "");
        assert_eq!(encoded("aZ09-._~", Extra::None), "aZ09-._~");
        assert_eq!(encoded("a b/c%20+*", Extra::None), "a%20b%2Fc%2520%2B%2A");
        assert_eq!(encoded("/a b/", Extra::Slash), "/a%20b/");
        assert_eq!(encoded("/a b+/", Extra::PlusForSpace), "%2Fa+b%2B%2F");
        assert_eq!(encoded("é€😀x\0", Extra::None), "%C3%A9%E2%82%AC%F0%9F%98%80x%00");
    }

    #[test]
    fn forms_are_decoded() {
        for (form, text) in [
            ("", ""),
            ("plain-é", "plain-é"),
            ("a+b%20c%2b", "a b c+"),
            ("%C3%a9%e2%82%ac", "é€"),
            ("%", "%"),
            ("%4", "%4"),
            ("%4x%zz%+%41", "%4x%zz% A"),
            ("%ff%E1é", "\u{fffd}\u{fffd}é"),
            ("%%34", "%4"),
        ] {
            assert_eq!(decode(form), text, "{form:?}");
        }
    }
}
