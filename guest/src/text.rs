//! Shortening text. Every length counts Unicode code points, as Python's `len` does.

use crate::joined;
use alloc::string::String;

const MARK: &str = "...";

/// Shortens a text, as `truncate_long_string(text, max_length, middle)`; none if the text already
/// fits.
#[must_use]
pub fn truncate(text: &str, max_length: i64, middle: bool) -> Option<String> {
    let (head, tail) = ends(text, max_length, middle)?;
    Some([head, MARK, tail].concat())
}

/// Shortens those of [joined](joined) texts that do not fit already.
#[must_use]
pub fn truncate_joined(texts: &str, max_length: i64, middle: bool) -> String {
    joined::map(texts, |text, answers| match ends(text, max_length, middle) {
        Some((head, tail)) => answers.extend([head, MARK, tail]),
        None => answers.push_str(text),
    })
}

/// What is kept before the mark and after it; none if the text already fits.
fn ends(text: &str, max_length: i64, middle: bool) -> Option<(&str, &str)> {
    if max_length < 0 {
        return Some(if middle {
            ("", "")
        } else {
            (first_word_without(text, max_length.unsigned_abs()), "")
        });
    }
    // A limit beyond the address space limits nothing.
    let max = usize::try_from(max_length).unwrap_or(usize::MAX);
    if !middle {
        return Some((up_to_space(text, max)?, ""));
    }
    text.chars().nth(max)?;
    let room = max.saturating_sub(MARK.len());
    let tail = room / 2;
    Some((prefix(text, room - tail), suffix(text, tail)))
}

/// What to keep for a limit: all before the word that reaches the limit, but at least as much as
/// the limit; none if the text does not exceed it.
///
/// SkyPilot adds up the lengths of words without the spaces between them, so the words before that
/// one may be longer than the limit together.
fn up_to_space(text: &str, max: usize) -> Option<&str> {
    let (mut index, mut letters) = (0, 0);
    let (mut limit, mut space) = (None, 0);
    for (offset, byte) in text.bytes().enumerate() {
        if is_continuation(byte) {
            continue;
        }
        if index == max {
            limit = Some(offset);
        }
        if letters < max {
            if byte == b' ' {
                space = offset;
            } else {
                letters += 1;
            }
        } else if limit.is_some() {
            break;
        }
        index += 1;
    }
    limit.map(|limit| &text[..limit.max(space)])
}

/// Whether a byte of UTF-8 is not the first of a code point.
fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// What to keep for a negative limit: the first word less that many code points.
fn first_word_without(text: &str, cut: u64) -> &str {
    let first = text.split(' ').next().unwrap_or(text);
    let Ok(cut) = usize::try_from(cut) else { return "" };
    &first[..first.len() - suffix(first, cut).len()]
}

/// The first code points of a text, or all if it has no more.
fn prefix(text: &str, length: usize) -> &str {
    let mut rest = text.chars();
    if let Some(others) = length.checked_sub(1) {
        rest.nth(others);
    }
    &text[..text.len() - rest.as_str().len()]
}

/// The last code points of a text, or all if it has no more.
fn suffix(text: &str, length: usize) -> &str {
    let mut rest = text.chars();
    if let Some(others) = length.checked_sub(1) {
        rest.nth_back(others);
    }
    &text[rest.as_str().len()..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

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

    /// SkyPilot's way, word by word.
    fn naive(text: &str, max: usize) -> String {
        let words: Vec<&str> = text.split(' ').collect();
        let length = |text: &str| text.chars().count();
        let head = |text: &str| text.chars().take(max).collect::<String>();
        if length(words[0]) > max {
            return head(words[0]) + MARK;
        }
        let (mut total, mut before) = (0, 0);
        for (index, word) in words.iter().enumerate() {
            total += length(word);
            before = index;
            if total >= max {
                break;
            }
        }
        let kept = words[..before].join(" ");
        (if length(&kept) < max { head(text) } else { kept }) + MARK
    }

    #[test]
    fn one_pass_finds_the_same_cut() {
        // Every text of up to nine of these.
        let alphabet = [' ', 'a', 'é'];
        for length in 1..10 {
            for number in 0..alphabet.len().pow(length) {
                let digit = |place| number / alphabet.len().pow(place) % alphabet.len();
                let text: String = (0..length).map(|place| alphabet[digit(place)]).collect();
                for max in 0..length {
                    let shortened = end(&text, max.into());
                    assert_eq!(
                        shortened.as_deref(),
                        Some(&*naive(&text, max as usize)),
                        "{text:?} {max}"
                    );
                }
            }
        }
    }

    #[test]
    fn joined_texts_are_shortened_one_by_one() {
        let texts = "abc\0\0aaaa b c d e f g h\0😀😀😀😀😀😀";
        assert_eq!(truncate_joined(texts, 5, true), "abc\0\0a...h\0😀...😀");
        assert_eq!(truncate_joined(texts, 5, false), "abc\0\0aaaa ...\0😀😀😀😀😀...");
    }
}
