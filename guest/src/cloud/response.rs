//! Results from responses.

use super::model::Model;
use crate::error::Error;
use alloc::rc::Rc;
use alloc::string::String;

/// A response that is being read.
pub struct Reader;

impl Reader {
    /// Begins to read a response. `headers` is JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the headers are no list of pairs.
    pub fn new(
        _model: Rc<Model>,
        _status: u16,
        _headers: &str,
        _body: String,
    ) -> Result<Self, Error> {
        Err(Error::Unsupported("to be written by helper B"))
    }

    /// Reads up to `max_bytes` of the body; whether there is more.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the body does not fit the model.
    pub fn step(&mut self, _max_bytes: u32) -> Result<bool, Error> {
        Err(Error::Unsupported("to be written by helper B"))
    }

    /// What the response says, as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the body ends too early.
    pub fn take(&mut self) -> Result<String, Error> {
        Err(Error::Unsupported("to be written by helper B"))
    }
}
