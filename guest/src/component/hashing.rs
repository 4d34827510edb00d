//! The exports of `hashing`.

use super::{Component, MAX_STEP};
use crate::batch::Messages;
use crate::bindings::exports::skypilot::utils::hashing::{self, Algorithm, Ended};
use crate::bindings::skypilot::utils::types;
use crate::error::Error;
use crate::{hash, logging, wasi};
use alloc::boxed::Box;
use alloc::string::String;
use core::cell::RefCell;

impl hashing::Guest for Component {
    type Batch = Batch;
}

/// Parts of files and their digests.
pub(super) struct Batch(RefCell<Box<dyn Messages<wasi::Part>>>);

impl hashing::GuestBatch for Batch {
    fn new(algorithm: Algorithm) -> Self {
        logging::install();
        Self(RefCell::new(hash::Algorithm::from(algorithm).batch()))
    }

    fn add(
        &self,
        message: u32,
        directory: u32,
        name: String,
        offset: u64,
        length: u64,
    ) -> Result<(), types::Error> {
        let part = wasi::File::open(directory, &name)
            .and_then(|file| file.part(offset, length))
            .map_err(Error::from)?;
        self.0.borrow_mut().add(message, part);
        Ok(())
    }

    fn step(&self, max_bytes: u32) -> u32 {
        let done = self.0.borrow_mut().step(max_bytes.min(MAX_STEP).into());
        u32::try_from(done).unwrap_or(u32::MAX)
    }

    fn take(&self) -> Option<Ended> {
        let (message, digest) = self.0.borrow_mut().take()?;
        Some(Ended { message, digest: digest.map_err(|error| Error::from(error).into()) })
    }
}

impl From<Algorithm> for hash::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5,
            Algorithm::Sha1 => Self::Sha1,
            Algorithm::Sha224 => Self::Sha224,
            Algorithm::Sha256 => Self::Sha256,
            Algorithm::Sha384 => Self::Sha384,
            Algorithm::Sha512 => Self::Sha512,
        }
    }
}
