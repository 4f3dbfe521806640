//! What happens in the studio after a run has looked at it and before it writes: the studio does not
//! take the write, and the history says so.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalyst_sync::engine::{RunOptions, RunRequest};
use catalyst_sync::port::{RowOutcome, RowWrite, Studio, StudioError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Meanwhile, definition, deployed, edit, event, options, post};
use crate::support::fake::Version;
use crate::support::looked_on::looked_on;
use crate::support::sim::{Onlooker, Point, Tap};
use crate::support::world::{Told, World, brief, request};

/// Somebody at the studio's database, who is there once, right before a write.
struct Somebody(Mutex<Option<(rusqlite::Connection, &'static str)>>);

#[async_trait]
impl Onlooker for Somebody {
    async fn write(&self, studio: &dyn Studio, write: RowWrite) -> Result<RowOutcome, StudioError> {
        if let Some((connection, sql)) = self.0.lock().unwrap().take() {
            connection.execute_batch(sql).unwrap();
        }
        studio.write(write).await
    }
}

struct Nobody;

#[async_trait]
impl Tap for Nobody {
    async fn at(&self, _: Point) {}
}

/// A colleague's act on the platform, which is to come home.
fn act(world: &World, what: &str) {
    match what {
        "edits" => edit(world, "Post", json!({ "description": "Theirs" })),
        "deletes" => assert!(world.fake.control().remove("Post")),
        _ => {
            let town = json!({ "town": { "type": "string", "displayName": "Town" } });
            let venue = json!({ "key": "venue", "displayName": "Venue", "baseType": "_component",
                                "properties": town });
            world.fake.control().seed_types(Version::V1, [venue]);
        }
    }
}

const EDIT: &str = "UPDATE ContentType SET name = 'Blog post' WHERE id = 'c2'";
const FREEZE: &str = "CREATE TRIGGER freeze BEFORE UPDATE ON ContentType
                      BEGIN SELECT RAISE(ABORT, 'frozen'); END";
const FILL: &str = "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                    VALUES ('i1', 'c2', 'w1', '{}', 1)";
const NAMESAKE: &str = "CREATE UNIQUE INDEX one_of_a_name ON ContentType (websiteId, name);
                        INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
                        VALUES ('c3', 'w1', 'Venue', '[]', 1, 1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_the_studio_does_not_take_is_told_by_the_history() {
    for (what, meanwhile, outcome, history) in [
        (
            "edits",
            EDIT,
            "Post update success",
            &[("update PARTIAL CONFLICT ", "somebody edited the type"), ("update SUCCESS ", "")][..],
        ),
        (
            "edits",
            FREEZE,
            "Post update failed VALIDATION_FAILED",
            &[("update FAILED VALIDATION_FAILED ", "refuses the row: frozen")],
        ),
        (
            "deletes",
            FILL,
            "Post delete skipped DELETE_REFUSED",
            &[("delete FAILED DELETE_REFUSED ", "1 content items are of the type")],
        ),
        (
            "makes",
            NAMESAKE,
            "venue create failed VALIDATION_FAILED",
            &[("create FAILED VALIDATION_FAILED ", "another type of its name")],
        ),
    ] {
        let world = deployed("compatible", Version::V1).await;
        world.let_time_pass();
        act(&world, what);
        let somebody = Somebody(Mutex::new(Some((world.studio.connect(), meanwhile))));
        let tap: Arc<dyn Tap> = Arc::new(Nobody);
        let engine = looked_on(&world, &tap, Arc::new(somebody));
        let options = RunOptions { allow_delete: true, ..options("pull") };
        // A type that only the platform has comes when it is asked for.
        let selected_types = outcome.split(' ').take(1).map(str::to_owned).collect();
        let asked = RunRequest { options, selected_types, ..request() };
        let told = Arc::new(Told::default());
        let report = engine.deploy(&asked, told, &CancellationToken::new()).await;
        assert_eq!(brief(&report.outcomes), [outcome], "{meanwhile}: {:?}", report.error);

        let pulled = "SELECT group_concat(operation || ' ' || sync_status || ' '
                        || coalesce(error_code, '') || ' ' || coalesce(error_message, ''), char(10))
                      FROM sync_history WHERE sync_direction = 'PULL' ORDER BY id";
        let pulled = world.state(pulled);
        let lines: Vec<&str> = pulled.lines().collect();
        assert_eq!(lines.len(), history.len(), "{meanwhile}: {lines:?}");
        for (line, (how, why)) in lines.iter().zip(history) {
            assert!(line.starts_with(how) && line.contains(why), "{meanwhile}: {line}");
        }
        assert_eq!(world.state("SELECT count(*) FROM sync_rows WHERE state = 'started'"), "0");
        let verdict = engine.verify_history().await.unwrap();
        assert!(verdict.ok, "{meanwhile}: {verdict:?}");
    }
}

/// What the platform wins over is what the studio said when the run looked at it: neither an edit that was
/// made since, nor what that edit overlaps with.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_wins_is_what_was_looked_at() {
    let theirs = json!({ "title": { "displayName": "Theirs", "isRequired": true } });
    let removed = json!({ "title": { "isRequired": true }, "notes": null });
    let limited = json!({ "title": { "maxLength": 60, "isRequired": true } });
    // What the platform changed, the label as the run found it, what is edited meanwhile, the outcome.
    let cases = [
        (&theirs, "Title", "/fields/0/label", json!("Ours"), "conflict CONFLICT"),
        (&theirs, "Mine", "/fields/0/label", json!("Ours"), "conflict CONFLICT"),
        (&theirs, "Mine", "/pluralName", json!("Feasts"), "success"),
        (&removed, "Title", "/fields/2/label", json!("Ours"), "conflict CONFLICT"),
        (
            &limited,
            "Title",
            "/fields/0/validation",
            json!({ "minLength": 70, "maxLength": 80 }),
            "conflict CONFLICT",
        ),
    ];
    for (there, label, place, value, outcome) in cases {
        let world = Arc::new(deployed("compatible", Version::V1).await);
        edit(&world, "Event", json!({ "properties": there }));
        let mut fields = event();
        fields["fields"][0]["label"] = json!(label);
        world.change("c1", &fields);
        *fields.pointer_mut(place).unwrap() = value;
        let reporter = Meanwhile { world: Arc::clone(&world), fields: fields.clone() };
        let conflict_strategy = Some("target_wins".to_owned());
        let options = RunOptions { conflict_strategy, allow_data_loss: true, ..options("pull") };
        let asked = RunRequest { options, ..request() };
        let never = CancellationToken::new();
        let report = Box::pin(world.engine().deploy(&asked, Arc::new(reporter), &never)).await;
        assert_eq!(brief(&report.outcomes), [format!("Event update {outcome}")], "{place}");
        fields["fields"][0]["required"] = json!(true);
        if outcome == "success" {
            fields["fields"][0]["label"] = json!("Theirs");
        }
        assert_eq!(definition(&world, "c1"), fields, "{place}");
        let open = world.state("SELECT count(*) FROM conflict_log WHERE resolution IS NULL");
        assert_eq!(open, if outcome == "success" { "0" } else { "1" }, "{place}");
    }
}

/// Names are free in the website, and taken all the same: the database knows more of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_is_told_as_such() {
    let world = deployed("compatible", Version::V1).await;
    world.website("w2");
    world.add_to("w2", "c9", "Blog", &post());
    world.sql("CREATE UNIQUE INDEX one_of_a_name ON ContentType (name)", &[]);
    edit(&world, "Post", json!({ "displayName": "Blog" }));
    let website_id = Some("w1".to_owned());
    let report = world.run(&RunRequest { options: options("pull"), website_id, ..request() }).await;
    assert_eq!(brief(&report.outcomes), ["Post update failed VALIDATION_FAILED"]);
    let error = report.outcomes[0].error.as_ref().unwrap();
    assert_eq!(
        error.message,
        "the studio has another type with the name or key of Blog; rename one of the two"
    );
}
