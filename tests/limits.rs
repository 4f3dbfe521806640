//! Limits that say nothing, because no value could be theirs.

use std::collections::BTreeMap;

use catalyst_sync::canonical::{column, parse, write};
use catalyst_sync::compose::EngineOptions;
use catalyst_sync::engine::{RunRequest, TypeRef};
use catalyst_sync::model::TargetIndex;
use catalyst_sync::model::studio::{Codec, Row, content_type, edit};
use serde_json::{Value, json};

use crate::support::fake::{Kind, Version};
use crate::support::world::{World, brief, request, to_files};

/// A field with a limit, as the studio writes it.
fn fields(kind: &str, label: &str, validation: &Value) -> Value {
    json!([{ "id": "f1", "name": "value", "label": label, "type": kind, "validation": validation }])
}

/// The limit is left as it is on the platform, whatever else is sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_is_neither_sent_nor_removed() {
    let cases = [
        ("text", json!({ "maxLength": 180 }), json!({ "maxLength": -5 }), "maxLength", json!(180)),
        ("text", json!({ "minLength": 2 }), json!({ "minLength": 1.5 }), "minLength", json!(2)),
        ("text", json!({ "pattern": "^a" }), json!({ "pattern": 7 }), "pattern", json!("^a")),
        ("text", json!({ "maxLength": 9 }), json!([]), "maxLength", json!(9)),
        (
            "text",
            json!({ "minLength": 2, "maxLength": 9 }),
            json!({ "minLength": 9, "maxLength": 2 }),
            "maxLength",
            json!(9),
        ),
    ];
    for (kind, before, after, name, kept) in cases {
        let world = World::new().await;
        world.add("article", "Article", &fields(kind, "Value", &before));
        let on_the_platform = || {
            let stored = world.fake.control().content_type(Version::V1, "Article").unwrap();
            stored["properties"]["value"][name].clone()
        };
        let in_the_folder = || {
            let text = std::fs::read_to_string(world.beside("model/Article.json")).unwrap();
            let stored: Value = serde_json::from_str(&text).unwrap();
            stored["fields"][0][name].clone()
        };
        world.deploy().await;
        world.run(&to_files("model")).await;
        assert_eq!((on_the_platform(), in_the_folder()), (kept.clone(), kept.clone()));

        world.change("article", &fields(kind, "Value", &after));
        let changes = world.changes().await;
        assert_eq!(changes.summary.updated, 0, "{after}");
        world.change("article", &fields(kind, "Renamed", &after));
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Article update success"], "{after}");
        let report = world.run(&to_files("model")).await;
        assert_eq!(brief(&report.outcomes), ["Article update success"], "{after}");
        assert_eq!((on_the_platform(), in_the_folder()), (kept.clone(), kept.clone()), "{after}");
        assert_eq!(world.fake.control().count(Kind::Patch), 1, "{after}");

        // A limit that says something counts again.
        world.change("article", &fields(kind, "Renamed", &json!({})));
        assert_eq!(world.changes().await.summary.updated, 1, "{after}");
    }
}

/// A limit that nothing could have is refused with what it might be, wherever it comes from.
#[test]
fn a_limit_that_is_no_count_is_not_written() {
    let fields = column(Some(r#"[{"type":"text","name":"headline","maxLength":80}]"#));
    let row = Row { id: "c1", name: "Article", fields, ..Row::default() };
    let (mut article, _) = content_type(&row, write);
    article.fields[0].constraints.max_length = Some(-5.0);
    let codec = Codec { write, parse: |text| parse(text).unwrap().into_owned() };
    let refused = edit(&row, &article, &BTreeMap::new(), &TargetIndex::default(), codec);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "maxLength -5 of the field \"headline\" (only a whole number from 0 is allowed) cannot be \
         written into the studio's definition"
    );
}

/// A name that is nearly one of a type is told with the one that may be meant.
#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_type_is_told_with_the_one_that_may_be_meant() {
    let world = World::new().await;
    world.add("article", "Article", &fields("text", "Value", &json!({})));
    let cases = [
        ("Artcle", "no type has the key or id \"Artcle\"; did you mean \"Article\"?"),
        ("ARTICLE", "no type has the key or id \"ARTICLE\"; did you mean \"Article\"?"),
        ("Nothing", "no type has the key or id \"Nothing\""),
    ];
    for (given, message) in cases {
        let wanted = vec![given.to_owned()];
        let report = world.run(&RunRequest { selected_types: wanted, ..request() }).await;
        assert_eq!(report.error.unwrap().message, message);
        let wanted = TypeRef::named(given);
        assert_eq!(world.engine().sync_state(&wanted).await.unwrap_err().message, message);
    }
}

/// An option that is nearly one that exists is meant to do something, and would do nothing.
#[test]
fn a_misspelt_option_is_refused() {
    let message = |text: &str| EngineOptions::from_json(text).err().map(|error| error.message);
    let cases = [
        (
            r#"{"maxInflight":1}"#,
            Some("options.maxInflight is not known; did you mean maxInFlight?"),
        ),
        (r#"{"stateURL":"x"}"#, Some("options.stateURL is not known; did you mean stateUrl?")),
        (r#"{"maping":"native"}"#, Some("options.maping is not known; did you mean mapping?")),
        (
            r#"{"retention":{"version":{"days":1}}}"#,
            Some("options.retention.version is not known; did you mean versions?"),
        ),
        (
            r#"{"retention":{"audit":{"Days":1}}}"#,
            Some("options.retention.audit.Days is not known; did you mean days?"),
        ),
        (r#"{"colour":"red"}"#, None),
    ];
    for (text, expected) in cases {
        assert_eq!(message(text).as_deref(), expected, "{text}");
    }
}
