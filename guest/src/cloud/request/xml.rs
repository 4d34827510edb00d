//! Bodies in XML.

use super::{entries, items, members, scalar, unfit};
use crate::cloud::json::Value;
use crate::cloud::model::{Model, Shape};
use crate::error::Error;
use alloc::string::String;

/// What an element declares: a prefix, if any, and a URI.
type Namespace = Option<[String; 2]>;

/// Writes an element, or the elements of a flat list or map.
pub fn write(
    out: &mut String,
    model: &Model,
    name: &str,
    namespace: &Namespace,
    shape: usize,
    value: &Value,
) -> Result<(), Error> {
    match model.shapes.get(shape).ok_or_else(|| unfit("a shape"))? {
        structure @ Shape::Structure { .. } => {
            begin(out, name, namespace);
            for member in members(structure, value)? {
                let (member, value) = member?;
                if member.attribute {
                    attribute(out, &[&member.name], scalar(value)?);
                }
            }
            content(out, name, |out| {
                for member in members(structure, value)? {
                    let (member, value) = member?;
                    if !member.attribute && member.location.is_none() {
                        write(out, model, &member.name, &member.namespace, member.shape, value)?;
                    }
                }
                Ok(())
            })
        }
        Shape::List { shape, name: inner, flat } => {
            let inner = if *flat { name } else { inner };
            surround(out, name, namespace, !*flat, |out| {
                for item in items(value)? {
                    write(out, model, inner, &None, *shape, item)?;
                }
                Ok(())
            })
        }
        Shape::Map { shape, names: [entry, key, inner], flat } => {
            let entry = if *flat { name } else { entry };
            surround(out, name, namespace, !*flat, |out| {
                for (text, value) in entries(value)? {
                    begin(out, entry, &None);
                    content(out, entry, |out| {
                        leaf(out, key, &None, text)?;
                        write(out, model, inner, &None, *shape, value)
                    })?;
                }
                Ok(())
            })
        }
        _ => leaf(out, name, namespace, scalar(value)?),
    }
}

/// An element around something, if there is one.
fn surround(
    out: &mut String,
    name: &str,
    namespace: &Namespace,
    there: bool,
    inside: impl FnOnce(&mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    if !there {
        return inside(out);
    }
    begin(out, name, namespace);
    content(out, name, inside)
}

fn leaf(out: &mut String, name: &str, namespace: &Namespace, text: &str) -> Result<(), Error> {
    begin(out, name, namespace);
    content(out, name, |out| {
        escape(out, text, false);
        Ok(())
    })
}

/// An element's start; attributes may follow, and then its content has to.
fn begin(out: &mut String, name: &str, namespace: &Namespace) {
    out.push('<');
    out.push_str(name);
    if let Some([prefix, uri]) = namespace {
        let colon = if prefix.is_empty() { "" } else { ":" };
        attribute(out, &["xmlns", colon, prefix], uri);
    }
}

fn attribute(out: &mut String, name: &[&str], value: &str) {
    out.push(' ');
    out.extend(name.iter().copied());
    out.push_str("=\"");
    escape(out, value, true);
    out.push('"');
}

/// An element's content and end.
fn content(
    out: &mut String,
    name: &str,
    inside: impl FnOnce(&mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    let start = out.len();
    out.push('>');
    inside(out)?;
    if out.len() == start + 1 {
        out.truncate(start);
        out.push_str(" />");
    } else {
        for part in ["</", name, ">"] {
            out.push_str(part);
        }
    }
    Ok(())
}

/// Text, or an attribute's value.
fn escape(out: &mut String, text: &str, attribute: bool) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' if attribute => "&quot;",
            b'\r' if attribute => "&#13;",
            b'\n' if attribute => "&#10;",
            b'\t' if attribute => "&#09;",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        out.push_str(escaped);
        plain = at + 1;
    }
    out.push_str(text.get(plain..).unwrap_or_default());
}
