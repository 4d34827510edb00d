//! The only file that touches WASI: regular files of the preopened directory, read-only.

use crate::error::FileError;
use crate::tail::ReadAt;
use alloc::vec::Vec;
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasi::io::streams::{InputStream, StreamError};

/// An open file.
pub(crate) struct File(Descriptor);

impl File {
    /// Opens a file of the preopened directory; follows no symbolic link.
    pub(crate) fn open(name: &str) -> Result<Self, FileError> {
        let (directory, _) = get_directories().pop().ok_or(FileError::NotPermitted)?;
        directory
            .open_at(PathFlags::empty(), name, OpenFlags::empty(), DescriptorFlags::READ)
            .map(Self)
            .map_err(Into::into)
    }

    /// The content from the start.
    pub(crate) fn stream(&self) -> Result<Stream, FileError> {
        Ok(Stream(self.0.read_via_stream(0)?))
    }
}

impl ReadAt for File {
    fn read_at(&self, offset: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let (bytes, _at_end) = self.0.read(length, offset)?;
        Ok(bytes)
    }
}

/// A file's content, read forwards.
pub(crate) struct Stream(InputStream);

impl Stream {
    /// Up to `length` bytes, at least one; none at the end of the file.
    pub(crate) fn read(&self, length: u64) -> Result<Option<Vec<u8>>, FileError> {
        match self.0.blocking_read(length) {
            Ok(bytes) => Ok(Some(bytes)),
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
