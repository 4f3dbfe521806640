//! What stands in the columns of a content type.

use catalyst_sync::engine::{RunOptions, RunStatus};
use catalyst_sync::error::ErrorCode;
use serde_json::json;

use crate::support::fake::Version;
use crate::support::matrix::each;
use crate::support::world::{World, brief, to_files};

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

/// What stands in the column, and the code of the finding on Optimizely and on files; none when the
/// type is deployed.
type Case = (&'static str, Vec<u8>, [&'static str; 2]);

/// Definitions that are met alike on both platforms.
fn cases() -> Vec<Case> {
    let texts: [(&str, &str, &str); 20] = [
        ("no text", "", "INVALID_FIELDS"),
        ("cut off", r#"{"name":"Odd","fields":["#, "INVALID_FIELDS"),
        ("no JSON", "<html>", "INVALID_FIELDS"),
        ("two values", "{} {}", "INVALID_FIELDS"),
        ("NaN", r#"{"fields":[NaN]}"#, "INVALID_FIELDS"),
        ("null", "null", "INVALID_FIELDS"),
        ("a text", r#""text""#, "INVALID_FIELDS"),
        ("a number", "7", "INVALID_FIELDS"),
        ("fields a text", r#"{"fields":"many"}"#, "INVALID_FIELDS"),
        ("fields an object", r#"{"fields":{"a":1}}"#, "INVALID_FIELDS"),
        ("fields of anything", r#"{"fields":[1,null,[],"x",{}]}"#, "FIELD_INVALID"),
        ("a field without a name", r#"{"fields":[{"type":"text"}]}"#, "FIELD_INVALID"),
        (
            "names of wrong types",
            r#"{"fields":[{"name":7,"type":[],"id":{},"label":false}]}"#,
            "FIELD_INVALID",
        ),
        (
            "two fields of a name",
            r#"{"fields":[{"name":"a","type":"text"},{"name":"a","type":"number"}]}"#,
            "DUPLICATE_FIELD",
        ),
        (
            "relationships of wrong types",
            r#"{"fields":[],"relationships":[1,{},{"type":"manyToOne","targetContentTypeId":7}]}"#,
            "FIELD_INVALID",
        ),
        ("fields null", r#"{"fields":null}"#, ""),
        ("an empty object", "{}", ""),
        ("an empty list", "[]", ""),
        (
            "validation of wrong types",
            r#"{"fields":[{"name":"a","type":"text","validation":"none"},
                {"name":"b","type":"number","validation":{"min":"low","max":[],"precision":-1}}]}"#,
            "",
        ),
        (
            "options of wrong types",
            r#"{"fields":[{"name":"a","type":"select","options":[1,null,{},[],"x",{"value":{}}]},
                {"name":"b","type":"select","options":"x"}]}"#,
            "",
        ),
    ];
    let one_field: [(&str, String, &str); 6] = [
        ("5,000 levels", nested(5_000), "NESTING_TOO_DEEP"),
        ("900 levels", nested(900), ""),
        ("1E400", field(r#""maxLength":1E400,"x":1E400"#), ""),
        ("NUL", field(r#""label":"a\u0000b""#), "INVALID_TEXT"),
        ("a lone surrogate", field(r#""label":"a\ud800b""#), "INVALID_TEXT"),
        ("doubled members", field(r#""label":"a","label":"b","__proto__":{"type":"x"}"#), ""),
    ];
    let texts = texts.map(|(case, text, code)| (case, text.to_owned(), code));
    let all = texts.into_iter().chain(one_field);
    let mut cases: Vec<Case> =
        all.map(|(case, text, code)| (case, text.into_bytes(), [code, code])).collect();
    let long = field(&format!(r#""helpText":"{}""#, "x".repeat(1 << 20)));
    cases.push(("1 MB of text", long.into_bytes(), ["TEXT_TOO_LONG", ""]));
    cases.push(("no UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec(), ["INVALID_FIELDS"; 2]));
    cases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn that_is_odd_fails_its_own_type_at_most() {
    each(cases(), fails_alone).await;
}

async fn fails_alone((case, fields, codes): Case) {
    let world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    add(&world, "Odd", &fields);
    let extraction = world.engine().extract(None).await.unwrap();
    assert_eq!(extraction.types.len(), 2, "{case}");
    let reports = [world.deploy().await, world.run(&to_files("model")).await];
    for (report, code) in reports.into_iter().zip(codes) {
        assert!(report.error.is_none(), "{case}: {:?}", report.error);
        let mut outcomes = brief(&report.outcomes);
        outcomes.sort();
        let odd = match code {
            "" => "Odd create success".to_owned(),
            code => format!("Odd none failed {code}"),
        };
        assert_eq!(outcomes, ["Article create success".to_owned(), odd], "{case}");
        for error in report.outcomes.iter().filter_map(|one| one.error.as_ref()) {
            let (_, step) = error.message.split_once("; ").unwrap_or_default();
            assert!(!step.is_empty() && error.message.len() < 300, "{case}: {error:?}");
        }
    }
    // Again: nothing is sent that was sent, and nothing else is found.
    let again = world.deploy().await;
    assert!(again.outcomes.iter().all(|one| one.operation == "none"), "{case}");
    world.fake.assert_clean();
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
        let codes: Vec<_> = report.error.iter().map(|error| error.code).collect();
        assert!(codes.is_empty() || codes == [ErrorCode::ValidationFailed], "{codes:?}");
        let sent: Vec<_> =
            world.fake.control().requests().into_iter().map(|one| one.body).collect();
        let now = world.fake.control().content_type(Version::V1, "Odd");
        assert_eq!(now, stored, "{broken:?}: {sent:?}");
        let status = if codes.is_empty() { RunStatus::Completed } else { RunStatus::Failed };
        assert_eq!(report.status, status, "{broken:?}");
    }
    world.sql("UPDATE ContentType SET fields = ?1", &[&fields.to_string()]);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

fn of_many_fields(count: usize) -> serde_json::Value {
    let fields: Vec<_> = (0..count)
        .map(|at| {
            json!({ "id": format!("f{at}"), "name": format!("field{at}"), "type": "text",
                    "label": format!("Field {at}"), "helpText": "Some help for the editor" })
        })
        .collect();
    json!({ "name": "Odd", "fields": fields })
}

/// About a megabyte. What takes time at all must not take its square: that would be minutes.
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_fields_is_deployed_and_found_unchanged() {
    let world = World::new().await;
    world.add("odd", "Odd", &of_many_fields(10_000));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Odd create success"]);
    let stored = world.fake.control().content_type(Version::V1, "Odd").unwrap();
    assert_eq!(stored["properties"].as_object().unwrap().len(), 10_000);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_fields_is_compared_and_emptied() {
    let world = World::new().await;
    world.add("odd", "Odd", &of_many_fields(1_000));
    for report in [world.deploy().await, world.run(&to_files("model")).await] {
        assert_eq!(brief(&report.outcomes), ["Odd create success"]);
    }
    world.sql("UPDATE ContentType SET fields = replace(fields, 'Field 77\"', 'Other\"')", &[]);
    let changes = world.changes().await.details.unwrap();
    assert_eq!(changes.updated[0].changes.len(), 1);
    assert_eq!(brief(&world.deploy().await.outcomes), ["Odd update success"]);
    world.change("odd", &of_many_fields(0));
    let consent = RunOptions { allow_data_loss: true, ..RunOptions::default() };
    assert_eq!(brief(&world.deploy_with(consent).await.outcomes), ["Odd update success"]);
    let stored = world.fake.control().content_type(Version::V1, "Odd").unwrap();
    assert_eq!(stored["properties"], json!({}));
}
