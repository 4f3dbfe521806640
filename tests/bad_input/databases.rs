//! The studio's database, and the place of the state.

use std::path::Path;

use catalyst_sync::compose::{EngineOptions, engine};
use catalyst_sync::engine::{Query, RunOptions, RunStatus};
use rusqlite::Connection;
use serde_json::json;

use super::everything;
use crate::support::world::{World, brief};

/// What stands at the place of the database, and what is said about it.
type Case = (&'static str, fn(&Path), &'static str, &'static str);

const CASES: [Case; 9] = [
    ("missing", |_| {}, "DATABASE_NOT_FOUND", "no database at "),
    ("empty", |file| write(file, b""), "DATABASE_INVALID", "it is empty"),
    ("text", |file| write(file, b"id,name\n1,Article\n"), "DATABASE_INVALID", "not a database"),
    ("folder", |file| std::fs::create_dir(file).unwrap(), "DATABASE_INVALID", "it is a folder"),
    ("no tables", |file| sql(file, "PRAGMA user_version = 3"), "DATABASE_INVALID", "no table"),
    (
        "other tables",
        |file| sql(file, "CREATE TABLE a (b)"),
        "DATABASE_INVALID",
        "no table Website",
    ),
    (
        "half a studio",
        |file| sql(file, "CREATE TABLE Website (id, name); CREATE TABLE ContentType (id, name)"),
        "DATABASE_INVALID",
        "its table ContentType has no column websiteId",
    ),
    ("cut off", |file| damage(file, |bytes| bytes.truncate(4_096)), "DATABASE_INVALID", ""),
    ("overwritten", |file| damage(file, |bytes| bytes[100..].fill(0xa5)), "DATABASE_INVALID", ""),
];

fn write(file: &Path, bytes: &[u8]) {
    std::fs::write(file, bytes).unwrap();
}

fn sql(file: &Path, sql: &str) {
    Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

/// A studio's database with content, damaged.
fn damage(file: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let filler = "x".repeat(500);
    sql(
        file,
        &format!(
            "CREATE TABLE Website (id TEXT, name TEXT);
             CREATE TABLE ContentType (id TEXT, websiteId TEXT, name TEXT, fields TEXT);
             INSERT INTO Website VALUES ('w1', 'Site');
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
             INSERT INTO ContentType SELECT i, 'w1', 'T' || i, '{filler}' FROM n;"
        ),
    );
    let mut bytes = std::fs::read(file).unwrap();
    how(&mut bytes);
    write(file, &bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_is_no_studio_is_named_with_the_reason() {
    for (case, make, code, said) in CASES {
        let world = World::new().await;
        let file = world.beside("other.db");
        make(&file);
        let before = std::fs::read(&file).ok();
        let mut options = world.engine_options();
        options.database_url = Some(file.display().to_string());
        let engine = engine(&options).unwrap();
        let looked = engine.detect(&Query::default()).await.unwrap_err();
        let read = engine.extract(None).await.unwrap_err();
        let planned = engine.plan(&Query::default(), &RunOptions::default()).await.unwrap_err();
        for error in [looked, read, planned] {
            assert_eq!(error.code.as_str(), code, "{case}: {error}");
            assert!(error.message.contains(&file.display().to_string()), "{case}: {error}");
            assert!(error.message.contains(said), "{case}: {error}");
        }
        assert_eq!(std::fs::read(&file).ok(), before, "{case}");
        assert!(!world.beside("other.db.catalyst-sync").exists(), "{case}");
        let writes = world.fake.control().requests().into_iter().filter(|one| one.method != "GET");
        assert_eq!(writes.filter(|one| !one.path.contains("token")).count(), 0, "{case}");
    }
}

#[test]
fn of_another_kind_is_refused_without_its_password() {
    let urls = [
        ("postgresql://ann:hunter2@db.example:5432/studio?schema=public", "postgresql"),
        ("postgres://ann:hunter2@db.example/studio", "postgres"),
        ("\"postgresql://ann:hunter2@db.example/studio\"", "postgresql"),
        (" 'mysql://ann:hunter2@db.example/studio'", "mysql"),
        ("postgresql:ann:hunter2@db.example/studio", "postgresql"),
        ("prisma+postgres://accelerate.example/?api_key=hunter2", "prisma+postgres"),
        ("hunter2 postgres://db.example", "unknown"),
    ];
    for (url, kind) in urls {
        let environment = json!({ "environment": { "DATABASE_URL": url } });
        let option = json!({ "databaseUrl": url });
        let state = json!({ "databaseUrl": "file:./dev.db", "stateUrl": url });
        for given in [environment, option, state] {
            let options = EngineOptions::from_json(&given.to_string()).unwrap();
            let error = engine(&options).err().unwrap();
            assert_eq!(error.code.as_str(), "DATABASE_UNSUPPORTED", "{url}");
            let expected = format!("databases of the kind {kind} are not supported");
            assert_eq!(error.message, expected, "{url}");
            assert!(!everything(&error).contains("hunter2"), "{}", everything(&error));
        }
    }
}

#[test]
fn that_nobody_names_is_asked_for() {
    for given in ["{}", r#"{"environment":{"DATABASE_URL":""}}"#] {
        let error = engine(&EngineOptions::from_json(given).unwrap()).err().unwrap();
        assert_eq!(error.code.as_str(), "DATABASE_NOT_FOUND");
        let step = error.details.next_step.as_deref();
        assert_eq!(step, Some("set databaseUrl or DATABASE_URL to the studio's database"));
    }
    let given = r#"{"databaseUrl":"file:?connection_limit=1"}"#;
    let error = engine(&EngineOptions::from_json(given).unwrap()).err().unwrap();
    assert_eq!(error.code.as_str(), "DATABASE_INVALID");
}

/// Permissions do not bind the superuser, so these are places where nobody can make a file.
#[tokio::test(flavor = "multi_thread")]
async fn is_compared_also_where_no_state_can_be_kept() {
    for place in ["missing/state.db", "dev.db/state.db"] {
        let mut world = World::new().await;
        world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
        let file = world.beside(place);
        world.options["stateUrl"] = json!(file);
        let engine = world.engine();
        let changes = engine.detect(&Query::default()).await.unwrap();
        let plan = engine.plan(&Query::default(), &RunOptions::default()).await.unwrap();
        assert_eq!((changes.summary.created, plan.summary.add), (1, 1));
        for findings in [changes.findings, plan.findings] {
            let finding = findings.iter().find(|finding| finding.code == "STATE_NOT_SAVED");
            let finding = finding.unwrap_or_else(|| panic!("{place}: {findings:?}"));
            assert!(finding.message.contains(&file.display().to_string()), "{finding:?}");
        }
        let rehearsed =
            world.deploy_with(RunOptions { dry_run: true, ..RunOptions::default() }).await;
        assert_eq!(brief(&rehearsed.outcomes), ["Article create success"]);

        let report = world.deploy().await;
        let error = report.error.unwrap();
        assert_eq!((report.status, error.code.as_str()), (RunStatus::Failed, "STORE_READ_ONLY"));
        assert!(error.message.contains(&file.display().to_string()), "{error}");
        assert!(!file.exists() && !world.beside("missing").exists());
        assert_eq!(world.fake.control().keys().iter().filter(|key| *key == "Article").count(), 0);
    }
}

/// Whoever opens a pipe waits for the other end.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn that_is_a_pipe_keeps_nobody_waiting() {
    let pipe = |at: &Path| {
        let made = std::process::Command::new("mkfifo").arg(at).status().unwrap();
        assert!(made.success());
    };
    let mut world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    let file = world.beside("pipe");
    pipe(&file);
    world.options["stateUrl"] = json!(file);
    let report = world.deploy().await;
    let error = report.error.unwrap();
    assert_eq!((report.status, error.code.as_str()), (RunStatus::Failed, "STORE_READ_ONLY"));
    assert!(error.message.contains("it is no file"), "{error}");

    let mut options = world.engine_options();
    options.database_url = Some(file.display().to_string());
    let error = engine(&options).unwrap().detect(&Query::default()).await.unwrap_err();
    assert_eq!(error.code.as_str(), "DATABASE_INVALID");
}
