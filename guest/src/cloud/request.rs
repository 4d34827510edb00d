//! Requests from parameters.

use super::model::Model;
use crate::error::Error;
use alloc::string::String;

/// The request for parameters (JSON), as JSON.
///
/// # Errors
///
/// [`Error::Malformed`] if the parameters do not fit the model.
pub fn write(_model: &Model, _input: &str) -> Result<String, Error> {
    Err(Error::Unsupported("to be written by helper C"))
}
