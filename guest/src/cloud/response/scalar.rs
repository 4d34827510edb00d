//! Values that are text in a response, as botocore's parsers take them.

use super::moment;
use crate::cloud::json::write_string;
use crate::cloud::model::Shape;
use crate::error::Error;
use crate::literal;
use alloc::format;
use alloc::string::String;

/// Writes a value in JSON; whether the text is one of that type.
#[must_use]
pub fn write(out: &mut String, shape: &Shape, text: &str) -> bool {
    match shape {
        Shape::Integer => integer(out, text),
        Shape::Float => float(out, text),
        Shape::Boolean => {
            out.push_str(if text == "true" { "true" } else { "false" });
            true
        }
        Shape::Timestamp { .. } => {
            out.push('"');
            let written = moment::write(out, text);
            out.push('"');
            written
        }
        // The bytes of a blob are the host's affair, as is whether they are any.
        _ => {
            write_string(out, text);
            true
        }
    }
}

/// What to say of a text that is no value of its type, which ends at a byte.
pub fn error(at: usize, shape: &Shape, text: &str) -> Error {
    let what = match shape {
        Shape::Integer => "an integer",
        Shape::Float => "a number",
        _ => "a timestamp",
    };
    let shown: String = text.chars().take(100).collect();
    Error::Malformed(format!("response: byte {at}: not {what}: {shown}"))
}

/// What `int` takes.
fn integer(out: &mut String, text: &str) -> bool {
    let Ok(number) = literal::integer(text, 10) else { return false };
    if number.negative {
        out.push('-');
    }
    digits(out, number.digits);
    true
}

/// Digits without underscores and needless zeros before them.
fn digits(out: &mut String, digits: &str) {
    let start = out.len();
    for digit in digits.chars().filter(|&digit| digit != '_') {
        if digit != '0' || out.len() > start {
            out.push(digit);
        }
    }
    if out.len() == start {
        out.push('0');
    }
}

/// What `float` takes, written so that Python's `json` makes a float of it.
fn float(out: &mut String, text: &str) -> bool {
    let Ok(number) = literal::float(text) else { return false };
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if number.is_nan() {
        out.push_str("NaN");
        return true;
    }
    if text.starts_with('-') {
        out.push('-');
    }
    if number.is_infinite() {
        out.push_str("Infinity");
        return true;
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(out, whole);
    out.push('.');
    let start = out.len();
    out.extend(fraction.chars().filter(|&digit| digit != '_'));
    if out.len() == start {
        out.push('0');
    }
    if exponent != "0" {
        out.push('e');
        out.extend(exponent.chars().filter(|&digit| digit != '_'));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shape: &Shape, text: &str) -> Option<String> {
        let mut out = String::new();
        write(&mut out, shape, text).then_some(out)
    }

    #[test]
    fn numbers_are_as_json_has_them() {
        for (text, same) in [(" 1 ", "1"), ("-007", "-7"), ("+1_000", "1000"), ("00", "0")] {
            assert_eq!(read(&Shape::Integer, text).as_deref(), Some(same));
        }
        for (text, same) in [
            ("1", "1.0"),
            (".5", "0.5"),
            ("-5.", "-5.0"),
            ("1_0.2_5E+05", "10.25e+05"),
            ("inf", "Infinity"),
            ("-Infinity", "-Infinity"),
            ("nan", "NaN"),
            ("1e999", "Infinity"),
        ] {
            assert_eq!(read(&Shape::Float, text).as_deref(), Some(same));
        }
        for text in ["", "x", "1.5", "٣"] {
            assert_eq!(read(&Shape::Integer, text), None);
        }
        for text in ["", "x", ".", "1e", "٣"] {
            assert_eq!(read(&Shape::Float, text), None);
        }
    }

    #[test]
    fn only_true_is_true() {
        for (text, same) in [("true", "true"), ("True", "false"), ("", "false")] {
            assert_eq!(read(&Shape::Boolean, text).as_deref(), Some(same));
        }
    }
}
