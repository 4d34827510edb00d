//! Digests of several messages that are read and hashed side by side.

use crate::error::FileError;
use crate::hash::Hash;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// Where the bytes of a message come from.
pub trait Source {
    /// The next bytes, at least one; none at the end.
    ///
    /// # Errors
    /// The platform's reason.
    fn next(&mut self) -> Result<Option<Vec<u8>>, FileError>;
}

/// How a message ended: its number, and its digest or the reason why it could not be read.
pub type Finished = (u32, Result<String, FileError>);

/// Messages of one algorithm, side by side.
pub trait Messages<S> {
    /// Adds a message under a number of the caller's.
    fn add(&mut self, number: u32, source: S);

    /// Hashes about `max_bytes`, or less as soon as a message has ended; returns how many bytes
    /// that were. It is 0 if no message has any bytes left, or one has ended that was not taken.
    fn step(&mut self, max_bytes: u64) -> u64;

    /// A message that has ended.
    fn take(&mut self) -> Option<Finished>;
}

/// Messages and their digests under way.
pub struct Batch<S, D> {
    start: Box<dyn Fn() -> D>,
    going: Vec<(u32, S, D)>,
    ended: VecDeque<Finished>,
}

impl<S, D> Batch<S, D> {
    /// No messages yet. `start` makes digests of nothing.
    pub fn new(start: impl Fn() -> D + 'static) -> Self {
        Self { start: Box::new(start), going: Vec::new(), ended: VecDeque::new() }
    }
}

impl<S: Source, D: Hash> Batch<S, D> {
    /// The next bytes of every message; messages without any end.
    fn read(&mut self) -> Vec<Vec<u8>> {
        let mut chunks = Vec::with_capacity(self.going.len());
        self.going.retain_mut(|(number, source, digest)| match source.next() {
            Ok(Some(chunk)) => {
                chunks.push(chunk);
                true
            }
            end => {
                self.ended.push_back((*number, end.map(|_| digest.hex_digest())));
                false
            }
        });
        chunks
    }
}

impl<S: Source, D: Hash> Messages<S> for Batch<S, D> {
    fn add(&mut self, number: u32, source: S) {
        self.going.push((number, source, (self.start)()));
    }

    fn step(&mut self, max_bytes: u64) -> u64 {
        let mut done = 0;
        while done < max_bytes && self.ended.is_empty() && !self.going.is_empty() {
            let chunks = self.read();
            let mut batch: Vec<(&mut D, &[u8])> =
                self.going.iter_mut().zip(&chunks).map(|((_, _, d), c)| (d, &c[..])).collect();
            D::update_all(&mut batch);
            done += chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
        }
        done
    }

    fn take(&mut self) -> Option<Finished> {
        self.ended.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Algorithm;
    use alloc::vec;
    use std::string::ToString;

    /// Chunks in memory, perhaps with an error at the end.
    struct Chunks(Vec<Vec<u8>>, Option<FileError>);

    impl Source for Chunks {
        fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
            if self.0.is_empty() {
                return self.1.map_or(Ok(None), Err);
            }
            Ok(Some(self.0.remove(0)))
        }
    }

    fn digest(algorithm: Algorithm, content: &[u8]) -> String {
        let mut digest = algorithm.start();
        digest.update(content);
        digest.hex_digest()
    }

    #[test]
    fn each_message_has_its_own_digest() {
        for algorithm in [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            let mut batch = algorithm.batch();
            for number in 0..20u32 {
                let chunks = (0..number).map(|i| number.to_string().repeat(i as usize + 1).into());
                batch.add(number, Chunks(chunks.collect(), None));
            }
            let mut ended = vec![None; 20];
            loop {
                let done = batch.step(1000);
                let mut taken = false;
                while let Some((number, digest)) = batch.take() {
                    ended[number as usize] = Some(digest.unwrap());
                    taken = true;
                }
                if done == 0 && !taken {
                    break;
                }
            }
            for (number, found) in ended.into_iter().enumerate() {
                let content: String =
                    (0..number).map(|i| number.to_string().repeat(i + 1)).collect();
                assert_eq!(found.unwrap(), digest(algorithm, content.as_bytes()));
            }
        }
    }

    #[test]
    fn a_message_that_cannot_be_read_leaves_the_others_alone() {
        let mut batch = Algorithm::Md5.batch();
        batch.add(7, Chunks(vec![b"x".to_vec()], Some(FileError::Io)));
        batch.add(8, Chunks(vec![b"hel".to_vec(), b"lo\n".to_vec()], None));
        while batch.step(1) > 0 {}
        assert_eq!(batch.take(), Some((7, Err(FileError::Io))));
        while batch.step(1) > 0 {}
        assert_eq!(batch.take(), Some((8, Ok("b1946ac92492d2347c6235b4d2611184".into()))));
        assert_eq!(batch.take(), None);
        assert_eq!(batch.step(1), 0);
    }
}
