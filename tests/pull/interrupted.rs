//! A process that dies on the way home, and the run after it.
//!
//! Where it dies is told to the databases: a trigger refuses the step after which nothing of the
//! process is left.

use catalyst_sync::engine::{
    Choice, ConflictQuery, ConflictRef, ProviderRequest, Resolution, RunReport, Strategy, TypeRef,
    Values, VersionNote, Wish,
};
use catalyst_sync::port::VersionSource;
use serde_json::{Value, json};

use super::{definition, deployed, edit, event, nothing_is_left, options, run};
use crate::support::fake::Version;
use crate::support::world::{World, brief};

/// The last step that was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// The intent is committed, the row not written.
    Row,
    /// The row is written, and its version not recorded.
    Version,
    /// The version is recorded, and the agreement not.
    Record,
}

const TRIGGER: &str = "CREATE TRIGGER death BEFORE";
const DIES: &str = "BEGIN SELECT abs(-9223372036854775807 - 1); END";

fn state(world: &World) -> rusqlite::Connection {
    rusqlite::Connection::open(format!("{}.catalyst-sync", world.studio.path().display())).unwrap()
}

/// Runs until the step at which the process dies. What is in the studio then has its version.
async fn die(world: &World, missing: Missing, writes: &str) -> RunReport {
    let (connection, table) = match missing {
        Missing::Row => (world.studio.connect(), format!("{writes} ON ContentType")),
        Missing::Version => (state(world), "INSERT ON version_heads".to_owned()),
        Missing::Record => (state(world), "INSERT ON sync_history".to_owned()),
    };
    connection.execute_batch(&format!("{TRIGGER} {table} {DIES}")).unwrap();
    let report = Box::pin(world.deploy_with(options("bidirectional"))).await;
    connection.execute_batch("DROP TRIGGER death").unwrap();
    assert!(report.error.is_some(), "{:?}", brief(&report.outcomes));
    assert_eq!(open(world), "1", "{missing:?}");
    report
}

fn open(world: &World) -> String {
    world.state("SELECT count(*) FROM sync_rows WHERE state = 'started'")
}

fn expected() -> Value {
    let mut expected = event();
    expected["description"] = json!("Theirs");
    expected
}

/// What the journal does not take is not written either.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_journalled_is_not_written() {
    let world = deployed("compatible", Version::V1).await;
    edit(&world, "Event", json!({ "description": "Theirs" }));
    let full = format!("{TRIGGER} INSERT ON sync_rows {DIES}");
    state(&world).execute_batch(&full).unwrap();
    let report = Box::pin(world.deploy_with(options("bidirectional"))).await;
    assert!(report.error.is_some(), "{:?}", brief(&report.outcomes));
    assert_eq!(definition(&world, "c1"), event());
    assert_eq!(open(&world), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_was_under_way_is_finished() {
    for missing in [Missing::Row, Missing::Version, Missing::Record] {
        let world = deployed("compatible", Version::V1).await;
        edit(&world, "Event", json!({ "description": "Theirs" }));
        die(&world, missing, "UPDATE").await;
        let now = definition(&world, "c1");
        assert_eq!(now == expected(), missing != Missing::Row, "{missing:?}");
        let report = run(&world, "push").await;
        assert_eq!(brief(&report.outcomes), [""; 0], "{missing:?}");
        assert_eq!(definition(&world, "c1"), expected(), "{missing:?}");
        assert_eq!(open(&world), "0");
        let pulled = "SELECT group_concat(operation || ' ' || sync_status) FROM sync_history
                      WHERE sync_direction = 'PULL'";
        assert_eq!(world.state(pulled), "update SUCCESS", "{missing:?}");
        let versions = "SELECT count(*) FROM content_type_versions WHERE local_id = 'c1'";
        assert_eq!(world.state(versions), "2", "{missing:?}");
        nothing_is_left(&world).await;
    }
}

/// Both sides moved, and whoever finishes the write knows what it merges.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_was_under_way_has_both_parents() {
    for missing in [Missing::Row, Missing::Version, Missing::Record] {
        let world = deployed("compatible", Version::V1).await;
        edit(&world, "Event", json!({ "description": "Theirs" }));
        let mut ours = event();
        ours["fields"][0]["label"] = json!("Ours");
        world.change("c1", &ours);
        let note =
            VersionNote { source: VersionSource::Ui, author: "ada".to_owned(), message: None };
        let wanted = TypeRef::named("c1");
        let edited = world.engine().record_version(&wanted, &note).await.unwrap().unwrap();
        die(&world, missing, "UPDATE").await;
        run(&world, "push").await;
        ours["description"] = json!("Theirs");
        assert_eq!(definition(&world, "c1"), ours, "{missing:?}");

        let engine = world.engine();
        let tree = engine.version_tree(&wanted).await.unwrap();
        let head = engine.version(tree.head.as_deref().unwrap()).await.unwrap().unwrap();
        let [local, remote] = &head.info.parents[..] else { panic!("{missing:?}: {head:?}") };
        assert_eq!(*local, edited.info.hash);
        let remote = engine.version(remote).await.unwrap().unwrap();
        let theirs: Value = serde_json::from_str(remote.snapshot.unwrap().get()).unwrap();
        assert_eq!(theirs["description"], "Theirs");
        assert_eq!(theirs["fields"][0]["label"], "Title");
        assert_eq!((tree.versions.len(), tree.roots.len()), (4, 1), "{missing:?}");
        nothing_is_left(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_was_being_made_is_made_once() {
    for missing in [Missing::Row, Missing::Version, Missing::Record] {
        let world = deployed("compatible", Version::V1).await;
        let venue = json!({ "key": "venue_type", "displayName": "Venue", "baseType": "_component",
                            "properties": { "town": { "type": "string", "displayName": "Town" } } });
        world.fake.control().seed_types(Version::V1, [venue]);
        die(&world, missing, "INSERT").await;
        run(&world, "push").await;
        let names = "SELECT group_concat(name) FROM (SELECT name FROM ContentType ORDER BY name)";
        let names: String = world.studio.connect().query_row(names, [], |row| row.get(0)).unwrap();
        assert_eq!(names, "Event,Post,Venue", "{missing:?}");
        assert_eq!(open(&world), "0");
        nothing_is_left(&world).await;
        let keys = world.fake.control().keys();
        assert!(!keys.contains(&"Venue".to_owned()), "the type keeps its key: {keys:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_since_is_left_alone_and_detected_again() {
    let left_out = "update PARTIAL CONFLICT";
    for (missing, told) in [
        (Missing::Row, format!("{left_out},update SUCCESS ")),
        // What was written is there, so that nothing is left to bring home.
        (Missing::Record, left_out.to_owned()),
    ] {
        let world = deployed("compatible", Version::V1).await;
        edit(&world, "Event", json!({ "description": "Theirs" }));
        die(&world, missing, "UPDATE").await;
        let mut ours = definition(&world, "c1");
        ours["fields"][0]["label"] = json!("Ours");
        world.change("c1", &ours);
        run(&world, "pull").await;
        let pulled = "SELECT group_concat(operation || ' ' || sync_status || ' ' || coalesce(error_code, ''))
                      FROM sync_history WHERE sync_direction = 'PULL'";
        assert_eq!(world.state(pulled), told, "{missing:?}");
        ours["description"] = json!("Theirs");
        assert_eq!(definition(&world, "c1"), ours, "{missing:?}");
        let report = run(&world, "push").await;
        assert_eq!(brief(&report.outcomes), ["Event update success"], "{missing:?}");
        nothing_is_left(&world).await;
    }
}

/// The studio's side holds wherever both sides conflict.
async fn overrule(world: &World, id: &str) -> Resolution {
    let choice = Choice { strategy: Strategy::SourceWins, values: Values::new() };
    let conflict = ConflictRef::Id { id: id.to_owned(), digest: None };
    let wish = Wish { conflict: Ok(conflict), choice: Ok(Some(choice)) };
    let decided = world.engine().carry_out(&ProviderRequest::default(), "ada", vec![wish]).await;
    decided.unwrap().remove(0)
}

/// The write that was under way is finished before the conflict is recorded, so whoever decides is sent to
/// the conflict that is left, and is not told of an edit that nobody made.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_beside_what_was_under_way_is_recorded_as_it_is_then() {
    let world = deployed("compatible", Version::V1).await;
    let theirs = json!({ "description": "Theirs", "properties": { "title": { "displayName": "Headline" } } });
    edit(&world, "Event", theirs);
    let mut ours = event();
    ours["fields"][0]["label"] = json!("Ours");
    world.change("c1", &ours);
    die(&world, Missing::Row, "UPDATE").await;
    let shown = world.changes().await.details.unwrap().conflicts;
    let [shown] = &shown[..] else { panic!("{shown:?}") };

    let outdated = overrule(&world, &shown.id).await.error.unwrap();
    let query = ConflictQuery { open: Some(true), ..ConflictQuery::default() };
    let left = world.engine().conflicts(&query).await.unwrap().conflicts;
    let [left] = &left[..] else { panic!("{left:?}") };
    let left: Value = serde_json::from_str(left.as_str()).unwrap();
    let left = left["id"].as_str().unwrap();
    assert_eq!(outdated.code, "PLAN_STALE");
    assert!(outdated.message.contains(&format!("it is {left} now")), "{}", outdated.message);
    ours["description"] = json!("Theirs");
    assert_eq!((definition(&world, "c1"), open(&world)), (ours, "0".to_owned()));

    let decided = overrule(&world, left).await;
    assert!(decided.success, "{decided:?}");
    assert_eq!(brief(&run(&world, "push").await.outcomes), ["Event update success"]);
    nothing_is_left(&world).await;
}

/// The row was made anew under another id before the pull, so the state knows the type by the old one
/// until the pull is recorded.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_made_anew_comes_home_all_the_same() {
    for missing in [Missing::Row, Missing::Record] {
        let world = deployed("compatible", Version::V1).await;
        world.drop_row("c1");
        let mut ours = event();
        ours["fields"][0]["label"] = json!("Ours");
        world.add("c9", "Event", &ours);
        edit(&world, "Event", json!({ "description": "Theirs" }));
        die(&world, missing, "UPDATE").await;
        let report = run(&world, "push").await;
        // What only the studio moved is known to be its own still.
        assert_eq!(brief(&report.outcomes), ["Event update success"], "{missing:?}");
        ours["description"] = json!("Theirs");
        assert_eq!(definition(&world, "c9"), ours, "{missing:?}");
        let known = "SELECT group_concat(local_id) FROM sync_state WHERE type_key = 'Event'";
        assert_eq!((world.state(known), open(&world)), ("c9".to_owned(), "0".to_owned()));
        nothing_is_left(&world).await;
    }
}
