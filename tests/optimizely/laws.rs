//! Laws over generated types of every kind and attribute.

use std::collections::BTreeSet;

use catalyst_sync::canonical::{Path, View};
use catalyst_sync::model::ContentType;
use catalyst_sync::platform::optimizely::ApiVersion;
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::port::{Dialect, Held, Operation};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::wire::{creation, encoded, update};
use super::{bound, dialect, normalized, project};
use crate::support::types::{ATTRIBUTES, content_type, features, kinds};

fn profiles() -> impl Strategy<Value = Profile> {
    prop_oneof![Just(Profile::Compatible), Just(Profile::Native)]
}

fn versions() -> impl Strategy<Value = ApiVersion> {
    prop_oneof![Just(ApiVersion::V1), Just(ApiVersion::Preview3)]
}

/// What the platform makes of a body: defaults, stamps and nulls that nobody sent.
fn stored(body: &str, version: ApiVersion) -> Value {
    let (required, localized) = match version {
        ApiVersion::V1 => ("isRequired", "isLocalized"),
        ApiVersion::Preview3 => ("required", "localized"),
    };
    let mut value: Value = serde_json::from_str(body).unwrap();
    let definition = value.as_object_mut().unwrap();
    definition.insert("source".to_owned(), json!(""));
    definition.insert("lastModified".to_owned(), json!("2026-11-20T10:00:00Z"));
    definition.insert("mayContainTypes".to_owned(), json!([]));
    definition.entry("description").or_insert(Value::Null);
    for property in definition["properties"].as_object_mut().unwrap().values_mut() {
        let property = property.as_object_mut().unwrap();
        property.entry(required).or_insert(json!(false));
        property.entry(localized).or_insert(json!(false));
        property.entry("sortOrder").or_insert(json!(0));
        property.entry("group").or_insert(json!("Content"));
        for absent in ["format", "pattern", "minimum", "description", "displayName"] {
            property.entry(absent).or_insert(Value::Null);
        }
    }
    value
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().unwrap();
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Every leaf of the patch says something that the target does not say yet.
fn is_minimal(target: &Value, patch: &Value) -> bool {
    match patch {
        Value::Object(members) => members.iter().all(|(name, value)| {
            let present = target.get(name);
            match value {
                Value::Null => present.is_some(),
                // A new property may be empty.
                Value::Object(inner) if inner.is_empty() => present.is_none(),
                value => present.is_none_or(|present| is_minimal(present, value)),
            }
        }),
        leaf => leaf != target,
    }
}

/// Everything of a definition that we do not own.
fn foreign(definition: &Value) -> Value {
    let mut rest = definition.clone();
    rest.as_object_mut()
        .unwrap()
        .retain(|name, _| ["source", "mayContainTypes"].contains(&&**name));
    for (key, property) in definition["properties"].as_object().unwrap() {
        rest[key] = property["group"].clone();
    }
    rest
}

fn without_base_type(mut view: View, like: &View) -> View {
    let at = Path::root().child("baseType");
    view.put(at.clone(), like.get(&at).cloned());
    view
}

/// The patch in a body; an empty one changes nothing.
fn patch_of(body: &str) -> Value {
    if body.is_empty() { json!({}) } else { serde_json::from_str(body).unwrap() }
}

proptest! {
    #[test]
    fn what_is_created_is_what_was_meant(
        local in content_type(),
        profile in profiles(),
        version in versions(),
    ) {
        let projection = project(profile, &local);
        prop_assert_eq!(projection.findings.iter().find(|finding| finding.blocks()), None);
        let view = bound(&projection.view);
        let body = encoded(version, &creation(view.clone())).unwrap();
        prop_assert_eq!(normalized(&stored(&body, version).to_string()), view);
    }

    #[test]
    fn an_update_makes_the_definition_what_was_meant(
        before in content_type(),
        after in content_type(),
        profile in profiles(),
        version in versions(),
    ) {
        let was = bound(&project(Profile::Compatible, &before).view);
        let body = encoded(version, &creation(was.clone())).unwrap();
        let definition = stored(&body, version);
        // Without held types, so that properties are retyped all the time.
        let wish = without_base_type(bound(&project(profile, &after).view), &was);

        let text = encoded(version, &update(&definition.to_string(), wish.clone())).unwrap();
        let patch = patch_of(&text);
        prop_assert!(is_minimal(&definition, &patch), "{}", text);
        let mut updated = definition.clone();
        merge(&mut updated, &patch);
        prop_assert_eq!(normalized(&updated.to_string()), wish.clone());

        // What is not ours is as it was, for every property that is still there.
        let (was_foreign, is_foreign) = (foreign(&definition), foreign(&updated));
        for (name, value) in is_foreign.as_object().unwrap() {
            if !value.is_null() {
                prop_assert_eq!(was_foreign.get(name), Some(value));
            }
        }
        let again = encoded(version, &update(&updated.to_string(), wish)).unwrap();
        prop_assert_eq!(again, "");
    }

    #[test]
    fn a_whole_update_differs_in_what_it_sends_only(
        before in content_type(),
        after in content_type(),
        version in versions(),
    ) {
        let was = bound(&project(Profile::Compatible, &before).view);
        let definition = stored(&encoded(version, &creation(was.clone())).unwrap(), version);
        let wish = without_base_type(bound(&project(Profile::Compatible, &after).view), &was);
        let least = update(&definition.to_string(), wish.clone());
        let whole = Operation { whole: true, ..least.clone() };
        let (mut small, mut large) = (definition.clone(), definition);
        merge(&mut small, &patch_of(&encoded(version, &least).unwrap()));
        let body = encoded(version, &whole).unwrap();
        merge(&mut large, &patch_of(&body));
        prop_assert_eq!(large, small);
        // Sent once more, it still names every attribute that the view owns.
        prop_assert_eq!(
            patch_of(&body)["properties"].as_object().map_or(0, |sent| {
                sent.values().filter(|property| !property.is_null()).count()
            }),
            wish.elements(&Path::root().child("properties")).count(),
        );
    }

    #[test]
    fn a_projection_is_stable_once_it_is_held(local in content_type(), profile in profiles()) {
        let dialect = dialect(profile);
        let view = dialect.project(&local, &Held::default()).view;
        let held = Held { view: view.clone(), ..Held::default() };
        prop_assert_eq!(dialect.project(&local, &held).view, view);
    }

    #[test]
    fn every_atom_is_of_a_kind_that_the_shape_owns(local in content_type(), profile in profiles()) {
        let shape = dialect(profile).capabilities().shape;
        for (path, _) in project(profile, &local).view.iter() {
            let pattern = shape.pattern(path);
            prop_assert!(shape.owned.contains(&&*pattern), "{}", pattern);
        }
    }
}

/// The generator reaches every kind and attribute, so that the laws speak of all of them.
#[test]
fn the_laws_cover_every_kind_and_attribute() {
    let mut runner = TestRunner::deterministic();
    let strategy = content_type();
    let mut found = BTreeSet::new();
    for _ in 0..1_000 {
        let local: ContentType = strategy.new_tree(&mut runner).unwrap().current();
        found.extend(features(&local));
    }
    let mut expected: BTreeSet<String> = ATTRIBUTES.iter().map(|name| (*name).to_owned()).collect();
    for kind in kinds() {
        expected.insert(format!("kind:{}", kind.word()));
        expected.insert(format!("item:{}", kind.word()));
    }
    let missing: Vec<&String> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
}
