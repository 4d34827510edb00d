//! Digests, one by one or several side by side.
//!
//! MD5, SHA-224 and SHA-256 have lanes ([`crate::lanes`]); with them a batch of messages takes a
//! fraction of the time that they take one after the other. The other algorithms are RustCrypto's:
//! SHA-1 gains less from lanes than processors' own instructions for it do, and of SHA-512's
//! 64-bit words only two fit a vector.

use crate::batch::{Batch, Messages, Source};
use crate::blocks::Blocks;
use alloc::boxed::Box;
use alloc::string::String;
use digest::Digest;

/// The algorithms the component computes; every other name that hashlib knows is the host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5
    Md5,
    /// SHA-1
    Sha1,
    /// SHA-224
    Sha224,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

/// A digest under way.
pub trait Hash {
    /// Adds bytes.
    fn update(&mut self, bytes: &[u8]);

    /// The digest of the bytes so far, in lower-case hexadecimal digits.
    fn hex_digest(&self) -> String;

    /// Adds to each of several digests its own bytes.
    fn update_all(batch: &mut [(&mut Self, &[u8])])
    where
        Self: Sized,
    {
        for (digest, bytes) in batch {
            digest.update(bytes);
        }
    }
}

impl Hash for Box<dyn Hash> {
    fn update(&mut self, bytes: &[u8]) {
        (**self).update(bytes);
    }

    fn hex_digest(&self) -> String {
        (**self).hex_digest()
    }
}

impl Algorithm {
    /// A digest of nothing yet.
    #[must_use]
    pub fn start(self) -> Box<dyn Hash> {
        match self {
            Self::Md5 => Box::new(Blocks::md5()),
            Self::Sha1 => Box::new(Scalar(sha1::Sha1::new())),
            Self::Sha224 => Box::new(Blocks::sha224()),
            Self::Sha256 => Box::new(Blocks::sha256()),
            Self::Sha384 => Box::new(Scalar(sha2::Sha384::new())),
            Self::Sha512 => Box::new(Scalar(sha2::Sha512::new())),
        }
    }

    /// Digests of no messages yet.
    #[must_use]
    pub fn batch<S: Source + 'static>(self) -> Box<dyn Messages<S>> {
        match self {
            Self::Md5 => Box::new(Batch::new(Blocks::md5)),
            Self::Sha224 => Box::new(Batch::new(Blocks::sha224)),
            Self::Sha256 => Box::new(Batch::new(Blocks::sha256)),
            // Without lanes there is nothing to gain from code for each.
            Self::Sha1 | Self::Sha384 | Self::Sha512 => Box::new(Batch::new(move || self.start())),
        }
    }
}

/// RustCrypto's digests.
#[derive(Clone)]
struct Scalar<D>(D);

impl<D: Digest + Clone> Hash for Scalar<D> {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn hex_digest(&self) -> String {
        hex(&self.0.clone().finalize())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_can_be_asked_for_on_the_way() {
        let mut digest = Algorithm::Md5.start();
        assert_eq!(digest.hex_digest(), "d41d8cd98f00b204e9800998ecf8427e");
        digest.update(b"hel");
        let _ = digest.hex_digest();
        digest.update(b"lo\n");
        assert_eq!(digest.hex_digest(), "b1946ac92492d2347c6235b4d2611184");
    }

    #[test]
    fn every_algorithm_has_its_own_length() {
        for (algorithm, length) in [
            (Algorithm::Md5, 32),
            (Algorithm::Sha1, 40),
            (Algorithm::Sha224, 56),
            (Algorithm::Sha256, 64),
            (Algorithm::Sha384, 96),
            (Algorithm::Sha512, 128),
        ] {
            assert_eq!(algorithm.start().hex_digest().len(), length);
        }
    }
}
