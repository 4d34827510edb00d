use super::*;
use std::format;

const HEADER: Rules = Rules { expires: 0, encode: true, normalize: true };
const SIGNER: &str = "AKIDEXAMPLE\0wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\0\0\
                      20150830T123600Z\0us-east-1\0service";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn signature(text: &str) -> &str {
    &text[text.len() - 64..]
}

#[test]
fn hmacs_of_rfc_4231() {
    let sha256 = |key: &[u8], message| hex(&hmac(key, message));
    assert_eq!(
        sha256(&[0x0b; 20], "Hi There"),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    assert_eq!(
        sha256(b"Jefe", "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    assert_eq!(
        sha256(&[0xaa; 131], "Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

#[test]
fn the_vanilla_request_of_amazons_tests() {
    let request =
        format!("GET\0/\0\0{EMPTY}\0host\0example.amazonaws.com\0x-amz-date\x0020150830T123600Z");
    assert_eq!(
        sign(&request, SIGNER, HEADER).unwrap(),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
}

#[test]
fn the_presigned_object_of_amazons_manual() {
    let signer = "AKIAIOSFODNN7EXAMPLE\0wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\0\0\
                  20130524T000000Z\0us-east-1\0s3";
    let request = "GET\0/test.txt\0\0UNSIGNED-PAYLOAD\0host\0examplebucket.s3.amazonaws.com";
    let rules = Rules { expires: 86400, encode: false, normalize: false };
    assert_eq!(
        sign(request, signer, rules).unwrap(),
        "X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

#[test]
fn a_token_is_in_the_url() {
    let signer = SIGNER.replacen("\0\0", "\0to/ken\0", 1);
    let rules = Rules { expires: 1, ..HEADER };
    let query = sign("GET\0/\0\0x\0host\0h", &signer, rules).unwrap();
    assert!(query.contains("&X-Amz-SignedHeaders=host&X-Amz-Security-Token=to%2Fken&"), "{query}");
}

#[test]
fn headers_are_folded_and_sorted() {
    let headers =
        [("a", " 1\t 2\n  3 ", 0), ("b-c", "\u{a0}", 0), ("d", "é\u{85}\x1f\u{3000}x", 0)];
    let expected = ("a:1 2 3\nb-c:\nd:é x\n".into(), "a;b-c;d".into());
    assert_eq!(canonical_headers(&headers), expected);
    let sorted = sign("GET\0/\0\0x\0b\x001\0a\x002", SIGNER, HEADER).unwrap();
    assert!(sorted.contains("SignedHeaders=a;b,"), "{sorted}");
}

#[test]
fn paths() {
    let plain = Rules { normalize: false, ..HEADER };
    let s3 = Rules { encode: false, ..plain };
    for (path, normal, encoded, as_it_is) in [
        ("", "/", "", ""),
        ("/", "/", "/", "/"),
        ("//a//b//", "/a/b/", "//a//b//", "//a//b//"),
        ("/a/./../b", "/b", "/a/./../b", "/a/./../b"),
        ("/../..", "/", "/../..", "/../.."),
        ("/a/..", "/", "/a/..", "/a/.."),
        ("a/b/..", "a", "a/b/..", "a/b/.."),
        ("/a b/%20é", "/a%20b/%2520%C3%A9", "/a%20b/%2520%C3%A9", "/a b/%20é"),
    ] {
        assert_eq!(canonical_path(path, HEADER), normal);
        assert_eq!(canonical_path(path, plain), encoded);
        assert_eq!(canonical_path(path, s3), as_it_is);
    }
}

#[test]
fn queries() {
    for (query, canonical) in [
        ("", ""),
        ("b=2&a=1&b=1&B", "B=&a=1&b=1&b=2"),
        ("a-b=1&a=2", "a=2&a-b=1"),
        ("a==b&a=b=c", "a==b&a=b=c"),
        ("&&a", "=&=&a="),
        ("=x", "=x"),
    ] {
        assert_eq!(canonical_query(query), canonical, "{query:?}");
    }
}

#[test]
fn of_a_repeated_key_the_first_value_is_presigned() {
    let pairs = |query| -> Vec<(String, String)> {
        first_values(query).into_iter().map(|(k, v)| (k.into(), v.into())).collect()
    };
    let pair = |key: &str, value: &str| (key.into(), value.into());
    assert_eq!(pairs(""), vec![]);
    assert_eq!(
        pairs("b=1&a&&b=2&%62=3&=x&c=d=e+f&="),
        vec![pair("b", "1"), pair("a", ""), pair("", "x"), pair("c", "d=e f")]
    );
}

#[test]
fn texts_that_are_too_short_are_refused() {
    let request = "GET\0/\0\0x\0host\0h";
    assert!(sign(request, SIGNER, HEADER).is_ok());
    for request in ["", "GET\0/\0", "GET\0/\0\0x\0host"] {
        assert!(matches!(sign(request, SIGNER, HEADER), Err(Error::Malformed(_))), "{request:?}");
    }
    for signer in ["", "a\0b\0c\0d\0e", "a\0b\0c\x002015083\0e\0f", "a\0b\0c\0éééé\0e"] {
        assert!(matches!(sign(request, signer, HEADER), Err(Error::Malformed(_))), "{signer:?}");
    }
}

#[test]
fn every_part_counts() {
    let request = "GET\0/\0a=b\0x\0host\0h";
    let first = sign(request, SIGNER, HEADER).unwrap();
    for changed in ["PUT\0/\0a=b\0x\0host\0h", "GET\0/\0a=c\0x\0host\0h", "GET\0/\0a=b\0y\0host\0h"]
    {
        let other = sign(changed, SIGNER, HEADER).unwrap();
        assert_ne!(signature(&other), signature(&first));
    }
}
