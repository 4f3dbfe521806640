//! Canonical JSON and the studio's content hash: its known vectors, and its own algorithm in Node.

use catalyst_sync::canonical::{
    MAX_DEPTH, ParseError, column, content_hash, content_hash_of_row, parse, write,
};
use catalyst_sync::digest::Digest;
use catalyst_sync::model::Json;
use catalyst_sync::model::studio::Column;

use crate::support::documents::{Random, document, nearly};
use crate::support::node;

fn hash(text: &str) -> String {
    parse(text).map_or_else(|_| "-".to_owned(), |value| content_hash(value).to_string())
}

/// Vectors that the studio's own hasher printed.
#[test]
fn known_hashes() {
    let vectors = [
        (
            r#"{"id":"ct_1","key":"blogPost","name":"Blog Post","createdAt":"2025-01-01T00:00:00.000Z","updatedAt":"2025-02-02T00:00:00.000Z","fields":[{"id":"f1","name":"title","type":"text","required":true},{"name":"body","type":"richText","required":false,"id":"f2"}]}"#,
            "6731d4d0b4efba5a1461e6c9d0321d267bd981868c7f80eb59ca07210aca338d",
        ),
        (
            r#"{"name":"Prödukt 🛍️","key":"product","timestamp":1,"lastModified":"x","_id":"m","settings":{"z":1,"a":{"timestamp":5,"id":"keep-me"}},"fields":[{"order":2,"name":"price","type":"number","validation":{"min":0,"max":1e21,"precision":2.50},"label":"Preis €"},{"order":1,"name":"line\u2028sep","type":"text","helpText":"quote \" slash / back \\ nul \u0000 del \u007f"}],"relationships":[]}"#,
            "ef0caace5f789c7132dbbb5cc89c5e330a89ef69bc443d743f5d6bee511261f9",
        ),
        (
            r#"{"key":"opts","name":"Opts","fields":[{"name":"choice","type":"select","options":{"10":"ten","9":"nine","a":"A","01":"leading","-1":"neg","4294967294":"maxidx","4294967295":"notidx"},"defaultValue":null,"values":[1.0,-0,1e-7,0.000001,123456789012345680000,1E400]}]}"#,
            "766f305823e3834511bb08385a7ed9f236b76541543c77a731ce40abe0a24341",
        ),
        (
            r#"{"key":"k","name":"n","fields":[{"name":"a"},{"name":"b"}]}"#,
            "b5abe125d70547d0c052fcdd6dea7080f04c46ed36d864dc263dde1592c4d3d8",
        ),
        (
            r#"{"key":"k","name":"n","fields":[{"name":"b"},{"name":"a"}]}"#,
            "49a8b7c2ebfa1184ad8a9348b9bb96e9357c6c47b345c369de68dccf92946b3a",
        ),
        ("{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        (
            r#"{"key":"p","__proto__":{"x":1},"fields":[{"__proto__":{"y":2},"name":"n"}]}"#,
            "c66d07b2864a640283c295fcfb1c6b146190b3c6886ca43135481f4ee4acacb0",
        ),
        (
            r#"{"key":"s","name":"\ud83d bad","B":1,"a":2,"_":3,"\ufb01":4,"\ud83d\ude00":5}"#,
            "6db1cce7c3840de4baf97fc23de6b8f276984345afb22d14d50c58b6fd1c87e3",
        ),
    ];
    for (text, expected) in vectors {
        assert_eq!(hash(text), expected, "{text}");
    }
}

#[test]
fn canonical_text() {
    let cases = [
        // Numbers as ECMAScript prints them.
        ("[1.0,-0,-0.0,2.50,1E2]", "[1,0,0,2.5,100]"),
        (
            "[1e20,1e21,123456789012345680000]",
            "[100000000000000000000,1e+21,123456789012345680000]",
        ),
        ("[0.000001,1e-7,5e-324,1e-400]", "[0.000001,1e-7,5e-324,0]"),
        ("[1E400,-1E400]", "[null,null]"),
        ("[9007199254740993,-9007199254740993]", "[9007199254740992,-9007199254740992]"),
        (
            "[18446744073709551616,1.7976931348623157e308]",
            "[18446744073709552000,1.7976931348623157e+308]",
        ),
        // Members: array indices by number, then UTF-16 code units.
        (
            r#"{"b":1,"a":2,"10":3,"9":4,"01":5,"-1":6}"#,
            r#"{"9":4,"10":3,"-1":6,"01":5,"a":2,"b":1}"#,
        ),
        (r#"{"4294967295":1,"4294967294":2}"#, r#"{"4294967294":2,"4294967295":1}"#),
        ("{\"\u{fb01}\":1,\"\u{1f600}\":2}", "{\"\u{1f600}\":2,\"\u{fb01}\":1}"),
        (r#"{"\ude00":1,"\ud83d":2,"\ue000":3}"#, "{\"\\ud83d\":2,\"\\ude00\":1,\"\u{e000}\":3}"),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"{"\ud83d":1,"\uD83D":2}"#, r#"{"\ud83d":2}"#),
        // A name like any other, but for the content hash.
        (
            r#"{"b":[{"__proto__":null}],"__proto__":{"a":1}}"#,
            r#"{"__proto__":{"a":1},"b":[{"__proto__":null}]}"#,
        ),
        // Text.
        (r#""\/\u0041\u00e9\u2028\u007f""#, "\"/A\u{e9}\u{2028}\u{7f}\""),
        (r#""\b\f\n\r\t\u000b\u0000\u001F""#, r#""\b\f\n\r\t\u000b\u0000\u001f""#),
        (r#""\uD83D\uDE00\uDE00\uD83D""#, "\"\u{1f600}\\ude00\\ud83d\""),
        (" \t\r\n[ ] ", "[]"),
    ];
    for (text, expected) in cases {
        let written = write(&parse(text).unwrap());
        assert_eq!(written, expected, "{text}");
        assert_eq!(write(&parse(&written).unwrap()), expected, "canonical text is its own canon");
    }
}

#[test]
fn refused_texts() {
    let cases = [
        ("", "unexpected end of the text"),
        ("nul", "unexpected end of the text"),
        ("[1,]", "unexpected ']' at byte 3"),
        ("[01]", "unexpected '1' at byte 2"),
        ("{\"a\":1,}", "unexpected '}' at byte 7"),
        ("{a:1}", "unexpected 'a' at byte 1"),
        ("\"é\n\"", "unexpected '\\n' at byte 3"),
        ("[1.]", "unexpected ']' at byte 3"),
        ("[1e]", "unexpected ']' at byte 3"),
        ("[-]", "unexpected ']' at byte 2"),
        ("\u{feff}{}", "unexpected '\\u{feff}' at byte 0"),
        ("1 2", "unexpected '2' at byte 2"),
        (r#""\u+123""#, "unexpected 'u' at byte 2"),
        (r#""\x""#, "unexpected 'x' at byte 2"),
        ("NaN", "unexpected 'N' at byte 0"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let deepest = nested(MAX_DEPTH);
    assert_eq!(write(&parse(&deepest).unwrap()), deepest);
    assert_eq!(parse(&nested(MAX_DEPTH + 1)), Err(ParseError::TooDeep { at: MAX_DEPTH }));
    // Refused at the bracket that is too many: a hostile text cannot exhaust the stack.
    assert_eq!(parse(&"[".repeat(1_000_000)), Err(ParseError::TooDeep { at: MAX_DEPTH }));
}

#[test]
fn columns() {
    assert_eq!(column(None), Column::Absent);
    assert_eq!(column(Some("null")), Column::Json(Json::Null));
    assert_eq!(column(Some("[1,")), Column::Invalid("unexpected end of the text".to_owned()));
    assert!(matches!(column(Some(&"[".repeat(2_000))), Column::TooDeep(_)));
}

/// A version's snapshot is `{key: <row id>, ...fields}`.
#[test]
fn hash_of_a_row() {
    let cases = [
        (r#"{"name":"Event","id":"x"}"#, r#"{"key":"c1","name":"Event"}"#),
        (r#"{"key":"own"}"#, r#"{"key":"own"}"#),
        (r#"[{"name":"b"},{"name":"a"}]"#, r#"{"0":{"name":"b"},"1":{"name":"a"},"key":"c1"}"#),
        ("[]", r#"{"key":"c1"}"#),
        ("null", r#"{"key":"c1"}"#),
    ];
    for (fields, snapshot) in cases {
        assert_eq!(content_hash_of_row("c1", fields).unwrap(), Digest::of(snapshot), "{fields}");
    }
    assert!(content_hash_of_row("c1", "").is_err());
}

/// 100,000 random documents get the hash that the same algorithm gives them in Node.
#[test]
fn hashes_like_node() {
    let mut random = Random(1);
    let documents: Vec<String> = (0..100_000).map(|_| document(&mut random)).collect();
    assert_eq!(agree_with_node(&documents), 0, "every document is JSON");
}

/// Texts that are nearly JSON are accepted and refused exactly as `JSON.parse` does.
#[test]
fn accepts_like_node() {
    let mut random = Random(2);
    let texts: Vec<String> = (0..30_000).map(|_| nearly(&mut random)).collect();
    let refused = agree_with_node(&texts);
    assert!((1_000..29_000).contains(&refused), "{refused} refused: the texts test only one side");
}

/// Compares all of them, and tells how many were refused.
fn agree_with_node(texts: &[String]) -> usize {
    let theirs = node::hashes(texts);
    for (text, theirs) in texts.iter().zip(&theirs) {
        assert_eq!(hash(text), *theirs, "{text:?}");
    }
    theirs.iter().filter(|hash| *hash == "-").count()
}
