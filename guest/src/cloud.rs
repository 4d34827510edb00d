//! Requests to clouds, and their responses, without sending or receiving any.

pub mod json;
pub mod model;
mod percent;
pub mod request;
pub mod response;
pub mod retry;
pub mod sign;
pub mod xml;
