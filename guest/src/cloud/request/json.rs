//! Bodies in JSON.

use super::{entries, items, members, unfit};
use crate::cloud::json::{Value, write_string};
use crate::cloud::model::{Model, Shape};
use crate::error::Error;
use alloc::string::String;

/// Writes a value of a shape.
pub fn write(out: &mut String, model: &Model, shape: usize, value: &Value) -> Result<(), Error> {
    match model.shapes.get(shape).ok_or_else(|| unfit("a shape"))? {
        shape @ Shape::Structure { .. } => structure(out, model, shape, value),
        Shape::List { shape, .. } => {
            list(out, items(value)?, |out, item| write(out, model, *shape, item))
        }
        Shape::Map { shape, .. } => {
            let entries = entries(value)?.iter().map(|(name, value)| Ok((&**name, value)));
            object(out, entries, |out, value| write(out, model, *shape, value))
        }
        _ => anything(out, value),
    }
}

/// Writes the members of a structure that are not elsewhere in the request.
pub fn structure(
    out: &mut String,
    model: &Model,
    shape: &Shape,
    value: &Value,
) -> Result<(), Error> {
    let members = members(shape, value)?.filter_map(|found| match found {
        Ok((member, _)) if member.location.is_some() => None,
        Ok((member, value)) => Some(Ok((&*member.name, (member.shape, value)))),
        Err(error) => Some(Err(error)),
    });
    object(out, members, |out, (shape, value)| write(out, model, shape, value))
}

fn anything(out: &mut String, value: &Value) -> Result<(), Error> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => list(out, items, anything)?,
        Value::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| Ok((&**name, value)));
            object(out, entries, anything)?;
        }
    }
    Ok(())
}

fn list(
    out: &mut String,
    items: &[Value],
    mut write: impl FnMut(&mut String, &Value) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push('[');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        write(out, item)?;
    }
    out.push(']');
    Ok(())
}

fn object<'a, T>(
    out: &mut String,
    entries: impl Iterator<Item = Result<(&'a str, T), Error>>,
    mut write: impl FnMut(&mut String, T) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push('{');
    for (number, entry) in entries.enumerate() {
        let (name, value) = entry?;
        if number > 0 {
            out.push(',');
        }
        write_string(out, name);
        out.push(':');
        write(out, value)?;
    }
    out.push('}');
    Ok(())
}
