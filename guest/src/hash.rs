//! Digests of files, over RustCrypto's implementations.

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
#[derive(Clone)]
pub enum Hasher {
    /// MD5
    Md5(md5::Md5),
    /// SHA-1
    Sha1(sha1::Sha1),
    /// SHA-224
    Sha224(sha2::Sha224),
    /// SHA-256
    Sha256(sha2::Sha256),
    /// SHA-384
    Sha384(sha2::Sha384),
    /// SHA-512
    Sha512(sha2::Sha512),
}

/// Applies one expression to whichever digest there is.
macro_rules! each {
    ($hasher:expr, $digest:ident => $body:expr) => {
        match $hasher {
            Hasher::Md5($digest) => $body,
            Hasher::Sha1($digest) => $body,
            Hasher::Sha224($digest) => $body,
            Hasher::Sha256($digest) => $body,
            Hasher::Sha384($digest) => $body,
            Hasher::Sha512($digest) => $body,
        }
    };
}

impl Hasher {
    /// Starts a digest.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(Digest::new()),
            Algorithm::Sha1 => Self::Sha1(Digest::new()),
            Algorithm::Sha224 => Self::Sha224(Digest::new()),
            Algorithm::Sha256 => Self::Sha256(Digest::new()),
            Algorithm::Sha384 => Self::Sha384(Digest::new()),
            Algorithm::Sha512 => Self::Sha512(Digest::new()),
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        each!(self, digest => digest.update(bytes));
    }

    /// The digest of the bytes so far, in lower-case hexadecimal digits.
    #[must_use]
    pub fn hex_digest(&self) -> String {
        each!(self, digest => hex(&digest.clone().finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
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
        let mut hasher = Hasher::new(Algorithm::Md5);
        assert_eq!(hasher.hex_digest(), "d41d8cd98f00b204e9800998ecf8427e");
        hasher.update(b"hel");
        let _ = hasher.hex_digest();
        hasher.update(b"lo\n");
        assert_eq!(hasher.hex_digest(), "b1946ac92492d2347c6235b4d2611184");
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
            assert_eq!(Hasher::new(algorithm).hex_digest().len(), length);
        }
    }
}
