//! When a command is run again, and how long to wait before.

/// Seconds that a wait is shorter than.
const LONGEST_WAIT: f64 = 2.0;

/// What ends each of the marks.
pub const END: char = '\0';

/// Why a command is to be run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its return code.
    Returncode,
    /// What it wrote to its standard error.
    Stderr,
}

/// How a command ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Its return code.
    pub returncode: i64,
    /// What it wrote to its standard error.
    pub stderr: &'a str,
}

/// Whether `run_with_retries()` runs a command again that it has run again `retries` times.
///
/// `codes` are decimal numbers with spaces between them, `marks` are texts with [`END`] after each.
#[must_use]
pub fn cause(
    retries: u32,
    max_retries: i64,
    ended: Ended<'_>,
    codes: &str,
    marks: &str,
) -> Option<Cause> {
    if i64::from(retries) >= max_retries {
        return None;
    }
    if codes.split(' ').any(|code| code.parse() == Ok(ended.returncode)) {
        return Some(Cause::Returncode);
    }
    let found = marks.split_terminator(END).any(|mark| ended.stderr.contains(mark));
    found.then_some(Cause::Stderr)
}

/// Seconds to wait, from a random number between 0 and 1.
#[must_use]
pub fn backoff(chance: f64) -> f64 {
    chance * LONGEST_WAIT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(returncode: i64, stderr: &str, codes: &str, marks: &str) -> Option<Cause> {
        cause(0, 1, Ended { returncode, stderr }, codes, marks)
    }

    #[test]
    fn the_return_code_is_looked_at_first() {
        assert_eq!(cause_of(255, "boom", "1 255", "boom\0"), Some(Cause::Returncode));
        assert_eq!(cause_of(-9, "boom", "-9", ""), Some(Cause::Returncode));
        assert_eq!(cause_of(25, "boom", "255 5 2", "boom\0"), Some(Cause::Stderr));
        assert_eq!(cause_of(0, "", "", ""), None);
    }

    #[test]
    fn any_mark_will_do() {
        assert_eq!(cause_of(0, "a boom", "", "nothing\0boom\0"), Some(Cause::Stderr));
        assert_eq!(cause_of(0, "", "", "\0"), Some(Cause::Stderr), "everything contains \"\"");
        assert_eq!(cause_of(0, "a boom", "", "nothing\0Boom\0"), None);
    }

    #[test]
    fn there_is_an_end_to_it() {
        let ended = Ended { returncode: 1, stderr: "" };
        assert_eq!(cause(2, 3, ended, "1", ""), Some(Cause::Returncode));
        for (retries, most) in [(3, 3), (0, 0), (0, -1), (u32::MAX, 3)] {
            assert_eq!(cause(retries, most, ended, "1", "\0"), None);
        }
    }

    #[test]
    fn waits_are_short() {
        assert!((backoff(0.25) - 0.5).abs() < f64::EPSILON);
    }
}
