//! Numbers as Python reads them: `int(text, base)` and `float(text)` on ASCII text.
//!
//! Python also accepts every Unicode decimal digit and white space; such text is
//! [`NumberError::NotAscii`], for the caller to hand elsewhere.

use alloc::string::String;

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// The grammar does not allow the text.
    Syntax,
    /// The text has characters outside ASCII, so that its meaning depends on Unicode tables.
    NotAscii,
}

/// What `str.strip` and `str.split` take for space in ASCII: also the separators 0x1c to 0x1f.
#[must_use]
pub fn is_space(c: char) -> bool {
    is_c_space(c) || matches!(c, '\x1c'..='\x1f')
}

/// What may surround a number literal: the C locale's `isspace`.
fn is_c_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

fn trimmed(text: &str) -> Result<&str, NumberError> {
    if text.is_ascii() { Ok(text.trim_matches(is_c_space)) } else { Err(NumberError::NotAscii) }
}

/// An integer literal taken apart: the digits may still hold underscores.
#[derive(Debug, PartialEq, Eq)]
pub struct Integer<'a> {
    /// Whether a minus sign leads.
    pub negative: bool,
    /// At least one digit of the base, with single underscores between digits.
    pub digits: &'a str,
}

/// Takes the text apart as `int(text, base)` would; `base` is 10 or 16.
///
/// # Errors
/// [`NumberError`], if Python raises `ValueError` or the text is not ASCII.
pub fn integer(text: &str, base: u32) -> Result<Integer<'_>, NumberError> {
    let text = trimmed(text)?;
    let (negative, unsigned) = sign(text);
    let prefixed = (base == 16)
        .then(|| unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")))
        .flatten()
        // One underscore may follow the prefix.
        .map(|rest| rest.strip_prefix('_').unwrap_or(rest));
    let digits = prefixed.unwrap_or(unsigned);
    if grouped(digits, base) { Ok(Integer { negative, digits }) } else { Err(NumberError::Syntax) }
}

/// Reads the text as `float(text)` would.
///
/// # Errors
/// [`NumberError`], if Python raises `ValueError` or the text is not ASCII.
pub fn float(text: &str) -> Result<f64, NumberError> {
    let text = trimmed(text)?;
    if !text.contains('_') {
        // Rust reads the same grammar, `inf`, `infinity` and `nan` in any case included.
        return text.parse().map_err(|_| NumberError::Syntax);
    }
    // Underscores may stand between two digits, nowhere else.
    let bytes = text.as_bytes();
    let between_digits = |i: usize| {
        let digit = |j: Option<usize>| j.and_then(|j| bytes.get(j)).is_some_and(u8::is_ascii_digit);
        digit(i.checked_sub(1)) && digit(i.checked_add(1))
    };
    if (0..bytes.len()).any(|i| bytes[i] == b'_' && !between_digits(i)) {
        return Err(NumberError::Syntax);
    }
    let plain: String = text.chars().filter(|&c| c != '_').collect();
    plain.parse().map_err(|_| NumberError::Syntax)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Whether the text is digits of the base with single underscores between them.
fn grouped(digits: &str, base: u32) -> bool {
    let is_digit = |byte: u8| char::from(byte).is_digit(base);
    // All of a group, whatever the first are: so they can be looked at several at once.
    let all_digits = |group: &[u8]| group.iter().fold(true, |all, &byte| all & is_digit(byte));
    digits
        .as_bytes()
        .split(|&byte| byte == b'_')
        .all(|group| !group.is_empty() && all_digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_follow_pythons_grammar() {
        let parts = |text| integer(text, 16).map(|i| (i.negative, i.digits));
        assert_eq!(parts(" \x0b-0X_f_f\n"), Ok((true, "f_f")));
        assert_eq!(parts("0b1"), Ok((false, "0b1")));
        for bad in ["", "0x", "_f", "f_", "f__f", "0x__f", "+-1", "g", "0o7", "1 2", "f\0", "\x1c1"]
        {
            assert_eq!(parts(bad), Err(NumberError::Syntax), "{bad}");
        }
        assert_eq!(parts("１"), Err(NumberError::NotAscii));
        assert_eq!(integer("0x1", 10), Err(NumberError::Syntax));
    }

    #[test]
    fn floats_follow_pythons_grammar() {
        for (text, value) in [
            ("1_0.5_0", 10.5),
            (" 1.\n", 1.0),
            (".5", 0.5),
            ("1e400", f64::INFINITY),
            ("-InFinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(float(text), Ok(value), "{text}");
        }
        assert!(float("+NaN").unwrap().is_nan());
        for bad in [
            "", ".", "1__0", "_1", "1_", "1_.0", "1._0", "1_e5", "0x10", "1e", "in_f", "1\x002",
            "1\x1f",
        ] {
            assert_eq!(float(bad), Err(NumberError::Syntax), "{bad}");
        }
        assert_eq!(float("٣"), Err(NumberError::NotAscii));
    }
}
