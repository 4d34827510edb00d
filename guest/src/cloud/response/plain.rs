//! Results from JSON: as they are, or what the model knows of them.

use super::scalar;
use crate::cloud::json::{MAX_DEPTH, Reader, Value, write_string};
use crate::cloud::model::{Model, Shape};
use crate::error::Error;
use alloc::string::String;
use alloc::vec::Vec;

/// Members of the result: their names, and where in the output they are.
pub type Own = Vec<(String, usize, usize)>;

/// Writes the result that a body has. If the model has one, it is a structure, whose braces are
/// somebody else's.
///
/// # Errors
///
/// [`Error::Malformed`] if the body is no JSON, or does not fit the model.
pub fn read(out: &mut String, model: &Model, body: &str) -> Result<Own, Error> {
    let mut own = Own::new();
    let mut reader = Reader::new(body);
    match model.output {
        _ if reader.first().is_none() => {
            out.push_str(if model.output.is_none() { "{}" } else { "" });
        }
        None if reader.first() == Some(b'{') => copy(out, &mut reader, &mut own)?,
        None => out.push_str(reader.skip(MAX_DEPTH)?),
        Some(output) => match model.payload() {
            Some((name, shape)) => {
                key(out, name);
                value(out, model, shape, &mut reader, MAX_DEPTH)?;
            }
            None => members(out, model, output, &mut reader, MAX_DEPTH, Some(&mut own))?,
        },
    }
    reader.end()?;
    Ok(own)
}

/// An object as it is; where its members are, without further looks.
fn copy(out: &mut String, reader: &mut Reader<'_>, own: &mut Own) -> Result<(), Error> {
    out.push('{');
    reader.members(MAX_DEPTH, |reader, name, depth| {
        key(out, name);
        let start = out.len();
        out.push_str(reader.skip(depth)?);
        own.push((name.into(), start, out.len()));
        Ok(())
    })?;
    out.push('}');
    Ok(())
}

/// The members of a structure, as far as they are known and not null.
fn members(
    out: &mut String,
    model: &Model,
    shape: usize,
    reader: &mut Reader<'_>,
    depth: u32,
    mut own: Option<&mut Own>,
) -> Result<(), Error> {
    let Shape::Structure { members, .. } = &model.shapes[shape] else {
        return Err(reader.error("a structure in the model"));
    };
    if reader.first() != Some(b'{') {
        return Err(reader.error("an object"));
    }
    reader.members(depth, |reader, name, depth| {
        let known =
            members.iter().find(|(_, member)| member.location.is_none() && member.name == name);
        match known {
            Some((name, member)) if reader.first() != Some(b'n') => {
                key(out, name);
                let start = out.len();
                value(out, model, member.shape, reader, depth)?;
                if let Some(own) = own.as_deref_mut() {
                    own.push((name.clone(), start, out.len()));
                }
                Ok(())
            }
            _ => reader.skip(depth).map(drop),
        }
    })
}

/// A value of a shape. One call deeper for each that it is in; `depth` bounds that.
fn value(
    out: &mut String,
    model: &Model,
    shape: usize,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<(), Error> {
    let first = reader.first();
    match &model.shapes[shape] {
        _ if first == Some(b'n') => out.push_str(reader.skip(depth)?),
        Shape::Structure { .. } => {
            out.push('{');
            members(out, model, shape, reader, depth, None)?;
            out.push('}');
        }
        Shape::List { shape, .. } => {
            if first != Some(b'[') {
                return Err(reader.error("an array"));
            }
            out.push('[');
            reader.items(b']', depth, |reader, depth| {
                comma(out);
                value(out, model, *shape, reader, depth)
            })?;
            out.push(']');
        }
        Shape::Map { shape, .. } => {
            if first != Some(b'{') {
                return Err(reader.error("an object"));
            }
            out.push('{');
            reader.members(depth, |reader, name, depth| {
                key(out, name);
                value(out, model, *shape, reader, depth)
            })?;
            out.push('}');
        }
        Shape::Boolean => {
            let truth = match Value::read(reader.skip(depth)?)? {
                Value::String(text) => text.eq_ignore_ascii_case("true"),
                value => value.is_true(),
            };
            out.push_str(if truth { "true" } else { "false" });
        }
        shape @ (Shape::Integer | Shape::Float | Shape::Timestamp { .. }) => {
            let written = match Value::read(reader.skip(depth)?)? {
                Value::String(text) | Value::Number(text) => scalar::write(out, shape, &text),
                _ => false,
            };
            if !written {
                return Err(reader.error("a value of another type before this"));
            }
        }
        _ => out.push_str(reader.skip(depth)?),
    }
    Ok(())
}

/// Writes a name and a colon, and a comma unless nothing comes before them.
pub fn key(out: &mut String, name: &str) {
    comma(out);
    write_string(out, name);
    out.push(':');
}

fn comma(out: &mut String) {
    if !matches!(out.as_bytes().last(), None | Some(b'{' | b'[')) {
        out.push(',');
    }
}
