//! What each change means, as a reviewed file.

use std::collections::BTreeSet;

use catalyst_sync::version::{CHANGES, Level, Semver, When, diff, next};
use serde_json::{Value, json};

use super::diff::content;

/// One field with a kind and attributes.
fn with(kind: &str, attributes: Value) -> Value {
    let mut field = json!({ "id": "f1", "name": "a", "type": kind });
    let Value::Object(attributes) = attributes else { panic!("attributes are an object") };
    field.as_object_mut().unwrap().extend(attributes);
    json!({ "name": "T", "fields": [field] })
}

fn type_with(attributes: Value) -> Value {
    let Value::Object(attributes) = attributes else { panic!("attributes are an object") };
    let mut made = json!({ "name": "T", "fields": [{ "id": "f1", "name": "a", "type": "text" }] });
    made.as_object_mut().unwrap().extend(attributes);
    made
}

/// Every pair is looked at in both directions.
fn pairs() -> Vec<(Value, Value)> {
    let field = |name: &str, more: Value| with(name, more);
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    for name in ["pluralName", "description", "icon", "displayField", "color"] {
        pairs.push((type_with(json!({})), type_with(json!({ name: "a" }))));
        pairs.push((type_with(json!({ name: "a" })), type_with(json!({ name: "b" }))));
    }
    pairs.push((type_with(json!({ "name": "T" })), type_with(json!({ "name": "U" }))));
    pairs.push((type_with(json!({})), type_with(json!({ "category": "page" }))));
    pairs.push((
        type_with(json!({ "category": "page" })),
        type_with(json!({ "category": "folder" })),
    ));
    let a = json!({ "id": "f1", "name": "a", "type": "text" });
    let b = json!({ "id": "f2", "name": "b", "type": "text" });
    let required = json!({ "id": "f2", "name": "b", "type": "text", "required": true });
    let renamed = json!({ "id": "f1", "name": "z", "type": "text" });
    let list = |fields: &[&Value]| json!({ "name": "T", "fields": fields });
    pairs.push((list(&[&a]), list(&[&a, &b])));
    pairs.push((list(&[&a]), list(&[&a, &required])));
    pairs.push((list(&[&a]), list(&[&renamed])));
    pairs.push((list(&[&a, &b]), list(&[&b, &a])));
    pairs.push((field("text", json!({})), field("number", json!({}))));
    for (kind, name, small, large) in [
        ("text", "minLength", json!(1), json!(2)),
        ("text", "maxLength", json!(1), json!(2)),
        ("number", "min", json!(-1), json!(10)),
        ("number", "max", json!(-1), json!(10)),
        ("number", "precision", json!(1), json!(2)),
        ("date", "minDate", json!("2025-01-01"), json!("2026-01-01")),
        ("date", "maxDate", json!("2025-01-01"), json!("2026-01-01")),
        ("tags", "minItems", json!(1), json!(2)),
        ("tags", "maxItems", json!(1), json!(2)),
        ("text", "pattern", json!("^a"), json!("^b")),
    ] {
        let limit = |value: &Value| field(kind, json!({ "validation": { name: value } }));
        pairs.push((field(kind, json!({})), limit(&small)));
        pairs.push((limit(&small), limit(&large)));
    }
    for (name, one, other) in [
        ("label", json!("A"), json!("B")),
        ("helpText", json!("A"), json!("B")),
        ("placeholder", json!("A"), json!("B")),
        ("required", json!(false), json!(true)),
        ("unique", json!(false), json!(true)),
        ("defaultValue", json!("A"), json!("B")),
        ("widget", json!("A"), json!("B")),
    ] {
        pairs.push((field("text", json!({})), field("text", json!({ name: other }))));
        pairs.push((field("text", json!({ name: one })), field("text", json!({ name: other }))));
    }
    let option = |label: &str, description: &str| json!({ "value": "x", "label": label, "description": description });
    let select = |options: &[Value]| field("select", json!({ "options": options }));
    let (x, y) = (option("X", "A"), json!({ "value": "y", "label": "Y" }));
    pairs.push((select(std::slice::from_ref(&y)), select(&[y.clone(), x.clone()])));
    pairs.push((select(std::slice::from_ref(&x)), select(&[option("Z", "A")])));
    pairs.push((select(std::slice::from_ref(&x)), select(&[option("X", "B")])));
    pairs.push((select(&[x.clone(), y.clone()]), select(&[y, x])));
    let target = |targets: &[&str]| field("reference", json!({ "allowedTypes": targets }));
    pairs.push((target(&[]), target(&["c1"])));
    pairs.push((target(&["c1"]), target(&["c1", "c2"])));
    let array = |item: &str| field("array", json!({ "itemType": item }));
    pairs.push((array("text"), array("number")));
    let object = |fields: &[&Value]| field("object", json!({ "fields": fields }));
    pairs.push((object(&[&a]), object(&[&a, &b])));
    pairs.push((object(&[&a, &b]), object(&[&b, &a])));
    pairs
}

#[test]
fn every_change_means_what_was_reviewed() {
    let mut lines: BTreeSet<String> = BTreeSet::new();
    let mut line = |before: Option<&Value>, after: Option<&Value>| {
        let of = |value: Option<&Value>| value.map(|it| content("T", it));
        let (before, after) = (of(before), of(after));
        for change in diff(before.as_ref(), after.as_ref()).changes {
            let path =
                if change.path.as_str().is_empty() { "(type)" } else { change.path.as_str() };
            let value = |value: &Option<catalyst_sync::canonical::Canonical>| {
                value.as_ref().map_or("-".to_owned(), |value| value.as_str().to_owned())
            };
            lines.insert(format!(
                "{path} {} {} -> {}: {}",
                change.kind.word(),
                value(&change.before),
                value(&change.after),
                change.level.word()
            ));
        }
    };
    for (one, other) in &pairs() {
        line(Some(one), Some(other));
        line(Some(other), Some(one));
    }
    line(None, Some(&type_with(json!({}))));
    line(Some(&type_with(json!({}))), None);
    let text = lines.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/semver.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(golden, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(golden).unwrap(), "BLESS=1 writes it anew");
}

/// A change that the table does not know would count as breaking without anybody having said so.
#[test]
fn the_table_speaks_of_every_attribute() {
    let known: BTreeSet<&str> = CHANGES.iter().map(|rule| rule.pattern).collect();
    let all = |pattern: &str| {
        let mut whens = CHANGES.iter().filter(|rule| rule.pattern == pattern).map(|rule| rule.when);
        whens.any(|when| when == When::Any)
            || ["", "/fields/*", "/fields/*/options/*", "/fields/*/targets", "/fields/*/targets/*"]
                .contains(&pattern)
    };
    assert!(known.iter().all(|pattern| all(pattern)));
    let golden =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/semver.txt"));
    let golden = golden.unwrap();
    for pattern in known.iter().filter(|pattern| !["", "/key"].contains(pattern)) {
        let name = pattern.rsplit('/').find(|step| *step != "*").unwrap();
        assert!(golden.contains(&format!("/{name}")), "no example of {pattern}");
    }
}

#[test]
fn the_first_is_one_and_a_merge_takes_the_larger() {
    let of = |text: &str| text.parse::<Semver>().unwrap();
    assert_eq!(next([]), of("1.0.0"));
    assert_eq!(next([(of("1.2.3"), Level::Patch)]), of("1.2.4"));
    assert_eq!(next([(of("1.2.3"), Level::Minor)]), of("1.3.0"));
    assert_eq!(next([(of("1.2.3"), Level::Major)]), of("2.0.0"));
    assert_eq!(next([(of("1.2.3"), Level::Major), (of("2.0.1"), Level::Patch)]), of("2.0.2"));
    for wrong in ["", "1", "1.2", "1.2.x", "1.2.3.4", "-1.0.0"] {
        assert!(wrong.parse::<Semver>().is_err(), "{wrong}");
    }
}
