//! One 32-bit word of each message.
#![allow(clippy::redundant_closure, reason = "WebAssembly's intrinsics are not `Fn`")]

use super::{Block, LANES};
use core::array::from_fn;
use core::ops::{Add, BitAnd, BitOr, BitXor, Not};

#[cfg(not(target_family = "wasm"))]
use portable as platform;
#[cfg(target_family = "wasm")]
use wasm as platform;

use platform::Vector;

/// Messages in one vector.
const WIDTH: usize = 4;

const VECTORS: usize = LANES / WIDTH;

/// The word of each message, in vectors that take turns; arithmetic is modulo 2^32 in each lane.
#[derive(Clone, Copy)]
pub(super) struct Lanes([Vector; VECTORS]);

impl Lanes {
    /// The same word in all lanes.
    #[inline(always)]
    pub(super) fn splat(word: u32) -> Self {
        Self([platform::splat(word); VECTORS])
    }

    /// Each lane's word.
    pub(super) fn gather(word: impl Fn(usize) -> u32) -> Self {
        Self(from_fn(|v| platform::from_array(from_fn(|lane| word(v * WIDTH + lane)))))
    }

    /// Hands out each lane's word.
    pub(super) fn scatter(self, mut take: impl FnMut(usize, u32)) {
        for (v, vector) in self.0.into_iter().enumerate() {
            for (lane, word) in platform::to_array(vector).into_iter().enumerate() {
                take(v * WIDTH + lane, word);
            }
        }
    }

    /// The sixteen little-endian words of a block of each message.
    #[inline(always)]
    pub(super) fn words(blocks: [&Block; LANES]) -> [Self; 16] {
        let mut words = [Self::splat(0); 16];
        for v in 0..VECTORS {
            let four: [&Block; WIDTH] = from_fn(|lane| blocks[v * WIDTH + lane]);
            for quarter in 0..4 {
                let rows = four.map(|block| platform::load(&block.as_chunks().0[quarter]));
                for (i, column) in platform::transpose(rows).into_iter().enumerate() {
                    words[quarter * 4 + i].0[v] = column;
                }
            }
        }
        words
    }

    #[inline(always)]
    fn map(self, f: impl Fn(Vector) -> Vector) -> Self {
        Self(self.0.map(f))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(Vector, Vector) -> Vector) -> Self {
        Self(from_fn(|v| f(self.0[v], other.0[v])))
    }

    /// Rotates each word; `by` is a constant at every call, for the shifts to be cheap.
    #[inline(always)]
    pub(super) fn rotate_left(self, by: u32) -> Self {
        self.map(|x| platform::or(platform::shl(x, by), platform::shr(x, 32 - by)))
    }

    #[inline(always)]
    pub(super) fn rotate_right(self, by: u32) -> Self {
        self.rotate_left(32 - by)
    }

    #[inline(always)]
    pub(super) fn shift_right(self, by: u32) -> Self {
        self.map(|x| platform::shr(x, by))
    }

    #[inline(always)]
    pub(super) fn swap_bytes(self) -> Self {
        self.map(|x| platform::swap_bytes(x))
    }
}

impl Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| platform::add(a, b))
    }
}

impl BitAnd for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.zip(other, |a, b| platform::and(a, b))
    }
}

impl BitOr for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        self.zip(other, |a, b| platform::or(a, b))
    }
}

impl BitXor for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        self.zip(other, |a, b| platform::xor(a, b))
    }
}

impl Not for Lanes {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        self.map(|x| platform::not(x))
    }
}

/// WebAssembly's vectors.
#[cfg(target_family = "wasm")]
mod wasm {
    use core::arch::wasm32::{
        u8x16_shuffle, u32x4, u32x4_extract_lane, u32x4_shuffle, u64x2_shuffle, v128_load,
    };
    pub(super) use core::arch::wasm32::{
        u32x4_add as add, u32x4_shl as shl, u32x4_shr as shr, u32x4_splat as splat, v128 as Vector,
        v128_and as and, v128_not as not, v128_or as or, v128_xor as xor,
    };

    #[inline(always)]
    pub(super) fn from_array([a, b, c, d]: [u32; 4]) -> Vector {
        u32x4(a, b, c, d)
    }

    #[inline(always)]
    pub(super) fn to_array(x: Vector) -> [u32; 4] {
        [
            u32x4_extract_lane::<0>(x),
            u32x4_extract_lane::<1>(x),
            u32x4_extract_lane::<2>(x),
            u32x4_extract_lane::<3>(x),
        ]
    }

    #[inline(always)]
    #[expect(unsafe_code, reason = "from words the compiler makes several loads")]
    pub(super) fn load(bytes: &[u8; 16]) -> Vector {
        // SAFETY: sixteen bytes can be read there, and they need no alignment.
        unsafe { v128_load(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(super) fn transpose([a, b, c, d]: [Vector; 4]) -> [Vector; 4] {
        let (ab, ab_high) = (u32x4_shuffle::<0, 4, 1, 5>(a, b), u32x4_shuffle::<2, 6, 3, 7>(a, b));
        let (cd, cd_high) = (u32x4_shuffle::<0, 4, 1, 5>(c, d), u32x4_shuffle::<2, 6, 3, 7>(c, d));
        [
            u64x2_shuffle::<0, 2>(ab, cd),
            u64x2_shuffle::<1, 3>(ab, cd),
            u64x2_shuffle::<0, 2>(ab_high, cd_high),
            u64x2_shuffle::<1, 3>(ab_high, cd_high),
        ]
    }

    #[inline(always)]
    pub(super) fn swap_bytes(x: Vector) -> Vector {
        u8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(x, x)
    }
}

/// The same on arrays, for tests and benches.
#[cfg(not(target_family = "wasm"))]
mod portable {
    use core::array::from_fn;

    pub(super) type Vector = [u32; 4];

    pub(super) fn splat(word: u32) -> Vector {
        [word; 4]
    }

    pub(super) fn from_array(x: [u32; 4]) -> Vector {
        x
    }

    pub(super) fn to_array(x: Vector) -> [u32; 4] {
        x
    }

    pub(super) fn load(bytes: &[u8; 16]) -> Vector {
        let words = bytes.as_chunks().0;
        from_fn(|i| u32::from_le_bytes(words[i]))
    }

    pub(super) fn transpose(rows: [Vector; 4]) -> [Vector; 4] {
        from_fn(|column| from_fn(|row| rows[row][column]))
    }

    pub(super) fn swap_bytes(x: Vector) -> Vector {
        x.map(u32::swap_bytes)
    }

    pub(super) fn add(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i].wrapping_add(b[i]))
    }

    pub(super) fn and(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] & b[i])
    }

    pub(super) fn or(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] | b[i])
    }

    pub(super) fn xor(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] ^ b[i])
    }

    pub(super) fn not(x: Vector) -> Vector {
        x.map(|word| !word)
    }

    pub(super) fn shl(x: Vector, by: u32) -> Vector {
        x.map(|word| word << by)
    }

    pub(super) fn shr(x: Vector, by: u32) -> Vector {
        x.map(|word| word >> by)
    }
}
