//! Clouds without Python: requests, signatures and responses.

use component_tests::Sandbox;
use component_tests::bindings::skypilot::utils::types::Error;

const MODEL: &str =
    include_str!("../../host-python/src/sky_rs/cloud/models/sts/GetCallerIdentity.json");

const ANSWER: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>\
    <Arn>a &amp; b</Arn><UserId/></GetCallerIdentityResult><ResponseMetadata><RequestId>r\
    </RequestId></ResponseMetadata></GetCallerIdentityResponse>";

#[test]
fn requests_are_written() {
    let mut instance = Sandbox::new().instantiate();
    let operation = instance.open_operation(MODEL).unwrap().unwrap();
    let request = instance.write_request(operation, "{}").unwrap().unwrap();
    assert!(request.contains("Action=GetCallerIdentity&Version=2011-06-15"), "{request}");
    assert!(matches!(instance.write_request(operation, "{").unwrap(), Err(Error::Malformed(_))));
    operation.resource_drop(&mut instance.store).unwrap();
}

#[test]
fn responses_are_the_same_in_any_steps() {
    let mut instance = Sandbox::new().instantiate();
    let operation = instance.open_operation(MODEL).unwrap().unwrap();
    let whole = instance.read_response(operation, 200, ANSWER, u32::MAX).unwrap().unwrap();
    assert!(whole.contains(r#""Arn":"a & b""#), "{whole}");
    assert!(whole.contains(r#""request_id":"r""#), "{whole}");
    for max_bytes in [0, 1, 7, 100] {
        let answer = instance.read_response(operation, 200, ANSWER, max_bytes).unwrap();
        assert_eq!(answer.unwrap(), whole, "{max_bytes}");
    }
}

#[test]
fn what_is_not_a_response_leaves_the_operation_alone() {
    let mut instance = Sandbox::new().instantiate();
    let operation = instance.open_operation(MODEL).unwrap().unwrap();
    for body in ["", "<a>", "<!DOCTYPE a><a/>", "{}", &ANSWER[..ANSWER.len() - 1]] {
        let answer = instance.read_response(operation, 200, body, 8).unwrap();
        assert!(matches!(answer, Err(Error::Malformed(_))), "{body}");
    }
    assert!(instance.read_response(operation, 200, ANSWER, 8).unwrap().is_ok());
}

#[test]
fn models_that_are_none_are_refused() {
    let mut instance = Sandbox::new().instantiate();
    for model in ["", "{}", "[1]", &MODEL.replace("\"output\":1", "\"output\":9")] {
        assert!(
            matches!(instance.open_operation(model).unwrap(), Err(Error::Malformed(_))),
            "{model}"
        );
    }
}

/// The example of "Create a signed AWS API request" in AWS's documentation.
#[test]
fn requests_are_signed() {
    let mut instance = Sandbox::new().instantiate();
    let request = [
        "GET",
        "/",
        "Action=ListUsers&Version=2010-05-08",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
        "host",
        "iam.amazonaws.com",
        "x-amz-date",
        "20150830T123600Z",
    ];
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let signer = ["AKIDEXAMPLE", secret, "", "20150830T123600Z", "us-east-1", "iam"];
    let authorization = instance.sign(&request.join("\0"), &signer.join("\0")).unwrap().unwrap();
    let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    assert!(authorization.ends_with(&["Signature=", signature].concat()), "{authorization}");
    assert!(!authorization.contains(secret));
}
