//! Digests of any bytes from a compression function of whole blocks.

use crate::hash::{Hash, hex};
use crate::lanes::{BLOCK_SIZE, Block, Compress, LANES, Md5, Sha256};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// Fewer messages than this are faster one by one than in lanes.
const FEW: usize = 6;

/// A digest under way, of the kind that Merkle and Damgård describe.
#[derive(Clone)]
pub struct Blocks<C: Compress> {
    state: C::State,
    /// Bytes so far.
    length: u64,
    /// The last of them that do not fill a block; how many they are follows from the length.
    pending: Block,
    /// Bytes of the digest.
    size: usize,
}

impl Blocks<Md5> {
    /// MD5 of nothing yet.
    #[must_use]
    pub fn md5() -> Self {
        Self::new([0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], 16)
    }
}

impl Blocks<Sha256> {
    /// SHA-224 of nothing yet.
    #[must_use]
    pub fn sha224() -> Self {
        let state = [
            0xc105_9ed8,
            0x367c_d507,
            0x3070_dd17,
            0xf70e_5939,
            0xffc0_0b31,
            0x6858_1511,
            0x64f9_8fa7,
            0xbefa_4fa4,
        ];
        Self::new(state, 28)
    }

    /// SHA-256 of nothing yet.
    #[must_use]
    pub fn sha256() -> Self {
        let state = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        Self::new(state, 32)
    }
}

impl<C: Compress> Blocks<C> {
    fn new(state: C::State, size: usize) -> Self {
        Self { state, length: 0, pending: [0; BLOCK_SIZE], size }
    }

    /// Takes in what fills the block that was begun, and returns the rest: whole blocks that are
    /// still to be compressed, since what follows them is pending already.
    fn absorb<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [Block] {
        let begun = self.pending_size();
        self.length += bytes.len() as u64;
        if begun > 0 {
            let taken = bytes.len().min(BLOCK_SIZE - begun);
            self.pending[begun..][..taken].copy_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if begun + taken < BLOCK_SIZE {
                return &[];
            }
            C::one(&mut self.state, &[self.pending]);
        }
        let (blocks, rest) = bytes.as_chunks();
        self.pending[..rest.len()].copy_from_slice(rest);
        blocks
    }

    fn pending_size(&self) -> usize {
        usize::try_from(self.length % BLOCK_SIZE as u64).expect("less than a block")
    }
}

impl<C: Compress> Hash for Blocks<C> {
    fn update(&mut self, bytes: &[u8]) {
        let blocks = self.absorb(bytes);
        C::one(&mut self.state, blocks);
    }

    fn hex_digest(&self) -> String {
        let mut state = self.state;
        let mut last = self.pending;
        let end = self.pending_size();
        last[end] = 0x80;
        last[end + 1..].fill(0);
        if end >= BLOCK_SIZE - 8 {
            // No room for the length.
            C::one(&mut state, &[mem::replace(&mut last, [0; BLOCK_SIZE])]);
        }
        *last.last_chunk_mut().expect("a block is longer") = C::length(self.length << 3);
        C::one(&mut state, &[last]);
        hex(&C::bytes(&state)[..self.size])
    }

    fn update_all(batch: &mut [(&mut Self, &[u8])]) {
        let mut going: Vec<(&mut C::State, &[Block])> = batch
            .iter_mut()
            .map(|(digest, bytes)| {
                let blocks = digest.absorb(bytes);
                (&mut digest.state, blocks)
            })
            .filter(|(_, blocks)| !blocks.is_empty())
            .collect();
        while going.len() >= FEW {
            let count = going.len().min(LANES);
            compress::<C>(&mut going[..count]);
            going.retain(|(_, blocks)| !blocks.is_empty());
        }
        for (state, blocks) in going {
            C::one(state, blocks);
        }
    }
}

/// Advances up to [`LANES`] messages side by side until one has no blocks left.
fn compress<C: Compress>(group: &mut [(&mut C::State, &[Block])]) {
    // A lane without a message of its own repeats the first one's.
    let message = |lane: usize| if lane < group.len() { lane } else { 0 };
    let mut states: [C::State; LANES] = core::array::from_fn(|lane| *group[message(lane)].0);
    let blocks: [&[Block]; LANES] = core::array::from_fn(|lane| group[message(lane)].1);
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    C::many(&mut states, &blocks, count);
    for ((state, blocks), advanced) in group.iter_mut().zip(states) {
        **state = advanced;
        *blocks = &blocks[count..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use digest::Digest;
    use std::vec;

    /// A few bits of randomness, the same at each run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(self.0 >> 33).unwrap() % bound
        }

        fn bytes(&mut self, length: usize) -> Vec<u8> {
            (0..length).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
        }
    }

    fn twin<D: Digest>(content: &[u8]) -> String {
        hex(&D::digest(content))
    }

    #[test]
    fn one_message_in_any_pieces_equals_the_twin() {
        let mut random = Random(1);
        for length in (0..300).chain([1000, 4096]) {
            let content = random.bytes(length);
            let (mut md5, mut sha256) = (Blocks::md5(), Blocks::sha256());
            let mut rest = &content[..];
            while !rest.is_empty() {
                let (piece, more) = rest.split_at(1 + random.below(rest.len()));
                md5.update(piece);
                sha256.update(piece);
                rest = more;
            }
            assert_eq!(md5.hex_digest(), twin::<md5::Md5>(&content));
            assert_eq!(sha256.hex_digest(), twin::<sha2::Sha256>(&content));
        }
    }

    /// Feeds messages of unequal lengths side by side, in pieces of unequal lengths.
    fn side_by_side<C: Compress + Clone, D: Digest>(empty: &Blocks<C>) {
        let mut random = Random(2);
        for count in 0..40 {
            let longest = [1, 64, 200, 3000][count % 4];
            let contents: Vec<Vec<u8>> = (0..count)
                .map(|_| {
                    let length = random.below(longest + 1);
                    random.bytes(length)
                })
                .collect();
            let mut digests = vec![empty.clone(); count];
            let mut rest: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
            while rest.iter().any(|bytes| !bytes.is_empty()) {
                let mut batch = Vec::new();
                for (digest, bytes) in digests.iter_mut().zip(&mut rest) {
                    let (piece, more) = bytes.split_at(random.below(bytes.len() + 1));
                    *bytes = more;
                    batch.push((digest, piece));
                }
                Blocks::update_all(&mut batch);
            }
            for (digest, content) in digests.iter().zip(&contents) {
                assert_eq!(digest.hex_digest(), twin::<D>(content), "{count} messages");
            }
        }
    }

    #[test]
    fn messages_side_by_side_equal_the_twin() {
        side_by_side::<Md5, md5::Md5>(&Blocks::md5());
        side_by_side::<Sha256, sha2::Sha224>(&Blocks::sha224());
        side_by_side::<Sha256, sha2::Sha256>(&Blocks::sha256());
    }
}
