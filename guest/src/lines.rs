//! The text of lines.

use crate::error::Error;
use alloc::string::String;
use alloc::vec::Vec;

/// Drops every run of `\r` that stands before a `\n` or at the end.
pub(crate) fn without_carriage_returns(mut bytes: Vec<u8>) -> Vec<u8> {
    let Some(first) = memchr::memchr(b'\r', &bytes) else {
        return bytes;
    };
    let mut kept = first;
    for i in first..bytes.len() {
        if bytes[i] == b'\n' {
            kept = end_of_line(&bytes[..kept]);
        }
        bytes[kept] = bytes[i];
        kept += 1;
    }
    bytes.truncate(end_of_line(&bytes[..kept]));
    bytes
}

/// The length without trailing `\r`s.
fn end_of_line(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte != b'\r').map_or(0, |last| last + 1)
}

/// Bytes as text; what is not UTF-8 is replaced or an error.
pub(crate) fn decode(bytes: Vec<u8>, lossy: bool) -> Result<String, Error> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // `\n` cannot be part of a multi-byte sequence, so decoding all lines at once replaces
        // the same parts as decoding each by itself.
        Err(invalid) if lossy => Ok(String::from_utf8_lossy(invalid.as_bytes()).into_owned()),
        Err(_) => Err(Error::InvalidUtf8),
    }
}
