//! The studio's dialects, read into one model.

use std::collections::BTreeMap;

use catalyst_sync::canonical::{column, write};
use catalyst_sync::model::studio::{Row, content_type};
use catalyst_sync::model::{
    Category, Choice, Constraints, ContentType, Field, FieldKind, Finding, Raw, Severity,
};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::support::generate::{Coverage, content_types};
use crate::support::written;

fn read(fields: &str) -> (ContentType, Vec<Finding>) {
    let row = Row { id: "cEvent", website_id: "w1", name: "Event", ..Row::default() };
    content_type(&Row { fields: column(Some(fields)), ..row }, write)
}

/// The fields of a definition in which nothing is wrong.
fn fields(fields: &str) -> Vec<Field> {
    let (local, findings) = read(fields);
    assert_eq!(findings, []);
    local.fields
}

/// The only field, given its members, with what was found.
fn field(members: &str) -> (Field, Vec<Finding>) {
    let (mut local, findings) = read(&format!(r#"[{{"name":"x",{members}}}]"#));
    (local.fields.remove(0), findings)
}

fn extra(members: &[(&str, &str)]) -> BTreeMap<String, Raw> {
    members.iter().map(|&(name, raw)| (name.to_owned(), raw.into())).collect()
}

/// `severity code path` of every finding.
fn brief(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            let path = finding.path.as_deref().unwrap_or_default();
            format!("{severity} {} {path}", finding.code)
        })
        .collect()
}

fn named(name: &str, kind: FieldKind) -> Field {
    Field { name: name.to_owned(), kind, ..Field::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "most texts of the model are optional")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn object_of_the_builder() {
    let (event, findings) = read(
        r#"{"name":"Event","pluralName":"Events","icon":"📅","description":"Public events","fields":[
 {"id":"1755000000000_k3j9x0abc","name":"title","label":"Title","type":"text","required":true,"validation":{"minLength":3,"maxLength":120},"placeholder":"Enter text...","order":0},
 {"id":"1755000000100_p0q8w7zzz","name":"startsOn","label":"Starts on","type":"date","required":true,"validation":{"minDate":"2025-01-01"},"order":1},
 {"id":"1755000000200_aa11bb22c","name":"poster","label":"Poster","type":"image","required":false,"validation":{"maxSize":5242880,"allowedTypes":["image/png","image/webp"]},"helpText":"16:9","order":2},
 {"id":"1755000000300_zz99yy88x","name":"body","label":"Body","type":"richText","required":false,"order":3}],
 "relationships":[{"id":"rel_1","name":"venue","type":"manyToOne","sourceContentTypeId":"cEvent","targetContentTypeId":"cVenue","fieldName":"venue","isRequired":false}]}"#,
    );
    assert_eq!(findings, []);
    let expected = ContentType {
        id: "cEvent".to_owned(),
        website_id: "w1".to_owned(),
        name: "Event".to_owned(),
        plural_name: text("Events"),
        icon: text("📅"),
        description: text("Public events"),
        fields: vec![
            Field {
                id: text("1755000000000_k3j9x0abc"),
                label: text("Title"),
                required: true,
                placeholder: text("Enter text..."),
                constraints: Constraints {
                    min_length: Some(3.0),
                    max_length: Some(120.0),
                    ..Constraints::default()
                },
                ..named("title", FieldKind::Text)
            },
            Field {
                id: text("1755000000100_p0q8w7zzz"),
                label: text("Starts on"),
                required: true,
                constraints: Constraints { min_date: text("2025-01-01"), ..Constraints::default() },
                ..named("startsOn", FieldKind::Date)
            },
            Field {
                id: text("1755000000200_aa11bb22c"),
                label: text("Poster"),
                help: text("16:9"),
                extra: extra(&[
                    ("allowedTypes", r#"["image/png","image/webp"]"#),
                    ("maxSize", "5242880"),
                ]),
                ..named("poster", FieldKind::Image)
            },
            Field {
                id: text("1755000000300_zz99yy88x"),
                label: text("Body"),
                ..named("body", FieldKind::RichText)
            },
            Field {
                id: text("rel_1"),
                targets: vec!["cVenue".to_owned()],
                extra: extra(&[("type", "\"manyToOne\"")]),
                ..named("venue", FieldKind::RelationshipToOne)
            },
        ],
        ..ContentType::default()
    };
    assert_eq!(event, expected);
}

#[test]
fn object_of_the_assistant() {
    let fields = fields(
        r#"{"name":"Gadget","pluralName":"Gadgets","icon":"📋","description":"","fields":[
 {"name":"price","type":"number","required":true,"label":"Price","validation":{"min":0,"precision":2},"order":2,"id":"f1"},
 {"name":"availability","type":"select","required":true,"label":"Availability","options":[{"label":"In stock","value":"in"},{"label":"Sold out","value":"out"}],"order":1,"id":"f2"}],"relationships":[]}"#,
    );
    let choice = |value: &str, label: &str| Choice {
        value: value.into(),
        label: label.to_owned(),
        description: None,
    };
    let expected = [
        Field {
            id: text("f2"),
            label: text("Availability"),
            required: true,
            options: vec![choice("\"in\"", "In stock"), choice("\"out\"", "Sold out")],
            ..named("availability", FieldKind::Select)
        },
        Field {
            id: text("f1"),
            label: text("Price"),
            required: true,
            constraints: Constraints {
                min: Some(0.0),
                precision: Some(2.0),
                ..Constraints::default()
            },
            ..named("price", FieldKind::Number)
        },
    ];
    assert_eq!(fields, expected);
}

#[test]
fn list_of_the_seed() {
    let fields = fields(
        r#"[{"name":"headline","type":"text","required":true,"maxLength":80},
 {"name":"slug","type":"text","required":true,"unique":true},
 {"name":"topic","type":"select","options":["News","Howto"]},
 {"name":"labels","type":"array","itemType":"text","maxItems":5},
 {"name":"postedAt","type":"datetime","required":true},
 {"name":"contact","type":"object","fields":[{"name":"mail","type":"email"},{"name":"site","type":"url"}]},
 {"name":"pinned","type":"boolean","default":false}]"#,
    );
    let choice = |text: &str| Choice {
        value: format!("{text:?}").into(),
        label: text.to_owned(),
        description: None,
    };
    let limit =
        |max_length, max_items| Constraints { max_length, max_items, ..Constraints::default() };
    let expected = [
        Field {
            required: true,
            constraints: limit(Some(80.0), None),
            ..named("headline", FieldKind::Text)
        },
        Field { required: true, unique: true, ..named("slug", FieldKind::Text) },
        Field {
            options: vec![choice("News"), choice("Howto")],
            ..named("topic", FieldKind::Select)
        },
        Field {
            item: Some(Box::new(FieldKind::Text)),
            constraints: limit(None, Some(5.0)),
            ..named("labels", FieldKind::Array)
        },
        Field { required: true, ..named("postedAt", FieldKind::DateTime) },
        Field {
            fields: vec![named("mail", FieldKind::Email), named("site", FieldKind::Url)],
            ..named("contact", FieldKind::Object)
        },
        Field { default_value: Some("false".into()), ..named("pinned", FieldKind::Boolean) },
    ];
    assert_eq!(fields, expected);
}

#[test]
fn columns_go_before_the_definition_and_that_before_the_settings() {
    let definition = r#"{"name":"Hero Banner","pluralName":"Heroes","category":"page","custom":1,"fields":[{"name":"heading","type":"text"}]}"#;
    let settings = r#"{"pluralName":"Heroes","icon":"🦸","description":"Big","displayField":"sub","singleton":true,"custom":2}"#;
    let row = Row {
        id: "c1",
        website_id: "w1",
        name: "hero",
        key: Some("hero_banner"),
        plural_name: Some("Banners"),
        category: Some("component"),
        display_field: Some("heading"),
        fields: column(Some(definition)),
        settings: column(Some(settings)),
    };
    let (local, findings) = content_type(&row, write);
    assert_eq!(findings, []);
    assert_eq!((local.name.as_str(), local.key.as_deref()), ("Hero Banner", Some("hero_banner")));
    assert_eq!(local.plural_name.as_deref(), Some("Banners"));
    assert_eq!(local.category, Some(Category::Component));
    assert_eq!(local.display_field.as_deref(), Some("heading"));
    assert_eq!((local.icon.as_deref(), local.description.as_deref()), (Some("🦸"), Some("Big")));
    let kept = [
        ("category", "\"page\""),
        ("custom", "1"),
        ("pluralName", "\"Heroes\""),
        ("settings/custom", "2"),
        ("settings/displayField", "\"sub\""),
        ("settings/pluralName", "\"Heroes\""),
        ("singleton", "true"),
    ];
    assert_eq!(local.settings, extra(&kept));
}

#[test]
fn columns_that_cannot_be_read() {
    let deep = "[".repeat(2_000);
    let cases = [
        (None, "error INVALID_FIELDS /fields"),
        (Some(""), "error INVALID_FIELDS /fields"),
        (Some("null"), "error INVALID_FIELDS /fields"),
        (Some("[{]"), "error INVALID_FIELDS /fields"),
        (Some("\"[]\""), "error INVALID_FIELDS /fields"),
        (Some("7"), "error INVALID_FIELDS /fields"),
        (Some(r#"{"fields":{}}"#), "error INVALID_FIELDS /fields"),
        (Some(&deep), "error NESTING_TOO_DEEP /fields"),
        (Some("{}"), "info NO_FIELDS /fields"),
        (Some("[]"), "info NO_FIELDS /fields"),
        (Some(r#"{"name":"Event"}"#), "info NO_FIELDS /fields"),
        (Some(r#"{"fields":null}"#), "info NO_FIELDS /fields"),
    ];
    for (fields, expected) in cases {
        let row = Row { id: "c1", name: "Event", fields: column(fields), ..Row::default() };
        let (local, findings) = content_type(&row, write);
        assert_eq!(brief(&findings), [expected], "{fields:?}");
        assert_eq!(findings[0].type_key.as_deref(), Some("Event"));
        assert_eq!((local.name.as_str(), local.fields.len()), ("Event", 0));
    }
    let (_, findings) = read("[{]");
    assert!(findings[0].message.ends_with("unexpected ']' at byte 2"), "{}", findings[0].message);
}

#[test]
fn members_of_the_type_that_cannot_be_read() {
    let row = Row {
        id: "c1",
        key: Some("event"),
        category: Some("widget"),
        fields: column(Some(
            r#"{"name":3,"relationships":{},"fields":[{"name":"a","type":"text"}]}"#,
        )),
        settings: column(Some("oops")),
        ..Row::default()
    };
    let (local, findings) = content_type(&row, write);
    let expected = [
        "warning INVALID_SETTINGS /settings",
        "warning INVALID_ATTRIBUTE /name",
        "error TYPE_WITHOUT_NAME /name",
        "warning UNKNOWN_CATEGORY /category",
        "warning INVALID_ATTRIBUTE /relationships",
    ];
    assert_eq!(brief(&findings), expected);
    assert!(findings.iter().all(|finding| finding.type_key.as_deref() == Some("event")));
    let kept = [("category", "\"widget\""), ("name", "3"), ("relationships", "{}")];
    assert_eq!(local.settings, extra(&kept));
}

#[test]
fn names_of_fields() {
    let names = |field: &str| {
        let (local, findings) = read(&format!("[{field}]"));
        let names =
            local.fields.into_iter().map(|field| (field.id, field.name, field.label)).next();
        (names, brief(&findings))
    };
    let ok = |id: Option<&str>, name: &str, label: Option<&str>| {
        Some((id.map(str::to_owned), name.to_owned(), label.map(str::to_owned)))
    };
    let cases = [
        (
            r#"{"id":"f","name":"n","label":"L","type":"text"}"#,
            ok(Some("f"), "n", Some("L")),
            vec![],
        ),
        (r#"{"key":"k","name":"N","type":"text"}"#, ok(None, "k", Some("N")), vec![]),
        (r#"{"key":"k","name":"N","label":"L","type":"text"}"#, ok(None, "k", Some("L")), vec![]),
        (r#"{"key":"k","id":"f","type":"text"}"#, ok(Some("f"), "k", None), vec![]),
        (
            r#"{"name":"","label":"","id":"f","type":"text"}"#,
            ok(Some("f"), "f", None),
            vec!["warning FIELD_WITHOUT_NAME /fields/0"],
        ),
        (r#"{"type":"text"}"#, None, vec!["error FIELD_INVALID /fields/0"]),
        (
            r#"{"name":1,"type":"text"}"#,
            None,
            vec!["warning INVALID_ATTRIBUTE /fields/0/name", "error FIELD_INVALID /fields/0"],
        ),
        ("null", None, vec!["error FIELD_INVALID /fields/0"]),
        ("\"title\"", None, vec!["error FIELD_INVALID /fields/0"]),
    ];
    for (field, expected, findings) in cases {
        let findings = findings.into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names(field), (expected, findings), "{field}");
    }
}

#[test]
fn order_is_given_or_the_position() {
    let cases = [
        (r#"[{"name":"a"},{"name":"b"},{"name":"c"}]"#, ["a", "b", "c"]),
        (
            r#"[{"name":"a","order":3},{"name":"b","order":2},{"name":"c","order":1}]"#,
            ["c", "b", "a"],
        ),
        (
            r#"[{"name":"a","order":1},{"name":"b","order":1},{"name":"c","order":0}]"#,
            ["c", "a", "b"],
        ),
        (r#"[{"name":"a","order":1.5},{"name":"b"},{"name":"c"}]"#, ["b", "a", "c"]),
    ];
    for (fields, expected) in cases {
        let fields = fields.replace("\"name\"", "\"type\":\"text\",\"name\"");
        let names: Vec<String> =
            self::fields(&fields).into_iter().map(|field| field.name).collect();
        assert_eq!(names, expected, "{fields}");
    }
}

#[test]
fn words_for_kinds() {
    for kind in FieldKind::ALL {
        let (read, findings) = field(&format!(r#""type":{:?}"#, kind.word()));
        assert_eq!((read.kind, findings), (kind, vec![]));
    }
    let cases = [
        (r#""type":"richtext""#, FieldKind::RichText, vec![]),
        (r#""type":"string""#, FieldKind::Text, vec![]),
        (
            r#""type":"component""#,
            FieldKind::Unknown("component".into()),
            vec!["warning UNKNOWN_KIND /fields/0/type"],
        ),
        (
            r#""type":null"#,
            FieldKind::Unknown(String::new()),
            vec!["warning UNKNOWN_KIND /fields/0/type"],
        ),
        (
            r#""type":7"#,
            FieldKind::Unknown(String::new()),
            vec!["warning INVALID_ATTRIBUTE /fields/0/type", "warning UNKNOWN_KIND /fields/0/type"],
        ),
    ];
    for (members, kind, expected) in cases {
        let (read, findings) = field(members);
        assert_eq!(
            (read.kind, brief(&findings)),
            (kind, expected.into_iter().map(str::to_owned).collect()),
            "{members}"
        );
    }
}

#[test]
fn spellings_of_one_thing() {
    let cases = [
        (r#""helpText":"a""#, Some("a"), extra(&[])),
        (r#""help":"b""#, Some("b"), extra(&[])),
        (r#""description":"c""#, Some("c"), extra(&[])),
        (r#""description":"a","helpText":"a""#, Some("a"), extra(&[])),
        (
            r#""description":"c","help":"b","helpText":"a""#,
            Some("a"),
            extra(&[("description", "\"c\""), ("help", "\"b\"")]),
        ),
        (r#""helpText":"","help":"b""#, Some("b"), extra(&[])),
    ];
    for (members, help, kept) in cases {
        let (read, findings) = field(&format!(r#""type":"text",{members}"#));
        assert_eq!((read.help.as_deref(), read.extra, findings), (help, kept, vec![]), "{members}");
    }
    let cases = [
        (r#""default":[1,2.50]"#, Some("[1,2.5]"), extra(&[])),
        (r#""defaultValue":"x","default":"x""#, Some("\"x\""), extra(&[])),
        (r#""defaultValue":"x","default":"y""#, Some("\"x\""), extra(&[("default", "\"y\"")])),
        (r#""defaultValue":null,"default":0"#, Some("0"), extra(&[])),
        (r#""defaultValue":null"#, None, extra(&[])),
    ];
    for (members, value, kept) in cases {
        let (read, findings) = field(&format!(r#""type":"text",{members}"#));
        assert_eq!(
            (read.default_value.as_deref(), read.extra, findings),
            (value, kept, vec![]),
            "{members}"
        );
    }
}

#[test]
fn unknown_members_are_kept() {
    let (read, findings) = field(
        r#""type":"text","required":"yes","a/b":{"z":1,"y":2},"z":null,"validation":{"required":true,"format":"iso"},"format":"short","z":[1]"#,
    );
    assert_eq!(brief(&findings), ["warning INVALID_ATTRIBUTE /fields/0/required"]);
    let kept = [
        ("a/b", r#"{"y":2,"z":1}"#),
        ("format", "\"short\""),
        ("required", "\"yes\""),
        ("validation/format", "\"iso\""),
        ("validation/required", "true"),
        ("z", "[1]"),
    ];
    assert_eq!(read.extra, extra(&kept));
}

#[test]
fn options_in_both_forms() {
    let choices = |options: &str| {
        let (read, findings) = field(&format!(r#""type":"select","options":{options}"#));
        let choices: Vec<(String, String)> = read
            .options
            .iter()
            .map(|choice| (choice.value.to_string(), choice.label.clone()))
            .collect();
        (choices, read.extra, brief(&findings))
    };
    let ok = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|&(value, label)| (value.to_owned(), label.to_owned())).collect()
    };
    let found = |path: &str| vec![format!("warning {path}")];
    let cases = [
        (
            r#"["A",1,true]"#,
            ok(&[("\"A\"", "A"), ("1", "1"), ("true", "true")]),
            extra(&[]),
            vec![],
        ),
        (
            r#"[{"value":1.0,"label":"One"},{"value":"1"}]"#,
            ok(&[("1", "One"), ("\"1\"", "1")]),
            extra(&[]),
            vec![],
        ),
        (r#"[{"label":"Only"}]"#, ok(&[("\"Only\"", "Only")]), extra(&[]), vec![]),
        (r#"[{"value":"","label":"None"}]"#, ok(&[("\"\"", "None")]), extra(&[]), vec![]),
        (
            r#"[{"value":"a","color":"red"}]"#,
            ok(&[("\"a\"", "a")]),
            extra(&[("options/0/color", "\"red\"")]),
            vec![],
        ),
        (
            r#"["A",{"value":"A","label":"Again"}]"#,
            ok(&[("\"A\"", "A")]),
            extra(&[]),
            found("DUPLICATE_OPTION /fields/0/options/1"),
        ),
        (
            r#"["A",null]"#,
            ok(&[("\"A\"", "A")]),
            extra(&[]),
            found("INVALID_OPTION /fields/0/options/1"),
        ),
        ("[1E400]", vec![], extra(&[]), found("INVALID_OPTION /fields/0/options/0")),
        (r#"[{"value":{}}]"#, vec![], extra(&[]), found("INVALID_OPTION /fields/0/options/0")),
        (
            r#"{"rows":3}"#,
            vec![],
            extra(&[("options", r#"{"rows":3}"#)]),
            found("INVALID_ATTRIBUTE /fields/0/options"),
        ),
    ];
    for (options, expected, kept, findings) in cases {
        assert_eq!(choices(options), (expected, kept, findings), "{options}");
    }
    let (read, _) = field(r#""type":"select","options":[{"value":"a","description":"why"}]"#);
    assert_eq!(read.options[0].description.as_deref(), Some("why"));
}

#[test]
fn constraints_nested_and_flat() {
    let every = Constraints {
        min_length: Some(1.0),
        max_length: Some(2.0),
        pattern: text("^a$"),
        min: Some(-1.5),
        max: Some(1e21),
        precision: Some(2.0),
        min_date: text("2025-01-01"),
        max_date: text("2025-12-31"),
        min_items: Some(0.0),
        max_items: Some(9.0),
    };
    let members = r#""minLength":1,"maxLength":2,"pattern":"^a$","min":-1.5,"max":1e21,"precision":2,"minDate":"2025-01-01","maxDate":"2025-12-31","minItems":0,"maxItems":9"#;
    for members in [members.to_owned(), format!(r#""validation":{{{members}}}"#)] {
        let (read, findings) = field(&format!(r#""type":"text",{members}"#));
        assert_eq!((read.constraints, read.extra, findings), (every.clone(), extra(&[]), vec![]));
    }

    let cases: [(&str, &[(&str, &str)]); 12] = [
        (r#""maxLength":"80""#, &[("maxLength", "\"80\"")]),
        (r#""maxLength":-1"#, &[("maxLength", "-1")]),
        (r#""maxLength":1.5"#, &[("maxLength", "1.5")]),
        (r#""max":1E400"#, &[("max", "null")]),
        (r#""validation":[]"#, &[("validation", "[]")]),
        (r#""validation":{"pattern":1}"#, &[("validation/pattern", "1")]),
        (r#""validation":{"minDate":20250101}"#, &[("validation/minDate", "20250101")]),
        (r#""min":5,"max":4"#, &[("max", "4"), ("min", "5")]),
        (
            r#""minLength":5,"validation":{"maxLength":4}"#,
            &[("maxLength", "4"), ("minLength", "5")],
        ),
        (r#""minItems":5,"maxItems":4"#, &[("maxItems", "4"), ("minItems", "5")]),
        (
            r#""minDate":"2025-02-01","maxDate":"2025-01-31T00:00:00Z""#,
            &[("maxDate", "\"2025-01-31T00:00:00Z\""), ("minDate", "\"2025-02-01\"")],
        ),
        (r#""validation":{"min":1},"min":1.5"#, &[("min", "1.5")]),
    ];
    for (members, kept) in cases {
        let (read, findings) = field(&format!(r#""type":"text",{members}"#));
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!((codes, read.extra), (vec!["INVALID_CONSTRAINT"], extra(kept)), "{members}");
    }
    let (read, _) = field(r#""type":"number","validation":{"min":1},"min":1.5"#);
    assert_eq!(read.constraints.min, Some(1.0), "the nested limit counts");
    let (read, findings) = field(r#""type":"date","minDate":"today","maxDate":"2025-01-31""#);
    assert_eq!((read.constraints.min_date, findings), (text("today"), vec![]), "not comparable");
}

#[test]
fn what_lists_and_objects_contain() {
    let content = |members: &str| {
        let (read, findings) = field(members);
        let names: Vec<String> = read.fields.iter().map(|field| field.name.clone()).collect();
        (read.kind_word(), names.join(","), read.extra, brief(&findings))
    };
    let inner = r#"[{"name":"a","type":"text"},{"name":"b","type":"url"}]"#;
    let none = || extra(&[]);
    let cases = [
        (r#""type":"array","itemType":"url""#.to_owned(), "array<url>", "", none(), vec![]),
        (r#""type":"array","items":"url""#.to_owned(), "array<url>", "", none(), vec![]),
        (
            r#""type":"array","items":{"type":"url","format":"x"}"#.to_owned(),
            "array<url>",
            "",
            extra(&[("items/format", "\"x\"")]),
            vec![],
        ),
        (
            format!(r#""type":"array","items":{{"type":"object","fields":{inner}}}"#),
            "array<object>",
            "a,b",
            none(),
            vec![],
        ),
        (
            format!(r#""type":"array","items":{{"fields":{inner}}}"#),
            "array<object>",
            "a,b",
            none(),
            vec![],
        ),
        (
            format!(r#""type":"array","itemType":"object","fields":{inner}"#),
            "array<object>",
            "a,b",
            none(),
            vec![],
        ),
        (format!(r#""type":"array","fields":{inner}"#), "array<object>", "a,b", none(), vec![]),
        (r#""type":"array""#.to_owned(), "array", "", none(), vec![]),
        (
            r#""type":"array","itemType":"text","items":"url""#.to_owned(),
            "array<text>",
            "",
            extra(&[("items", "\"url\"")]),
            vec![],
        ),
        (
            r#""type":"array","itemType":"text","fields":[]"#.to_owned(),
            "array<text>",
            "",
            extra(&[("fields", "[]")]),
            vec![],
        ),
        (
            r#""type":"array","items":[1]"#.to_owned(),
            "array",
            "",
            extra(&[("items", "[1]")]),
            vec!["warning INVALID_ATTRIBUTE /fields/0/items"],
        ),
        (
            r#""type":"array","items":{"type":"widget"}"#.to_owned(),
            "array<widget>",
            "",
            none(),
            vec!["warning UNKNOWN_KIND /fields/0/items/type"],
        ),
        (format!(r#""type":"object","fields":{inner}"#), "object", "a,b", none(), vec![]),
        (
            r#""type":"object","fields":{"a":1}"#.to_owned(),
            "object",
            "",
            extra(&[("fields", "{\"a\":1}")]),
            vec!["warning INVALID_ATTRIBUTE /fields/0/fields"],
        ),
        (
            r#""type":"object","fields":[{"name":"a","type":"text"},{"name":"a","type":"text"}]"#
                .to_owned(),
            "object",
            "a,a",
            none(),
            vec!["error DUPLICATE_FIELD /fields/0/fields/1"],
        ),
        (
            r#""type":"text","itemType":"url","fields":[]"#.to_owned(),
            "text",
            "",
            extra(&[("fields", "[]"), ("itemType", "\"url\"")]),
            vec![],
        ),
    ];
    for (members, kind, names, kept, findings) in cases {
        let findings = findings.into_iter().map(str::to_owned).collect();
        assert_eq!(
            content(&members),
            (kind.to_owned(), names.to_owned(), kept, findings),
            "{members}"
        );
    }
}

#[test]
fn spellings_of_targets() {
    let cases: [(&str, &[&str]); 10] = [
        (r#""referenceType":"Venue""#, &["Venue"]),
        (r#""targetType":"Venue""#, &["Venue"]),
        (r#""contentType":"Venue""#, &["Venue"]),
        (r#""contentTypeId":"c9""#, &["c9"]),
        (r#""targetContentTypeId":"c9""#, &["c9"]),
        (r#""allowedTypes":["Venue","Place"]"#, &["Venue", "Place"]),
        (r#""validation":{"allowedTypes":["Venue"]},"referenceType":"Place""#, &["Place", "Venue"]),
        (r#""referenceType":"Venue","allowedTypes":["Venue"]"#, &["Venue"]),
        (r#""referenceType":"","contentType":null"#, &[]),
        (r#""referenceType":"Old","referenceType":"New""#, &["New"]),
    ];
    for (members, targets) in cases {
        for kind in ["reference", "relation"] {
            let (read, findings) = field(&format!(r#""type":"{kind}",{members}"#));
            assert_eq!(read.targets, targets, "{members}");
            assert_eq!((read.extra, findings), (extra(&[]), vec![]), "{members}");
        }
    }
    let (read, _) = field(r#""type":"array","items":{"type":"reference","referenceType":"Venue"}"#);
    assert_eq!((read.kind_word(), read.targets), ("array<reference>".into(), vec!["Venue".into()]));
    let (read, _) = field(r#""type":"image","allowedTypes":["image/png"]"#);
    assert_eq!(
        (read.targets.len(), read.extra),
        (0, extra(&[("allowedTypes", r#"["image/png"]"#)]))
    );
    let (read, findings) = field(r#""type":"reference","referenceType":[1]"#);
    assert_eq!(brief(&findings), ["warning INVALID_ATTRIBUTE /fields/0/referenceType"]);
    assert_eq!(read.extra, extra(&[("referenceType", "[1]")]));
}

#[test]
fn relationships() {
    let read = |fields: &str, relationship: &str| {
        let (local, findings) =
            read(&format!(r#"{{"fields":[{fields}],"relationships":[{relationship}]}}"#));
        let last = local.fields.last().cloned().unwrap_or_default();
        let words: Vec<String> = local
            .fields
            .iter()
            .map(|field| {
                format!("{}:{}>{}", field.name, field.kind_word(), field.targets.join("+"))
            })
            .collect();
        (words.join(" "), last, local.settings, brief(&findings))
    };
    let ok: Vec<String> = Vec::new();

    let (words, last, _, findings) = read(
        r#"{"name":"title","type":"text","order":9}"#,
        r#"{"id":"r","name":"Guests","type":"manyToMany","sourceContentTypeId":"cEvent","targetContentTypeId":"cGuest","fieldName":"guests","targetFieldName":"events","isRequired":true,"note":1}"#,
    );
    assert_eq!((words.as_str(), &findings), ("title:text> guests:relationshipToMany>cGuest", &ok));
    assert_eq!((last.id.as_deref(), last.label.as_deref()), (Some("r"), Some("Guests")));
    assert!(last.required);
    let kept = [("note", "1"), ("targetFieldName", "\"events\""), ("type", "\"manyToMany\"")];
    assert_eq!(last.extra, extra(&kept));

    let (words, last, _, findings) = read(
        r#"{"id":"f","name":"venue","label":"Place","type":"reference","referenceType":"Hall"}"#,
        r#"{"id":"r","name":"venue","type":"oneToMany","targetContentTypeId":"cVenue"}"#,
    );
    assert_eq!((words.as_str(), &findings), ("venue:relationshipToMany>Hall+cVenue", &ok));
    assert_eq!((last.id.as_deref(), last.label.as_deref()), (Some("f"), Some("Place")));
    let kept = [("relationship/id", "\"r\""), ("relationship/type", "\"oneToMany\"")];
    assert_eq!(last.extra, extra(&kept));

    let (words, _, _, findings) = read(
        r#"{"name":"venue","type":"text"}"#,
        r#"{"name":"venue","type":"manyToOne","targetContentTypeId":"cVenue"}"#,
    );
    assert_eq!(words, "venue:text> venue:relationshipToOne>cVenue");
    assert_eq!(findings, ["error DUPLICATE_FIELD /relationships/0"]);

    let foreign = r#"{"name":"host","type":"oneToMany","sourceContentTypeId":"cHost","targetContentTypeId":"cEvent"}"#;
    let (words, _, kept, findings) = read(r#"{"name":"host","type":"reference"}"#, foreign);
    assert_eq!((words.as_str(), kept.len()), ("host:reference>", 1));
    assert!(kept["relationships/0"].contains("cHost"));
    assert_eq!(findings, ["info FOREIGN_RELATIONSHIP /relationships/0/sourceContentTypeId"]);

    let nowhere = foreign.replace("cEvent", "cElse");
    let (_, _, _, findings) = read(r#"{"name":"host","type":"reference"}"#, &nowhere);
    assert_eq!(findings, ["warning FOREIGN_RELATIONSHIP /relationships/0/sourceContentTypeId"]);

    let (words, _, _, findings) = read("", r#"{"id":"r","type":"sometimes"},null,{}"#);
    assert_eq!(words, "r:sometimes>");
    let expected = [
        "warning FIELD_WITHOUT_NAME /relationships/0",
        "warning UNKNOWN_KIND /relationships/0/type",
        "error FIELD_INVALID /relationships/1",
        "error FIELD_INVALID /relationships/2",
    ];
    assert_eq!(findings, expected);
}

#[test]
fn duplicates_name_both_fields() {
    let (local, findings) = read(
        r#"[{"name":"a","type":"text"},{"name":"b","type":"text","id":"1"},{"name":"a","type":"url"},{"name":"c","type":"text","id":"1"}]"#,
    );
    assert_eq!(local.fields.len(), 4);
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    let expected = [
        r#"the fields at /fields/0 and /fields/2 have the same name "a""#,
        r#"the fields at /fields/1 and /fields/3 have the same id "1""#,
    ];
    assert_eq!(messages, expected);
    assert!(findings.iter().all(Finding::blocks));
}

#[test]
fn text_that_no_platform_can_store() {
    let cases = [
        (r#"[{"name":"a\u0000","type":"text"}]"#, "/fields/0/name"),
        (r#"[{"name":"a","type":"text","label":"\ud83d"}]"#, "/fields/0/label"),
        (r#"[{"name":"a","type":"text","helpText":"\ude00"}]"#, "/fields/0/helpText"),
        (r#"[{"name":"a","type":"text","pattern":"\ude00"}]"#, "/fields/0/pattern"),
        (r#"[{"name":"a","type":"select","options":["\ud83d"]}]"#, "/fields/0/options/0"),
        (r#"[{"name":"a","type":"text","\ud83d~":1}]"#, "/fields/0/\u{fffd}~0"),
        (
            r#"[{"name":"a","type":"reference","referenceType":"\u0000"}]"#,
            "/fields/0/referenceType",
        ),
        (r#"{"name":"\ud83d","fields":[{"name":"a","type":"text"}]}"#, "/name"),
    ];
    for (fields, path) in cases {
        let (_, findings) = read(fields);
        assert_eq!(brief(&findings), [format!("error INVALID_TEXT {path}")], "{fields}");
    }
    let row = Row { id: "c1", name: "a\0b", fields: column(Some("[]")), ..Row::default() };
    let (local, findings) = content_type(&row, write);
    assert_eq!(local.name, "a\u{fffd}b");
    assert_eq!(brief(&findings), ["error INVALID_TEXT /name", "info NO_FIELDS /fields"]);
}

#[test]
fn ten_thousand_fields() {
    let list: Vec<String> =
        (0..10_000).map(|at| format!(r#"{{"name":"f{at}","type":"text"}}"#)).collect();
    let (local, findings) = read(&format!("[{},{}]", list.join(","), list[0]));
    assert_eq!(local.fields.len(), 10_001);
    assert_eq!(brief(&findings), ["error DUPLICATE_FIELD /fields/10000"]);
}

#[test]
fn fields_nested_beyond_reason() {
    let nest = |levels: usize| {
        let open = r#"[{"name":"a","type":"object","fields":"#.repeat(levels);
        read(&format!("{open}[]{}", "}]".repeat(levels)))
    };
    assert_eq!(nest(32).1, []);
    let (local, findings) = nest(400);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!((codes, local.fields.len()), (vec!["NESTING_TOO_DEEP"], 1));
    assert!(findings[0].blocks());
}

/// Whatever the model holds is read back from what the builder would write of it, except that a
/// word nobody knows is a warning.
#[test]
fn everything_written_is_read_back() {
    let mut coverage = Coverage::new();
    let mut runner = TestRunner::deterministic();
    let strategy = content_types();
    for _ in 0..64 {
        for own in strategy.new_tree(&mut runner).unwrap().current() {
            coverage.see(&own);
            let text = write(&written::definition(&own));
            let row = Row {
                id: &own.id,
                website_id: &own.website_id,
                key: own.key.as_deref(),
                fields: column(Some(&text)),
                ..Row::default()
            };
            let (read, mut findings) = content_type(&row, write);
            findings.retain(|finding| !matches!(finding.code, "UNKNOWN_KIND" | "NO_FIELDS"));
            assert_eq!(findings, [], "{text}");
            assert_eq!(read, own, "{text}");
        }
    }
    coverage.assert_complete();
}
