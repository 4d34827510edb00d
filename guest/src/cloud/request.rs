//! Requests from parameters, as botocore's serializers write them.

mod form;
mod json;
mod rest;
mod xml;

#[cfg(test)]
mod tests;

use super::json::{Value, write_string};
use super::model::{Member, Model, Protocol, Shape};
use crate::error::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What to send, but for the host, the signature and a body that the host has.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    /// Percent-encoded; empty for the bucket or the service itself.
    path: String,
    /// Percent-encoded, without the question mark.
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The request for parameters (JSON), as JSON.
///
/// # Errors
///
/// [`Error::Malformed`] if the parameters do not fit the model.
pub fn write(model: &Model, input: &str) -> Result<String, Error> {
    let parameters = Value::read(input)?;
    let request = match model.protocol {
        Protocol::Ec2 | Protocol::Query => form::write(model, &parameters)?,
        Protocol::RestXml | Protocol::RestJson => rest::write(model, &parameters)?,
    };
    Ok(request.to_json(&model.method))
}

impl Request {
    fn to_json(&self, method: &str) -> String {
        let mut out = String::with_capacity(self.body.len() + 256);
        for (start, text) in [
            ("{\"method\":", method),
            (",\"path\":", &self.path),
            (",\"query\":", &self.query),
            (",\"body\":", &self.body),
        ] {
            out.push_str(start);
            write_string(&mut out, text);
        }
        out.push_str(",\"headers\":[");
        for (number, (name, value)) in self.headers.iter().enumerate() {
            out.push_str(if number == 0 { "[" } else { ",[" });
            write_string(&mut out, name);
            out.push(',');
            write_string(&mut out, value);
            out.push(']');
        }
        out.push_str("]}");
        out
    }
}

/// The members that a structure has values for, in the order of the values.
fn members<'a>(
    shape: &'a Shape,
    value: &'a Value,
) -> Result<impl Iterator<Item = Result<(&'a Member, &'a Value), Error>>, Error> {
    let (Shape::Structure { members, .. }, Value::Object(fields)) = (shape, value) else {
        return Err(unfit("a structure"));
    };
    Ok(fields.iter().map(|(name, value)| {
        let found = members.iter().find(|(known, _)| known == name);
        found.map(|(_, member)| (member, value)).ok_or_else(|| unfit(name))
    }))
}

/// The items of a list.
fn items(value: &Value) -> Result<&[Value], Error> {
    value.as_array().ok_or_else(|| unfit("a list"))
}

/// The entries of a map.
fn entries(value: &Value) -> Result<&[(String, Value)], Error> {
    value.as_object().ok_or_else(|| unfit("a map"))
}

/// Text, a number or a truth value, in words.
fn scalar(value: &Value) -> Result<&str, Error> {
    match value {
        Value::String(text) | Value::Number(text) => Ok(text),
        Value::Bool(true) => Ok("true"),
        Value::Bool(false) => Ok("false"),
        _ => Err(unfit("text, a number or a truth value")),
    }
}

#[cold]
#[inline(never)]
fn unfit(what: &str) -> Error {
    Error::Malformed(format!("parameters: {what}: not as the model has it"))
}
