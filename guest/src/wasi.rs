//! The only file that touches WASI: regular files of the preopened directories, read-only.

use crate::batch::Source;
use crate::error::FileError;
use crate::read::{BLOCK, ReadAt};
use alloc::vec::Vec;
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasi::io::streams::{InputStream, StreamError};

/// An open file.
pub(crate) struct File(Descriptor);

impl File {
    /// Opens a file of a preopened directory; follows no symbolic link.
    pub(crate) fn open(directory: u32, name: &str) -> Result<Self, FileError> {
        let index = usize::try_from(directory).map_err(|_| FileError::NotPermitted)?;
        let directories = get_directories();
        let (directory, _) = directories.get(index).ok_or(FileError::NotPermitted)?;
        directory
            .open_at(PathFlags::empty(), name, OpenFlags::empty(), DescriptorFlags::READ)
            .map(Self)
            .map_err(Into::into)
    }

    /// Up to `length` bytes from `offset` on.
    pub(crate) fn part(&self, offset: u64, length: u64) -> Result<Part, FileError> {
        Ok(Part::new(self.0.read_via_stream(offset)?, length))
    }
}

impl ReadAt for File {
    type Begun = Part;

    fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let (bytes, _at_end) = self.0.read(length, offset)?;
        Ok(bytes)
    }

    fn begin(&self, offset: u64, length: u64) -> Result<Part, FileError> {
        self.part(offset, length)
    }

    fn end(&self, mut begun: Part) -> Result<Vec<u8>, FileError> {
        Ok(begun.next()?.unwrap_or_default())
    }
}

/// A part of a file, read forwards. While one piece is used, WASI reads the next.
pub(crate) struct Part {
    stream: InputStream,
    rest: u64,
    /// What was there at once when it was asked for, of which WASI says nothing.
    early: Option<Result<Vec<u8>, StreamError>>,
}

impl Part {
    fn new(stream: InputStream, length: u64) -> Self {
        let mut part = Self { stream, rest: length, early: None };
        part.read_ahead();
        part
    }

    fn read_ahead(&mut self) {
        if self.rest > 0 {
            let read = self.stream.read(self.rest.min(BLOCK));
            self.early = Some(read).filter(|read| !matches!(read, Ok(none) if none.is_empty()));
        }
    }
}

impl Source for Part {
    fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        if self.rest == 0 {
            return Ok(None);
        }
        let early = self.early.take();
        match early.unwrap_or_else(|| self.stream.blocking_read(self.rest.min(BLOCK))) {
            Ok(bytes) => {
                self.rest -= bytes.len() as u64;
                self.read_ahead();
                Ok(Some(bytes))
            }
            Err(StreamError::Closed) => Ok(None),
            Err(StreamError::LastOperationFailed(error)) => {
                Err(wasi::filesystem::types::filesystem_error_code(&error)
                    .map_or(FileError::Io, Into::into))
            }
        }
    }
}

impl From<ErrorCode> for FileError {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Access => Self::Access,
            ErrorCode::NoEntry => Self::NoEntry,
            // A directory can be opened; wasmtime then answers a read with bad-descriptor.
            ErrorCode::IsDirectory | ErrorCode::BadDescriptor => Self::IsDirectory,
            ErrorCode::Loop => Self::Loop,
            ErrorCode::NotPermitted => Self::NotPermitted,
            ErrorCode::InvalidSeek | ErrorCode::Invalid => Self::InvalidSeek,
            ErrorCode::Io => Self::Io,
            other => {
                log::debug!("WASI file error: {}", other.name());
                Self::Other
            }
        }
    }
}
