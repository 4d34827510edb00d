//! One recorded call and its outcome.

use crate::value::{Value, bytes, items, size, text};
use serde_json::{Map, Value as Json};
use std::path::Path;

/// A recorded call.
#[derive(Debug)]
pub struct Case {
    /// Unique in the function's file.
    pub id: String,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
    file: Json,
    /// The machine to pretend, as it stands in the file; null if the function does not ask.
    pub system: Json,
    /// What SkyPilot did.
    pub outcome: Result<Value, Raised>,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// `type(e).__name__`
    pub class: String,
    /// `str(e)`; none if it differs between versions of Python, or is not known here.
    pub message: Option<String>,
    /// `e.__cause__`
    pub cause: Option<Box<Raised>>,
}

/// Reads every case of a function.
///
/// # Panics
/// If the file is missing or is not in the format of the vectors.
#[must_use]
pub fn load(function: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../vectors/{function}.json"));
    let json = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let json: Json = serde_json::from_slice(&json).expect("the vectors are JSON");
    assert_eq!(json["function"], function);
    items(&json["cases"]).iter().map(Case::read).collect()
}

impl Case {
    fn read(json: &Json) -> Self {
        let outcome = match json.get("returns") {
            Some(value) => Ok(Value::read(value)),
            None => Err(Raised::read(&json["raises"], json.get("varies").is_some())),
        };
        let kwargs = json["kwargs"].as_object().into_iter().flat_map(Map::iter);
        Self {
            id: text(&json["id"]).into(),
            args: items(&json["args"]).iter().map(Value::read).collect(),
            kwargs: kwargs.map(|(name, value)| (name.clone(), Value::read(value))).collect(),
            file: json["file"].clone(),
            system: json["system"].clone(),
            outcome,
        }
    }

    /// An argument, by position or by name.
    #[must_use]
    pub fn argument(&self, position: usize, name: &str) -> Option<&Value> {
        let by_name = || self.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        self.args.get(position).or_else(by_name)
    }

    /// The content of the case's file, if that is a regular one once links are resolved.
    #[must_use]
    pub fn content(&self) -> Option<Vec<u8>> {
        let repeated = |part: &Json| bytes(&part["hex"]).repeat(size(&part["times"]));
        Some(items(self.parts()?).iter().flat_map(repeated).collect())
    }

    /// The same, as it stands in the file.
    #[must_use]
    pub fn parts(&self) -> Option<&Json> {
        let kind = self.file["kind"].as_str()?;
        ["regular", "symlink"].contains(&kind).then(|| &self.file["parts"])
    }
}

impl Raised {
    fn read(json: &Json, message_varies: bool) -> Self {
        let cause = &json["cause"];
        Self {
            class: text(&json["type"]).into(),
            message: (!message_varies).then(|| text(&json["message"]).into()),
            cause: cause.is_object().then(|| Box::new(Self::read(cause, message_varies))),
        }
    }
}
