//! The state's file, damaged or of somebody else.

use std::path::PathBuf;

use catalyst_sync::engine::{Query, RunOptions};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::fake::{Kind, Version};
use crate::support::matrix::each;
use crate::support::world::{World, brief};

fn article(label: &str) -> Value {
    json!({ "name": "Article", "fields": [
        { "id": "f1", "name": "title", "label": label, "type": "text" },
        { "id": "f2", "name": "body", "label": "Body", "type": "richText" },
    ] })
}

/// A world whose article was deployed, and the file of its state.
async fn deployed() -> (World, PathBuf) {
    let world = World::new().await;
    world.add("c1", "Article", &article("Title"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Article create success"]);
    let file = world.beside("dev.db.catalyst-sync");
    (world, file)
}

fn sql(file: &PathBuf, sql: &str) {
    Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

/// The whole file with its log in it.
fn rewrite(file: &PathBuf, how: impl FnOnce(&mut Vec<u8>)) {
    sql(file, "PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = std::fs::read(file).unwrap();
    how(&mut bytes);
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    std::fs::write(file, bytes).unwrap();
}

/// A run stops before it writes anything, anywhere; the file stays for whoever repairs it.
#[tokio::test(flavor = "multi_thread")]
async fn that_cannot_be_trusted_stops_the_run_and_is_left_alone() {
    type Damage = fn(&PathBuf);
    let table: [(&str, Damage, &str); 6] = [
        ("cut off", |file| rewrite(file, |bytes| bytes.truncate(bytes.len() / 2)), "STORE_FAILED"),
        ("random", |file| rewrite(file, |bytes| scramble(bytes)), "STATE_INCOMPATIBLE"),
        (
            "overwritten",
            |file| rewrite(file, |bytes| scramble(&mut bytes[4_096..])),
            "STORE_FAILED",
        ),
        (
            "foreign",
            |file| {
                std::fs::remove_file(file).unwrap();
                sql(file, "CREATE TABLE notes (a)");
            },
            "STATE_INCOMPATIBLE",
        ),
        (
            "newer",
            |file| sql(file, "INSERT INTO sync_migrations VALUES (99, 'next', 'x', '9.0.0')"),
            "STATE_INCOMPATIBLE",
        ),
        (
            "changed migration",
            |file| sql(file, "UPDATE sync_migrations SET checksum = 'x'"),
            "STATE_INCOMPATIBLE",
        ),
    ];
    for (case, damage, code) in table {
        let (world, file) = deployed().await;
        damage(&file);
        world.change("c1", &article("Other"));
        world.fake.control().clear_requests();
        let before = std::fs::read(&file).unwrap();
        let error = world.deploy().await.error.unwrap_or_else(|| panic!("{case} was accepted"));
        assert_eq!(error.code.as_str(), code, "{case}: {error}");
        assert!(error.message.contains(&file.display().to_string()), "{case}: {error}");
        let look = world.engine().detect(&Query::default()).await;
        assert_eq!(look.unwrap_err().code.as_str(), code, "{case}");
        for kind in [Kind::Post, Kind::Patch, Kind::Delete] {
            assert_eq!(world.fake.control().count(kind), 0, "{case}");
        }
        let after = std::fs::read(&file).unwrap();
        assert!(after == before, "{case}: the file was changed");

        // What the error advises: without the file everything is adopted anew.
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
        }
        world.change("c1", &article("Title"));
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0], "{case}");
    }
}

fn scramble(bytes: &mut [u8]) {
    let mut random = crate::support::documents::Random(7);
    for byte in bytes {
        *byte = random.next().to_le_bytes()[0];
    }
}

/// What was agreed on is unknown then, so nothing of the platform's is overwritten unasked.
#[tokio::test(flavor = "multi_thread")]
async fn whose_base_is_garbage_adopts_anew() {
    for garbage in ["", "{", "null", "[]", "7", r#"{"local":7}"#, r#"{"a":{"b":[]}}"#, "\0\u{1}"] {
        let (world, file) = deployed().await;
        Connection::open(&file)
            .unwrap()
            .execute("UPDATE sync_bases SET base = ?1", [garbage])
            .unwrap();
        sql(&file, "UPDATE sync_state SET settled = 0");
        let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } },
                             "description": "Theirs" });
        assert!(world.fake.control().edit(Version::V1, "Article", theirs));
        let changes = world.changes().await.details.unwrap();
        let conflict = &changes.conflicts[0];
        let paths: Vec<_> = conflict.fields.iter().map(|field| field.path.to_string()).collect();
        assert_eq!(paths, ["/properties/title/displayName"], "{garbage:?}");
        for _ in 0..2 {
            let report = world.deploy().await;
            assert_eq!(brief(&report.outcomes), ["Article none conflict CONFLICT"], "{garbage:?}");
            let stored = world.fake.control().content_type(Version::V1, "Article").unwrap();
            assert_eq!(stored["properties"]["title"]["displayName"], "Theirs");
            assert_eq!(stored["description"], "Theirs");
        }
        assert_eq!(world.fake.control().count(Kind::Patch), 0, "{garbage:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_base_is_garbage_says_so() {
    let (world, file) = deployed().await;
    sql(&file, "UPDATE sync_bases SET base = 'garbage'; UPDATE sync_state SET settled = 0");
    world.change("c1", &article("Headline"));
    let changes = world.changes().await.details.unwrap();
    assert_eq!(changes.conflicts.len(), 1);
    let plan = world.engine().plan(&Query::default(), &RunOptions::default()).await.unwrap();
    assert!(plan.findings.iter().any(|finding| finding.code == "BASE_UNREADABLE"), "{plan:?}");
}

/// Bindings are found again by name, and nothing is sent twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn whose_other_texts_are_garbage_goes_on() {
    let texts = ["", "garbage", "null", "{}", "[7,null,{}]", r#"[{"identity":1}]"#].into_iter();
    let columns = ["bindings", "origin", "revision_etag", "revision_modified"];
    each(texts.flat_map(|text| columns.map(|column| (column, text))), goes_on_with).await;
}

async fn goes_on_with((column, garbage): (&str, &str)) {
    let (world, file) = deployed().await;
    let update = format!("UPDATE sync_bases SET {column} = ?1");
    Connection::open(&file).unwrap().execute(&update, [garbage]).unwrap();
    sql(&file, "UPDATE sync_state SET settled = 0");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0], "{column} {garbage:?}");
    world.change("c1", &article("Headline"));
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Article update success"], "{column} {garbage:?}");
    assert_eq!(world.fake.control().count(Kind::Post), 1, "{column} {garbage:?}");
}

/// Rows of conflicts are written for people; nothing is decided by what they hold.
#[tokio::test(flavor = "multi_thread")]
async fn whose_conflicts_are_garbage_keeps_the_conflict() {
    let (world, file) = deployed().await;
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Article", theirs));
    world.change("c1", &article("Ours"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Article none conflict CONFLICT"]);
    sql(&file, "UPDATE conflict_log SET conflict_details = 'garbage', local_hash = 'x'");
    for _ in 0..2 {
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Article none conflict CONFLICT"]);
    }
    let stored = world.fake.control().content_type(Version::V1, "Article").unwrap();
    assert_eq!(stored["properties"]["title"]["displayName"], "Theirs");
}
