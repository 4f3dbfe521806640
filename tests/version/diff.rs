//! Differences of two contents.

use catalyst_sync::canonical::{Canonical, column};
use catalyst_sync::model::ContentType;
use catalyst_sync::model::studio::Row;
use catalyst_sync::version::{Content, Snapshot, diff, format_changes};
use serde_json::{Value, json};

pub fn content(name: &str, fields: &Value) -> ContentType {
    let text = fields.to_string();
    let row =
        Row { id: "c1", website_id: "w1", name, fields: column(Some(&text)), ..Row::default() };
    let snapshot = Snapshot::of(&row).unwrap();
    let read = Content::read(&snapshot.text, &snapshot.columns, "c1").unwrap();
    assert_eq!(
        Canonical::of(&read.fields),
        Canonical::parse(&text).unwrap(),
        "what is kept is what was there"
    );
    read.content_type("c1", "w1")
}

fn lines(before: &Value, after: &Value) -> String {
    let diff = diff(Some(&content("T", before)), Some(&content("T", after)));
    let value = |value: &Option<Canonical>| value.as_ref().map(|it| it.as_str().to_owned());
    let told: Vec<_> = diff
        .changes
        .iter()
        .map(|it| (it.kind.word(), it.path.to_string(), value(&it.before), value(&it.after)))
        .collect();
    format_changes(
        told.iter().map(|(kind, path, a, b)| (*kind, &**path, a.as_deref(), b.as_deref())),
    )
}

#[test]
fn fields_are_the_same_by_id_and_else_by_name() {
    let before = json!([{ "id": "1", "name": "a", "type": "text", "label": "A" },
                        { "id": "2", "name": "b", "type": "text" },
                        { "name": "c", "type": "text" }]);
    let after = json!([{ "id": "1", "name": "b", "type": "text", "label": "A" },
                       { "id": "9", "name": "c", "type": "number" }]);
    assert_eq!(
        lines(&before, &after),
        "~ /fields/b/name: \"a\" → \"b\"\n\
         - /fields/b#2: {\"kind\":\"text\",\"name\":\"b\"}\n\
         ~ /fields/c/kind: \"text\" → \"number\"\n"
    );
}

#[test]
fn names_that_were_swapped_are_two_renames_and_no_move() {
    let before = json!([{ "id": "1", "name": "a", "type": "text" },
                        { "id": "2", "name": "b", "type": "text" }]);
    let after = json!([{ "id": "1", "name": "b", "type": "text" },
                       { "id": "2", "name": "a", "type": "text" }]);
    assert_eq!(
        lines(&before, &after),
        "~ /fields/a/name: \"b\" → \"a\"\n~ /fields/b/name: \"a\" → \"b\"\n"
    );
}

#[test]
fn an_element_that_came_or_went_is_one_change_and_no_reordering() {
    let before = json!([{ "name": "a", "type": "text" }, { "name": "b", "type": "text" }]);
    let after = json!([{ "name": "x", "type": "object", "fields": [{ "name": "y", "type": "text" }] },
                       { "name": "a", "type": "text" }]);
    assert_eq!(
        lines(&before, &after),
        "- /fields/b: {\"kind\":\"text\",\"name\":\"b\"}\n\
         + /fields/x: {\"fieldOrder\":[\"y\"],\"fields\":{\"y\":{\"kind\":\"text\",\"name\":\"y\"}…\n"
    );
    let swapped = json!([{ "name": "b", "type": "text" }, { "name": "a", "type": "text" }]);
    assert_eq!(lines(&before, &swapped), "~ /fieldOrder: [\"a\",\"b\"] → [\"b\",\"a\"]\n");
}

#[test]
fn nested_fields_and_options_are_told_one_by_one() {
    let of = |label: &str, option: &str| {
        json!([{ "name": "o", "type": "object", "fields": [
            { "id": "n", "name": "n", "type": "select", "label": label, "options": ["a", option] }] }])
    };
    assert_eq!(
        lines(&of("A", "b"), &of("B", "c")),
        "~ /fields/o/fields/n/label: \"A\" → \"B\"\n\
         - /fields/o/fields/n/options/\"b\": {\"label\":\"b\"}\n\
         + /fields/o/fields/n/options/\"c\": {\"label\":\"c\"}\n"
    );
}

#[test]
fn fields_that_did_not_move_are_listed() {
    let before = json!([{ "name": "a", "type": "text" }, { "name": "ab", "type": "text" }]);
    let after = json!([{ "name": "a", "type": "date" }, { "name": "ab", "type": "text" }]);
    let diff = diff(Some(&content("T", &before)), Some(&content("T", &after)));
    assert_eq!(diff.unchanged, ["ab"]);
}

#[test]
fn the_same_is_no_difference_and_a_type_that_came_or_went_is_one() {
    let one = content("T", &json!({ "name": "T", "fields": [{ "name": "a", "type": "text" }] }));
    assert!(diff(Some(&one), Some(&one)).changes.is_empty());
    assert!(diff(None, None).changes.is_empty());
    for (before, after, kind) in [(None, Some(&one), "added"), (Some(&one), None, "removed")] {
        let diff = diff(before, after);
        let told: Vec<_> =
            diff.changes.iter().map(|it| (it.kind.word(), it.path.as_str())).collect();
        assert_eq!(told, [(kind, "")]);
    }
}

#[test]
fn what_is_no_definition_has_no_snapshot() {
    for text in ["5", "null", "\"x\"", "{"] {
        let row = Row { id: "c1", fields: column(Some(text)), ..Row::default() };
        assert_eq!(Snapshot::of(&row), None, "{text}");
    }
    assert_eq!(Snapshot::of(&Row::default()), None);
}

#[test]
fn a_key_of_the_definition_is_kept() {
    for key in ["own", "c1"] {
        let text = json!({ "key": key, "fields": [] }).to_string();
        let row = Row { id: "c1", fields: column(Some(&text)), ..Row::default() };
        let snapshot = Snapshot::of(&row).unwrap();
        let read = Content::read(&snapshot.text, &snapshot.columns, "c1").unwrap();
        // One that only repeats the row's id is the one that the studio's history adds.
        let kept = Canonical::of(&read.fields);
        assert_eq!(kept.as_str().contains("own"), key == "own", "{kept:?}");
    }
}
