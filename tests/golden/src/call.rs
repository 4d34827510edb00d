//! Which cases the component can take, and as what.

use crate::case::Case;
use crate::machine::Machine;
use crate::value::Value;

/// A call in the types of the component's interface.
#[derive(Debug)]
pub enum Call {
    /// `base36_encode`
    Base36Encode {
        /// The text to convert.
        hex: String,
    },
    /// `format_float`
    FormatFloat {
        /// The number.
        value: f64,
        /// Digits after the point.
        precision: u32,
    },
    /// `truncate_long_string`
    TruncateLongString {
        /// The text to shorten.
        text: String,
        /// In code points.
        max_length: i64,
        /// Whether to cut in the middle.
        middle: bool,
    },
    /// `read_last_n_lines`
    ReadLastNLines {
        /// What the file holds.
        content: Vec<u8>,
        /// How many lines.
        n: u64,
        /// Whether to replace what is not UTF-8.
        lossy: bool,
    },
    /// `hash_file`
    HashFile {
        /// What the file holds.
        content: Vec<u8>,
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// `find_free_port`, on a machine where every port is free
    FindFreePort {
        /// The first port to try.
        start: i64,
    },
    /// `get_cpu_count`
    GetCpuCount(Machine),
    /// `get_mem_size_gb`
    GetMemSizeGb(Machine),
}

/// The component's algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 6] =
        [Self::Md5, Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The name that `hashlib` gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

/// Why a case never reaches the component.
pub type Reason = &'static str;

const NOT_A_TEXT: Reason = "the text is no plain str";
const NOT_AN_INT: Reason = "a number is no plain int in range";
const NOT_A_FILE: Reason = "no regular file at a path";

/// The call that the host would make of the component.
///
/// # Errors
/// The reason why the host answers the case by itself.
///
/// # Panics
/// If there is no such function.
pub fn component_call(function: &str, case: &Case) -> Result<Call, Reason> {
    match function {
        "base36_encode" => Ok(Call::Base36Encode { hex: text(case, 0, "hex_str")? }),
        "format_float" => format_float(case),
        "truncate_long_string" => truncate_long_string(case),
        "read_last_n_lines" => read_last_n_lines(case),
        "hash_file" => hash_file(case),
        "find_free_port" => Ok(Call::FindFreePort { start: int(case, 0, "start_port", None)? }),
        "get_cpu_count" => get_cpu_count(case),
        "get_mem_size_gb" => Ok(Call::GetMemSizeGb(Machine::read(&case.system))),
        _ => panic!("no function {function}"),
    }
}

fn format_float(case: &Case) -> Result<Call, Reason> {
    let Some(&Value::Float(value)) = case.argument(0, "num") else {
        return Err("the number is no plain float");
    };
    Ok(Call::FormatFloat { value, precision: int(case, 1, "precision", Some(1))? })
}

fn truncate_long_string(case: &Case) -> Result<Call, Reason> {
    let middle = match case.argument(2, "truncate_middle") {
        None => false,
        Some(&Value::Bool(middle)) => middle,
        Some(_) => return Err("the mode is no bool"),
    };
    Ok(Call::TruncateLongString {
        text: text(case, 0, "s")?,
        max_length: int(case, 1, "max_length", Some(35))?,
        middle,
    })
}

fn read_last_n_lines(case: &Case) -> Result<Call, Reason> {
    let content = content(case, "file_path")?;
    let n = int(case, 1, "n", None)?;
    if n == 0 {
        return Err("nothing to read");
    }
    // How much is read at a time cannot be seen in the answer.
    if int::<i128>(case, 2, "chunk_size", Some(8192))? <= 0 {
        return Err(NOT_AN_INT);
    }
    match case.argument(3, "encoding") {
        None => {}
        Some(Value::Str(encoding)) if encoding == "utf-8" => {}
        Some(_) => return Err("another encoding than utf-8"),
    }
    let lossy = match case.argument(4, "errors") {
        None => true,
        Some(Value::Str(errors)) if errors == "replace" => true,
        Some(Value::Str(errors)) if errors == "strict" => false,
        Some(_) => return Err("another error handler than replace and strict"),
    };
    Ok(Call::ReadLastNLines { content, n, lossy })
}

fn hash_file(case: &Case) -> Result<Call, Reason> {
    let content = content(case, "path")?;
    let name = text(case, 1, "hash_alg")?;
    let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name);
    Ok(Call::HashFile { content, algorithm: algorithm.ok_or("another algorithm")? })
}

fn get_cpu_count(case: &Case) -> Result<Call, Reason> {
    let machine = Machine::read(&case.system);
    if machine.cpu_core_limit.is_none() && machine.logical_cpus.is_none() {
        return Err("the number of CPUs is unknown");
    }
    Ok(Call::GetCpuCount(machine))
}

fn content(case: &Case, name: &str) -> Result<Vec<u8>, Reason> {
    match case.argument(0, name) {
        Some(Value::Path) => case.content().ok_or(NOT_A_FILE),
        _ => Err(NOT_A_FILE),
    }
}

fn text(case: &Case, position: usize, name: &str) -> Result<String, Reason> {
    match case.argument(position, name) {
        Some(Value::Str(text)) => Ok(text.clone()),
        _ => Err(NOT_A_TEXT),
    }
}

fn int<T: TryFrom<i128>>(
    case: &Case,
    position: usize,
    name: &str,
    default: Option<i128>,
) -> Result<T, Reason> {
    let value = match case.argument(position, name) {
        Some(&Value::Int(value)) => Some(value),
        Some(_) => None,
        None => default,
    };
    value.and_then(|value| value.try_into().ok()).ok_or(NOT_AN_INT)
}
