//! Moments, as services write them.

use crate::literal;
use alloc::string::String;

/// A moment's parts; its offset from UTC has been taken off, if it had one.
#[derive(Debug, PartialEq, Eq)]
struct Moment {
    seconds: i64,
    microseconds: u32,
    /// Whether it says which time zone it is in. Without, it stays without.
    zoned: bool,
}

const DAY: i64 = 86_400;

/// Writes a moment in ISO 8601, in UTC; whether the text is one.
///
/// It may be seconds since 1970, ISO 8601, or RFC 822.
#[must_use]
pub fn write(out: &mut String, text: &str) -> bool {
    // By far the most are `2024-05-06T07:08:09.000Z` already.
    if let Some(usual) = usual(text) {
        out.push_str(usual);
        out.push_str("+00:00");
        return true;
    }
    let text = text.trim_ascii();
    let found = literal::float(text).map_or_else(|_| iso(text).or_else(|| rfc(text)), epoch);
    found.is_some_and(|moment| moment.write(out))
}

/// The part of a usual moment that needs no change.
fn usual(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let whole = match bytes.len() {
        20 => 19,
        24 if bytes[19..].starts_with(b".000") => 19,
        24 if bytes[19] == b'.' && bytes[20..23].iter().all(u8::is_ascii_digit) => 23,
        _ => return None,
    };
    if bytes[bytes.len() - 1] != b'Z' || bytes[10] != b'T' {
        return None;
    }
    // A day that every month has, and an hour, minute and second that every day has.
    let fits = |at: usize, least: u8, most: u8| {
        let [tens, ones] = [bytes[at], bytes[at + 1]];
        let value = tens.wrapping_sub(b'0').wrapping_mul(10).wrapping_add(ones.wrapping_sub(b'0'));
        tens.is_ascii_digit() && ones.is_ascii_digit() && least <= value && value <= most
    };
    let dashes = bytes[4] == b'-' && bytes[7] == b'-';
    let colons = bytes[13] == b':' && bytes[16] == b':';
    let date = fits(0, 1, 99) && fits(2, 0, 99) && fits(5, 1, 12) && fits(8, 1, 28);
    let time = fits(11, 0, 23) && fits(14, 0, 59) && fits(17, 0, 59);
    (dashes && colons && date && time).then(|| &text[..whole])
}

/// Seconds since 1970, rounded to microseconds as Python's `fromtimestamp` does.
fn epoch(number: f64) -> Option<Moment> {
    // Beyond the years 1 to 9999; not a number is neither.
    if !(-6.3e10..2.6e11).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    let whole = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "exact: it was a float's whole part")]
    let scaled = (number - whole as f64) * 1e6;
    #[expect(clippy::cast_possible_truncation, reason = "below a million")]
    let mut micro = scaled as i64;
    #[expect(clippy::cast_precision_loss, reason = "below a million")]
    let rest = scaled - micro as f64;
    let odd = micro % 2 != 0;
    if rest > 0.5 || (odd && rest >= 0.5) {
        micro += 1;
    } else if rest < -0.5 || (odd && rest <= -0.5) {
        micro -= 1;
    }
    Some(Moment {
        seconds: whole + micro.div_euclid(1_000_000),
        microseconds: u32::try_from(micro.rem_euclid(1_000_000)).ok()?,
        zoned: true,
    })
}

/// ISO 8601: a date, and maybe a time and a zone; with or without hyphens and colons.
fn iso(text: &str) -> Option<Moment> {
    let mut reader = Digits(text.as_bytes());
    let year = reader.number(4)?;
    let extended = reader.take(b"-");
    let month = reader.number(2)?;
    if reader.take(b"-") != extended {
        return None;
    }
    let mut seconds = days(year, month, reader.number(2)?)? * DAY;
    if reader.0.is_empty() {
        // Digits alone would be seconds, or nothing.
        return extended.then_some(Moment { seconds, microseconds: 0, zoned: false });
    }
    if !(reader.take(b"T") || reader.take(b"t") || (extended && reader.take(b" "))) {
        return None;
    }
    let hour = reader.number(2)?;
    let colons = reader.take(b":");
    let minute = reader.number(2)?;
    let mut second = 0;
    let mut microseconds = 0;
    if if colons { reader.take(b":") } else { reader.starts_with_digit() } {
        second = reader.number(2)?;
        microseconds = reader.fraction()?;
    }
    seconds += time(hour, minute, second)?;
    let offset = reader.zone()?;
    let zoned = offset.is_some();
    reader.0.is_empty().then_some(Moment {
        seconds: seconds - offset.unwrap_or(0),
        microseconds,
        zoned,
    })
}

/// RFC 822, as in HTTP headers: `Mon, 06 May 2024 07:08:09 GMT`.
fn rfc(text: &str) -> Option<Moment> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = match text.split_once(',') {
        None => text,
        // Which day of the week it is follows from the date.
        Some((day, rest)) if DAYS.contains(&day) => rest.trim_ascii_start(),
        Some(_) => return None,
    };
    let mut parts = text.split_ascii_whitespace();
    let day = parts.next().and_then(|day| Digits(day.as_bytes()).short())?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|&known| known == month)?;
    let mut year = Digits(parts.next()?.as_bytes());
    let year = year.number(4).filter(|_| year.0.is_empty())?;
    let mut clock = Digits(parts.next()?.as_bytes());
    let hour = clock.number(2)?;
    let minute = clock.take(b":").then(|| clock.number(2))??;
    let second = if clock.take(b":") { clock.number(2)? } else { 0 };
    let offset = match parts.next() {
        None => None,
        Some("UT") => return None,
        Some(zone) => {
            let mut zone = Digits(zone.as_bytes());
            Some(zone.zone()?.filter(|_| zone.0.is_empty())?)
        }
    };
    (clock.0.is_empty() && parts.next().is_none()).then_some(())?;
    let month = u32::try_from(month).ok()? + 1;
    Some(Moment {
        seconds: days(year, month, day)? * DAY + time(hour, minute, second)? - offset.unwrap_or(0),
        microseconds: 0,
        zoned: offset.is_some(),
    })
}

/// What is left of a text of digits and marks.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    fn take(&mut self, mark: &[u8]) -> bool {
        let there = self.0.strip_prefix(mark);
        self.0 = there.unwrap_or(self.0);
        there.is_some()
    }

    fn starts_with_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    /// A number of so many digits.
    fn number(&mut self, length: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, &digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        })
    }

    /// A number of one or two digits, and nothing else.
    fn short(&mut self) -> Option<u32> {
        self.number(self.0.len().clamp(1, 2)).filter(|_| self.0.is_empty())
    }

    /// Microseconds after a point or comma, if there is one; further digits are dropped.
    fn fraction(&mut self) -> Option<u32> {
        if !(self.take(b".") || self.take(b",")) {
            return Some(0);
        }
        let count = self.0.iter().take_while(|digit| digit.is_ascii_digit()).count();
        let kept = count.min(6);
        let number = self.number(kept).filter(|_| count > 0)?;
        self.0 = &self.0[count - kept..];
        Some((kept..6).fold(number, |number, _| number * 10))
    }

    /// The seconds before UTC; none if there is no zone.
    #[expect(clippy::option_option, reason = "a zone that is none, and no zone")]
    fn zone(&mut self) -> Option<Option<i64>> {
        if self.0.is_empty() {
            return Some(None);
        }
        if [&b"Z"[..], b"z", b"GMT", b"UTC"].iter().any(|name| self.take(name)) {
            return Some(Some(0));
        }
        let ahead = self.take(b"+");
        if !ahead && !self.take(b"-") {
            return None;
        }
        let hours = self.number(2)?;
        let colon = self.take(b":");
        let minutes = if self.0.is_empty() && !colon { 0 } else { self.number(2)? };
        let offset = time(hours, minutes, 0)?;
        Some(Some(if ahead { offset } else { -offset }))
    }
}

/// Seconds since midnight.
fn time(hour: u32, minute: u32, second: u32) -> Option<i64> {
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then(|| i64::from((hour * 60 + minute) * 60 + second))
}

/// Days from the first of January 1970 to a date, in the calendar of today.
fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the odd day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    Some(i64::from(of_years + (month * 153 + 2) / 5 + day - 1) - 719_468)
}

impl Moment {
    /// Writes it; whether it is in the years 1 to 9999.
    fn write(&self, out: &mut String) -> bool {
        let days = self.seconds.div_euclid(DAY) + 719_468;
        let Ok(days) = u32::try_from(days) else { return false };
        let era = days / 146_097;
        let day = days % 146_097;
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (after, month_of_year) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
        let year_of_all = era * 400 + year + after;
        if !(1..=9999).contains(&year_of_all) {
            return false;
        }
        let second = u32::try_from(self.seconds.rem_euclid(DAY)).unwrap_or_default();
        digits(out, year_of_all, 1000);
        for (mark, number) in [
            ('-', month_of_year),
            ('-', day - (153 * month + 2) / 5 + 1),
            ('T', second / 3600),
            (':', second / 60 % 60),
            (':', second % 60),
        ] {
            out.push(mark);
            digits(out, number, 10);
        }
        if self.microseconds > 0 {
            out.push('.');
            digits(out, self.microseconds, 100_000);
        }
        if self.zoned {
            out.push_str("+00:00");
        }
        true
    }
}

/// Writes a number from the digit of a power of ten on.
fn digits(out: &mut String, number: u32, power: u32) {
    let mut power = power;
    while power > 0 {
        out.push(char::from_digit(number / power % 10, 10).unwrap_or_default());
        power /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let mut out = String::new();
        write(&mut out, text).then_some(out)
    }

    #[test]
    fn moments_are_written_alike() {
        for (text, same) in [
            ("2024-05-06T07:08:09.000Z", "2024-05-06T07:08:09+00:00"),
            ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09+00:00"),
            ("2024-05-06T07:08:09.120Z", "2024-05-06T07:08:09.120+00:00"),
            ("2024-02-29T23:59:59.1234567Z", "2024-02-29T23:59:59.123456+00:00"),
            ("2024-12-31 23:30+02:00", "2024-12-31T21:30:00+00:00"),
            ("2024-12-31T23:30:00-0100", "2025-01-01T00:30:00+00:00"),
            ("20240506T070809Z", "2024-05-06T07:08:09+00:00"),
            ("2024-05-06T07:08:09", "2024-05-06T07:08:09"),
            ("2024-05-06", "2024-05-06T00:00:00"),
            ("Mon, 06 May 2024 07:08:09 GMT", "2024-05-06T07:08:09+00:00"),
            ("6 May 2024 07:08:09 +0100", "2024-05-06T06:08:09+00:00"),
            ("0", "1970-01-01T00:00:00+00:00"),
            ("-1.5", "1969-12-31T23:59:58.500000+00:00"),
            ("1714979289.123456", "2024-05-06T07:08:09.123456+00:00"),
            ("1e9", "2001-09-09T01:46:40+00:00"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(same), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "x",
            "nan",
            "inf",
            "1e300",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-05-06T24:00:00Z",
            "2024-05-06T07:60:00Z",
            "2024-05-06T07:08:09X",
            "2024-05-06T07:08:09.Z",
            "2024-0506T07:08:09Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "Foo, 06 May 2024 07:08:09 GMT",
            "Mon, 06 May 2024 07:08:09 XYZ",
            "Mon, 06 Mai 2024 07:08:09 GMT",
            "2024-05-06T07:08:0é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
