//! What is read of a definition, and what is not.

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::port::Dialect;

use super::{dialect, normalized, remote};

fn view(json: &str) -> View {
    View::from_json(json).unwrap()
}

#[test]
fn both_versions_give_one_view() {
    let preview3 = r#"{"key":"Event","displayName":"Event","baseType":"_page","source":"",
        "properties":{"title":{"type":"string","required":true,"localized":true,"sortOrder":10}}}"#;
    let v1 = r#"{"key":"Event","displayName":"Event","baseType":"_page","isContract":false,
        "properties":{"title":{"type":"string","isRequired":true,"isLocalized":true,"sortOrder":10}}}"#;
    let expected = view(
        r#"{"/displayName":"Event","/baseType":"_page","/propertyOrder":["title"],
        "/properties/title":true,"/properties/title/type":{"type":"string"},
        "/properties/title/required":true}"#,
    );
    assert_eq!(normalized(preview3), expected);
    assert_eq!(normalized(v1), expected);
}

/// Each pair differs only in what the module declares to be no difference.
#[test]
fn declared_normalization() {
    let pairs = [
        (r#"{"description":null}"#, "{}"),
        (r#"{"description":""}"#, "{}"),
        (r#"{"properties":null}"#, r#"{"properties":{}}"#),
        (
            r#"{"properties":{"a":{"type":"String","required":false,"pattern":null}}}"#,
            r#"{"properties":{"a":{"type":"string"}}}"#,
        ),
        (
            r#"{"properties":{"a":{"type":"DATETIME","minimum":"2025-01-01T02:00:00+02:00"}}}"#,
            r#"{"properties":{"a":{"type":"dateTime","minimum":"2025-01-01T00:00:00Z"}}}"#,
        ),
        (
            r#"{"properties":{"a":{"type":"content","allowedTypes":["B","A"],"restrictedTypes":["C"]}}}"#,
            r#"{"properties":{"a":{"type":"content","allowedTypes":["A","B"]}}}"#,
        ),
        (
            r#"{"properties":{"a":{"type":"richText","minLength":3,"group":"g","indexingType":"x"}}}"#,
            r#"{"properties":{"a":{"type":"richText"}}}"#,
        ),
    ];
    for (one, other) in pairs {
        assert_eq!(normalized(one), normalized(other), "{one}");
    }
}

#[test]
fn attributes_of_elements_stand_under_the_property() {
    let body = r#"{"properties":{"tags":{"type":"array","minItems":1,"items":{"type":"string",
        "format":"shortString","maxLength":9,
        "enum":[{"value":"b","displayName":"B"},{"value":"a/c","displayName":"A"}]}}}}"#;
    assert_eq!(
        normalized(body),
        view(
            r#"{"/properties/tags":true,
            "/properties/tags/type":{"items":{"format":"shortString","type":"string"},"type":"array"},
            "/properties/tags/minItems":1,"/properties/tags/maxLength":9,
            "/properties/tags/enum/b":true,"/properties/tags/enum/b/displayName":"B",
            "/properties/tags/enum/a~1c":true,"/properties/tags/enum/a~1c/displayName":"A",
            "/properties/tags/enumOrder":["b","a/c"]}"#
        )
    );
}

#[test]
fn references_are_symbolic() {
    let body = r#"{"properties":{"venue":{"type":"array","items":{"type":"component","contentType":"Venue"}},
        "image":{"type":"contentReference","allowedTypes":["_image","Poster"]}}}"#;
    let view = normalized(body);
    let text = view.to_json();
    assert!(text.contains(r#""contentType":"remote:Venue""#), "{text}");
    assert!(text.contains("/properties/image/allowedTypes/remote:_image"), "{text}");
    assert!(text.contains("/properties/image/allowedTypes/remote:Poster"), "{text}");
}

#[test]
fn an_order_names_what_has_a_number_of_its_own() {
    for (properties, expected) in [
        (r#""a":{"sortOrder":2},"b":{"sortOrder":1}"#, Some(r#"["b","a"]"#)),
        (r#""a":{"sortOrder":0},"b":{"sortOrder":0}"#, None),
        (r#""a":{},"b":{}"#, None),
        (r#""a":{"sortOrder":7},"b":{"sortOrder":3},"c":{"sortOrder":3}"#, Some(r#"["a"]"#)),
        (r#""a":{"sortOrder":7},"b":{},"c":{"sortOrder":-3}"#, Some(r#"["c","a"]"#)),
    ] {
        let view = normalized(&format!(r#"{{"properties":{{{properties}}}}}"#));
        let order = view.get(&Path::parse("/propertyOrder").unwrap());
        assert_eq!(order.map(Canonical::as_str), expected, "{properties}");
    }
}

#[test]
fn what_is_no_definition_is_an_error() {
    let dialect = dialect(Profile::Native);
    for (body, message) in [
        ("[]", "Event: the definition is a list, not an object"),
        (r#"{"properties":[]}"#, "Event: properties is a list, not an object"),
        (r#"{"properties":{"a":1}}"#, "Event: property a is a number, not an object"),
        ("{", "Event cannot be read: unexpected end of the text"),
    ] {
        let error = dialect.normalize(&remote("Event", body)).unwrap_err();
        assert_eq!(error.message, message, "{body}");
    }
}
