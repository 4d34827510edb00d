//! The exports of `cloud`.

use super::Component;
use crate::bindings::exports::skypilot::utils::cloud;
use crate::bindings::skypilot::utils::types;
use crate::cloud::{model::Model, request, response};
use crate::logging;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::RefCell;

impl cloud::Guest for Component {
    type Operation = Operation;
    type Response = Response;
}

/// A model that was read.
pub(super) struct Operation(Rc<Model>);

impl cloud::GuestOperation for Operation {
    fn open(model: String) -> Result<cloud::Operation, types::Error> {
        logging::install();
        Ok(cloud::Operation::new(Self(Rc::new(Model::read(&model)?))))
    }

    fn request(&self, input: String) -> Result<String, types::Error> {
        Ok(request::write(&self.0, &input)?)
    }

    fn response(
        &self,
        status: u16,
        headers: String,
        body: String,
    ) -> Result<cloud::Response, types::Error> {
        let reader = response::Reader::new(Rc::clone(&self.0), status, &headers, body)?;
        Ok(cloud::Response::new(Response(RefCell::new(reader))))
    }
}

/// A response that is being read.
pub(super) struct Response(RefCell<response::Reader>);

impl cloud::GuestResponse for Response {
    fn step(&self, max_bytes: u32) -> Result<bool, types::Error> {
        Ok(self.0.borrow_mut().step(max_bytes)?)
    }

    fn take(&self) -> Result<String, types::Error> {
        Ok(self.0.borrow_mut().take()?)
    }
}
