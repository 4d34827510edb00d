//! The last lines of a file, read backwards.

use crate::error::{Error, FileError};
use crate::lines::{decode, without_carriage_returns};
use crate::read::{BLOCK, ReadAt, read_up_to};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// Blocks that are read at the same time, at most: enough to hide how long one takes.
const MOST_AHEAD: u64 = 8;

/// A search for the last lines of a file, as `read_last_n_lines(path, n)`, in steps.
///
/// A line ends in `\n` and every `\r` before it belongs to the line end. A file that ends in `\n`
/// does not have an empty line after it. A file that shrinks meanwhile gives what could be read.
pub struct Tail<F: ReadAt> {
    /// Reads under way, from `unread` back, with the bytes asked for. They end before the file.
    begun: VecDeque<(F::Begun, u64)>,
    pub(crate) file: F,
    /// Where the file ended, as far as it is known.
    pub(crate) size: u64,
    /// What lies before is not read yet.
    unread: u64,
    /// What lies before is not even begun.
    not_begun: u64,
    /// Newlines still to be found, and those found.
    wanted: u64,
    found: u64,
    /// What was read, belongs to the lines and was not taken, last block first.
    blocks: Vec<Vec<u8>>,
    /// The one of them that has the first newline in the file.
    first_newline_in: Option<usize>,
    /// Whether the end of the last line was found.
    found_end: bool,
    /// What stands after the last newline, if only complete lines count.
    pub(crate) unfinished: Option<VecDeque<Vec<u8>>>,
    /// How much is read at a time.
    pub(crate) block: u64,
}

impl<F: ReadAt> Tail<F> {
    /// Starts at the end of a file of `size` bytes; `n` of 0 counts as 1.
    pub fn new(file: F, size: u64, n: u64) -> Self {
        Self {
            begun: VecDeque::new(),
            file,
            size,
            unread: size,
            not_begun: size,
            wanted: n.max(1),
            found: 0,
            blocks: Vec::new(),
            first_newline_in: None,
            found_end: false,
            unfinished: None,
            block: BLOCK,
        }
    }

    /// The same for complete lines only: what stands after the last newline is no line yet.
    pub fn of_complete_lines(file: F, size: u64, n: u64) -> Self {
        Self { unfinished: Some(VecDeque::new()), ..Self::new(file, size, n) }
    }

    /// Reads at most `max_bytes` further back, but at least one block; tells whether more is to be
    /// read.
    ///
    /// # Errors
    /// The platform's reason.
    pub fn step(&mut self, max_bytes: u64) -> Result<bool, FileError> {
        let stop = self.unread.saturating_sub(max_bytes);
        while self.unread > 0 {
            let block = self.read_block()?;
            self.keep(block);
            if self.unread <= stop {
                break;
            }
        }
        Ok(self.unread > 0)
    }

    /// The lines found and not yet taken, which come before those taken: without line ends, joined
    /// by `\n`; none if the start of none is found yet, and after all are taken.
    ///
    /// # Errors
    /// [`Error::InvalidUtf8`] if they are not UTF-8 and `lossy` does not replace.
    pub fn take(&mut self, lossy: bool) -> Result<Option<String>, Error> {
        let all = self.unread == 0;
        let first = if all { self.blocks.len().checked_sub(1) } else { self.first_newline_in };
        let Some(first) = first else { return Ok(None) };
        let untaken = self.blocks.split_off(first + 1);
        let later = core::mem::replace(&mut self.blocks, untaken);
        let [later @ .., first] = &later[..] else { return Ok(None) };
        self.first_newline_in = None;
        let mut bytes = Vec::with_capacity(first.len() + later.iter().map(Vec::len).sum::<usize>());
        match memchr::memchr(b'\n', first) {
            Some(newline) if !all => {
                bytes.extend_from_slice(&first[newline + 1..]);
                self.blocks.insert(0, first[..newline].to_vec());
            }
            _ => bytes.extend_from_slice(first),
        }
        for block in later.iter().rev() {
            bytes.extend_from_slice(block);
        }
        decode(without_carriage_returns(bytes), lossy).map(Some)
    }

    /// The block before what was read; later ones are begun meanwhile.
    fn read_block(&mut self) -> Result<Vec<u8>, FileError> {
        if self.unread < self.size {
            self.read_ahead()?;
        }
        let end = self.unread;
        let (mut block, length) = match self.begun.pop_front() {
            Some((begun, length)) => (self.file.end(begun)?, length),
            None => (Vec::new(), self.block.min(end)),
        };
        self.unread = end - length;
        self.not_begun = self.not_begun.min(self.unread);
        read_up_to(&self.file, self.unread, length, &mut block)?;
        Ok(block)
    }

    /// Begins to read as much as is probably needed.
    fn read_ahead(&mut self) -> Result<(), FileError> {
        let read = (self.size - self.unread).div_ceil(self.block);
        let needed = match self.found {
            0 => read,
            // As many blocks as these lines take if they are like those before.
            found => self.wanted.saturating_mul(read) / found + 1,
        };
        while (self.begun.len() as u64) < needed.min(MOST_AHEAD) && self.not_begun > 0 {
            let length = self.block.min(self.not_begun);
            self.not_begun -= length;
            self.begun.push_back((self.file.begin(self.not_begun, length)?, length));
        }
        Ok(())
    }

    /// Keeps what belongs to the lines; the search ends if that is not all of the block.
    fn keep(&mut self, mut block: Vec<u8>) {
        if !self.found_end {
            if let Some(unfinished) = &mut self.unfinished {
                let Some(newline) = memchr::memrchr(b'\n', &block) else {
                    return unfinished.push_front(block);
                };
                unfinished.push_front(block[newline + 1..].to_vec());
                block.truncate(newline);
            } else if block.is_empty() {
                return;
            } else if block.last() == Some(&b'\n') {
                block.pop();
            }
            self.found_end = true;
        }
        let newlines = memchr::memchr_iter(b'\n', &block).count() as u64;
        if newlines < self.wanted {
            self.wanted -= newlines;
            self.found += newlines;
            if newlines > 0 {
                self.first_newline_in = Some(self.blocks.len());
            }
        } else {
            let before = memchr::memrchr_iter(b'\n', &block)
                .zip(1..)
                .find_map(|(newline, count)| (count == self.wanted).then_some(newline));
            block.drain(..before.map_or(0, |newline| newline + 1));
            self.unread = 0;
            self.begun.clear();
        }
        self.blocks.push(block);
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
    tail.take(lossy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    /// A file in memory that returns at most 5 bytes a read.
    fn memory(content: &[u8]) -> impl ReadAt {
        |offset, length: u64| {
            let rest = content.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
            Ok(rest[..rest.len().min(usize::try_from(length.min(5)).unwrap())].to_vec())
        }
    }

    fn tail(content: &[u8], n: u64) -> Option<String> {
        last_lines(memory(content), content.len() as u64, n, true).unwrap()
    }

    /// The same, in small blocks, and whatever lines are found taken after each.
    fn in_pieces(content: &[u8], n: u64, block: u64) -> Option<String> {
        let mut tail = Tail::new(memory(content), content.len() as u64, n);
        tail.block = block;
        let mut pieces = vec![];
        while tail.step(1).unwrap() {
            pieces.extend(tail.take(true).unwrap());
        }
        pieces.extend(tail.take(true).unwrap());
        assert_eq!(tail.take(true).unwrap(), None);
        pieces.reverse();
        (!pieces.is_empty()).then(|| pieces.join("\n"))
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
                let expected = naive(&content, usize::try_from(n).unwrap());
                assert_eq!(tail(&content, n), expected);
                for block in [1, 2, 7] {
                    assert_eq!(in_pieces(&content, n, block), expected, "{content:?} {n} {block}");
                }
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
        assert_eq!(last_lines(memory(b"a\nb\n"), 10, 1, true).unwrap().unwrap(), "b");
        assert_eq!(last_lines(memory(b""), 10, 1, true).unwrap(), None);
    }

    #[test]
    fn strict_decoding_fails_only_on_the_lines_asked_for() {
        let strict = |n| last_lines(memory(b"\xff\nok\n"), 5, n, false);
        assert_eq!(strict(1).unwrap().unwrap(), "ok");
        assert_eq!(strict(2), Err(Error::InvalidUtf8));
    }

    #[test]
    fn a_step_reads_no_more_than_it_may() {
        let content = vec![b'x'; 5 * usize::try_from(BLOCK).unwrap()];
        let mut tail = Tail::new(memory(&content), 5 * BLOCK, 1);
        assert!(tail.step(2 * BLOCK).unwrap());
        assert_eq!(tail.unread, 3 * BLOCK);
        assert!(!tail.step(u64::MAX).unwrap());
    }
}
