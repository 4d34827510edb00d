//! Shortening text. Every length counts Unicode code points, as Python's `len` does.

use alloc::format;
use alloc::string::String;

const MARK: &str = "...";

/// Shortens a text, as `truncate_long_string(text, max_length, middle)`; none if the text already
/// fits.
#[must_use]
pub fn truncate(text: &str, max_length: i64, middle: bool) -> Option<String> {
    let length = count(text);
    // None for a negative limit; one beyond the address space limits nothing.
    let max = (max_length >= 0).then(|| usize::try_from(max_length).unwrap_or(usize::MAX));
    if max.is_some_and(|max| length <= max) {
        return None;
    }
    Some(if middle {
        let room = max.unwrap_or(0).saturating_sub(MARK.len());
        let tail = room / 2;
        let head = room - tail;
        format!("{}{MARK}{}", prefix(text, head), suffix(text, length, tail))
    } else {
        let keep = match max {
            Some(max) => kept_at_word_boundary(text, max),
            None => kept_of_first_word(text, max_length.unsigned_abs()),
        };
        format!("{}{MARK}", prefix(text, keep))
    })
}

/// How much to keep for a non-negative limit that the text exceeds.
///
/// SkyPilot adds up the lengths of words without the spaces between them, so the words before the
/// one that reaches the limit may be longer than the limit together.
fn kept_at_word_boundary(text: &str, max: usize) -> usize {
    let mut letters = 0;
    let mut before_word = 0;
    for (i, word) in text.split(' ').enumerate() {
        let length = count(word);
        if i == 0 && length > max {
            return max;
        }
        letters += length;
        if letters >= max {
            // The space before this word is not part of the prefix.
            return max.max((before_word + i).saturating_sub(1));
        }
        before_word += length;
    }
    // Fewer letters than the limit, only spaces exceed it: all words but the last are kept.
    let last = text.rsplit(' ').next().map_or(0, count);
    max.max((count(text) - last).saturating_sub(1))
}

/// How much to keep for a negative limit: the first word less that many code points.
fn kept_of_first_word(text: &str, cut: u64) -> usize {
    let first = text.split(' ').next().map_or(0, count);
    usize::try_from(cut).map_or(0, |cut| first.saturating_sub(cut))
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn prefix(text: &str, length: usize) -> &str {
    &text[..offset(text, length)]
}

fn suffix(text: &str, total: usize, length: usize) -> &str {
    &text[offset(text, total - length)..]
}

/// The byte offset of a code point; the end if there are fewer.
fn offset(text: &str, index: usize) -> usize {
    text.char_indices().nth(index).map_or(text.len(), |(offset, _)| offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str, max: i64) -> Option<String> {
        truncate(text, max, false)
    }

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(end("abc", 3), None);
        assert_eq!(end("", 0), None);
        assert_eq!(truncate("abc", 3, true), None);
        assert_eq!(end("abc", i64::MAX), None);
    }

    #[test]
    fn spaces_do_not_count() {
        assert_eq!(end("aaaa b c d e f g h", 8).unwrap(), "aaaa b c d...");
        assert_eq!(end("a                  b", 5).unwrap(), "a                 ...");
    }

    #[test]
    fn negative_limits_cut_the_first_word() {
        assert_eq!(end("hello world foo", -1).unwrap(), "hell...");
        assert_eq!(end("  lead two", -1).unwrap(), "...");
        assert_eq!(end("abc", i64::MIN).unwrap(), "...");
    }

    #[test]
    fn the_middle_keeps_both_ends() {
        assert_eq!(truncate("abcdefghij", 8, true).unwrap(), "abc...ij");
        assert_eq!(truncate("😀😀😀😀😀😀", 5, true).unwrap(), "😀...😀");
        assert_eq!(truncate("abcdefghij", 4, true).unwrap(), "a...");
        assert_eq!(truncate("abcdefghij", -4, true).unwrap(), "...");
    }
}
