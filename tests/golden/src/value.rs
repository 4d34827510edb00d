//! A Python value in the notation of `tests/vectors/README.md`.

use serde_json::Value as Json;

/// A Python value, as far as the component's interface or its answers can hold it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`
    None,
    /// A bool.
    Bool(bool),
    /// An int of up to 128 bits.
    Int(i128),
    /// A float.
    Float(f64),
    /// A str without lone surrogates.
    Str(String),
    /// A list.
    List(Vec<Value>),
    /// A long str that was returned.
    Digest {
        /// The SHA-256 of its UTF-8.
        sha256: String,
        /// Its length in code points.
        length: usize,
    },
    /// A hash object that was returned.
    Hash {
        /// `name`
        name: String,
        /// `digest_size`, in bytes.
        digest_size: usize,
        /// `hexdigest()`; none where that needs a length.
        hexdigest: Option<String>,
    },
    /// The path of the case's own file; not as a file descriptor.
    Path,
    /// Anything else.
    Other,
}

impl Value {
    /// Reads a value.
    ///
    /// # Panics
    /// If the notation is not that of the vectors.
    #[must_use]
    pub fn read(json: &Json) -> Self {
        match json {
            Json::Null => Self::None,
            Json::Bool(bool) => Self::Bool(*bool),
            Json::Number(number) => Self::Int(number.as_i128().expect("plain numbers are ints")),
            Json::String(text) => Self::Str(text.clone()),
            Json::Array(_) => panic!("no notation is an array: {json}"),
            Json::Object(object) => {
                if let Some(sha256) = object.get("sha256_of_str") {
                    let sha256 = text(sha256).into();
                    return Self::Digest { sha256, length: size(&object["length"]) };
                }
                let (tag, body) = object.iter().next().expect("an object has one key");
                tagged(tag, body)
            }
        }
    }
}

fn tagged(tag: &str, body: &Json) -> Value {
    match tag {
        "float" => Value::Float(text(body).parse().expect("a float")),
        "int" => text(body).parse().map_or(Value::Other, Value::Int),
        "list" => Value::List(items(body).iter().map(Value::read).collect()),
        "repeat" => Value::Str(text(&body[0]).repeat(size(&body[1]))),
        "path" if body["as"] == "fd" => Value::Other,
        "path" => Value::Path,
        "hash" => Value::Hash {
            name: text(&body["name"]).into(),
            digest_size: size(&body["digest_size"]),
            hexdigest: body["hexdigest"].as_str().map(Into::into),
        },
        _ => Value::Other,
    }
}

pub(crate) fn text(json: &Json) -> &str {
    json.as_str().expect("a text")
}

pub(crate) fn items(json: &Json) -> &[Json] {
    json.as_array().expect("an array")
}

pub(crate) fn size(json: &Json) -> usize {
    json.as_u64().and_then(|size| size.try_into().ok()).expect("a size")
}

/// Bytes written in hexadecimal digits.
pub(crate) fn bytes(json: &Json) -> Vec<u8> {
    let digits = text(json).as_bytes();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = str::from_utf8(pair).expect("digits are ASCII");
            u8::from_str_radix(pair, 16).expect("a hexadecimal byte")
        })
        .collect()
}
