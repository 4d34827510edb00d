//! Results from XML, written as they are read: there is no tree, but for the open elements.
//!
//! What botocore does with elements that it does not expect is done here: those that the model does
//! not know are skipped, and of those that are repeated without being a list, the first counts.

use super::scalar;
use crate::cloud::json::write_string;
use crate::cloud::model::{Member, Model, Protocol, Shape};
use crate::cloud::xml::{self, Token};
use crate::error::Error;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// An element that is open.
struct Open {
    kind: Kind,
    /// Where in the output its value starts.
    start: usize,
    /// The items of a flat list or map that it belongs to.
    side: Option<usize>,
}

enum Kind {
    /// Nothing that is known.
    Unknown,
    /// The element around results and what is said about them.
    Root,
    /// What is said about results.
    Metadata,
    /// Members of a structure.
    Structure {
        shape: usize,
        /// One more than the member that was last.
        last: usize,
        /// How many values of others were in `seen` and `sides` before.
        seen: usize,
        sides: usize,
        /// Whether it is the result itself, the braces around which are somebody else's.
        whole: bool,
    },
    List {
        item: usize,
    },
    Map {
        shape: usize,
    },
    /// One entry of a map: its key, and where its value starts.
    Entry {
        shape: usize,
        key: Option<String>,
        value: Option<usize>,
    },
    /// Text that becomes a value.
    Text {
        role: Role,
        /// Whether there was an element in it: what follows does not count.
        over: bool,
    },
}

#[derive(Clone, Copy)]
enum Role {
    /// A value of a shape, and the member that it is of if it is one of the result's own.
    Value(usize, Option<usize>),
    Key,
    RequestId,
}

/// Items of a flat list or map, which others may stand between.
struct Side {
    member: usize,
    items: String,
}

/// What has been read of a result.
pub struct Elements {
    model: Rc<Model>,
    /// The result in JSON, as far as it has been read.
    pub out: String,
    /// The request's ID, if the body has it.
    pub request_id: Option<String>,
    /// Members of the result itself, and where in the output they are.
    pub own: Vec<(usize, usize, usize)>,
    open: Vec<Open>,
    text: String,
    /// Of each open structure, which members it has got.
    seen: Vec<bool>,
    sides: Vec<Side>,
    /// For each structure, by one more than the last member, which member came next the last time.
    /// Elements that are alike have their members in the same order, so one look finds most.
    follow: Vec<Vec<usize>>,
    /// Whether the result was found.
    found: bool,
}

impl Elements {
    /// Begins to write to `out`, which ends within the result's braces if that is a structure.
    pub fn new(model: Rc<Model>, out: String) -> Self {
        let follow = model.shapes.iter().map(|shape| match shape {
            Shape::Structure { members, .. } => vec![0; members.len() + 1],
            _ => Vec::new(),
        });
        Self {
            follow: follow.collect(),
            model,
            out,
            request_id: None,
            own: Vec::new(),
            open: Vec::new(),
            text: String::new(),
            seen: Vec::new(),
            sides: Vec::new(),
            found: false,
        }
    }

    /// Whether the result has been found in the body, if it has to be.
    pub fn complete(&self) -> bool {
        self.found || self.model.output.is_none() || self.model.wrapper.is_none()
    }

    /// Reads the next token; whether there may be more.
    pub fn read(&mut self, tokens: &mut xml::Reader, body: &str) -> Result<bool, Error> {
        match tokens.next(body)? {
            Token::Open { name, attributes } => {
                let scalar = self.open(xml::local(name), attributes).map_err(|why| {
                    Error::Malformed(format!("response: byte {}: {why}", tokens.at()))
                })?;
                if let Some(role) = scalar {
                    self.scalar(role, tokens, body)?;
                }
            }
            Token::Close => self.close(tokens.at())?,
            Token::End => return Ok(false),
            text => {
                if let Some(Open { kind: Kind::Text { over: false, .. }, .. }) = self.open.last() {
                    xml::append(&mut self.text, &text);
                }
            }
        }
        Ok(true)
    }

    /// Begins an element; tells if it is text, and what to do with it.
    fn open(&mut self, name: &str, attributes: &str) -> Result<Option<Role>, &'static str> {
        let Some(top) = self.open.last_mut() else {
            return Ok(self.root(attributes));
        };
        match &mut top.kind {
            Kind::Structure { .. } => return Ok(self.member(name, attributes)),
            Kind::List { item } => {
                let item = *item;
                self.comma();
                return Ok(self.value(item, attributes, None, None));
            }
            &mut Kind::Map { shape } => {
                self.comma();
                self.push(Kind::Entry { shape, key: None, value: None }, None);
            }
            Kind::Entry { shape, value, .. } => {
                let Shape::Map { shape, names, .. } = &self.model.shapes[*shape] else {
                    return Ok(None);
                };
                if name == names[1] {
                    return Ok(Some(Role::Key));
                }
                if name != names[2] {
                    return Err("an entry of a map has neither a key nor a value here");
                }
                // As with keys, the last counts.
                self.out.truncate(value.unwrap_or(self.out.len()));
                *value = Some(self.out.len());
                let shape = *shape;
                return Ok(self.value(shape, attributes, None, None));
            }
            Kind::Root => {
                if Some(name) == self.model.wrapper.as_deref()
                    && !self.found
                    && let Some(output) = self.model.output
                {
                    self.found = true;
                    return Ok(self.whole(output, attributes));
                }
                if name == "requestId" && self.model.protocol == Protocol::Ec2 {
                    return Ok(self.request_id());
                }
                let metadata = name == "ResponseMetadata";
                self.push(if metadata { Kind::Metadata } else { Kind::Unknown }, None);
            }
            Kind::Metadata if name == "RequestId" => return Ok(self.request_id()),
            Kind::Text { over, .. } => {
                *over = true;
                self.push(Kind::Unknown, None);
            }
            _ => self.push(Kind::Unknown, None),
        }
        Ok(None)
    }

    /// Begins the outermost element.
    fn root(&mut self, attributes: &str) -> Option<Role> {
        let model = Rc::clone(&self.model);
        let output = model.output.filter(|_| model.wrapper.is_none());
        let Some(output) = output else {
            self.push(Kind::Root, None);
            return None;
        };
        match model.payload() {
            Some((name, shape)) => {
                self.comma();
                write_string(&mut self.out, name);
                self.out.push(':');
                self.value(shape, attributes, None, None)
            }
            None => self.whole(output, attributes),
        }
    }

    /// Begins the result itself.
    fn whole(&mut self, output: usize, attributes: &str) -> Option<Role> {
        if let Shape::Structure { .. } = self.model.shapes[output] {
            self.structure(output, attributes, true, None);
            return None;
        }
        self.value(output, attributes, None, None)
    }

    /// Begins an element in a structure.
    fn member(&mut self, name: &str, attributes: &str) -> Option<Role> {
        let model = Rc::clone(&self.model);
        let depth = self.open.len();
        let Some(Open { kind: Kind::Structure { shape, last, seen, sides, whole }, .. }) =
            self.open.last_mut()
        else {
            return None;
        };
        let Shape::Structure { members, .. } = &model.shapes[*shape] else { return None };
        let is = |(_, member): &(String, Member)| {
            member.location.is_none() && !member.attribute && member.name == name
        };
        let guess = &mut self.follow[*shape][*last];
        if !members.get(*guess).is_some_and(is) {
            let Some(found) = members.iter().position(is) else {
                if depth == 1 && name == "requestId" && model.protocol == Protocol::Ec2 {
                    return self.request_id();
                }
                self.push(Kind::Unknown, None);
                return None;
            };
            *guess = found;
        }
        let place = *guess;
        let (key, member) = &members[place];
        *last = place + 1;
        let (whole, sides) = (*whole, *sides);
        let seen = &mut self.seen[*seen + place];
        if matches!(
            model.shapes[member.shape],
            Shape::List { flat: true, .. } | Shape::Map { flat: true, .. }
        ) {
            *seen = true;
            return self.item(place, member.shape, attributes, sides);
        }
        if *seen {
            self.push(Kind::Unknown, None);
            return None;
        }
        *seen = true;
        self.comma();
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
        self.value(member.shape, attributes, None, whole.then_some(place))
    }

    /// Begins the request's ID.
    fn request_id(&mut self) -> Option<Role> {
        if self.request_id.is_none() {
            return Some(Role::RequestId);
        }
        self.push(Kind::Unknown, None);
        None
    }

    /// Begins an item of a flat list, or an entry of a flat map.
    fn item(
        &mut self,
        member: usize,
        shape: usize,
        attributes: &str,
        sides: usize,
    ) -> Option<Role> {
        let known = self.sides[sides..].iter().position(|side| side.member == member);
        let side = known.map_or(self.sides.len(), |place| sides + place);
        if known.is_none() {
            self.sides.push(Side { member, items: String::new() });
        }
        if let Shape::List { shape, .. } = self.model.shapes[shape] {
            return self.value(shape, attributes, Some(side), None);
        }
        self.push(Kind::Entry { shape, key: None, value: None }, Some(side));
        None
    }

    /// Begins a value of a shape.
    fn value(
        &mut self,
        shape: usize,
        attributes: &str,
        side: Option<usize>,
        own: Option<usize>,
    ) -> Option<Role> {
        match self.model.shapes[shape] {
            Shape::Structure { .. } => self.structure(shape, attributes, false, side),
            Shape::List { shape, .. } => {
                self.push(Kind::List { item: shape }, side);
                self.out.push('[');
            }
            Shape::Map { .. } => {
                self.push(Kind::Map { shape }, side);
                self.out.push('{');
            }
            _ if side.is_none() => return Some(Role::Value(shape, own)),
            _ => self.push(Kind::Text { role: Role::Value(shape, own), over: false }, side),
        }
        None
    }

    fn structure(&mut self, shape: usize, attributes: &str, whole: bool, side: Option<usize>) {
        let (seen, sides) = (self.seen.len(), self.sides.len());
        self.push(Kind::Structure { shape, last: 0, seen, sides, whole }, side);
        if !whole {
            self.out.push('{');
        }
        let model = Rc::clone(&self.model);
        let Shape::Structure { members, .. } = &model.shapes[shape] else { return };
        self.seen.resize(seen + members.len(), false);
        if attributes.is_empty() {
            return;
        }
        for (key, member) in members.iter().filter(|(_, member)| member.attribute) {
            let value = xml::attribute(attributes, |name| same_attribute(name, &member.name));
            if let Some(value) = value {
                self.comma();
                write_string(&mut self.out, key);
                self.out.push(':');
                write_string(&mut self.out, &value);
            }
        }
    }

    /// Reads text; in most cases nothing else is in the element, and it ends here.
    fn scalar(&mut self, role: Role, tokens: &mut xml::Reader, body: &str) -> Result<(), Error> {
        self.text.clear();
        match (role, tokens.plain_text(body)) {
            (Role::Value(shape, own), Some(text)) => self.write(shape, own, text, tokens.at()),
            (role, None) => {
                self.push(Kind::Text { role, over: false }, None);
                Ok(())
            }
            (role, Some(text)) => {
                self.text.push_str(text);
                self.take_text(role, tokens.at())
            }
        }
    }

    /// Uses the text of an element that has ended.
    fn take_text(&mut self, role: Role, at: usize) -> Result<(), Error> {
        let text = core::mem::take(&mut self.text);
        match role {
            Role::Value(shape, own) => self.write(shape, own, &text, at)?,
            Role::RequestId => self.request_id = Some(text),
            Role::Key => {
                if let Some(Open { kind: Kind::Entry { key, .. }, .. }) = self.open.last_mut() {
                    *key = Some(text);
                }
                return Ok(());
            }
        }
        Ok(())
    }

    fn write(
        &mut self,
        shape: usize,
        own: Option<usize>,
        text: &str,
        at: usize,
    ) -> Result<(), Error> {
        let start = self.out.len();
        let shape = &self.model.shapes[shape];
        if !scalar::write(&mut self.out, shape, text) {
            return Err(scalar::error(at, shape, text));
        }
        self.own.extend(own.map(|member| (member, start, self.out.len())));
        Ok(())
    }

    /// Ends the innermost element.
    fn close(&mut self, at: usize) -> Result<(), Error> {
        let Some(Open { kind, start, side }) = self.open.pop() else { return Ok(()) };
        match kind {
            Kind::Unknown | Kind::Root | Kind::Metadata => {}
            Kind::List { .. } => self.out.push(']'),
            Kind::Map { .. } => self.out.push('}'),
            Kind::Text { role, .. } => self.take_text(role, at)?,
            Kind::Entry { key: Some(key), value: Some(_), .. } => {
                let mut name = String::new();
                write_string(&mut name, &key);
                name.push(':');
                self.out.insert_str(start, &name);
            }
            Kind::Entry { .. } => {
                let why = format!("response: byte {at}: an entry of a map without key or value");
                return Err(Error::Malformed(why));
            }
            Kind::Structure { shape, seen, sides, whole, .. } => {
                self.seen.truncate(seen);
                self.end_sides(shape, sides);
                if !whole {
                    self.out.push('}');
                }
            }
        }
        if let Some(side) = side {
            let items = &mut self.sides[side].items;
            if !items.is_empty() {
                items.push(',');
            }
            items.push_str(&self.out[start..]);
            self.out.truncate(start);
        }
        Ok(())
    }

    /// Writes the flat lists and maps of a structure.
    fn end_sides(&mut self, shape: usize, sides: usize) {
        let model = Rc::clone(&self.model);
        let Shape::Structure { members, .. } = &model.shapes[shape] else { return };
        for Side { member, items } in self.sides.split_off(sides) {
            let (key, member) = &members[member];
            let brackets = match model.shapes[member.shape] {
                Shape::List { .. } => "[]",
                _ => "{}",
            };
            self.comma();
            write_string(&mut self.out, key);
            self.out.push(':');
            self.out.push_str(&brackets[..1]);
            self.out.push_str(&items);
            self.out.push_str(&brackets[1..]);
        }
    }

    fn push(&mut self, kind: Kind, side: Option<usize>) {
        self.open.push(Open { kind, start: self.out.len(), side });
    }

    /// Writes a comma, unless nothing comes before it.
    fn comma(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.out.push(',');
        }
    }
}

/// Whether an attribute is the one that the model names: its prefix may be any other.
fn same_attribute(name: &str, known: &str) -> bool {
    match (name.split_once(':'), known.split_once(':')) {
        (Some((prefix, name)), Some((_, known))) => prefix != "xmlns" && name == known,
        (None, None) => name == known,
        _ => false,
    }
}
