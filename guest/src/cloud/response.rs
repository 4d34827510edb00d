//! Results from responses.
//!
//! They are written as JSON while they are read, in one pass. Whatever the host may take long for
//! is done in steps, so that it hears its user in between.

mod elements;
mod failure;
mod headers;
mod moment;
mod plain;
mod scalar;

#[cfg(test)]
mod tests;

use super::json::{self, write_string};
use super::model::{Model, Protocol, Shape};
use super::xml::{self, Token};
use crate::error::Error;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use elements::Elements;
use headers::Headers;

/// A response that is being read.
///
/// What is taken in the end is an object: `output`, `next` (the parameters of the next page, or
/// null) and `request_id`; or `error` and `request_id`. An `error` that is null is one of which the
/// status is all that is known.
pub struct Reader {
    state: State,
    model: Rc<Model>,
    body: String,
    request_id: Option<String>,
}

enum State {
    /// An error, or JSON, which is read at once.
    Unread { failed: bool, headers: Headers, status: u16 },
    /// A result in XML.
    Xml { tokens: xml::Reader, elements: Box<Elements> },
    /// Everything has been read; what there is to take.
    Done(String),
}

const START: &str = "{\"output\":";

impl Reader {
    /// Begins to read a response. `headers` is JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the headers are no list of pairs.
    pub fn new(model: Rc<Model>, status: u16, headers: &str, body: String) -> Result<Self, Error> {
        let headers = Headers::read(headers)?;
        let request_id = headers.request_id(model.protocol);
        let failed = status > 300 || refused(&model, &body);
        let mut reader = Self { state: State::Done(String::new()), model, body, request_id };
        reader.state = if failed || reader.model.protocol == Protocol::RestJson {
            State::Unread { failed, headers, status }
        } else {
            reader.begin(&headers, status)?
        };
        Ok(reader)
    }

    /// Begins to read a result in XML.
    fn begin(&self, headers: &Headers, status: u16) -> Result<State, Error> {
        // Names in XML are written twice and those in JSON once, but most members have a few
        // letters more there.
        let mut out = String::with_capacity(self.body.len() / 4 * 3 + 256);
        out.push_str(START);
        out.push('{');
        headers.write(&mut out, &self.model, status)?;
        let rest = self.model.protocol == Protocol::RestXml;
        if rest && (self.model.output.is_none() || self.body.is_empty() || streams(&self.model)) {
            if let Some((name, shape)) = self.model.payload().filter(|_| !streams(&self.model)) {
                plain::key(&mut out, name);
                let list = matches!(self.model.shapes[shape], Shape::List { .. });
                out.push_str(if list { "[]" } else { "{}" });
            }
            return Ok(State::Done(self.end(out, |_| None)));
        }
        let elements = Box::new(Elements::new(Rc::clone(&self.model), out));
        Ok(State::Xml { tokens: xml::Reader::default(), elements })
    }

    /// Reads up to `max_bytes` of the body; whether there is more.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the body does not fit the model.
    pub fn step(&mut self, max_bytes: u32) -> Result<bool, Error> {
        let done = match &mut self.state {
            State::Done(_) => return Ok(false),
            State::Unread { failed: true, status, .. } => {
                let status = *status;
                self.error(status)?
            }
            State::Unread { headers, status, .. } => {
                let mut out = String::with_capacity(self.body.len() + 256);
                out.push_str(START);
                let whole = self.model.output.is_some();
                out.push_str(if whole { "{" } else { "" });
                headers.write(&mut out, &self.model, *status)?;
                let own = plain::read(&mut out, &self.model, &self.body)?;
                let find = |name: &str| {
                    let found = own.iter().rev().find(|(known, ..)| known == name);
                    found.map(|&(_, start, end)| (start, end))
                };
                self.end_with(out, whole, find)
            }
            State::Xml { tokens, elements } => {
                let end = tokens.at().saturating_add(max_bytes.max(1) as usize);
                while elements.read(tokens, &self.body)? {
                    if tokens.at() >= end {
                        return Ok(true);
                    }
                }
                self.result()?
            }
        };
        self.state = State::Done(done);
        Ok(false)
    }

    /// What the response says, as JSON; once.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it has not been read to its end.
    pub fn take(&mut self) -> Result<String, Error> {
        match &mut self.state {
            State::Done(done) => Ok(core::mem::take(done)),
            _ => Err(Error::Malformed("response: there is more to read".into())),
        }
    }

    /// All that XML has said.
    fn result(&mut self) -> Result<String, Error> {
        let State::Xml { elements, .. } = &mut self.state else { return Ok(String::new()) };
        if !elements.complete() {
            return Err(Error::Malformed("response: there is no result in it".into()));
        }
        let out = core::mem::take(&mut elements.out);
        let own = core::mem::take(&mut elements.own);
        self.request_id = elements.request_id.take().or(self.request_id.take());
        let members = self.model.output.map(|output| &self.model.shapes[output]);
        Ok(self.end(out, |name| {
            let Some(Shape::Structure { members, .. }) = members else { return None };
            let found = own.iter().find(|&&(place, ..)| members[place].0 == name);
            found.map(|&(_, start, end)| (start, end))
        }))
    }

    fn end(&self, out: String, find: impl Fn(&str) -> Option<(usize, usize)>) -> String {
        self.end_with(out, true, find)
    }

    /// Writes what follows the output: the parameters of the next page, and the request's ID.
    /// `find` tells where in the output a member of it is.
    fn end_with(
        &self,
        mut out: String,
        brace: bool,
        find: impl Fn(&str) -> Option<(usize, usize)>,
    ) -> String {
        if brace {
            out.push('}');
        }
        out.push_str(",\"next\":");
        let mut separator = '{';
        let value =
            |out: &String, name: &str| find(name).map(|(start, end)| out[start..end].into());
        if let Some(page) = &self.model.page {
            let more = page.more.as_ref();
            if more.is_none_or(|more| value(&out, more).is_some_and(|more: String| more == "true"))
            {
                for (name, parameter) in page.output.iter().zip(&page.input) {
                    let token = value(&out, name);
                    if let Some(token) =
                        token.filter(|token| !matches!(&token[..], "\"\"" | "null"))
                    {
                        out.push(core::mem::replace(&mut separator, ','));
                        write_string(&mut out, parameter);
                        out.push(':');
                        out.push_str(&token);
                    }
                }
            }
        }
        out.push_str(if separator == '{' { "null" } else { "}" });
        self.end_id(&mut out);
        out
    }

    fn end_id(&self, out: &mut String) {
        out.push_str(",\"request_id\":");
        match &self.request_id {
            Some(id) => write_string(out, id),
            None => out.push_str("null"),
        }
        out.push('}');
    }

    /// What an error says.
    fn error(&mut self, status: u16) -> Result<String, Error> {
        let body = self.body.trim_ascii();
        // Not the service's, but that of something before it.
        let generic = status >= 500 && (body.is_empty() || body.starts_with("<html>"));
        let error = match self.model.protocol {
            _ if generic => None,
            Protocol::RestJson => failure::read_json(&self.body),
            Protocol::RestXml => match failure::read(Protocol::RestXml, &self.body) {
                Ok((error, id)) => {
                    self.request_id = id.or(self.request_id.take());
                    Some(error)
                }
                Err(_) => None,
            },
            protocol => {
                let (error, id) = failure::read(protocol, &self.body)?;
                self.request_id = id;
                Some(error)
            }
        };
        let mut out = String::from("{\"error\":");
        match error {
            Some(error) => json::write(&mut out, &error),
            None => out.push_str("null"),
        }
        self.end_id(&mut out);
        Ok(out)
    }
}

/// Whether S3 says in a body that it could not do what it had begun with status 200.
fn refused(model: &Model, body: &str) -> bool {
    let checked = model.protocol == Protocol::RestXml && model.output.is_some() && !streams(model);
    checked
        && !body.is_empty()
        && matches!(xml::Reader::default().next(body), Ok(Token::Open { name, .. }) if name == "Error")
}

/// Whether the body is one member, bytes or text: the host has it.
fn streams(model: &Model) -> bool {
    model
        .payload()
        .is_some_and(|(_, shape)| matches!(model.shapes[shape], Shape::Blob | Shape::String))
}
