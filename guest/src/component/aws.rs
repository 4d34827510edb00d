//! The exports of `aws`.

use super::Component;
use crate::bindings::exports::skypilot::utils::aws;
use crate::bindings::skypilot::utils::types;
use crate::cloud::retry::{self, Backoff, Failure};
use crate::cloud::sign::{self, Rules};
use alloc::string::String;
use core::hint::black_box;

impl aws::Guest for Component {
    fn sign(
        request: String,
        signer: String,
        expires: u32,
        encode: bool,
        normalize: bool,
    ) -> Result<String, types::Error> {
        let answer = sign::sign(&request, &signer, Rules { expires, encode, normalize });
        // The instance is kept for other calls, the secret is not.
        let mut secret = signer.into_bytes();
        secret.fill(0);
        black_box(&secret);
        Ok(answer?)
    }

    fn retry(
        attempt: u32,
        attempts: u32,
        status: u16,
        code: String,
        after: i64,
        chance: f64,
    ) -> Option<aws::Backoff> {
        let failure = Failure { attempt, status, code: &code, after: after.try_into().ok() };
        let Backoff { seconds, cost } = retry::backoff(&failure, attempts, chance)?;
        Some(aws::Backoff { seconds, cost })
    }
}
