//! Files that can be read at any offset.

use crate::error::FileError;
use alloc::vec::Vec;

/// How much is read at a time: what one WASI read returns at most.
pub const BLOCK: u64 = 64 * 1024;

/// A file that can be read at any offset.
pub trait ReadAt {
    /// A read that was begun.
    type Begun;

    /// Up to `length` bytes from `offset`; fewer at the end of the file.
    ///
    /// # Errors
    /// The platform's reason.
    fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError>;

    /// Begins such a read.
    ///
    /// # Errors
    /// The platform's reason.
    fn begin(&self, offset: u64, length: u64) -> Result<Self::Begun, FileError>;

    /// What was read.
    ///
    /// # Errors
    /// The platform's reason.
    fn end(&self, begun: Self::Begun) -> Result<Vec<u8>, FileError>;
}

/// A function that reads is a file that reads in turn, whatever was begun.
impl<R: Fn(u64, u64) -> Result<Vec<u8>, FileError>> ReadAt for R {
    type Begun = (u64, u64);

    fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
        self(offset, length)
    }

    fn begin(&self, offset: u64, length: u64) -> Result<(u64, u64), FileError> {
        Ok((offset, length))
    }

    fn end(&self, (offset, length): (u64, u64)) -> Result<Vec<u8>, FileError> {
        self(offset, length)
    }
}

/// Reads until the bytes are so many; fewer only if the file has shrunk.
pub(crate) fn read_up_to(
    file: &impl ReadAt,
    offset: u64,
    length: u64,
    bytes: &mut Vec<u8>,
) -> Result<(), FileError> {
    while (bytes.len() as u64) < length {
        let done = bytes.len() as u64;
        let more = file.read_at(offset + done, length - done)?;
        if more.is_empty() {
            log::debug!("the file shrank while it was read");
            break;
        }
        if bytes.is_empty() {
            *bytes = more;
        } else {
            bytes.extend_from_slice(&more);
        }
    }
    Ok(())
}
