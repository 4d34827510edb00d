//! Requests whose parameters are in the path, the query, headers and a body.

use super::{Request, entries, json, members, scalar, unfit, xml};
use crate::cloud::json::Value;
use crate::cloud::model::{Location, Model, Protocol, Shape};
use crate::cloud::percent::{Extra, encode};
use crate::error::Error;
use alloc::string::String;
use alloc::vec::Vec;

/// The request: each parameter where its member says.
pub fn write(model: &Model, parameters: &Value) -> Result<Request, Error> {
    let mut request = Request::default();
    let Some(shape) = model.input.and_then(|input| model.shapes.get(input)) else {
        split(&mut request, &model.uri);
        return Ok(request);
    };
    let mut labels = Vec::new();
    let mut query = String::new();
    for member in members(shape, parameters)? {
        let (member, value) = member?;
        match member.location {
            Some(Location::Uri) => labels.push((&*member.name, scalar(value)?)),
            Some(Location::Query) => queried(&mut query, &member.name, value)?,
            Some(Location::Header) => {
                if let Some(text) = header(value)? {
                    request.headers.push((member.name.clone(), text));
                }
            }
            Some(Location::Headers) => {
                for (name, value) in entries(value)? {
                    let name = [&member.name, name.as_str()].concat();
                    request.headers.push((name, scalar(value)?.into()));
                }
            }
            Some(Location::Status) | None => {}
        }
    }
    split(&mut request, &path(&model.uri, &labels)?);
    if !(request.query.is_empty() || query.is_empty()) {
        request.query.push('&');
    }
    request.query.push_str(&query);
    body(&mut request, model, shape, parameters)?;
    Ok(request)
}

/// Puts what is before a question mark into the path, and what is after it into the query.
fn split(request: &mut Request, uri: &str) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    request.path.push_str(path);
    request.query.push_str(query);
}

/// The path with its labels filled in.
fn path(uri: &str, labels: &[(&str, &str)]) -> Result<String, Error> {
    let mut path = String::new();
    let mut rest = uri;
    while let Some((before, after)) = rest.split_once('{') {
        let (label, after) = after.split_once('}').ok_or_else(|| unfit("the path"))?;
        let (name, extra) = match label.strip_suffix('+') {
            Some(name) => (name, Extra::Slash),
            None => (label, Extra::None),
        };
        let (_, value) =
            labels.iter().find(|(known, _)| *known == name).ok_or_else(|| unfit(name))?;
        path.push_str(before);
        encode(&mut path, value, extra);
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// Adds a parameter to a query: one of a list for each item, a map's under their own names.
fn queried(query: &mut String, name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::Object(entries) => {
            entries.iter().try_for_each(|(name, value)| queried(query, name, value))
        }
        Value::Array(items) => items.iter().try_for_each(|item| pair(query, name, item)),
        _ => pair(query, name, value),
    }
}

fn pair(query: &mut String, name: &str, value: &Value) -> Result<(), Error> {
    if !query.is_empty() {
        query.push('&');
    }
    encode(query, name, Extra::None);
    query.push('=');
    encode(query, scalar(value)?, Extra::None);
    Ok(())
}

/// A header's value: none for an empty list.
fn header(value: &Value) -> Result<Option<String>, Error> {
    let Value::Array(items) = value else {
        return Ok(Some(scalar(value)?.into()));
    };
    let mut text = String::new();
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        let item = scalar(item)?;
        if item.contains(['"', ',']) {
            for part in ["\"", &item.replace('"', "\\\""), "\""] {
                text.push_str(part);
            }
        } else {
            text.push_str(item);
        }
    }
    Ok((!items.is_empty()).then_some(text))
}

fn body(
    request: &mut Request,
    model: &Model,
    shape: &Shape,
    parameters: &Value,
) -> Result<(), Error> {
    let Shape::Structure { members: known, payload, .. } = shape else {
        return Err(unfit("the model"));
    };
    let in_json = model.protocol == Protocol::RestJson;
    let out = &mut request.body;
    if let Some(payload) = payload {
        let member = known.iter().find(|(name, _)| name == payload);
        let (name, member) = member.ok_or_else(|| unfit("the payload"))?;
        match (model.shapes.get(member.shape), parameters.get(name)) {
            // The host has it.
            (Some(Shape::Blob | Shape::String), _) => return Ok(()),
            (_, Some(value)) if in_json => json::write(out, model, member.shape, value)?,
            (_, Some(value)) => {
                xml::write(out, model, &member.name, &member.namespace, member.shape, value)?;
            }
            (_, None) => out.push_str(if in_json { "{}" } else { "" }),
        }
    } else if in_json {
        if known.iter().any(|(_, member)| member.location.is_none()) {
            json::structure(out, model, shape, parameters)?;
        }
    } else if members(shape, parameters)?
        .any(|found| found.is_ok_and(|(member, _)| member.location.is_none()))
    {
        let root = model.root.as_ref().ok_or_else(|| unfit("the body's name"))?;
        let namespace = model.namespace.clone().map(|uri| [String::new(), uri]);
        let input = model.input.unwrap_or_default();
        xml::write(out, model, root, &namespace, input, parameters)?;
    }
    if in_json && !request.body.is_empty() {
        let name = "Content-Type";
        if !request.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            request.headers.push((name.into(), "application/json".into()));
        }
    }
    Ok(())
}
