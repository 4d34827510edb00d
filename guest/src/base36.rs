//! Base-16 text to base-36 text, for numbers of any length.
//!
//! The number is held in 32-bit limbs, and one pass over them yields ten digits: 36^10 is 2^20
//! times 9^10, so a pass takes away the lowest 20 bits and divides the rest by 9^10, the largest
//! power of 9 below 2^32. Each step is a plain 64-by-32-bit division by a constant.

use crate::error::Error;
use crate::joined;
use crate::literal::{self, NumberError};
use alloc::string::String;
use alloc::vec::Vec;

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Every pair of digits, so that one division yields two of them.
static PAIRS: [[u8; 2]; 36 * 36] = {
    let mut pairs = [[0; 2]; 36 * 36];
    let mut pair = 0;
    while pair < pairs.len() {
        pairs[pair] = [ALPHABET[pair / 36], ALPHABET[pair % 36]];
        pair += 1;
    }
    pairs
};

const DIGITS_PER_LIMB: usize = 8;
const DIGITS_PER_PLACE: usize = 10;
const DIVISOR: u64 = 9u64.pow(10);
const TWOS: u32 = 20;

/// Passes made at once. Each waits for the remainder of its own last step, and meanwhile the
/// processor works on the others.
const PASSES: usize = 3;

/// Longest text taken. Time grows with the square of the length; this much takes some 10 ms, and
/// the host has a faster way far beyond.
pub const MAX_DIGITS: usize = 32_768;

/// Writes a hexadecimal integer literal in base 36, as `base36_encode(hex)`.
///
/// # Errors
/// [`Error::InvalidHex`] where Python's `int(hex, 16)` raises, [`Error::NegativeHex`] below zero,
/// [`Error::Unsupported`] for text outside ASCII or longer than [`MAX_DIGITS`].
pub fn encode(hex: &str) -> Result<String, Error> {
    let mut answer = String::with_capacity(hex.len() * 4 / 5 + DIGITS_PER_PLACE);
    Encoder::default().encode(hex, &mut answer)?;
    Ok(answer)
}

/// Writes [joined](joined) literals in base 36: those that [`encode`] refuses become empty.
#[must_use]
pub fn encode_joined(hex: &str) -> String {
    let mut encoder = Encoder::default();
    // An error is found before anything is written.
    joined::map(hex, |hex, answer| _ = encoder.encode(hex, answer))
}

/// The memory that a conversion needs, used for one after the other.
#[derive(Default)]
struct Encoder {
    /// The number, least significant limb first, without leading zero limbs.
    limbs: Vec<u32>,
    /// The number in base 36^10, least significant place first.
    places: Vec<u64>,
    digits: Vec<u8>,
}

impl Encoder {
    fn encode(&mut self, hex: &str, answer: &mut String) -> Result<(), Error> {
        let literal = literal::integer(hex, 16).map_err(|e| match e {
            NumberError::Syntax => Error::InvalidHex,
            NumberError::NotAscii => Error::Unsupported("hexadecimal text outside ASCII"),
        })?;
        if literal.digits.len() > MAX_DIGITS {
            return Err(Error::Unsupported("more than 32768 hexadecimal digits"));
        }
        self.read(literal.digits);
        if literal.negative && !self.limbs.is_empty() {
            return Err(Error::NegativeHex);
        }
        while self.limbs.len() > 1 {
            self.divide();
        }
        self.places.push(self.limbs.pop().unwrap_or(0).into());
        self.write(answer);
        Ok(())
    }

    fn read(&mut self, digits: &str) {
        self.limbs.clear();
        self.places.clear();
        self.digits.clear();
        let mut digits = digits.as_bytes();
        if digits.contains(&b'_') {
            self.digits.extend(digits.iter().filter(|&&digit| digit != b'_'));
            digits = &self.digits;
        }
        self.limbs.extend(digits.rchunks(DIGITS_PER_LIMB).map(limb));
        self.trim();
    }

    /// Divides by 36^10 a few times and keeps the remainders.
    fn divide(&mut self) {
        let mut passes = [Pass::default(); PASSES];
        for limb in self.limbs.iter_mut().rev() {
            for pass in &mut passes {
                *limb = pass.step(*limb);
            }
        }
        self.places.extend(passes.map(Pass::remainder));
        self.trim();
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }

    fn write(&mut self, answer: &mut String) {
        self.digits.clear();
        for &place in self.places.iter().rev() {
            self.digits.extend_from_slice(digits(place).as_flattened());
        }
        let zeros = self.digits.iter().take_while(|&&digit| digit == b'0').count();
        let digits = &self.digits[zeros.min(self.digits.len() - 1)..];
        answer.push_str(core::str::from_utf8(digits).expect("the alphabet is ASCII"));
    }
}

/// A division by 36^10 on its way from the highest limb to the lowest.
#[derive(Default, Clone, Copy)]
struct Pass {
    /// The last limb.
    above: u32,
    /// What the division by 9^10 has left so far.
    rest: u32,
}

impl Pass {
    /// Takes the next limb of the dividend and returns that of the quotient.
    #[expect(clippy::cast_possible_truncation, reason = "the rest is below the divisor")]
    fn step(&mut self, limb: u32) -> u32 {
        let low = (self.above << (u32::BITS - TWOS)) | (limb >> TWOS);
        let dividend = (u64::from(self.rest) << u32::BITS) | u64::from(low);
        self.above = limb;
        let quotient = dividend / DIVISOR;
        // Not `dividend % DIVISOR`: WebAssembly would divide a second time.
        self.rest = (dividend - quotient * DIVISOR) as u32;
        quotient as u32
    }

    fn remainder(self) -> u64 {
        (u64::from(self.rest) << TWOS) | u64::from(self.above & ((1 << TWOS) - 1))
    }
}

/// The number that hexadecimal digits are.
fn limb(digits: &[u8]) -> u32 {
    // In ASCII the low half of a letter is its place in the alphabet, from 1, and bit 6 makes it one.
    let value = |digit: u8| u32::from(digit & 0xf) + 9 * u32::from(digit >> 6);
    digits.iter().fold(0, |limb, &digit| (limb << 4) | value(digit))
}

/// The ten digits of a number below 36^10, in pairs.
#[expect(clippy::cast_possible_truncation, reason = "both parts are below 2^32")]
fn digits(place: u64) -> [[u8; 2]; DIGITS_PER_PLACE / 2] {
    const PAIR: u32 = 36u32.pow(2);
    const LOW: u64 = 36u64.pow(6);
    let high = place / LOW;
    let low = (place - high * LOW) as u32;
    let high = high as u32;
    [high / PAIR, high % PAIR, low / PAIR / PAIR, low / PAIR % PAIR, low % PAIR]
        .map(|pair| PAIRS[pair as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    /// The number digit by digit: every digit of the quotient, then the remainder.
    fn naive(hex: &str) -> String {
        let mut number: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
        let mut digits = Vec::new();
        while number.iter().any(|&digit| digit > 0) {
            let mut rest = 0;
            for digit in &mut number {
                let dividend = rest * 16 + *digit;
                (*digit, rest) = (dividend / 36, dividend % 36);
            }
            digits.push(ALPHABET[rest as usize]);
        }
        digits.reverse();
        String::from_utf8(digits).unwrap()
    }

    /// Digits that look random: the middle ones of a linear congruential generator.
    fn random(length: usize, seed: usize) -> String {
        let mut state = u64::try_from(seed).unwrap();
        let digits = core::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from_digit((state >> 40) as u32 % 16, 16).unwrap()
        });
        digits.take(length).collect()
    }

    #[test]
    fn equals_the_naive_conversion() {
        for length in (1..140).chain([1000, 1001, 1007]) {
            for hex in [
                format!("1{}", "0".repeat(length)),
                "f".repeat(length),
                format!("{}1{}", random(length, 0), "0".repeat(length)),
                format!("1{}", random(length, length)),
            ] {
                assert_eq!(encode(&hex).unwrap(), naive(&hex), "{hex}");
            }
        }
    }

    #[test]
    fn every_pair_is_two_digits() {
        for number in 36..36u32.pow(2) {
            let hex = format!("{number:x}");
            assert_eq!(encode(&hex).unwrap(), naive(&hex));
        }
    }

    #[test]
    fn joined_numbers_are_written_one_by_one() {
        // Long and short in turn: nothing is left of the one before.
        let numbers: Vec<String> = (1..100).map(|i| random(1 + i * 37 % 80, i)).collect();
        let answers: Vec<String> = numbers.iter().map(|hex| encode(hex).unwrap()).collect();
        assert_eq!(encode_joined(&numbers.join("\0")), answers.join("\0"));
    }

    #[test]
    fn what_has_no_answer_leaves_a_gap() {
        let answers = encode_joined("ff\0g\0\0-1\0٣\0 0xF_F\n");
        assert_eq!(answers.split('\0').collect::<Vec<_>>(), ["73", "", "", "", "", "73"]);
        assert_eq!(encode_joined(&"f".repeat(MAX_DIGITS + 1)), "");
    }

    #[test]
    fn zero_has_one_digit_and_no_sign() {
        for zero in ["0", "-0", "0x000", "0_0"] {
            assert_eq!(encode(zero).unwrap(), "0");
        }
    }

    #[test]
    fn refuses_what_has_no_answer() {
        assert_eq!(encode("-1"), Err(Error::NegativeHex));
        assert_eq!(encode("xyz"), Err(Error::InvalidHex));
        assert!(matches!(encode("١"), Err(Error::Unsupported(_))));
    }

    #[test]
    fn the_length_is_bounded() {
        assert_eq!(encode(&"f".repeat(MAX_DIGITS)).unwrap().len(), 25_353);
        assert!(matches!(encode(&"f".repeat(MAX_DIGITS + 1)), Err(Error::Unsupported(_))));
    }
}
