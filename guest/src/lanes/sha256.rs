//! SHA-224 and SHA-256 (FIPS 180-4) in lanes.

use super::vector::Lanes;
use super::{Block, Compress, LANES, advance};
use alloc::vec::Vec;

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const ROOTS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// The compression function of SHA-224 and SHA-256.
#[derive(Debug, Clone)]
pub struct Sha256;

impl Compress for Sha256 {
    type State = [u32; 8];

    fn length(bits: u64) -> [u8; 8] {
        bits.to_be_bytes()
    }

    fn bytes(state: &Self::State) -> Vec<u8> {
        state.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[inline(never)] // large, and called in several places
    fn one(state: &mut Self::State, blocks: &[Block]) {
        sha2::block_api::compress256(state, blocks);
    }

    fn many(states: &mut [Self::State; LANES], blocks: &[&[Block]; LANES], count: usize) {
        advance(states, blocks, count, compress);
    }
}

#[inline(always)]
fn compress(state: &mut [Lanes; 8], blocks: [&Block; LANES]) {
    let mut words = Lanes::words(blocks).map(Lanes::swap_bytes);
    let old = *state;
    for start in (0..64).step_by(16) {
        if start > 0 {
            schedule(&mut words);
        }
        rounds(state, &words, &ROOTS[start..][..16]);
    }
    for (word, old) in state.iter_mut().zip(old) {
        *word = *word + old;
    }
}

/// The sixteen words after these.
#[inline(always)]
fn schedule(words: &mut [Lanes; 16]) {
    for i in 0..16 {
        let (second, second_last) = (words[(i + 1) % 16], words[(i + 14) % 16]);
        let s0 = second.rotate_right(7) ^ second.rotate_right(18) ^ second.shift_right(3);
        let s1 = second_last.rotate_right(17)
            ^ second_last.rotate_right(19)
            ^ second_last.shift_right(10);
        words[i] = words[i] + s0 + words[(i + 9) % 16] + s1;
    }
}

#[inline(always)]
#[expect(clippy::many_single_char_names, reason = "the standard's names")]
fn rounds(state: &mut [Lanes; 8], words: &[Lanes; 16], roots: &[u32]) {
    for (&word, &root) in words.iter().zip(roots) {
        let [a, b, c, d, e, f, g, h] = *state;
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = g ^ (e & (f ^ g));
        let first = h + s1 + choice + Lanes::splat(root) + word;
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) | (c & (a | b));
        *state = [first + s0 + majority, a, b, c, d + first, e, f, g];
    }
}
