//! Requests to clouds, and their responses, without sending or receiving any.

pub mod json;
pub mod model;
pub mod request;
pub mod response;
pub mod xml;
