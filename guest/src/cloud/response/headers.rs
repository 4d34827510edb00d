//! What the headers and the status say.

use super::{plain, scalar};
use crate::cloud::json::{Value, write_string};
use crate::cloud::model::{Location, Member, Model, Protocol, Shape};
use crate::error::Error;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Headers with their names as they were sent.
#[derive(Debug)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Reads them from JSON: a list of names and values.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is none.
    pub fn read(text: &str) -> Result<Self, Error> {
        let read = Value::read(text)?;
        let pair = |pair: &Value| match pair.as_array()? {
            [name, value] => Some((name.as_str()?.into(), value.as_str()?.into())),
            _ => None,
        };
        let pairs = read.as_array().and_then(|pairs| pairs.iter().map(pair).collect());
        Ok(Self(pairs.ok_or_else(|| Error::Malformed("headers: no pairs of texts".into()))?))
    }

    /// The first header of a name, in whatever case.
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &value[..])
    }

    /// The request's ID.
    pub fn request_id(&self, protocol: Protocol) -> Option<String> {
        let names: &[&str] = match protocol {
            Protocol::Ec2 | Protocol::Query => return None,
            Protocol::RestXml => &["x-amzn-requestid", "x-amz-request-id"],
            Protocol::RestJson => &["x-amzn-requestid", "x-amz-request-id", "x-ms-request-id"],
        };
        names.iter().find_map(|name| self.get(name)).map(String::from)
    }

    /// Writes the members of the result that are in headers or are the status.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if one is not of its type.
    pub fn write(&self, out: &mut String, model: &Model, status: u16) -> Result<(), Error> {
        let Some(output) = model.output else { return Ok(()) };
        if matches!(model.protocol, Protocol::Ec2 | Protocol::Query) {
            return Ok(());
        }
        let Shape::Structure { members, .. } = &model.shapes[output] else { return Ok(()) };
        for (name, member) in members {
            match member.location {
                Some(Location::Status) => {
                    plain::key(out, name);
                    out.push_str(&status.to_string());
                }
                Some(Location::Headers) => {
                    plain::key(out, name);
                    self.write_map(out, &member.name);
                }
                Some(Location::Header) => self.write_member(out, model, name, member)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Those whose names begin alike, without what they begin with.
    fn write_map(&self, out: &mut String, prefix: &str) {
        out.push('{');
        for (name, value) in &self.0 {
            if let Some((start, rest)) = name.split_at_checked(prefix.len())
                && start.eq_ignore_ascii_case(prefix)
            {
                plain::key(out, rest);
                write_string(out, value);
            }
        }
        out.push('}');
    }

    fn write_member(
        &self,
        out: &mut String,
        model: &Model,
        name: &str,
        member: &Member,
    ) -> Result<(), Error> {
        let Some(value) = self.get(&member.name) else { return Ok(()) };
        let start = out.len();
        plain::key(out, name);
        let shape = &model.shapes[member.shape];
        let Shape::List { shape: item, .. } = shape else {
            if !scalar::write(out, shape, value) {
                if name != "Expires" {
                    return Err(scalar::error(0, shape, value));
                }
                // Whoever stored the object may have written anything.
                out.truncate(start);
            }
            return Ok(());
        };
        out.push('[');
        for (number, part) in value.split(',').enumerate() {
            if number > 0 {
                out.push(',');
            }
            let (shape, part) = (&model.shapes[*item], part.trim());
            if !scalar::write(out, shape, part) {
                return Err(scalar::error(0, shape, part));
            }
        }
        out.push(']');
        Ok(())
    }
}
