//! How much content is at stake, and who refers to what is to be deleted.

use catalyst_sync::engine::{Query, RunOptions, RunRequest, Undo, UndoMode};
use serde_json::{Value, json};

use super::{brief, plan, validate};
use crate::support::fake::Version;
use crate::support::world::{World, brief as outcomes, request};

fn article(fields: &Value) -> Value {
    json!({ "name": "Article", "fields": fields })
}

fn field(id: &str, name: &str, kind: &str) -> Value {
    json!({ "id": id, "name": name, "type": kind })
}

fn item(world: &World, id: &str, type_id: &str, data: &str) {
    world.sql(
        "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
         VALUES (?1, ?2, 'w1', ?3, 1)",
        &[id, type_id, data],
    );
}

/// A deployed article with three fields, and content of it in every form that occurs.
async fn world() -> World {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    let fields =
        [field("f1", "title", "text"), field("f2", "count", "number"), field("f3", "old", "text")];
    world.add("c1", "Article", &article(&json!(fields)));
    world.deploy().await;
    item(&world, "i1", "c1", r#"{"title":"A","count":0,"old":"x"}"#);
    item(&world, "i2", "c1", r#"{"title":"B","count":false,"old":""}"#);
    // The studio's assistant writes content under the ids of fields.
    item(&world, "i3", "c1", r#"{"f3":["x"],"count":null}"#);
    item(&world, "i4", "c1", "not JSON");
    item(&world, "i5", "c1", r#"["old"]"#);
    item(&world, "i6", "other", r#"{"old":"x"}"#);
    world
}

fn messages(findings: &[catalyst_sync::model::Finding], code: &str) -> Vec<String> {
    let of_code = findings.iter().filter(|finding| finding.code == code);
    of_code.map(|finding| finding.message.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_goes_or_changes_says_how_many_items_hold_it() {
    let world = world().await;
    let fields = [field("f1", "title", "text"), field("f2", "count", "boolean")];
    world.change("c1", &article(&json!(fields)));
    let expected = [
        "2 content items hold the field count, which gets another type",
        "2 content items hold the field old, which is removed",
    ];
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(messages(&planned.findings, "CONTENT_AT_STAKE"), expected);
    assert_eq!(planned.operations.len(), 0, "all of it waits");
    let changes = world.changes().await.details.unwrap();
    assert_eq!(messages(&changes.updated[0].findings, "CONTENT_AT_STAKE"), expected);
    assert_eq!(changes.updated[0].content_items, 5);

    let allowed = RunOptions { allow_data_loss: true, ..RunOptions::default() };
    let planned = plan(&world, &allowed).await;
    assert_eq!(planned.operations[0].content_items, 5);
    let paths: Vec<_> = planned.findings.iter().filter_map(|found| found.path.as_deref()).collect();
    assert_eq!(paths, ["/properties/count", "/properties/old"]);
    let found = brief(&validate(&world, &allowed).await);
    assert!(found.contains(&"warning CONTENT_AT_STAKE Article /properties/old".to_owned()));
}

/// What the platform removed is lost in the studio when it is taken home.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_taken_home_says_so_too() {
    let world = world().await;
    let patch = json!({ "properties": { "old": null } });
    assert!(world.fake.control().edit(Version::V1, "Article", patch));
    let pull = RunOptions { mode: Some("pull".to_owned()), ..RunOptions::default() };
    let planned = plan(&world, &pull).await;
    assert_eq!(
        messages(&planned.findings, "CONTENT_AT_STAKE"),
        ["2 content items hold the field old, which is removed"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_nothing_and_what_loses_nothing_say_nothing() {
    let world = world().await;
    world.sql("DELETE FROM ContentItem", &[]);
    world.change("c1", &article(&json!([field("f1", "title", "text")])));
    assert_eq!(
        messages(&plan(&world, &RunOptions::default()).await.findings, "CONTENT_AT_STAKE"),
        [""; 0]
    );

    let world = self::world().await;
    let mut fields = vec![
        field("f1", "title", "text"),
        field("f2", "count", "number"),
        field("f3", "old", "text"),
    ];
    fields[2]["label"] = json!("Old");
    world.change("c1", &article(&json!(fields)));
    assert_eq!(
        messages(&plan(&world, &RunOptions::default()).await.findings, "CONTENT_AT_STAKE"),
        [""; 0]
    );
}

/// The later studio keeps content in a column of another name.
#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_column_is_found() {
    let world = world().await;
    world.sql("ALTER TABLE ContentItem RENAME COLUMN data TO content", &[]);
    let fields = [field("f1", "title", "text"), field("f2", "count", "number")];
    world.change("c1", &article(&json!(fields)));
    assert_eq!(
        messages(&plan(&world, &RunOptions::default()).await.findings, "CONTENT_AT_STAKE"),
        ["2 content items hold the field old, which is removed"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_is_gone_says_what_uses_it_and_what_waits() {
    let world = world().await;
    world.sql("DELETE FROM ContentType", &[]);
    let found = validate(&world, &RunOptions::default()).await;
    assert_eq!(
        brief(&found),
        ["warning CONTENT_AT_STAKE Article", "warning DELETE_REFUSED Article"]
    );
    assert_eq!(
        found[0].message,
        "5 content items use the type Article, which is gone from the studio"
    );
    let changes = world.changes().await.details.unwrap();
    assert_eq!(changes.deleted[0].content_items, 5);
}

/// A reference that only the platform knows: of a type of nobody's, and of another website's.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_on_the_platform_refer_to_is_not_deleted() {
    let allowed = RunOptions { allow_delete: true, ..RunOptions::default() };
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("c1", "Article", &article(&json!([])));
    world.deploy().await;
    let referrer = |key: &str, at: &Value| json!({ "key": key, "displayName": key, "baseType": "_page", "properties": { "to": at } });
    let list = json!({ "type": "contentReference", "allowedTypes": ["Article", "_image"] });
    let items =
        json!({ "type": "array", "items": { "type": "component", "contentType": "Article" } });
    let unrelated = json!({ "type": "contentReference", "allowedTypes": ["ArticleList"] });
    let mut folder = referrer("Folder", &unrelated);
    folder["mayContainTypes"] = json!(["Article"]);
    world.fake.control().seed_types(
        Version::V1,
        [referrer("Teaser", &list), referrer("Zone", &items), referrer("Menu", &unrelated), folder],
    );
    world.sql("DELETE FROM ContentType", &[]);
    let found = validate(&world, &allowed).await;
    let refused = found.iter().find(|finding| finding.code == "DELETE_REFUSED").unwrap();
    assert_eq!(
        refused.message,
        "gone from the studio, and left on the platform because Folder, Teaser, Zone still refer to it"
    );
    let report = world.deploy_with(allowed.clone()).await;
    assert_eq!(outcomes(&report.outcomes), ["Article delete skipped DELETE_REFUSED"]);

    for key in ["Folder", "Teaser", "Zone"] {
        world.fake.control().remove(key);
    }
    let report = world.deploy_with(allowed).await;
    assert_eq!(outcomes(&report.outcomes), ["Article delete success"]);
    world.fake.assert_clean();
}

/// The same for a type of the studio that is left as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_living_type_keeps_what_it_refers_to() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("c1", "Article", &article(&json!([])));
    let reference =
        json!([{ "id": "f1", "name": "to", "type": "reference", "referenceType": "c1" }]);
    world.add("c2", "Teaser", &json!({ "name": "Teaser", "fields": reference }));
    world.deploy().await;
    world.sql("DELETE FROM ContentType WHERE id = 'c1'", &[]);
    let query = Query { types: vec!["Article".to_owned()], ..Query::default() };
    let allowed = RunOptions { allow_delete: true, ..RunOptions::default() };
    let found = world.engine().validate(&query, &allowed).await.unwrap();
    let refused = found.iter().find(|finding| finding.code == "DELETE_REFUSED");
    assert!(
        refused.is_some_and(|finding| finding.message.contains("Teaser")),
        "{:?}",
        brief(&found)
    );
}

/// Undoing a deployment takes nothing from the studio: the findings say what becomes of the platform.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_says_what_it_does_to_the_platform() {
    let world = world().await;
    let (engine, options) = (world.engine(), RunOptions::default());
    let at_stake = async |job_id: &str| {
        let undo = Undo { job_id: job_id.to_owned(), mode: UndoMode::Full };
        let planned = engine.plan_rollback(&request().provider, &undo, &options).await.unwrap();
        messages(&planned.findings, "CONTENT_AT_STAKE")
    };
    assert_eq!(
        at_stake("job").await,
        ["5 content items use the type Article, which the rollback deletes from the platform"]
    );
    let fields =
        [field("f1", "title", "text"), field("f2", "count", "boolean"), field("f4", "new", "text")];
    world.change("c1", &article(&json!(fields)));
    item(&world, "i7", "c1", r#"{"new":"x"}"#);
    let options = RunOptions { allow_data_loss: true, ..RunOptions::default() };
    world.run(&RunRequest { job_id: "second".to_owned(), options, ..request() }).await;
    assert_eq!(
        at_stake("second").await,
        [
            "2 content items hold the field count, which the rollback makes of another type on the platform",
            "1 content item holds the field new, which the rollback removes from the platform",
        ]
    );
}
