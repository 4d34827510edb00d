//! Hashing several independent messages at once, one in each lane of a vector.
//!
//! Within a message every step of MD5 or SHA-256 needs the one before. Across messages none does,
//! so sixteen of them advance by the same instructions. They are four 128-bit vectors, the only
//! ones that WebAssembly has: the instructions of one fill the time in which another waits for its
//! results. Measured in wasmtime on an AMD EPYC (Zen 5), MD5 of 4 / 8 / 16 / 24 messages takes in
//! 1.3 / 2.2 / 3.2 / 3.0 times as many bytes per second as of one; SHA-256 of 8 / 16 / 24 in 1.5 /
//! 1.8 / 1.7.
//!
//! Few messages and last blocks are RustCrypto's, whose answers the tests compare these with.
#![allow(clippy::inline_always, reason = "the compiler's own choice is half as fast")]

mod md5;
mod sha256;
mod vector;

use alloc::vec::Vec;
pub use md5::Md5;
pub use sha256::Sha256;
use vector::Lanes;

/// Bytes of a block, of every algorithm here.
pub const BLOCK_SIZE: usize = 64;

/// Messages that advance together.
pub const LANES: usize = 16;

/// A block of a message.
pub type Block = [u8; BLOCK_SIZE];

/// A compression function over blocks of 64 bytes.
pub trait Compress {
    /// The chaining value.
    type State: Copy;

    /// The length of a message in bits, as it stands at the end of its last block.
    fn length(bits: u64) -> [u8; 8];

    /// The digest that a chaining value is.
    fn bytes(state: &Self::State) -> Vec<u8>;

    /// Advances one message by whole blocks.
    fn one(state: &mut Self::State, blocks: &[Block]);

    /// Advances messages side by side, each by the first `count` of its blocks.
    ///
    /// # Panics
    /// If one has fewer blocks.
    fn many(states: &mut [Self::State; LANES], blocks: &[&[Block]; LANES], count: usize);
}

/// What [`Compress::many`] does, from a function of one block of each message.
#[inline(always)]
fn advance<const S: usize>(
    states: &mut [[u32; S]; LANES],
    blocks: &[&[Block]; LANES],
    count: usize,
    compress: impl Fn(&mut [Lanes; S], [&Block; LANES]),
) {
    let mut state: [Lanes; S] =
        core::array::from_fn(|word| Lanes::gather(|lane| states[lane][word]));
    for index in 0..count {
        compress(&mut state, blocks.map(|blocks| &blocks[index]));
    }
    for (word, lanes) in state.into_iter().enumerate() {
        lanes.scatter(|lane, value| states[lane][word] = value);
    }
}
