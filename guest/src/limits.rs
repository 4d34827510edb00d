//! What a process may use of the machine: overrides, then hardware, affinity and cgroups.

use crate::error::{Error, Override};
use crate::literal::{self, NumberError};
use alloc::string::String;

const GIB: f64 = 1_073_741_824.0;

/// Python refuses to read longer decimal integers (`sys.get_int_max_str_digits()`).
const MAX_DECIMAL_DIGITS: usize = 4300;

const NOT_ASCII: Error = Error::Unsupported("a number outside ASCII");

/// What decides the CPU count.
#[derive(Debug, Clone, Default)]
pub struct CpuFacts {
    /// `SKYPILOT_POD_CPU_CORE_LIMIT`.
    pub core_limit: Option<String>,
    /// CPUs that are online.
    pub logical_cpus: Option<u32>,
    /// CPUs this process may run on.
    pub affinity: Option<u32>,
    /// The cgroup's quota.
    pub quota: CpuQuota,
}

/// The cgroup texts that limit CPU time; none is a file that cannot be read.
#[derive(Debug, Clone)]
pub enum CpuQuota {
    /// `cpu.max`: quota and period.
    V2(Option<String>),
    /// `cpu.cfs_quota_us` and `cpu.cfs_period_us`.
    V1(Option<String>, Option<String>),
}

impl Default for CpuQuota {
    fn default() -> Self {
        Self::V2(None)
    }
}

/// What decides the memory size.
#[derive(Debug, Clone, Default)]
pub struct MemoryFacts {
    /// `SKYPILOT_POD_MEMORY_GB_LIMIT`.
    pub gb_limit: Option<String>,
    /// `SKYPILOT_POD_MEMORY_BYTES_LIMIT`.
    pub bytes_limit: Option<String>,
    /// Bytes of memory in the machine.
    pub physical: Option<u64>,
    /// The cgroup's limit.
    pub cgroup_limit: Option<String>,
}

/// The CPU count, as `get_cpu_count()`.
///
/// # Errors
/// [`Error::InvalidOverride`], [`Error::InfiniteCpuCount`] and [`Error::ZeroCpuPeriod`] where
/// SkyPilot raises; [`Error::Unsupported`] beyond 64 bits or ASCII, or without a CPU count.
pub fn cpu_count(facts: &CpuFacts) -> Result<i64, Error> {
    if let Some(text) = &facts.core_limit {
        return whole(parse_override(Override::CpuCores, text)?).map_err(|error| match error {
            WholeError::Nan => invalid_override(Override::CpuCores, text, true),
            WholeError::Infinite => Error::InfiniteCpuCount,
            WholeError::TooLarge => Error::Unsupported("a CPU count beyond 64 bits"),
        });
    }
    let logical = facts.logical_cpus.ok_or(Error::Unsupported("an unknown number of CPUs"))?;
    let usable = i64::from(facts.affinity.map_or(logical, |affinity| logical.min(affinity)));
    let Some(limit) = cpu_limit(&facts.quota)? else {
        return Ok(usable);
    };
    match whole(limit) {
        Ok(limit) => Ok(usable.min(limit)),
        Err(WholeError::TooLarge) if limit > 0.0 => Ok(usable),
        Err(WholeError::Infinite) => Err(Error::InfiniteCpuCount),
        Err(_) => Err(Error::Unsupported("a cgroup CPU limit that is no 64-bit count")),
    }
}

/// The memory in GiB, as `get_mem_size_gb()`.
///
/// # Errors
/// [`Error::InvalidOverride`] where SkyPilot raises; [`Error::Unsupported`] beyond ASCII or without
/// a memory size.
pub fn memory_gib(facts: &MemoryFacts) -> Result<f64, Error> {
    if let Some(text) = &facts.gb_limit {
        return parse_override(Override::MemoryGb, text);
    }
    if let Some(text) = &facts.bytes_limit {
        return Ok(parse_override(Override::MemoryBytes, text)? / GIB);
    }
    let physical = facts.physical.ok_or(Error::Unsupported("an unknown memory size"))?;
    let limit = facts.cgroup_limit.as_deref().map(memory_limit).transpose()?.flatten();
    let bytes = limit.map_or(physical, |limit| physical.min(limit));
    // Rounds to nearest like Python's integer division; dividing by a power of two is exact.
    #[expect(clippy::cast_precision_loss)]
    Ok(bytes as f64 / GIB)
}

fn parse_override(variable: Override, text: &str) -> Result<f64, Error> {
    literal::float(text).map_err(|error| match error {
        NumberError::Syntax => invalid_override(variable, text, false),
        NumberError::NotAscii => NOT_ASCII,
    })
}

fn invalid_override(variable: Override, text: &str, nan: bool) -> Error {
    Error::InvalidOverride { variable, text: text.into(), nan }
}

/// The cgroup's CPU limit in cores; none if there is none or it cannot be read.
fn cpu_limit(quota: &CpuQuota) -> Result<Option<f64>, Error> {
    match quota {
        CpuQuota::V2(Some(text)) => cpu_limit_v2(text),
        CpuQuota::V1(Some(quota), Some(period)) => Ok(match (lenient(quota)?, lenient(period)?) {
            (Some(quota), Some(period)) if quota > 0.0 && period > 0.0 => Some(quota / period),
            _ => None,
        }),
        _ => Ok(None),
    }
}

fn cpu_limit_v2(text: &str) -> Result<Option<f64>, Error> {
    if !text.is_ascii() {
        return Err(NOT_ASCII);
    }
    let mut words = text.split(literal::is_space).filter(|word| !word.is_empty());
    let (Some(quota), Some(period), None) = (words.next(), words.next(), words.next()) else {
        log::debug!("ignoring a cgroup CPU limit that is not two words: {text}");
        return Ok(None);
    };
    if quota == "max" {
        return Ok(None);
    }
    match (lenient(quota)?, lenient(period)?) {
        (Some(quota), Some(period)) if quota > 0.0 => {
            if period == 0.0 {
                return Err(Error::ZeroCpuPeriod);
            }
            Ok(Some(quota / period))
        }
        _ => Ok(None),
    }
}

/// A number, or none if the text is not one.
fn lenient(text: &str) -> Result<Option<f64>, Error> {
    match literal::float(text.trim_matches(literal::is_space)) {
        Ok(number) => Ok(Some(number)),
        Err(NumberError::Syntax) => {
            log::debug!("ignoring a cgroup limit that is no number: {text}");
            Ok(None)
        }
        Err(NumberError::NotAscii) => Err(NOT_ASCII),
    }
}

/// The cgroup's memory limit in bytes; none if there is none or it cannot be read. Limits beyond
/// 64 bits saturate: they limit nothing.
fn memory_limit(text: &str) -> Result<Option<u64>, Error> {
    let text = text.trim_matches(literal::is_space);
    let literal = match literal::integer(text, 10) {
        Ok(literal) => literal,
        Err(NumberError::Syntax) => {
            if !matches!(text, "" | "max") {
                log::debug!("ignoring a cgroup memory limit that is no integer: {text}");
            }
            return Ok(None);
        }
        Err(NumberError::NotAscii) => return Err(NOT_ASCII),
    };
    if literal.digits.len() > MAX_DECIMAL_DIGITS {
        return Err(Error::Unsupported("a memory limit of more than 4300 digits"));
    }
    let bytes = literal
        .digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .fold(0u64, |bytes, digit| bytes.saturating_mul(10).saturating_add(u64::from(digit)));
    Ok((!literal.negative && bytes > 0).then_some(bytes))
}

enum WholeError {
    Nan,
    Infinite,
    TooLarge,
}

/// `int(value)`: towards zero.
fn whole(value: f64) -> Result<i64, WholeError> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if value.is_nan() {
        Err(WholeError::Nan)
    } else if value.is_infinite() {
        Err(WholeError::Infinite)
    } else if (-LIMIT..LIMIT).contains(&value) {
        #[expect(clippy::cast_possible_truncation)]
        Ok(value as i64)
    } else {
        Err(WholeError::TooLarge)
    }
}

#[cfg(test)]
mod tests;
