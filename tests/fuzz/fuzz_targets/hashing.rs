//! Messages of any length side by side, in any pieces, against each by itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::batch::Source;
use skypilot_utils::error::FileError;
use skypilot_utils::hash::Algorithm;

/// A message, so many bytes at a time.
struct Pieces(Vec<u8>, usize);

impl Source for Pieces {
    fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let size = self.0.len().min(self.1);
        let rest = self.0.split_off(size);
        let piece = std::mem::replace(&mut self.0, rest);
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }
}

fuzz_target!(|input: (bool, Vec<(Vec<u8>, u8, u8)>)| {
    let (md5, messages) = input;
    let algorithm = if md5 { Algorithm::Md5 } else { Algorithm::Sha256 };
    let mut batch = algorithm.batch();
    let mut alone = Vec::new();
    for (number, (content, times, size)) in messages.into_iter().enumerate() {
        // Long enough for whole blocks, whatever the fuzzer comes up with.
        let content = content.repeat(usize::from(times));
        let mut digest = algorithm.start();
        digest.update(&content);
        alone.push(digest.hex_digest());
        batch.add(number as u32, Pieces(content, usize::from(size).max(1)));
    }
    let mut together = vec![String::new(); alone.len()];
    loop {
        let done = batch.step(1000);
        let ended = batch.take();
        if done == 0 && ended.is_none() {
            break;
        }
        if let Some((number, digest)) = ended {
            together[number as usize] = digest.unwrap();
        }
    }
    assert_eq!(together, alone);
});
