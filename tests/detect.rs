//! What differs, in the shapes of the public contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalyst_sync::engine::{ChangeSet, Query, RunOptions, RunRequest, TypeChange};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Kind, Shift, Version};
use crate::support::scenario::{allow_delete, definition, foreign_types, simple};
use crate::support::world::{Told, World, brief, request};

/// A change as `/properties/title renamed`.
fn kinds(change: &TypeChange) -> Vec<String> {
    change.changes.iter().map(|one| format!("{} {}", one.path, one.kind)).collect()
}

fn fields(change: &TypeChange) -> [Vec<&str>; 3] {
    let names = |list: &'static str| -> Vec<&str> {
        let names = match list {
            "added" => &change.field_changes.added,
            "modified" => &change.field_changes.modified,
            _ => &change.field_changes.removed,
        };
        names.iter().map(String::as_str).collect()
    };
    [names("added"), names("modified"), names("removed")]
}

/// One type in each state that there is, and the same studio on the same platform twice.
async fn one_of_each() -> World {
    let world = World::new().await;
    let two = |name: &str| {
        definition(name, &[json!(["f1", "title", "text"]), json!(["f2", "body", "text"])])
    };
    for name in ["Same", "Edited", "Gone", "Theirs", "Removed", "Both", "Broken", "Apart"] {
        world.add(&name.to_lowercase(), name, &two(name));
    }
    world.deploy().await;
    world.let_time_pass();

    world.add("fresh", "Fresh", &two("Fresh"));
    world.rename(
        "edited",
        &definition(
            "Edited better",
            &[
                json!({ "id": "f2", "name": "text", "type": "text" }),
                json!({ "id": "f1", "name": "title", "label": "Title", "type": "boolean" }),
                json!(["f3", "extra", "text"]),
            ],
        ),
    );
    world.drop_row("gone");
    world.sql("UPDATE ContentType SET fields = '{oops' WHERE id = 'broken'", &[]);
    let control = world.fake.control();
    let label = |text: &str| json!({ "properties": { "title": { "displayName": text } } });
    assert!(control.edit(Version::V1, "Theirs", label("Theirs")));
    assert!(control.edit(Version::V1, "Both", label("Theirs")));
    assert!(control.edit(Version::V1, "Apart", json!({ "description": "theirs" })));
    assert!(control.remove("Removed"));
    let mut ours = two("Both");
    ours["fields"][0]["label"] = json!("Ours");
    world.change("both", &ours);
    let mut ours = two("Apart");
    ours["fields"][0]["label"] = json!("Ours");
    world.change("apart", &ours);
    control.seed_types(
        Version::V1,
        [json!({ "key": "Foreign", "displayName": "Foreign type", "baseType": "_page",
                 "properties": { "a": { "type": "string" }, "b": { "type": "string" } } })],
    );
    for (n, id) in ["edited", "edited", "gone", "fresh"].iter().enumerate() {
        world.sql(
            "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt) \
             VALUES (?1, ?2, 'w1', '{}', 1)",
            &[&n.to_string(), id],
        );
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status_is_told() {
    let world = one_of_each().await;
    let changes = world.changes().await;
    assert!(changes.complete && changes.target.starts_with("optimizely:127.0.0.1:"));
    let summary = changes.summary;
    assert_eq!(
        summary.total,
        summary.created + summary.updated + summary.deleted + summary.conflicts
    );
    assert_eq!(
        serde_json::to_value(summary).unwrap(),
        json!({ "total": 5, "created": 1, "updated": 2, "deleted": 1, "unchanged": 1,
                "conflicts": 1, "remoteChanged": 3, "failed": 1 })
    );
    let details = changes.details.unwrap();
    let told = |list: &[TypeChange]| -> Vec<String> {
        list.iter()
            .map(|one| format!("{} {} {} {}", one.key, one.status, one.risk, one.content_items))
            .collect()
    };
    assert_eq!(told(&details.created), ["Fresh new safe 1"]);
    assert_eq!(told(&details.updated), ["Apart modified safe 0", "Edited modified lossy 2"]);
    assert_eq!(told(&details.deleted), ["Gone deleted lossy 1"]);
    assert_eq!(
        told(&details.remote_changed),
        [
            "Foreign remote_new safe 0",
            "Removed remote_deleted safe 0",
            "Theirs remote_modified safe 0"
        ]
    );
    assert_eq!(details.unchanged, ["Same"]);
    assert_eq!((&*details.failed[0].key, &*details.failed[0].code), ("Broken", "INVALID_FIELDS"));

    let edited = &details.updated[1];
    assert_eq!((&*edited.name, edited.fields_count), ("Edited better", 3));
    assert_eq!(fields(edited), [vec!["extra"], vec!["text", "title"], vec![]]);
    assert_eq!(
        kinds(edited),
        [
            "/displayName renamed",
            "/properties/body/displayName renamed",
            "/properties/extra added",
            "/properties/extra/displayName added",
            "/properties/extra/type added",
            "/properties/title/displayName modified",
            "/properties/title/type modified",
            "/propertyOrder moved",
        ]
    );
    let renamed = serde_json::to_value(&edited.changes[1]).unwrap();
    assert_eq!((&renamed["before"], &renamed["after"]), (&json!("body"), &json!("text")));
    assert_eq!(fields(&details.created[0]), [vec!["title", "body"], vec![], vec![]].map(sorted));
    assert_eq!(fields(&details.deleted[0]), [vec![], vec![], vec!["body", "title"]]);
    let theirs = &details.remote_changed[2];
    assert_eq!(kinds(theirs), ["/properties/title/displayName modified"]);
    let theirs = serde_json::to_value(&theirs.changes[0]).unwrap();
    assert_eq!((&theirs["before"], &theirs["after"]), (&json!("title"), &json!("Theirs")));
    assert_eq!(details.remote_changed[0].fields_count, 2);

    let conflict = &details.conflicts[0];
    assert_eq!((&*conflict.type_key, conflict.kind, conflict.status), ("Both", "field", "pending"));
    assert_eq!(
        serde_json::to_value(&conflict.fields).unwrap(),
        json!([{ "path": "/properties/title/displayName", "ancestor": "title", "local": "Ours",
                 "remote": "Theirs" }])
    );
    world.fake.assert_clean();
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn hashes_of_views_can_be_compared() {
    let world = one_of_each().await;
    let details = world.changes().await.details.unwrap();
    let theirs = &details.remote_changed[2];
    assert_eq!(theirs.local_hash, theirs.base_hash);
    assert_ne!(theirs.remote_hash, theirs.base_hash);
    let edited = &details.updated[1];
    assert_eq!(edited.remote_hash, edited.base_hash);
    assert_ne!(edited.local_hash, edited.base_hash);
    assert!(edited.content_hash.is_some() && edited.content_hash != edited.local_hash);
    let fresh = &details.created[0];
    assert!(fresh.local_hash.is_some() && fresh.remote_hash.is_none() && fresh.base_hash.is_none());
    let removed = &details.remote_changed[1];
    assert!(removed.remote_hash.is_none() && removed.local_hash == removed.base_hash);
    let gone = &details.deleted[0];
    assert!(gone.local_hash.is_none() && gone.remote_hash == gone.base_hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_in_one_order() {
    let world = one_of_each().await;
    let text = |changes: ChangeSet| {
        let mut value = serde_json::to_value(changes).unwrap();
        value["timestamp"] = json!(0);
        value["details"]["failed"][0]["at"] = json!(0);
        value["details"]["conflicts"][0]["createdAt"] = json!(0);
        value.to_string()
    };
    let first = text(world.changes().await);
    for _ in 0..3 {
        assert_eq!(text(world.changes().await), first);
    }
    // In the order of keys, whatever the rows are called and wherever they stand.
    let names = ["Zebra", "alpha", "Mid", "Beta"];
    let world = World::new().await;
    world.website("w0");
    for (n, name) in names.iter().enumerate() {
        let website = if n % 2 == 0 { "w1" } else { "w0" };
        world.add_to(website, &format!("r{n}"), name, &simple(name));
    }
    let details = world.changes().await.details.unwrap();
    let keys: Vec<&str> = details.created.iter().map(|one| &*one.key).collect();
    assert_eq!(keys, ["Beta", "Mid", "Zebra", "alpha"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_settled_is_not_looked_at_again() {
    let world = World::new().await;
    for n in 0..30 {
        let name = format!("Type{n}");
        world.add(&format!("r{n}"), &name, &simple(&name));
    }
    world.deploy().await;
    world.fake.control().clear_requests();
    world.deploy().await;
    let counts = world.fake.control().counts();
    let expected = BTreeMap::from([(Kind::List, 1)]);
    let nonzero: BTreeMap<Kind, usize> =
        counts.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(nonzero, expected);

    // One that moved is looked at alone: its own read and its write.
    world.change(
        "r7",
        &definition("Type7", &[json!(["f1", "title", "text"]), json!(["f2", "x", "text"])]),
    );
    world.fake.control().clear_requests();
    world.deploy().await;
    let about: Vec<_> =
        world.fake.control().requests().into_iter().filter_map(|one| one.key).collect();
    assert!(about.iter().all(|key| key == "Type7") && about.len() <= 2, "{about:?}");

    // What was agreed on of the others is not even read: garbage goes unnoticed until one is looked at.
    let garbage = "UPDATE sync_bases SET base = 'garbage'";
    Connection::open(world.state_path()).unwrap().execute(garbage, []).unwrap();
    let plan = world.engine().plan(&Query::default(), &RunOptions::default()).await.unwrap();
    assert_eq!((plan.findings.len(), plan.summary.unchanged), (0, 30), "{:?}", plan.findings);
    let all = world.engine().validate(&Query::default(), &RunOptions::default()).await.unwrap();
    assert_eq!(all.iter().filter(|one| one.code == "BASE_UNREADABLE").count(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_engine_reads_nothing() {
    let mut world = World::new().await;
    world.options["cacheTtlMs"] = json!(60_000);
    world.add("a", "Alpha", &simple("Alpha"));
    world.deploy().await;
    let engine = world.engine();
    engine.detect(&Query::default()).await.unwrap();
    world.fake.control().clear_requests();
    let first = engine.detect(&Query::default()).await.unwrap();
    assert_eq!(world.fake.control().requests().len(), 0);
    assert_eq!(first.summary.unchanged, 1);
    // What is committed meanwhile is seen all the same.
    world.add("b", "Beta", &simple("Beta"));
    let second = engine.detect(&Query::default()).await.unwrap();
    assert_eq!((second.summary.created, second.summary.unchanged), (1, 1));
}

/// Calls that only look share a listing for a while. A run never believes one from before it, and
/// what it wrote makes its own worthless.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_lists_anew_and_leaves_no_listing_behind() {
    let mut world = World::new().await;
    world.options["cacheTtlMs"] = json!(60_000);
    world.add("a", "Alpha", &simple("Alpha"));
    let engine = world.engine();
    let listings = || {
        let count = world.fake.control().count(Kind::List);
        world.fake.control().clear_requests();
        count
    };
    for mode in ["push", "bidirectional"] {
        engine.detect(&Query::default()).await.unwrap();
        listings();
        engine.detect(&Query::default()).await.unwrap();
        assert_eq!(listings(), 0, "{mode}: shared");
        let options = RunOptions { mode: Some(mode.to_owned()), ..RunOptions::default() };
        let request = RunRequest { options, ..request() };
        engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await;
        assert_eq!(listings(), 1, "{mode}: the run");
        engine.detect(&Query::default()).await.unwrap();
        assert_eq!(listings(), 1, "{mode}: after it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_moved_is_not_complete() {
    let world = World::new().await;
    for name in ["Alpha", "Beta", "Gamma"] {
        world.add(name, name, &simple(name));
    }
    world.deploy().await;
    world.let_time_pass();
    world.fake.control().seed_types(Version::V1, foreign_types(1_000));
    assert!(world.changes().await.complete);
    let shift = Shift::Remove("Alpha".to_owned());
    world.fake.control().add_fault(Fault::always(FaultKind::ShiftingPages { shift }));
    let changes = world.changes().await;
    assert!(!changes.complete);
    assert_eq!((changes.summary.total, changes.summary.remote_changed), (0, 999));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_type_is_told_once() {
    let world = World::new().await;
    world.website("w2");
    world.add("a", "Alpha", &simple("Alpha"));
    world.add_to("w2", "b", "Beta", &simple("Beta"));
    world.deploy().await;
    let foreign = json!({ "key": "Foreign", "displayName": "Foreign", "baseType": "_component" });
    world.fake.control().seed_types(Version::V1, [foreign]);
    let changes = world.changes().await;
    assert_eq!((changes.summary.remote_changed, changes.summary.unchanged), (1, 2));
    for website in ["w1", "w2"] {
        let query = Query {
            website_id: Some(website.to_owned()),
            include_details: true,
            ..Query::default()
        };
        let changes = world.engine().detect(&query).await.unwrap();
        let keys: Vec<String> =
            changes.details.unwrap().remote_changed.into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["Foreign"], "what the other website holds is nobody's news");
    }
    let query = Query { website_id: Some("w9".to_owned()), ..Query::default() };
    let error = world.engine().detect(&query).await.unwrap_err();
    assert_eq!(error.code.as_str(), "WEBSITE_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_shows_how_types_are_expressed() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add(
        "a",
        "Alpha",
        &json!({ "name": "Alpha", "icon": "📅", "fields": [
            { "id": "f1", "name": "title", "type": "text", "unique": true },
            { "id": "f2", "name": "count", "type": "number" },
        ] }),
    );
    world.deploy().await;
    let mappings = world.engine().preview_mapping(&Query::default()).await.unwrap();
    let shown: Value = serde_json::to_value(&mappings).unwrap();
    let first = &shown[0];
    for (member, value) in [
        ("typeKey", json!("Alpha")),
        ("name", json!("Alpha")),
        ("status", json!("in_sync")),
        ("platformKey", json!("Alpha")),
        ("baseType", json!("_component")),
        ("conflicts", json!(0)),
    ] {
        assert_eq!(first[member], value, "{member}");
    }
    assert_eq!(first["lastAttempt"]["status"], "success");
    // A run that has nothing to do with a type does not make its last one forgotten.
    world.add("b", "Beta", &json!({ "name": "Beta", "fields": [] }));
    world.deploy().await;
    let later = world.engine().preview_mapping(&Query::default()).await.unwrap();
    let fared = later.iter().map(|one| one.last_attempt.as_ref().map(|last| &*last.status));
    assert_eq!(fared.collect::<Vec<_>>(), [Some("success"); 2]);
    assert_eq!(
        (&first["losses"][0]["attribute"], &first["losses"][0]["value"]),
        (&json!("icon"), &json!("📅"))
    );
    let fields: Vec<String> = first["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                one["name"], one["platformKey"], one["platformType"], one["held"]
            )
        })
        .collect();
    assert_eq!(fields, [r#""title" "title" "string" false"#, r#""count" "count" "float" false"#]);
    let lost: Vec<&Value> = first["fields"][0]["losses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|loss| &loss["attribute"])
        .collect();
    assert_eq!(lost, ["unique"]);
    // What another profile gave stays.
    world.options["mapping"] = json!("compatible");
    let mappings = world.engine().preview_mapping(&Query::default()).await.unwrap();
    let count = &mappings[0].fields[1];
    assert_eq!((&*count.platform_type, count.held), ("float", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_does_what_was_detected() {
    let world = one_of_each().await;
    let options = RunOptions { allow_data_loss: true, ..allow_delete() };
    let report = world.deploy_with(options).await;
    let mut outcomes = brief(&report.outcomes);
    outcomes.sort();
    assert_eq!(
        outcomes,
        [
            "Apart update success",
            "Both none conflict CONFLICT",
            "Broken none failed INVALID_FIELDS",
            "Edited update success",
            "Fresh create success",
            "Gone delete success",
        ]
    );
    let summary = world.changes().await.summary;
    assert_eq!(
        serde_json::to_value(summary).unwrap(),
        json!({ "total": 1, "created": 0, "updated": 0, "deleted": 0, "unchanged": 3,
                "conflicts": 1, "remoteChanged": 4, "failed": 1 })
    );
    world.fake.assert_clean();
}
