//! Forms: what EC2 takes, and what older services take.

use super::{Request, entries, items, members, scalar, unfit};
use crate::cloud::json::Value;
use crate::cloud::model::{Model, Protocol, Shape};
use crate::cloud::percent::{Extra, encode};
use crate::error::Error;
use alloc::string::{String, ToString};

/// The request: names with dots in them, and values.
pub fn write(model: &Model, parameters: &Value) -> Result<Request, Error> {
    let mut form = Form { model, body: String::new(), prefix: String::new() };
    form.pair("Action", &model.operation);
    form.pair("Version", &model.version);
    if let Some(input) = model.input {
        form.value(input, parameters)?;
    }
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    Ok(Request {
        path: model.uri.clone(),
        headers: [("Content-Type".into(), kind.into())].into(),
        body: form.body,
        ..Request::default()
    })
}

struct Form<'a> {
    model: &'a Model,
    body: String,
    /// The name of what is written. After an error it is of no use.
    prefix: String,
}

impl Form<'_> {
    fn pair(&mut self, name: &str, value: &str) {
        if !self.body.is_empty() {
            self.body.push('&');
        }
        encode(&mut self.body, name, Extra::PlusForSpace);
        self.body.push('=');
        encode(&mut self.body, value, Extra::PlusForSpace);
    }

    /// A value under the name that there is by now.
    fn leaf(&mut self, value: &str) {
        let name = core::mem::take(&mut self.prefix);
        self.pair(&name, value);
        self.prefix = name;
    }

    /// Writes something whose name continues with these parts.
    fn within(
        &mut self,
        parts: &[&str],
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let outer = self.prefix.len();
        for part in parts {
            if !self.prefix.is_empty() {
                self.prefix.push('.');
            }
            self.prefix.push_str(part);
        }
        write(self)?;
        self.prefix.truncate(outer);
        Ok(())
    }

    fn value(&mut self, shape: usize, value: &Value) -> Result<(), Error> {
        let model = self.model;
        match model.shapes.get(shape).ok_or_else(|| unfit("a shape"))? {
            structure @ Shape::Structure { .. } => {
                for member in members(structure, value)? {
                    let (member, value) = member?;
                    self.within(&[&member.name], |form| form.value(member.shape, value))?;
                }
                Ok(())
            }
            Shape::List { shape, name, flat } => self.list(*shape, name, *flat, items(value)?),
            Shape::Map { shape, names, flat } => {
                let [entry, key, inner] = names;
                for (number, (name, value)) in (1_usize..).zip(entries(value)?) {
                    let number = number.to_string();
                    let parts: &[&str] = if *flat { &[&number] } else { &[entry, &number] };
                    self.within(parts, |form| {
                        form.within(&[key], |form| {
                            form.leaf(name);
                            Ok(())
                        })?;
                        form.within(&[inner], |form| form.value(*shape, value))
                    })?;
                }
                Ok(())
            }
            _ => {
                self.leaf(scalar(value)?);
                Ok(())
            }
        }
    }

    fn list(&mut self, shape: usize, name: &str, flat: bool, items: &[Value]) -> Result<(), Error> {
        let ec2 = self.model.protocol == Protocol::Ec2;
        if items.is_empty() && !ec2 {
            self.leaf(""); // which EC2 would take for an item
            return Ok(());
        }
        // In a flat list, the items' name replaces the list's; EC2 has no names of items at all.
        let replaces = flat && !ec2 && !name.is_empty();
        let kept = if replaces { self.prefix.rfind('.').unwrap_or(0) } else { self.prefix.len() };
        let own = self.prefix.split_off(kept);
        for (number, item) in (1_usize..).zip(items) {
            let number = number.to_string();
            let parts: &[&str] =
                if ec2 || flat && !replaces { &[&number] } else { &[name, &number] };
            self.within(parts, |form| form.value(shape, item))?;
        }
        self.prefix.push_str(&own);
        Ok(())
    }
}
