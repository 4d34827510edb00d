//! MD5 (RFC 1321) in lanes.

use super::vector::Lanes;
use super::{Block, Compress, LANES, advance};
use alloc::vec::Vec;

/// `floor(2^32 * abs(sin(i + 1)))`
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// MD5's compression function.
#[derive(Debug, Clone)]
pub struct Md5;

impl Compress for Md5 {
    type State = [u32; 4];

    fn length(bits: u64) -> [u8; 8] {
        bits.to_le_bytes()
    }

    fn bytes(state: &Self::State) -> Vec<u8> {
        state.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[inline(never)] // large, and called in several places
    fn one(state: &mut Self::State, blocks: &[Block]) {
        md5::block_api::compress(state, blocks);
    }

    fn many(states: &mut [Self::State; LANES], blocks: &[&[Block]; LANES], count: usize) {
        advance(states, blocks, count, compress);
    }
}

#[inline(always)]
fn compress(state: &mut [Lanes; 4], blocks: [&Block; LANES]) {
    let words = Lanes::words(blocks);
    // Twice, so that sixteen words from any one on are all of them, in turn.
    let words: [Lanes; 32] = core::array::from_fn(|i| words[i % 16]);
    let old = *state;
    // The functions of RFC 1321 with fewer operations: the same bits.
    round::<0>(state, &words, |x, y, z| z ^ (x & (y ^ z)));
    round::<1>(state, &words, |x, y, z| y ^ (z & (x ^ y)));
    round::<2>(state, &words, |x, y, z| x ^ y ^ z);
    round::<3>(state, &words, |x, y, z| y ^ (x | !z));
    for (word, old) in state.iter_mut().zip(old) {
        *word = *word + old;
    }
}

/// By round: how far four steps in turn rotate, which words the first four take, and from where on
/// the same four of the words are those of the next steps, 4 words on or 4 words back.
const ROUNDS: [([u32; 4], [usize; 4], bool); 4] = [
    ([7, 12, 17, 22], [0, 1, 2, 3], true),
    ([5, 9, 14, 20], [1, 6, 11, 0], true),
    ([4, 11, 16, 23], [5, 8, 11, 14], false),
    ([6, 10, 15, 21], [0, 7, 14, 5], false),
];

#[inline(always)]
fn round<const ROUND: usize>(
    state: &mut [Lanes; 4],
    words: &[Lanes; 32],
    mix: impl Fn(Lanes, Lanes, Lanes) -> Lanes,
) {
    let (shifts, chosen, forward) = ROUNDS[ROUND];
    let [mut a, mut b, mut c, mut d] = *state;
    // Unrolled further, all steps of one vector would come before those of the other.
    for quad in 0..4 {
        let words = &words[if forward { 4 * quad } else { 16 - 4 * quad }..][..16];
        let sines = &SINES[ROUND * 16 + 4 * quad..][..4];
        let input = |step: usize| words[chosen[step]] + Lanes::splat(sines[step]);
        a = b + (a + input(0) + mix(b, c, d)).rotate_left(shifts[0]);
        d = a + (d + input(1) + mix(a, b, c)).rotate_left(shifts[1]);
        c = d + (c + input(2) + mix(d, a, b)).rotate_left(shifts[2]);
        b = c + (b + input(3) + mix(c, d, a)).rotate_left(shifts[3]);
    }
    *state = [a, b, c, d];
}
