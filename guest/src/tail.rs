//! The last lines of a file, read backwards.

use crate::error::{Error, FileError};
use alloc::string::String;
use alloc::vec::Vec;

/// How much is read at a time: what one WASI read returns at most.
pub const BLOCK: u64 = 64 * 1024;

/// A file that can be read at any offset.
pub trait ReadAt {
    /// Up to `length` bytes from `offset`; fewer at the end of the file.
    ///
    /// # Errors
    /// The platform's reason.
    fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError>;
}

impl<F: ReadAt> ReadAt for &F {
    fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
        (*self).read_at(offset, length)
    }
}

/// A search for the last lines of a file, as `read_last_n_lines(path, n)`, in steps.
///
/// A line ends in `\n` and every `\r` before it belongs to the line end. A file that ends in `\n`
/// does not have an empty line after it. A file that shrinks meanwhile gives what could be read.
pub struct Tail<F> {
    file: F,
    /// What lies before is not read yet.
    unread: u64,
    /// Newlines still to be found.
    wanted: u64,
    /// What was read and belongs to the lines, last block first.
    blocks: Vec<Vec<u8>>,
    /// Whether any block had content: the first one is the end of the file.
    found_end: bool,
}

impl<F: ReadAt> Tail<F> {
    /// Starts at the end of a file of `size` bytes; `n` of 0 counts as 1.
    pub fn new(file: F, size: u64, n: u64) -> Self {
        Self { file, unread: size, wanted: n.max(1), blocks: Vec::new(), found_end: false }
    }

    /// Reads at most `max_bytes` further back, but at least one block; tells whether more is to be
    /// read.
    ///
    /// # Errors
    /// The platform's reason.
    pub fn step(&mut self, max_bytes: u64) -> Result<bool, FileError> {
        let stop = self.unread.saturating_sub(max_bytes);
        while self.unread > 0 {
            let start = self.unread.saturating_sub(BLOCK);
            let block = read_exactly(&self.file, start, self.unread - start)?;
            self.unread = start;
            self.take(block);
            if self.unread <= stop {
                break;
            }
        }
        Ok(self.unread > 0)
    }

    /// Keeps what belongs to the lines; the search ends if that is not all of the block.
    fn take(&mut self, mut block: Vec<u8>) {
        if !self.found_end && !block.is_empty() {
            self.found_end = true;
            if block.last() == Some(&b'\n') {
                block.pop();
            }
        }
        if let Some(newline) = nth_newline_from_end(&block, &mut self.wanted) {
            block.drain(..=newline);
            self.unread = 0;
        }
        self.blocks.push(block);
    }

    /// The lines found, without line ends, joined by `\n`; none if the file is empty.
    ///
    /// # Errors
    /// [`Error::InvalidUtf8`] if they are not UTF-8 and `lossy` does not replace.
    pub fn finish(&mut self, lossy: bool) -> Result<Option<String>, Error> {
        let blocks = core::mem::take(&mut self.blocks);
        if !self.found_end {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
        for block in blocks.iter().rev() {
            bytes.extend_from_slice(block);
        }
        decode(without_carriage_returns(bytes), lossy).map(Some)
    }
}

/// The last `n` lines of a file of `size` bytes at once; see [`Tail`].
///
/// # Errors
/// Those of its steps.
pub fn last_lines(
    file: impl ReadAt,
    size: u64,
    n: u64,
    lossy: bool,
) -> Result<Option<String>, Error> {
    let mut tail = Tail::new(file, size, n);
    while tail.step(u64::MAX)? {}
    tail.finish(lossy)
}

/// Reads the whole range; less only if the file has shrunk.
fn read_exactly(file: &impl ReadAt, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = file.read_at(offset, length)?;
    while (bytes.len() as u64) < length {
        let done = bytes.len() as u64;
        let more = file.read_at(offset + done, length - done)?;
        if more.is_empty() {
            log::debug!("the file shrank while it was read");
            break;
        }
        bytes.extend_from_slice(&more);
    }
    Ok(bytes)
}

/// Where the newline stands that ends the line before the last `wanted` ones; else counts the
/// block's newlines off `wanted`.
fn nth_newline_from_end(block: &[u8], wanted: &mut u64) -> Option<usize> {
    for newline in memchr::memrchr_iter(b'\n', block) {
        if *wanted == 1 {
            return Some(newline);
        }
        *wanted -= 1;
    }
    None
}

/// Drops every run of `\r` that stands before a `\n` or at the end.
fn without_carriage_returns(mut bytes: Vec<u8>) -> Vec<u8> {
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

fn decode(bytes: Vec<u8>, lossy: bool) -> Result<String, Error> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // `\n` cannot be part of a multi-byte sequence, so decoding all lines at once replaces
        // the same parts as decoding each by itself.
        Err(invalid) if lossy => Ok(String::from_utf8_lossy(invalid.as_bytes()).into_owned()),
        Err(_) => Err(Error::InvalidUtf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    /// A file in memory that returns at most 5 bytes a read.
    struct Memory(Vec<u8>);

    impl ReadAt for Memory {
        fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
            let rest = self.0.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
            Ok(rest.iter().copied().take(usize::try_from(length.min(5)).unwrap()).collect())
        }
    }

    fn tail(content: &[u8], n: u64) -> Option<String> {
        last_lines(Memory(content.to_vec()), content.len() as u64, n, true).unwrap()
    }

    /// The obvious way: split the whole content.
    fn naive(content: &[u8], n: usize) -> Option<String> {
        if content.is_empty() {
            return None;
        }
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        let lines: Vec<&[u8]> = content.split(|&byte| byte == b'\n').collect();
        let last = &lines[lines.len().saturating_sub(n)..];
        let decoded: Vec<String> = last
            .iter()
            .map(|line| String::from_utf8_lossy(line).trim_end_matches('\r').to_string())
            .collect();
        Some(decoded.join("\n"))
    }

    #[test]
    fn equals_the_naive_way() {
        let alphabet: [&[u8]; 7] =
            [b"a", b"\n", b"\r", b"\r\n", b"\xe4\xb8", b"\xff", "é".as_bytes()];
        let mut state = 1u32;
        for _ in 0..2000 {
            let mut content = Vec::new();
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            for _ in 0..(state >> 16) % 40 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                content.extend_from_slice(alphabet[(state >> 16) as usize % alphabet.len()]);
            }
            for n in [1, 2, 3, 100] {
                assert_eq!(tail(&content, n), naive(&content, usize::try_from(n).unwrap()));
            }
        }
    }

    #[test]
    fn lines_may_span_blocks() {
        let line = vec![b'x'; 3 * usize::try_from(BLOCK).unwrap() + 7];
        let content = [&line[..], b"\n", &line[..], b"\n"].concat();
        assert_eq!(tail(&content, 1).unwrap().len(), line.len());
        assert_eq!(tail(&content, 2).unwrap().len(), 2 * line.len() + 1);
    }

    #[test]
    fn a_shrunken_file_gives_what_is_left() {
        assert_eq!(last_lines(Memory(b"a\nb\n".to_vec()), 10, 1, true).unwrap().unwrap(), "b");
        assert_eq!(last_lines(Memory(Vec::new()), 10, 1, true).unwrap(), None);
    }

    #[test]
    fn strict_decoding_fails_only_on_the_lines_asked_for() {
        let strict = |n| last_lines(Memory(b"\xff\nok\n".to_vec()), 5, n, false);
        assert_eq!(strict(1).unwrap().unwrap(), "ok");
        assert_eq!(strict(2), Err(Error::InvalidUtf8));
    }

    #[test]
    fn a_step_reads_no_more_than_it_may() {
        let content = vec![b'x'; 5 * usize::try_from(BLOCK).unwrap()];
        let mut tail = Tail::new(Memory(content), 5 * BLOCK, 1);
        assert!(tail.step(2 * BLOCK).unwrap());
        assert_eq!(tail.unread, 3 * BLOCK);
        assert!(!tail.step(u64::MAX).unwrap());
    }
}
