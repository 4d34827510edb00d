//! The model of an operation: how its parameters are written, and its results read.
//!
//! A model is JSON, made from what the clouds publish by `models/generate.py`, which documents it.

use super::json::Value;
use crate::error::Error;
use alloc::string::String;
use alloc::vec::Vec;

/// One operation of a service.
#[derive(Debug)]
pub struct Model {
    /// Its name, such as `DescribeInstances`.
    pub operation: String,
    /// How requests and responses are written.
    pub protocol: Protocol,
    /// The version of the API, such as `2016-11-15`.
    pub version: String,
    /// The element of a body in XML that is more than one member.
    pub root: Option<String>,
    /// The XML namespace of that element.
    pub namespace: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path, and maybe a query, with parameters in braces: `/{Key+}?tagging`.
    pub uri: String,
    /// The shape of the parameters.
    pub input: Option<usize>,
    /// The shape of the result; anything, if there is none and the protocol is JSON.
    pub output: Option<usize>,
    /// The element around the result, inside the root.
    pub wrapper: Option<String>,
    /// How further pages are asked for.
    pub page: Option<Page>,
    /// All shapes; each is named by its place here.
    pub shapes: Vec<Shape>,
}

/// How requests and responses are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// EC2's: a form, answered in XML.
    Ec2,
    /// A form, answered in XML with a wrapper.
    Query,
    /// Methods and paths, with bodies in XML: S3.
    RestXml,
    /// Methods and paths, with bodies in JSON: Google Cloud and Azure.
    RestJson,
}

/// How further pages are asked for.
#[derive(Debug)]
pub struct Page {
    /// Members of the result that name the next page.
    pub output: Vec<String>,
    /// Parameters that take them, in the same order.
    pub input: Vec<String>,
    /// The member of the result that says whether there is more; else the first of `output` does.
    pub more: Option<String>,
    /// The parameter for a page's size.
    pub limit: Option<String>,
    /// Members of the result that are lists, of which each page has a part.
    pub result: Vec<String>,
}

/// A type.
#[derive(Debug)]
pub enum Shape {
    /// Members with names.
    Structure {
        /// By their names in Python.
        members: Vec<(String, Member)>,
        /// The names of those that must be there.
        required: Vec<String>,
        /// The member that is the body.
        payload: Option<String>,
    },
    /// Items of one type.
    List {
        /// The items' type.
        shape: usize,
        /// The element around an item, unless the list is flat.
        name: String,
        /// Whether items stand side by side in the structure around the list.
        flat: bool,
    },
    /// Values by text.
    Map {
        /// The values' type.
        shape: usize,
        /// The elements around an entry, its key and its value.
        names: [String; 3],
        /// Whether entries stand side by side in the structure around the map.
        flat: bool,
    },
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// `true` or `false`.
    Boolean,
    /// Bytes, written in base 64.
    Blob,
    /// A moment.
    Timestamp {
        /// How it is written.
        format: Format,
    },
    /// Anything that JSON can say.
    Any,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `2024-05-06T07:08:09Z`
    Iso8601,
    /// `Mon, 06 May 2024 07:08:09 GMT`
    Rfc822,
    /// Seconds since 1970.
    Unix,
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its type.
    pub shape: usize,
    /// Its name in requests or responses.
    pub name: String,
    /// Where it is, unless in the body.
    pub location: Option<Location>,
    /// Whether it is an attribute of the element, rather than an element in it.
    pub attribute: bool,
    /// The XML namespace of its element: a prefix, if any, and a URI.
    pub namespace: Option<[String; 2]>,
}

/// Where a member is, outside of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A header.
    Header,
    /// All headers whose names begin with the member's name.
    Headers,
    /// A part of the path.
    Uri,
    /// A parameter of the query.
    Query,
    /// The status code.
    Status,
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the text is none.
    pub fn read(text: &str) -> Result<Self, Error> {
        let model = Self::of(&Value::read(text)?)
            .ok_or_else(|| Error::Malformed("model: not one".into()))?;
        let inner = model.shapes.iter().flat_map(Shape::inner);
        if inner.chain(model.input).chain(model.output).all(|shape| shape < model.shapes.len()) {
            Ok(model)
        } else {
            Err(Error::Malformed("model: a shape that is not there".into()))
        }
    }

    /// The member of the result that is the whole body, if one is: its name and shape.
    #[must_use]
    pub fn payload(&self) -> Option<(&str, usize)> {
        let Shape::Structure { members, payload: Some(payload), .. } = &self.shapes[self.output?]
        else {
            return None;
        };
        let found = members.iter().find(|(name, _)| name == payload);
        found.map(|(name, member)| (&name[..], member.shape))
    }

    fn of(fields: &Value) -> Option<Self> {
        Some(Self {
            operation: text(fields, "operation")?,
            protocol: match fields.get("protocol")?.as_str()? {
                "ec2" => Protocol::Ec2,
                "query" => Protocol::Query,
                "rest-xml" => Protocol::RestXml,
                "rest-json" => Protocol::RestJson,
                _ => return None,
            },
            version: text(fields, "version").unwrap_or_default(),
            root: text(fields, "root"),
            namespace: text(fields, "namespace"),
            method: text(fields, "method")?,
            uri: text(fields, "uri")?,
            input: number(fields, "input"),
            output: number(fields, "output"),
            wrapper: text(fields, "wrapper"),
            page: fields.get("page").map(Page::of),
            shapes: fields
                .get("shapes")?
                .as_array()?
                .iter()
                .map(Shape::of)
                .collect::<Option<_>>()?,
        })
    }
}

impl Page {
    fn of(fields: &Value) -> Self {
        Self {
            output: texts(fields, "output"),
            input: texts(fields, "input"),
            more: text(fields, "more"),
            limit: text(fields, "limit"),
            result: texts(fields, "result"),
        }
    }
}

impl Shape {
    fn of(fields: &Value) -> Option<Self> {
        Some(match fields.get("type")?.as_str()? {
            "structure" => Self::Structure {
                members: fields
                    .get("members")?
                    .as_object()?
                    .iter()
                    .map(|(name, member)| Some((name.clone(), Member::of(member)?)))
                    .collect::<Option<_>>()?,
                required: texts(fields, "required"),
                payload: text(fields, "payload"),
            },
            "list" => Self::List {
                shape: number(fields, "shape")?,
                name: text(fields, "name")?,
                flat: truth(fields, "flat"),
            },
            "map" => Self::Map {
                shape: number(fields, "shape")?,
                names: texts(fields, "names").try_into().ok()?,
                flat: truth(fields, "flat"),
            },
            "string" => Self::String,
            "integer" => Self::Integer,
            "float" => Self::Float,
            "boolean" => Self::Boolean,
            "blob" => Self::Blob,
            "timestamp" => Self::Timestamp {
                format: match fields.get("format")?.as_str()? {
                    "iso8601" => Format::Iso8601,
                    "rfc822" => Format::Rfc822,
                    "unix" => Format::Unix,
                    _ => return None,
                },
            },
            "any" => Self::Any,
            _ => return None,
        })
    }

    /// The shapes inside this one.
    fn inner(&self) -> Vec<usize> {
        match self {
            Self::Structure { members, .. } => {
                members.iter().map(|(_, member)| member.shape).collect()
            }
            Self::List { shape, .. } | Self::Map { shape, .. } => [*shape].into(),
            _ => Vec::new(),
        }
    }
}

impl Member {
    fn of(fields: &Value) -> Option<Self> {
        Some(Self {
            shape: number(fields, "shape")?,
            name: text(fields, "name")?,
            location: match fields.get("in").and_then(Value::as_str) {
                None => None,
                Some("header") => Some(Location::Header),
                Some("headers") => Some(Location::Headers),
                Some("uri") => Some(Location::Uri),
                Some("query") => Some(Location::Query),
                Some("status") => Some(Location::Status),
                Some(_) => return None,
            },
            attribute: truth(fields, "attribute"),
            namespace: <[String; 2]>::try_from(texts(fields, "namespace")).ok(),
        })
    }
}

fn text(fields: &Value, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(String::from)
}

/// Empty if there is no such list of texts.
fn texts(fields: &Value, name: &str) -> Vec<String> {
    let items = fields.get(name).and_then(Value::as_array).unwrap_or_default().iter();
    items.filter_map(Value::as_str).map(String::from).collect()
}

fn number(fields: &Value, name: &str) -> Option<usize> {
    usize::try_from(fields.get(name)?.as_u64()?).ok()
}

fn truth(fields: &Value, name: &str) -> bool {
    fields.get(name).is_some_and(Value::is_true)
}
