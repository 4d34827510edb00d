//! Percent-encoding of UTF-8.

use alloc::string::String;

/// What may stand beside letters, digits, `-`, `.`, `_` and `~`, which always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Nothing.
    None,
    /// Slashes: of a path.
    Slash,
    /// A plus sign, for a space: of a form.
    PlusForSpace,
}

/// Writes text percent-encoded.
pub fn encode(out: &mut String, text: &str, extra: Extra) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let kept = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (byte == b'/' && extra == Extra::Slash);
        if kept {
            continue;
        }
        // Whatever is not kept is either ASCII or a whole character of several bytes.
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if byte == b' ' && extra == Extra::PlusForSpace {
            out.push('+');
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
            }
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
}
