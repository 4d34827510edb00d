//! Base-16 text to base-36 text, for numbers of any length.
//!
//! The number is held in 32-bit limbs and divided by 36^6, the largest power of 36 below 2^32, so
//! that one pass over the limbs yields six digits and every step is a plain 64-by-32-bit division
//! by a constant.

use crate::error::Error;
use crate::literal::{self, NumberError};
use alloc::string::String;
use alloc::vec::Vec;

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const DIGITS_PER_CHUNK: usize = 6;
const CHUNK: u64 = 36u64.pow(6);

/// Longest text taken. Time grows with the square of the length; this much takes some 50 ms, and
/// the host has a faster way beyond.
pub const MAX_DIGITS: usize = 32_768;

/// Writes a hexadecimal integer literal in base 36, as `base36_encode(hex)`.
///
/// # Errors
/// [`Error::InvalidHex`] where Python's `int(hex, 16)` raises, [`Error::NegativeHex`] below zero,
/// [`Error::Unsupported`] for text outside ASCII or longer than [`MAX_DIGITS`].
#[expect(clippy::missing_panics_doc, reason = "the alphabet is ASCII")]
pub fn encode(hex: &str) -> Result<String, Error> {
    let literal = literal::integer(hex, 16).map_err(|e| match e {
        NumberError::Syntax => Error::InvalidHex,
        NumberError::NotAscii => Error::Unsupported("hexadecimal text outside ASCII"),
    })?;
    if literal.digits.len() > MAX_DIGITS {
        return Err(Error::Unsupported("more than 32768 hexadecimal digits"));
    }
    let mut limbs = limbs(literal.digits);
    if literal.negative && !limbs.is_empty() {
        return Err(Error::NegativeHex);
    }

    // Least significant digit first; reversed at the end.
    let mut digits = Vec::with_capacity(literal.digits.len() * 4 / 5 + DIGITS_PER_CHUNK);
    while !limbs.is_empty() {
        let mut chunk = divide(&mut limbs);
        for _ in 0..DIGITS_PER_CHUNK {
            digits.push(ALPHABET[(chunk % 36) as usize]);
            chunk /= 36;
        }
    }
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    if digits.is_empty() {
        digits.push(b'0');
    }
    digits.reverse();
    Ok(String::from_utf8(digits).expect("the alphabet is ASCII"))
}

/// The limbs of a number, least significant first, without leading zero limbs.
fn limbs(digits: &str) -> Vec<u32> {
    let mut limbs = Vec::with_capacity(digits.len() / 8 + 1);
    let (mut limb, mut shift) = (0, 0);
    for digit in digits.chars().rev().filter_map(|c| c.to_digit(16)) {
        limb |= digit << shift;
        shift += 4;
        if shift == u32::BITS {
            limbs.push(limb);
            (limb, shift) = (0, 0);
        }
    }
    limbs.push(limb);
    trim(&mut limbs);
    limbs
}

/// Divides in place by [`CHUNK`] and returns the remainder.
fn divide(limbs: &mut Vec<u32>) -> u32 {
    let mut remainder: u64 = 0;
    for limb in limbs.iter_mut().rev() {
        let dividend = (remainder << u32::BITS) | u64::from(*limb);
        // The remainder is below CHUNK < 2^32, so the quotient fits.
        #[expect(clippy::cast_possible_truncation)]
        {
            *limb = (dividend / CHUNK) as u32;
        }
        remainder = dividend % CHUNK;
    }
    trim(limbs);
    u32::try_from(remainder).expect("a remainder of CHUNK fits 32 bits")
}

fn trim(limbs: &mut Vec<u32>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    fn naive(mut number: u128) -> String {
        let mut digits = Vec::new();
        loop {
            digits.push(ALPHABET[(number % 36) as usize]);
            number /= 36;
            if number == 0 {
                break;
            }
        }
        digits.reverse();
        String::from_utf8(digits).unwrap()
    }

    #[test]
    fn equals_the_naive_conversion() {
        for shift in 0..128 {
            for number in [1u128 << shift, (1u128 << shift) - 1, u128::MAX >> shift] {
                assert_eq!(encode(&format!("{number:x}")).unwrap(), naive(number));
            }
        }
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
