//! What services say when they refuse: a tree, as botocore makes one of it.

use crate::cloud::json::Value;
use crate::cloud::model::Protocol;
use crate::cloud::xml::{self, Reader, Token};
use crate::error::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// How long an error may be, in bytes: those of services have a few hundred. Names are looked for
/// one by one.
const MAX_LENGTH: usize = 1 << 16;

/// An error, and the request's ID if the body has it.
pub type Failure = (Value, Option<String>);

type Fields = Vec<(String, Value)>;

/// An element whose children are being read.
#[derive(Default)]
struct Node<'a> {
    name: &'a str,
    children: Fields,
    text: String,
}

impl Node<'_> {
    fn value(self) -> Value {
        if !self.children.is_empty() {
            Value::Object(self.children)
        } else if self.text.is_empty() {
            Value::Null
        } else {
            Value::String(self.text)
        }
    }
}

/// Reads an error in XML.
///
/// # Errors
///
/// [`Error::Malformed`] if it is none.
pub fn read(protocol: Protocol, body: &str) -> Result<Failure, Error> {
    if body.len() > MAX_LENGTH {
        return Err(Error::Malformed(format!("error: {} bytes are too many", body.len())));
    }
    let (root, mut fields) = tree(body)?;
    if protocol == Protocol::RestXml {
        if root == "Error" {
            // The headers have the request's ID, too.
            fields.retain(|(name, _)| name != "RequestId" && name != "HostId");
            return Ok((Value::Object(fields), None));
        }
        let id = take(&mut fields, "RequestId");
        let mut error = Vec::from([text("Message", ""), text("Code", "")]);
        if let Some(Value::Object(known)) = take(&mut fields, "Error") {
            error.retain(|(name, _)| known.iter().all(|(other, _)| other != name));
            error.extend(known);
        }
        return Ok((Value::Object(error), string(id)));
    }
    if let Some(errors) = take(&mut fields, "Errors") {
        let Value::Object(errors) = errors else {
            return Err(Error::Malformed("error: none among the errors".into()));
        };
        fields.retain(|(name, _)| errors.iter().all(|(other, _)| other != name));
        fields.extend(errors);
    }
    let mut id = take(&mut fields, "RequestId");
    if protocol == Protocol::Ec2 {
        id = take(&mut fields, "RequestID").or(id);
    }
    let error = take(&mut fields, "Error").filter(|error| error.as_object().is_some());
    Ok((error.unwrap_or(Value::Object(Vec::new())), string(id)))
}

/// The root's name, and what is in it.
fn tree(body: &str) -> Result<(&str, Fields), Error> {
    let mut tokens = Reader::default();
    let mut open: Vec<Node<'_>> = Vec::new();
    let mut root = ("", Vec::new());
    loop {
        match tokens.next(body)? {
            Token::Open { name, .. } => {
                open.push(Node { name: xml::local(name), ..Node::default() });
            }
            Token::End => return Ok(root),
            Token::Close => {
                let Some(node) = open.pop() else { continue };
                match open.last_mut() {
                    None => root = (node.name, node.children),
                    Some(parent) => {
                        let name = node.name;
                        add(&mut parent.children, name, node.value());
                    }
                }
            }
            content => {
                if let Some(node) = open.last_mut().filter(|node| node.children.is_empty()) {
                    xml::append(&mut node.text, &content);
                }
            }
        }
    }
}

/// Adds a child. Of those with one name, botocore looks into the first, and not at its text.
fn add(children: &mut Fields, name: &str, value: Value) {
    match children.iter_mut().find(|(known, _)| known == name) {
        None => children.push((name.into(), value)),
        Some((_, Value::Object(_))) => {}
        Some((_, known)) => *known = Value::Object(Vec::new()),
    }
}

fn take(fields: &mut Fields, name: &str) -> Option<Value> {
    let place = fields.iter().position(|(known, _)| known == name)?;
    Some(fields.remove(place).1)
}

fn text(name: &str, value: &str) -> (String, Value) {
    (name.into(), Value::String(value.into()))
}

fn string(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Reads an error in JSON, as Google Cloud, Azure and OAuth have it.
#[must_use]
pub fn read_json(body: &str) -> Option<Value> {
    let body = Value::read(body).ok().filter(|_| body.len() <= MAX_LENGTH)?;
    let inner = body.get("error").unwrap_or(&body);
    let (fields, code, message) = match inner {
        Value::Object(fields) => (&fields[..], inner.get("code"), inner.get("message")),
        Value::String(_) => (&[][..], Some(inner), body.get("error_description")),
        _ => return None,
    };
    let code = match code? {
        Value::String(text) => text.clone(),
        Value::Number(text) if code?.as_u64().is_some() => text.clone(),
        _ => return None,
    };
    let message = message.and_then(Value::as_str).unwrap_or_default();
    let mut error = Vec::from([text("Code", &code), text("Message", message)]);
    for (name, _) in fields {
        let known = matches!(&name[..], "code" | "message" | "Code" | "Message");
        let value = inner.get(name).filter(|_| !known);
        if let Some(value) = value.filter(|_| error.iter().all(|(other, _)| other != name)) {
            error.push((name.clone(), value.clone()));
        }
    }
    Some(Value::Object(error))
}
