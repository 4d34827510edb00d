//! Everything that can go wrong, in one type.

use alloc::string::String;

/// Why a call has no result; mirrors `error` in `wit/types.wit`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not a base-16 integer literal.
    #[error("not an integer in base 16")]
    InvalidHex,
    /// The number is below zero.
    #[error("negative numbers have no base-36 form")]
    NegativeHex,
    /// The first port is below zero.
    #[error("port must be 0-65535")]
    PortOutOfRange,
    /// No port of the range can be bound.
    #[error("no free port")]
    NoFreePort,
    /// An override variable holds no number.
    #[error("{variable} holds no number: {text}")]
    InvalidOverride {
        /// The variable.
        variable: Override,
        /// Its text.
        text: String,
        /// Whether the text reads as NaN; otherwise it does not read at all.
        nan: bool,
    },
    /// A CPU limit is infinite.
    #[error("an infinite CPU limit is no count")]
    InfiniteCpuCount,
    /// A cgroup v2 CPU period is zero.
    #[error("the cgroup CPU period is zero")]
    ZeroCpuPeriod,
    /// A file could not be opened or read.
    #[error("file: {0}")]
    File(#[from] FileError),
    /// The text is not UTF-8.
    #[error("not UTF-8")]
    InvalidUtf8,
    /// A text is not what it has to be.
    #[error("{0}")]
    Malformed(String),
    /// A host import failed.
    #[error("the host failed: {0}")]
    Host(String),
    /// The argument is outside what the component represents.
    #[error("not represented here: {0}")]
    Unsupported(&'static str),
}

/// Why a file could not be opened or read; mirrors `file-error` in `wit/types.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Permission denied.
    #[error("permission denied")]
    Access,
    /// No such file or directory.
    #[error("no such file or directory")]
    NoEntry,
    /// A directory, where a file is needed.
    #[error("is a directory")]
    IsDirectory,
    /// A symbolic link.
    #[error("is a symbolic link")]
    Loop,
    /// Outside the preopened directory.
    #[error("outside the preopened directory")]
    NotPermitted,
    /// Not readable at an offset.
    #[error("cannot be read at an offset")]
    InvalidSeek,
    /// The device failed.
    #[error("input/output error")]
    Io,
    /// Anything else.
    #[error("other failure")]
    Other,
}

/// The environment variables that override what the machine says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Override {
    /// `SKYPILOT_POD_CPU_CORE_LIMIT`
    CpuCores,
    /// `SKYPILOT_POD_MEMORY_GB_LIMIT`
    MemoryGb,
    /// `SKYPILOT_POD_MEMORY_BYTES_LIMIT`
    MemoryBytes,
}

impl core::fmt::Display for Override {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::CpuCores => "SKYPILOT_POD_CPU_CORE_LIMIT",
            Self::MemoryGb => "SKYPILOT_POD_MEMORY_GB_LIMIT",
            Self::MemoryBytes => "SKYPILOT_POD_MEMORY_BYTES_LIMIT",
        })
    }
}
