//! What is appended to a file after its last lines were found.

use crate::error::Error;
use crate::lines::{decode, without_carriage_returns};
use crate::read::ReadAt;
use crate::tail::Tail;
use alloc::string::String;
use alloc::vec::Vec;

impl<F: ReadAt> Tail<F> {
    /// Reads at most `max_bytes` of what was appended, but at least one block, and returns the
    /// lines that are complete now: without line ends, joined by `\n`; none if no line is.
    ///
    /// # Errors
    /// The platform's reason.
    pub fn appended(&mut self, max_bytes: u64) -> Result<Option<String>, Error> {
        let unfinished = self.unfinished.get_or_insert_default();
        let mut newline = None;
        let mut left = max_bytes.max(self.block);
        while left > 0 {
            let block = self.file.read_at(self.size, self.block.min(left))?;
            if block.is_empty() {
                break;
            }
            left -= block.len() as u64;
            self.size += block.len() as u64;
            let found = memchr::memrchr(b'\n', &block);
            newline = found.map(|place| (unfinished.len(), place)).or(newline);
            unfinished.push_back(block);
        }
        let Some((last, place)) = newline else { return Ok(None) };
        let mut complete: Vec<Vec<u8>> = unfinished.drain(..=last).collect();
        unfinished.push_front(complete[last].split_off(place + 1));
        complete[last].truncate(place);
        decode(without_carriage_returns(complete.concat()), true).map(Some)
    }

    /// Where reading goes on: the end of the file, as far as it is known.
    pub fn position(&self) -> u64 {
        self.size
    }

    /// What stands after the last line end, without `\r` at its end.
    pub fn unfinished(&self) -> String {
        let bytes = self.unfinished.iter().flatten().flatten().copied().collect();
        String::from_utf8_lossy(&without_carriage_returns(bytes)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::RefCell;
    use std::format;
    use std::string::ToString;
    use std::vec;

    /// Everything that following gives, each line with its end, and then what is unfinished.
    fn follow(parts: &[&[u8]], n: u64, block: u64) -> String {
        let (first, rest) = parts.split_first().unwrap();
        let content = RefCell::new(first.to_vec());
        let file = |offset, length| {
            let content = content.borrow();
            let rest = &content[usize::try_from(offset).unwrap()..];
            Ok(rest[..rest.len().min(usize::try_from(length).unwrap())].to_vec())
        };
        let mut tail = Tail::of_complete_lines(file, first.len() as u64, n);
        tail.block = block;
        let mut found = vec![];
        while tail.step(1).unwrap() {
            found.extend(tail.take(true).unwrap());
        }
        found.extend(tail.take(true).unwrap());
        found.reverse();
        for part in rest {
            content.borrow_mut().extend_from_slice(part);
            let position = tail.position();
            found.extend(tail.appended(1).unwrap());
            while tail.position() > position && tail.position() < content.borrow().len() as u64 {
                found.extend(tail.appended(1).unwrap());
            }
        }
        let lines = found.iter().map(|lines| format!("{lines}\n"));
        lines.collect::<String>() + &tail.unfinished()
    }

    /// The obvious way: the lines before the first part's last line end, and all that follows.
    fn naive(parts: &[&[u8]], n: usize) -> String {
        let end = parts[0].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let before: Vec<&[u8]> = parts[0][..end].split_inclusive(|&byte| byte == b'\n').collect();
        let mut content = before[before.len().saturating_sub(n)..].concat();
        content.extend_from_slice(&parts[0][end..]);
        parts[1..].iter().for_each(|part| content.extend_from_slice(part));
        let text = String::from_utf8_lossy(&content);
        let lines = text.split('\n').map(|line| line.trim_end_matches('\r').to_string());
        lines.collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn equals_the_naive_way() {
        let alphabet: [&[u8]; 8] =
            [b"a", b"\n", b"\n", b"\r", b"\r\n", b"\xe4\xb8", b"\xff", "é".as_bytes()];
        let mut state = 1u32;
        let mut dice = |sides: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize % sides
        };
        for _ in 0..5000 {
            let parts: Vec<Vec<u8>> = (0..=dice(4))
                .map(|_| (0..dice(12)).flat_map(|_| alphabet[dice(8)].to_vec()).collect())
                .collect();
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            let (n, block) = (1 + dice(4), 1 + dice(9));
            assert_eq!(follow(&parts, n as u64, block as u64), naive(&parts, n), "{parts:?} {n}");
        }
    }

    #[test]
    fn nothing_new_is_nothing() {
        let mut tail = Tail::of_complete_lines(|_, _| Ok(vec![]), 0, 1);
        assert_eq!(tail.appended(100), Ok(None));
        assert_eq!((tail.position(), tail.unfinished()), (0, String::new()));
    }
}
