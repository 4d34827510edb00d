//! Whether an answer is the recorded one.

use crate::call::Call;
use crate::case::Raised;
use crate::value::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What an implementation answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A text.
    Text(String),
    /// The shortened text; none if it is short enough as it is.
    Shortened(Option<String>),
    /// Lines joined by `\n`; none if there is no line.
    Lines(Option<String>),
    /// A digest in hexadecimal digits.
    HexDigest(String),
    /// A port or a number of CPUs.
    Count(i64),
    /// An amount of memory.
    Gib(f64),
}

/// Why an implementation has no answer; mirrors `error` in `wit/types.wit` as far as the host
/// raises what the component decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// `invalid-hex`
    InvalidHex,
    /// `port-out-of-range`
    PortOutOfRange,
    /// `no-free-port`
    NoFreePort,
    /// `invalid-override`
    InvalidOverride {
        /// Which variable.
        variable: Override,
        /// Its text.
        text: String,
        /// Whether it reads as NaN.
        nan: bool,
    },
    /// `infinite-cpu-count`
    InfiniteCpuCount,
    /// `zero-cpu-period`
    ZeroCpuPeriod,
    /// `invalid-utf8`
    InvalidUtf8,
    /// `unsupported`: the host answers by itself, and is told why.
    Unsupported(String),
    /// What no case of the vectors may lead to.
    Unexpected(String),
}

/// The variables of [`Failure::InvalidOverride`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of wit/types.wit")]
pub enum Override {
    CpuCores,
    MemoryGb,
    MemoryBytes,
}

/// Whether an answer is what SkyPilot returned.
#[must_use]
pub fn is_returned(call: &Call, answer: &Answer, returned: &Value) -> bool {
    match (answer, returned) {
        (Answer::Text(text), _) => is_text(text, returned),
        (Answer::Shortened(shortened), _) => match (shortened, call) {
            (Some(text), _) | (None, Call::TruncateLongString { text, .. }) => {
                is_text(text, returned)
            }
            _ => false,
        },
        (Answer::Lines(lines), Value::List(returned)) => is_lines(lines.as_deref(), returned),
        (Answer::HexDigest(digest), Value::Hash { name, digest_size, hexdigest }) => {
            matches!(call, Call::HashFile { algorithm, .. } if algorithm.name() == name)
                && 2 * digest_size == digest.len()
                && hexdigest.as_ref() == Some(digest)
        }
        (Answer::Count(count), Value::Int(returned)) => i128::from(*count) == *returned,
        (Answer::Gib(gib), Value::Float(returned)) => {
            gib.to_bits() == returned.to_bits() || (gib.is_nan() && returned.is_nan())
        }
        _ => false,
    }
}

fn is_text(text: &str, returned: &Value) -> bool {
    match returned {
        Value::Str(returned) => text == returned,
        Value::Digest { sha256: expected, length } => {
            text.chars().count() == *length && sha256(text) == *expected
        }
        _ => false,
    }
}

/// The host ends every line but the last with `\n`.
fn is_lines(lines: Option<&str>, returned: &[Value]) -> bool {
    let Some(lines) = lines else { return returned.is_empty() };
    let empty_last = lines.is_empty() || lines.ends_with('\n');
    let pieces = || lines.split_inclusive('\n').chain(empty_last.then_some(""));
    pieces().count() == returned.len()
        && pieces().zip(returned).all(|(line, returned)| is_text(line, returned))
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
        hex
    })
}

/// Whether a failure makes the host raise what SkyPilot raised.
#[must_use]
pub fn is_raised(call: &Call, failure: &Failure, recorded: &Raised) -> bool {
    let is_same = |raised: &Raised, recorded: &Raised| {
        let unknown = raised.message.is_none() || recorded.message.is_none();
        raised.class == recorded.class && (unknown || raised.message == recorded.message)
    };
    exception(call, failure).is_some_and(|raised| {
        is_same(&raised, recorded)
            && match (&raised.cause, &recorded.cause) {
                (None, None) => true,
                (Some(raised), Some(recorded)) => is_same(raised, recorded),
                _ => false,
            }
    })
}

/// What the host raises for a failure.
fn exception(call: &Call, failure: &Failure) -> Option<Raised> {
    let raised = |class: &str, message: &str| Raised {
        class: class.into(),
        message: Some(message.into()),
        cause: None,
    };
    Some(match failure {
        Failure::InvalidHex => {
            let Call::Base36Encode { hex } = call else { return None };
            let literal: String = python_repr(hex).chars().take(200).collect();
            raised("ValueError", &format!("invalid literal for int() with base 16: {literal}"))
        }
        Failure::PortOutOfRange => raised("OverflowError", "bind(): port must be 0-65535."),
        Failure::NoFreePort => raised("OSError", "No free ports available."),
        Failure::InvalidOverride { variable, text, nan } => {
            let message = match variable {
                Override::CpuCores => format!("Failed to parse the number of CPUs from {text}"),
                Override::MemoryGb => format!("Failed to parse the memory size from {text} (GB)"),
                Override::MemoryBytes => {
                    format!("Failed to parse the memory size from {text} (bytes)")
                }
            };
            let cause = if *nan {
                raised("ValueError", "cannot convert float NaN to integer")
            } else {
                let literal = python_repr(text);
                raised("ValueError", &format!("could not convert string to float: {literal}"))
            };
            Raised { cause: Some(Box::new(cause)), ..raised("ValueError", &message) }
        }
        Failure::InfiniteCpuCount => {
            raised("OverflowError", "cannot convert float infinity to integer")
        }
        Failure::ZeroCpuPeriod => raised("ZeroDivisionError", "float division by zero"),
        // Python decodes again to say which byte is wrong.
        Failure::InvalidUtf8 => Raised { message: None, ..raised("UnicodeDecodeError", "") },
        Failure::Unsupported(_) | Failure::Unexpected(_) => return None,
    })
}

/// `repr` of an ASCII str.
fn python_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut repr = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\\' => repr.extend(c.escape_default()),
            c if c == quote => repr.extend(['\\', c]),
            c if c.is_ascii_control() => {
                write!(repr, "\\x{:02x}", u32::from(c)).expect("writing to a String cannot fail");
            }
            c => repr.push(c),
        }
    }
    repr.push(quote);
    repr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_quotes_what_it_must() {
        assert_eq!(python_repr("it's"), r#""it's""#);
        assert_eq!(python_repr("\"it's\""), r#"'"it\'s"'"#);
        assert_eq!(python_repr("a\\\t\0\x7f"), r"'a\\\t\x00\x7f'");
    }

    #[test]
    fn lines_end_in_newlines_but_for_the_last() {
        let list = |lines: &[&str]| -> Vec<Value> {
            lines.iter().map(|&line| Value::Str(line.into())).collect()
        };
        assert!(is_lines(None, &[]));
        assert!(is_lines(Some(""), &list(&[""])));
        assert!(is_lines(Some("a\n"), &list(&["a\n", ""])));
        assert!(is_lines(Some("a\nb"), &list(&["a\n", "b"])));
        assert!(!is_lines(Some("a\nb"), &list(&["a\n"])));
        assert!(!is_lines(Some("a\nb"), &list(&["a\n", "b", ""])));
        assert!(!is_lines(Some("a"), &list(&["a\n"])));
    }
}
