//! Types that properties already have.

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::model::{Category, ContentType, Field, FieldKind};
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::port::{Dialect, Held};

use super::{codes, dialect, holding, type_of};

#[test]
fn a_type_that_can_hold_the_kind_is_kept() {
    use FieldKind as K;
    use Profile::{Compatible, Native};
    // profile, kind, held type, kind at the last agreement, expected type, kept
    let cases = [
        (Native, K::Number, "string", Some("number"), "string", true),
        (Native, K::Number, "string", None, "string", true),
        (Native, K::Number, "integer", None, "integer", true),
        (Compatible, K::Number, "float", None, "float", true),
        (Compatible, K::RichText, "richText", Some("richText"), "richText", true),
        // The studio's kind changed: only what holds the new kind without loss stays.
        (Compatible, K::TextArea, "string", Some("text"), "string", false),
        (Compatible, K::Number, "string", Some("text"), "string", false),
        (Native, K::Number, "string", Some("text"), "float", false),
        (Compatible, K::Boolean, "string", Some("text"), "boolean", false),
        (Compatible, K::Text, "string", Some("number"), "string", false),
        // Adopted, and nothing of the kind: the studio's wish stands against it.
        (Compatible, K::Text, "boolean", None, "string", false),
        (Native, K::Url, "integer", None, "url", false),
        (Compatible, K::Text, "hologram", None, "string", false),
    ];
    for (profile, kind, held, agreed, expected, kept) in cases {
        let field = Field { name: "it".to_owned(), kind: kind.clone(), ..Field::default() };
        let held = holding("it", &format!(r#"{{"type":"{held}"}}"#), agreed);
        let projection = dialect(profile).project(&type_of(field), &held);
        let mapping = &projection.fields[0];
        assert_eq!(
            (mapping.platform_type.as_str(), mapping.held),
            (expected, kept),
            "{profile:?} {kind:?} {held:?}"
        );
    }
}

#[test]
fn the_native_profile_retypes_nothing_by_itself() {
    for kind in crate::support::types::kinds() {
        let field = Field { name: "it".to_owned(), kind: kind.clone(), ..Field::default() };
        let local = type_of(field);
        let view = dialect(Profile::Compatible).project(&local, &Held::default()).view;
        let held = Held {
            view: view.clone(),
            kinds: [("it".to_owned(), kind.word().to_owned())].into(),
            ..Held::default()
        };
        let again = dialect(Profile::Native).project(&local, &held).view;
        let at = Path::root().child("properties").child("it").child("type");
        assert_eq!(again.get(&at), view.get(&at), "{kind:?}");
    }
}

#[test]
fn a_list_is_no_single_value() {
    let field = Field { name: "it".to_owned(), kind: FieldKind::Text, ..Field::default() };
    let held = holding("it", r#"{"items":{"type":"string"},"type":"array"}"#, None);
    let projection = dialect(Profile::Native).project(&type_of(field), &held);
    assert_eq!(projection.fields[0].platform_type, "string");
}

#[test]
fn a_base_type_is_kept_and_reported() {
    let mut held = Held::default();
    held.view.set(Path::root().child("baseType"), Canonical::str("_experience"));
    let local = ContentType { category: Some(Category::Page), ..type_of(Field::default()) };
    let projection = dialect(Profile::Native).project(&local, &held);
    assert_eq!(
        projection.view.get(&Path::root().child("baseType")),
        Some(&Canonical::str("_experience"))
    );
    assert!(codes(&projection).contains("BASE_TYPE_KEPT"));
}

fn object(nested: &[&str]) -> ContentType {
    let fields = nested.iter().map(|name| Field { name: (*name).to_owned(), ..Field::default() });
    type_of(Field {
        id: Some("f1".to_owned()),
        name: "contact".to_owned(),
        kind: FieldKind::Object,
        fields: fields.collect(),
        ..Field::default()
    })
}

#[test]
fn nested_fields_become_a_type_of_their_own() {
    let local = object(&["mail", "site"]);
    let dialect = dialect(Profile::Native);
    let parts = dialect.parts(&local, &Held::default());
    let found: Vec<(&str, &str, usize)> = parts
        .iter()
        .map(|part| (part.id.as_str(), part.name.as_str(), part.fields.len()))
        .collect();
    assert_eq!(found, [("row/f1", "Event contact", 2)]);

    let projection = dialect.project(&local, &Held::default());
    let at = Path::root().child("properties").child("contact").child("type");
    assert_eq!(
        projection.view.get(&at).unwrap().as_str(),
        r#"{"contentType":"content-type:row/f1","type":"component"}"#
    );
    assert_eq!(projection.fields[0].losses, []);
}

#[test]
fn nested_fields_without_names_of_their_own_stay_json() {
    // profile, nested fields, held type, expected type
    let cases = [
        (Profile::Native, vec![], None, "json"),
        (Profile::Native, vec!["a-b", "AB"], None, "json"),
        (Profile::Native, vec!["mail"], Some("string"), "string"),
        (Profile::Native, vec!["mail"], Some("json"), "json"),
        (Profile::Compatible, vec!["mail"], None, "string"),
    ];
    for (profile, nested, held, expected) in cases {
        let held = held.map_or_else(Held::default, |word| {
            holding("contact", &format!(r#"{{"type":"{word}"}}"#), Some("object"))
        });
        let local = object(&nested);
        let dialect = dialect(profile);
        assert_eq!(dialect.project(&local, &held).fields[0].platform_type, expected, "{nested:?}");
        assert!(dialect.parts(&local, &held).is_empty(), "{nested:?}");
    }
}

#[test]
fn a_part_has_no_parts() {
    let mut local = object(&["mail"]);
    local.id = "row/f0".to_owned();
    assert!(dialect(Profile::Native).parts(&local, &Held::default()).is_empty());
}
