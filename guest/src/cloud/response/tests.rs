use super::*;
use alloc::string::ToString;

const SHAPES: &str = r#"[
    {"type": "structure", "members": {
        "Name": {"shape": 1, "name": "name"},
        "Token": {"shape": 1, "name": "token"},
        "Items": {"shape": 2, "name": "items"},
        "Flat": {"shape": 3, "name": "flat"},
        "Map": {"shape": 4, "name": "map"},
        "Type": {"shape": 1, "name": "x:type", "attribute": true},
        "Inner": {"shape": 0, "name": "inner"},
        "Count": {"shape": 5, "name": "count"},
        "Tag": {"shape": 1, "name": "ETag", "in": "header"},
        "Meta": {"shape": 4, "name": "x-meta-", "in": "headers"},
        "Status": {"shape": 5, "name": "", "in": "status"}
    }},
    {"type": "string"},
    {"type": "list", "shape": 0, "name": "item"},
    {"type": "list", "shape": 1, "name": "flat", "flat": true},
    {"type": "map", "shape": 5, "names": ["entry", "key", "value"]},
    {"type": "integer"}
]"#;

fn reader(protocol: &str, status: u16, headers: &str, body: &str) -> Result<Reader, Error> {
    let model = [
        r#"{"operation": "Op", "method": "GET", "uri": "/", "output": 0, "protocol": ""#,
        protocol,
        r#"", "page": {"output": ["Token"], "input": ["Next"], "result": ["Items"]}, "shapes": "#,
        SHAPES,
        "}",
    ];
    Reader::new(Rc::new(Model::read(&model.concat())?), status, headers, body.into())
}

fn read(protocol: &str, status: u16, headers: &str, body: &str) -> Result<String, String> {
    let all = |step| {
        let mut reader = reader(protocol, status, headers, body)?;
        while reader.step(step)? {}
        reader.take()
    };
    let text = all(u32::MAX).map_err(|error: Error| error.to_string());
    // Wherever it stops in between, it says the same.
    assert_eq!(all(1).map_err(|error: Error| error.to_string()), text);
    text
}

#[track_caller]
fn check(protocol: &str, body: &str, said: &str) {
    assert_eq!(read(protocol, 200, "[]", body).as_deref(), Ok(said));
}

#[test]
fn members_are_found_in_any_order() {
    check(
        "ec2",
        "<r><requestId>id</requestId><flat>a</flat><name>x</name><?p?><flat>&lt;</flat>\
         <unknown><name>y</name></unknown><name>second</name>\
         <items><item q:type='&amp;'><count>007</count></item><any/></items>\
         <map><entry><value>1</value><key>k\"</key></entry></map><inner><flat/></inner></r>",
        "{\"output\":{\"Name\":\"x\",\"Items\":[{\"Type\":\"&\",\"Count\":7},{}],\
         \"Map\":{\"k\\\"\":1},\"Inner\":{\"Flat\":[\"\"]},\"Flat\":[\"a\",\"<\"]},\
         \"next\":null,\"request_id\":\"id\"}",
    );
}

#[test]
fn a_token_names_the_next_page() {
    for (token, next) in [("<token>a&quot;</token>", "{\"Next\":\"a\\\"\"}"), ("<token/>", "null")]
    {
        let said = read("ec2", 200, "[]", &["<r>", token, "</r>"].concat()).unwrap();
        assert!(said.contains(&["\"next\":", next].concat()), "{said}");
    }
}

#[test]
fn headers_and_status_are_members() {
    let headers = r#"[["etag", "e"], ["X-Meta-A", "1"], ["x-amz-request-id", "id"]]"#;
    assert_eq!(
        read("rest-xml", 206, headers, "").as_deref(),
        Ok("{\"output\":{\"Tag\":\"e\",\"Meta\":{\"A\":\"1\"},\"Status\":206},\
            \"next\":null,\"request_id\":\"id\"}"),
    );
}

#[test]
fn errors_are_read() {
    let body =
        "<r><Errors><Error><Code>C</Code><Message/></Error></Errors><RequestID>i</RequestID></r>";
    let said = "{\"error\":{\"Code\":\"C\",\"Message\":null},\"request_id\":\"i\"}";
    assert_eq!(read("ec2", 400, "[]", body).as_deref(), Ok(said));
    let said = "{\"error\":null,\"request_id\":null}";
    assert_eq!(read("rest-xml", 404, "[]", "").as_deref(), Ok(said));
    assert_eq!(read("ec2", 503, "[]", " <html>").as_deref(), Ok(said));
    let said = "{\"error\":{\"Code\":\"7\",\"Message\":\"m\",\"a\":[]},\"request_id\":null}";
    let body = r#"{"error": {"code": 7, "message": "m", "a": []}}"#;
    assert_eq!(read("rest-json", 400, "[]", body).as_deref(), Ok(said));
}

#[test]
fn what_does_not_fit_is_malformed() {
    for (protocol, status, body) in [
        ("ec2", 200, ""),
        ("ec2", 200, "<r><count>x</count></r>"),
        ("ec2", 200, "<r><map><entry><key>k</key></entry></map></r>"),
        ("ec2", 200, "<r><map><entry><other/></entry></map></r>"),
        ("ec2", 400, "<html>"),
        ("rest-json", 200, "[]"),
        ("rest-json", 200, "{\"count\": []}"),
        ("rest-json", 200, "{} {}"),
    ] {
        assert!(read(protocol, status, "[]", body).is_err(), "{body}");
    }
    assert!(read("ec2", 200, "{}", "<r/>").is_err());
    assert!(reader("ec2", 200, "[]", "<r/>").unwrap().take().is_err());
}
