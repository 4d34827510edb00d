use super::*;
use alloc::string::ToString;

/// All tokens, text joined, and names with what is behind them.
fn read(text: &str) -> Result<Vec<String>, String> {
    let mut reader = Reader::default();
    let mut found: Vec<String> = Vec::new();
    let mut between = String::new();
    loop {
        let token = reader.next(text).map_err(|error| error.to_string())?;
        if !matches!(token, Token::Text(_) | Token::Char(_)) && !between.is_empty() {
            found.push(core::mem::take(&mut between));
        }
        match token {
            Token::Open { name, attributes } => found.push(["<", name, attributes].concat()),
            Token::Close => found.push("/".into()),
            Token::End => return Ok(found),
            content => append(&mut between, &content),
        }
    }
}

#[test]
fn tags_and_text_are_read() {
    let text = "\u{feff}<?xml version='1.0'?>\r\n<!-- c --><a:b c=\"1\">x&amp;&#x41;&#066;\r\ny\rz\
                <![CDATA[<\r\n]]]]><e/><?pi?></a:b >\n<!-- d -->";
    let tokens = ["<a:b c=\"1\"", "x&AB\ny\nz<\n]]", "<e", "/", "/"].map(String::from);
    assert_eq!(read(text), Ok(tokens.to_vec()));
    assert_eq!(local("a:b"), "b");
}

#[test]
fn attributes_are_read() {
    let value = |attributes| attribute(attributes, |name| name == "a");
    assert_eq!(value(" b='2' a = \"x&lt;&#10;\n\r\ny'\""), Some("x<\n  y'".into()));
    assert_eq!(value(" b='a=\"1\"'"), None);
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (text, place) in [
        ("", 0),
        ("x", 0),
        ("<a>", 3),
        ("<a></b>", 3),
        ("<a></a", 6),
        ("<a></ab>", 6),
        ("</a>", 0),
        ("<a/><b/>", 4),
        ("<a/>x", 4),
        ("<a", 2),
        ("<1/>", 0),
        ("< a/>", 0),
        ("<a b/>", 4),
        ("<a b=1/>", 5),
        ("<a b='1'c='2'/>", 8),
        ("<a b='1' b='2'/>", 9),
        ("<a b='<'/>", 6),
        ("<a b='&x;'/>", 6),
        ("<a>&x;</a>", 3),
        ("<a>&amp</a>", 3),
        ("<a>&#0;</a>", 3),
        ("<a>&#xd800;</a>", 3),
        ("<a>&#x110000;</a>", 3),
        ("<a>&#99999999999;</a>", 3),
        ("<a>]]></a>", 3),
        ("<a>\u{1}</a>", 3),
        ("<a>\u{fffe}</a>", 3),
        ("<a><![CDATA[x</a>", 3),
        ("<![CDATA[x]]><a/>", 0),
        ("<a><!-- x -- y --></a>", 12),
        ("<a><!-- x", 3),
        ("<!DOCTYPE a><a/>", 0),
        ("<a><?xml version='1.0'?></a>", 3),
        (" <?xml version='1.0'?><a/>", 1),
        ("<?xml?><a/>", 0),
        ("<?xml encoding='utf-8'?><a/>", 0),
        ("<?xml version='1.0' standalone='x'?><a/>", 0),
        ("<??><a/>", 0),
    ] {
        let why = read(text).unwrap_err();
        assert!(
            why.starts_with(&["XML: byte ", &place.to_string(), ":"].concat()),
            "{text}: {why}"
        );
    }
}

#[test]
fn depth_and_attributes_are_bounded() {
    let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    assert!(read(&nested(MAX_DEPTH + 1)).is_err());
    let with = |count: usize| {
        let attributes: String =
            (0..count).map(|n| [" a", &n.to_string(), "=''"].concat()).collect();
        ["<a", &attributes, "/>"].concat()
    };
    assert!(read(&with(64)).is_ok());
    assert!(read(&with(65)).is_err());
}

#[test]
fn plain_text_is_read_at_once() {
    for (text, plain) in [
        ("<a>x y</a>", Some("x y")),
        ("<a/>", Some("")),
        ("<a></a>", Some("")),
        ("<a>&lt;</a>", None),
        ("<a>\"</a>", None),
        ("<a>x<b/></a>", None),
        ("<a>x</a >", None),
        ("<a>x", None),
    ] {
        let mut reader = Reader::default();
        reader.next(text).unwrap();
        assert_eq!(reader.plain_text(text), plain);
        if plain.is_some() {
            assert_eq!(reader.next(text), Ok(Token::End));
        }
    }
}
