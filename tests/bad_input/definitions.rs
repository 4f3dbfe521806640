//! What stands in the columns of a content type.

use catalyst_sync::engine::{Query, RunStatus};
use serde_json::json;

use crate::support::fake::Version;
use crate::support::world::{World, brief, to_files};

/// How a definition is met: the outcome on Optimizely, then the one on files.
const CREATED: &str = "Odd create success";

/// Adds a row whose definition may be anything, as text or as bytes.
fn add(world: &World, name: &str, fields: &[u8]) {
    let connection = world.studio.connect();
    let insert = "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
                  VALUES ('odd', 'w1', ?1, CAST(?2 AS TEXT), 1, 1)";
    connection.execute(insert, (name, fields)).unwrap();
}

/// A definition of one field with this text in the place of its members.
fn field(members: &str) -> String {
    format!(r#"{{"name":"Odd","fields":[{{"id":"f1","name":"title","type":"text",{members}}}]}}"#)
}

fn nested(levels: usize) -> String {
    let (open, close) = (r#"{"a":["#.repeat(levels / 2), "]}".repeat(levels / 2));
    field(&format!(r#""defaultValue":{open}1{close}"#))
}

#[tokio::test(flavor = "multi_thread")]
async fn that_is_odd_fails_its_own_type_at_most() {
    let failed = |code: &str| format!("Odd none failed {code}");
    let created = CREATED.to_owned();
    let text = |text: &str| text.as_bytes().to_vec();
    let mut table: Vec<(&str, Vec<u8>, String)> = vec![
        ("no text", text(""), failed("INVALID_JSON")),
        ("cut off", text(r#"{"name":"Odd","fields":["#), failed("INVALID_JSON")),
        ("no JSON", text("<html>"), failed("INVALID_JSON")),
        ("two values", text("{} {}"), failed("INVALID_JSON")),
        ("NaN", text(r#"{"fields":[NaN]}"#), failed("INVALID_JSON")),
        ("5,000 levels", nested(5_000).into(), failed("INVALID_JSON")),
        ("900 levels", nested(900).into(), created.clone()),
        ("1E400", field(r#""maxLength":1E400,"x":1E400"#).into(), created.clone()),
        ("NUL in a label", field(r#""label":"a\u0000b""#).into(), String::new()),
        ("lone surrogate", field(r#""label":"a\ud800b""#).into(), String::new()),
        (
            "lone surrogate in a name",
            text(r#"{"fields":[{"name":"\udc00","type":"text"}]}"#),
            String::new(),
        ),
        ("doubled members", field(r#""label":"a","label":"b""#).into(), created.clone()),
        (
            "__proto__",
            field(r#""__proto__":{"label":"x"},"constructor":1"#).into(),
            created.clone(),
        ),
        (
            "1 MB of text",
            field(&format!(r#""helpText":"{}""#, "x".repeat(1 << 20))).into(),
            String::new(),
        ),
        ("invalid UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec(), String::new()),
    ];
    for (name, value) in [
        ("null", "null"),
        ("a text", r#""text""#),
        ("a number", "7"),
        ("an empty object", "{}"),
        ("an empty list", "[]"),
        ("fields null", r#"{"fields":null}"#),
        ("fields a text", r#"{"fields":"many"}"#),
        ("fields an object", r#"{"fields":{"a":1}}"#),
        ("fields of numbers", r#"{"fields":[1,null,[],"x",{}]}"#),
        ("a field without a name", r#"{"fields":[{"type":"text"}]}"#),
        ("names of wrong types", r#"{"fields":[{"name":7,"type":[],"id":{},"label":false}]}"#),
        (
            "validation of wrong types",
            r#"{"fields":[{"name":"a","type":"text","validation":"none"},{"name":"b","type":"number","validation":{"min":"low","max":[],"precision":-1}}]}"#,
        ),
        (
            "options of wrong types",
            r#"{"fields":[{"name":"a","type":"select","options":[1,null,{},[],"x",{"value":{}}]},{"name":"b","type":"select","options":"x"}]}"#,
        ),
        (
            "targets of wrong types",
            r#"{"fields":[{"name":"a","type":"reference","allowedTypes":{"a":1}},{"name":"b","type":"reference","referenceType":"Nowhere"}],"relationships":[1,{},{"type":"manyToOne","targetContentTypeId":7}]}"#,
        ),
        (
            "two fields of a name",
            r#"{"fields":[{"name":"a","type":"text"},{"name":"a","type":"number"}]}"#,
        ),
    ] {
        table.push((name, text(value), String::new()));
    }
    for (case, fields, expected) in table {
        let world = World::new().await;
        world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
        add(&world, "Odd", &fields);
        let extraction = world.engine().extract(None).await.unwrap();
        assert_eq!(extraction.types.len(), 2, "{case}");
        for report in [world.deploy().await, world.run(&to_files("model")).await] {
            assert!(report.error.is_none(), "{case}: {:?}", report.error);
            let outcomes = brief(&report.outcomes);
            assert!(
                outcomes.contains(&"Article create success".to_owned()),
                "{case}: {outcomes:?}"
            );
            let odd = report.outcomes.iter().find(|one| one.type_key == "Odd").unwrap();
            let shown = outcomes.iter().find(|one| one.starts_with("Odd ")).unwrap();
            eprintln!(
                "SHOWN {case}: {shown} {:?}",
                odd.error.as_ref().map(|e| e.message.chars().take(120).collect::<String>())
            );
            if !expected.is_empty() {
                if *shown != expected {
                    eprintln!("DIFF {case}");
                }
            }
            match &odd.error {
                None => assert_eq!(*shown, CREATED, "{case}"),
                Some(error) => {
                    assert!(shown.starts_with("Odd none failed "), "{case}: {shown}");
                    let (_, step) = error.message.split_once("; ").unwrap_or_default();
                    assert!(!step.is_empty(), "{case}: {}", error.message);
                    assert!(error.message.len() < 1_000, "{case}: {}", error.message.len());
                }
            }
        }
        // Again: nothing is sent that was sent, and nothing else is found.
        let again = world.deploy().await;
        assert!(again.outcomes.iter().all(|one| one.operation == "none"), "{case}");
        world.fake.assert_clean();
    }
}

/// What is no JSON is never taken for an empty type, and what was deployed before stays.
#[tokio::test(flavor = "multi_thread")]
async fn that_broke_after_a_deployment_leaves_the_platform_as_it_was() {
    let world = World::new().await;
    let fields = json!({ "name": "Odd", "fields": [{ "name": "title", "type": "text" }] });
    add(&world, "Odd", fields.to_string().as_bytes());
    world.deploy().await;
    let stored = world.fake.control().content_type(Version::V1, "Odd");
    assert!(stored.is_some());
    for broken in ["", "{", "null", "[]", "{\"fields\":7}"] {
        world.sql("UPDATE ContentType SET fields = ?1", &[broken]);
        let report = world.deploy().await;
        assert!(report.error.is_none());
        let sent: Vec<_> =
            world.fake.control().requests().into_iter().map(|one| one.body).collect();
        let now = world.fake.control().content_type(Version::V1, "Odd");
        assert_eq!(now, stored, "{broken:?}: {sent:?}");
        assert!(matches!(report.status, RunStatus::Partial | RunStatus::Completed));
    }
    world.sql("UPDATE ContentType SET fields = ?1", &[&fields.to_string()]);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

/// 10,000 fields: about a megabyte. What takes time at all must not take its square.
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_fields_is_deployed_and_found_unchanged() {
    let fields: Vec<_> = (0..10_000)
        .map(|at| {
            json!({ "id": format!("f{at}"), "name": format!("field{at}"), "type": "text",
                          "label": format!("Field {at}"), "helpText": "Some help for the editor" })
        })
        .collect();
    let world = World::new().await;
    world.add("odd", "Odd", &json!({ "name": "Odd", "fields": fields }));
    for report in [world.deploy().await, world.run(&to_files("model")).await] {
        assert_eq!(brief(&report.outcomes), [CREATED]);
    }
    let stored = world.fake.control().content_type(Version::V1, "Odd").unwrap();
    assert_eq!(stored["properties"].as_object().unwrap().len(), 10_000);
    world.sql("UPDATE ContentType SET fields = replace(fields, 'Field 77\"', 'Other\"')", &[]);
    let query = Query { include_details: true, ..Query::default() };
    let changes = world.engine().detect(&query).await.unwrap();
    assert_eq!(changes.details.unwrap().updated[0].changes.len(), 1);
    assert_eq!(brief(&world.deploy().await.outcomes), ["Odd update success"]);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}
