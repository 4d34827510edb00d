use super::*;
use alloc::string::ToString;

fn model(rest: &str) -> Model {
    Model::read(&["{\"operation\":\"Do\",\"version\":\"1\",", rest, "}"].concat()).unwrap()
}

fn request(model: &Model, input: &str) -> Request {
    let value = Value::read(input).unwrap();
    let text = write(model, input).unwrap();
    let read = Value::read(&text).unwrap();
    let request = match model.protocol {
        Protocol::Ec2 | Protocol::Query => form::write(model, &value),
        Protocol::RestXml | Protocol::RestJson => rest::write(model, &value),
    }
    .unwrap();
    assert_eq!(read.get("method").and_then(Value::as_str), Some(&*model.method));
    assert_eq!(read.get("path").and_then(Value::as_str), Some(&*request.path));
    assert_eq!(read.get("query").and_then(Value::as_str), Some(&*request.query));
    assert_eq!(read.get("body").and_then(Value::as_str), Some(&*request.body));
    let headers = read.get("headers").and_then(Value::as_array).unwrap();
    assert_eq!(headers.len(), request.headers.len());
    request
}

const SHAPES: &str = r#""shapes":[
    {"type":"structure","members":{
        "List":{"shape":1,"name":"L"},
        "Flat":{"shape":2,"name":"F"},
        "Renamed":{"shape":3,"name":"R"},
        "Map":{"shape":4,"name":"M"},
        "FlatMap":{"shape":5,"name":"N"},
        "Text":{"shape":6,"name":"T"},
        "Inner":{"shape":0,"name":"I","namespace":["x","urn:x"]},
        "Kind":{"shape":6,"name":"x:kind","attribute":true}
    }},
    {"type":"list","shape":6,"name":"item"},
    {"type":"list","shape":6,"name":"","flat":true},
    {"type":"list","shape":6,"name":"S","flat":true},
    {"type":"map","shape":6,"names":["entry","key","value"]},
    {"type":"map","shape":1,"names":["entry","K","V"],"flat":true},
    {"type":"string"}
]"#;

const EVERYTHING: &str = r#"{
    "Text": "a b&\u00e9", "List": ["1", "2"], "Flat": ["3"],
    "Inner": {"Renamed": ["4"], "List": [], "Map": {"k": "v"}},
    "Renamed": ["5"], "FlatMap": {"k": ["6"]}
}"#;

fn form(protocol: &str) -> Model {
    let start = [r#""protocol":""#, protocol, r#"","method":"POST","uri":"/","input":0,"#].concat();
    model(&(start + SHAPES))
}

#[test]
fn lists_of_ec2_are_flat() {
    let request = request(&form("ec2"), EVERYTHING);
    assert_eq!(
        request.body,
        "Action=Do&Version=1&T=a+b%26%C3%A9&L.1=1&L.2=2&F.1=3&I.R.1=4&I.M.entry.1.key=k\
         &I.M.entry.1.value=v&R.1=5&N.1.K=k&N.1.V.1=6"
    );
    assert_eq!(request.path, "/");
}

#[test]
fn lists_of_a_query_have_names_unless_they_are_flat() {
    assert_eq!(
        request(&form("query"), EVERYTHING).body,
        "Action=Do&Version=1&T=a+b%26%C3%A9&L.item.1=1&L.item.2=2&F.1=3&I.S.1=4&I.L=\
         &I.M.entry.1.key=k&I.M.entry.1.value=v&S.1=5&N.1.K=k&N.1.V.item.1=6"
    );
}

fn rest(protocol: &str, root: &str, payload: &str) -> Model {
    let shapes = r#","shapes":[
    {"type":"structure",PAYLOAD "members":{
        "Key":{"shape":6,"name":"Key","in":"uri"},
        "Tag":{"shape":1,"name":"tag","in":"query"},
        "More":{"shape":5,"name":"more","in":"query"},
        "Kinds":{"shape":1,"name":"x-kinds","in":"header"},
        "Meta":{"shape":4,"name":"x-meta-","in":"headers"},
        "Inner":{"shape":7,"name":"I","namespace":["x","urn:x"]},
        "Body":{"shape":8,"name":"Body"}
    }},"#;
    let start = r#""protocol":"PROTOCOL","method":"PUT","uri":"/a/{Key+}/{Key}?fixed","input":0"#;
    let text = start.replace("PROTOCOL", protocol)
        + root
        + &shapes.replace("PAYLOAD", payload)
        + SHAPES.split_once("}},").unwrap().1.rsplit_once(']').unwrap().0.trim_start()
        + r#",{"type":"structure","members":{
            "Text":{"shape":6,"name":"T"},
            "Flat":{"shape":2,"name":"F"},
            "List":{"shape":1,"name":"L"},
            "Map":{"shape":4,"name":"M"},
            "FlatMap":{"shape":5,"name":"N"},
            "Kind":{"shape":6,"name":"x:kind","attribute":true}
        }},{"type":"blob"}]"#;
    model(&text)
}

const ROOT: &str = r#","root":"Root","namespace":"urn:root""#;

#[test]
fn parameters_go_where_the_model_says() {
    let request = request(
        &rest("rest-xml", ROOT, ""),
        r#"{"Key": "x/ y+\u00e9~", "Tag": ["1&", "2"], "More": {"a b": "c", "d": ["e"]},
            "Kinds": ["p", "q,\"r\""], "Meta": {"k": "v w", "n": 1}}"#,
    );
    assert_eq!(request.path, "/a/x/%20y%2B%C3%A9~/x%2F%20y%2B%C3%A9~");
    assert_eq!(request.query, "fixed&tag=1%26&tag=2&a%20b=c&d=e");
    let headers = [("x-kinds", "p,\"q,\\\"r\\\"\""), ("x-meta-k", "v w"), ("x-meta-n", "1")];
    assert_eq!(request.headers, headers.map(|(name, value)| (name.into(), value.into())));
    assert_eq!(request.body, "");
}

const INNER: &str = r#"{"Key": "k", "Inner": {
    "Text": "<a&\">\n", "Kind": "\"<\n\t", "Flat": ["1", ""], "List": [], "Map": {"k": "v"},
    "FlatMap": {"k": ["2"]}}}"#;

const INNER_XML: &str = "<I xmlns:x=\"urn:x\" x:kind=\"&quot;&lt;&#10;&#09;\">\
    <T>&lt;a&amp;\"&gt;\n</T><F>1</F><F /><L />\
    <M><entry><key>k</key><value>v</value></entry></M>\
    <N><K>k</K><V><item>2</item></V></N></I>";

#[test]
fn a_body_in_xml_has_a_root_unless_it_is_one_member() {
    let whole = request(&rest("rest-xml", ROOT, ""), INNER).body;
    assert_eq!(whole, ["<Root xmlns=\"urn:root\">", INNER_XML, "</Root>"].concat());
    let payload = rest("rest-xml", "", "\"payload\":\"Inner\",");
    assert_eq!(request(&payload, INNER).body, INNER_XML);
    assert_eq!(request(&payload, r#"{"Key": "k"}"#).body, "");
}

#[test]
fn a_body_in_json_has_a_content_type() {
    let inner =
        r#"{"T":"<a&\">\n","x:kind":"\"<\n\t","F":["1",""],"L":[],"M":{"k":"v"},"N":{"k":["2"]}}"#;
    let whole = request(&rest("rest-json", "", ""), INNER);
    assert_eq!(whole.body, ["{\"I\":", inner, "}"].concat());
    assert_eq!(whole.headers, [("Content-Type".into(), "application/json".into())]);
    let payload = rest("rest-json", "", "\"payload\":\"Inner\",");
    assert_eq!(request(&payload, INNER).body, inner);
    assert_eq!(request(&payload, r#"{"Key": "k"}"#).body, "{}");
}

#[test]
fn bytes_are_left_to_the_host() {
    for protocol in ["rest-json", "rest-xml"] {
        let model = rest(protocol, "", "\"payload\":\"Body\",");
        let request = request(&model, r#"{"Key": "k"}"#);
        assert_eq!((&*request.body, request.headers.len()), ("", 0));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let xml = rest("rest-xml", "", "");
    for (model, input) in [
        (&form("ec2"), "1"),
        (&form("ec2"), r#"{"Other": 1}"#),
        (&form("ec2"), r#"{"List": {}}"#),
        (&form("ec2"), r#"{"List": [null]}"#),
        (&form("query"), r#"{"Map": []}"#),
        (&form("query"), r#"{"Text": []}"#),
        (&xml, "{}"),
        (&xml, r#"{"Key": "k", "Kinds": {}}"#),
        (&xml, r#"{"Key": "k", "Inner": {}}"#), // no root
        (&rest("rest-xml", "", "\"payload\":\"Nothing\","), r#"{"Key": "k"}"#),
    ] {
        let error = write(model, input).unwrap_err();
        assert!(error.to_string().starts_with("parameters: "), "{input}: {error}");
    }
    assert!(write(&xml, "{").is_err());
}
