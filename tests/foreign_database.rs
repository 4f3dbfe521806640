//! The studio's database is someone else's: it is read beside its owner, and nothing of it changes.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use catalyst_sync::engine::{Query, RunOptions};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::support::studio_db::{AI_FIELDS, UI_FIELDS};
use crate::support::world::{World, brief, to_files};

/// Tells a copy of this program that it is the writer, and where.
const DATABASE: &str = "CATALYST_SYNC_TEST_WRITER";

/// What a database is, besides the rows that are written while it is watched.
#[derive(Debug, PartialEq)]
struct Picture {
    pragmas: Vec<(&'static str, Value)>,
    schema: Vec<String>,
    rows: BTreeMap<String, Vec<Vec<Value>>>,
}

const PRAGMAS: [&str; 9] = [
    "journal_mode",
    "user_version",
    "application_id",
    "auto_vacuum",
    "page_size",
    "encoding",
    "schema_version",
    "journal_size_limit",
    "default_cache_size",
];

fn picture(file: &Path) -> Picture {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let pragma = |name: &'static str| {
        let value = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        (name, value.unwrap_or(Value::Null))
    };
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    // Tables of ours are the only addition that `stateUrl: 'studio'` may make.
    let ours =
        "name NOT LIKE 'catalyst\\_%' ESCAPE '\\' AND tbl_name NOT LIKE 'catalyst\\_%' ESCAPE '\\'";
    let schema = texts(&format!(
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE {ours} ORDER BY 1"
    ));
    let tables = texts(&format!("SELECT name FROM sqlite_schema WHERE type = 'table' AND {ours}"));
    let mut rows = BTreeMap::new();
    for table in tables {
        // The writer's own rows come while we look.
        let sql = format!("SELECT rowid, * FROM \"{table}\" WHERE rowid <= 1000000 ORDER BY rowid");
        let mut statement = connection.prepare(&sql).unwrap();
        let count = statement.column_count();
        let all =
            statement.query_map([], |row| (0..count).map(|at| row.get(at)).collect()).unwrap();
        rows.insert(table, all.map(Result::unwrap).collect());
    }
    let mut pragmas: Vec<_> = PRAGMAS.map(pragma).into();
    let has_own =
        !texts("SELECT name FROM sqlite_schema WHERE name LIKE 'catalyst\\_%' ESCAPE '\\'")
            .is_empty();
    if has_own {
        // A counter that every new table moves.
        pragmas.retain(|(name, _)| *name != "schema_version");
    }
    Picture { pragmas, schema, rows }
}

/// Writes 50 rows a second until its input ends, then says how many it wrote and what was in its
/// way. Not a test by itself: the tests below start it in a process of its own.
#[test]
fn writer() {
    let Some(file) = std::env::var_os(DATABASE) else { return };
    let connection = Connection::open(file).unwrap();
    // As long as Prisma's client waits. A client that does not wait at all is disturbed by any reader.
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    let (sender, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().read_line(&mut line);
        let _ = sender.send(());
    });
    let (mut written, mut busy) = (0_i64, 0_i64);
    let mut due = Instant::now();
    loop {
        let sql = "INSERT INTO ContentItem (rowid, id, contentTypeId, websiteId, data, updatedAt)
                   VALUES (?1, ?2, 'c0', 'w1', '{}', 1)";
        match connection.execute(sql, (1_000_001 + written, format!("live_{written}"))) {
            Ok(_) => written += 1,
            Err(error) => {
                println!("writer: {error}");
                busy += 1;
            }
        }
        if written == 1 {
            println!("writer: began");
        }
        due += Duration::from_millis(20);
        match ended.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            _ => break,
        }
    }
    println!("writer: wrote {written}, failed {busy}");
}

/// A writer in a process of its own.
struct Writer {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Writer {
    fn start(file: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "foreign_database::writer", "--nocapture"])
            .env(DATABASE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        assert_eq!(find(&mut lines, "writer: began"), "writer: began");
        Self { child, lines }
    }

    /// How many rows were written, and how many were refused.
    fn end(mut self) -> (u32, u32) {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        let line = find(&mut self.lines, "writer: wrote");
        assert!(self.child.wait().unwrap().success());
        let (wrote, failed) =
            line.trim_start_matches("writer: wrote ").split_once(", failed ").unwrap();
        (wrote.parse().unwrap(), failed.parse().unwrap())
    }
}

fn find(lines: &mut impl std::io::BufRead, wanted: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the writer ended without {wanted:?}");
        if let Some(at) = line.find("writer: ") {
            let told = line[at..].trim();
            if told.starts_with(wanted) {
                return told.to_owned();
            }
            eprintln!("{told}");
        }
    }
}

async fn world(journal: &str) -> World {
    let world = World::new().await;
    let sql = format!(
        "PRAGMA journal_mode = {journal}; PRAGMA user_version = 7; PRAGMA application_id = 9;"
    );
    world.studio.connect().execute_batch(&sql).unwrap();
    for at in 0..60 {
        let fields = if at % 2 == 0 { UI_FIELDS } else { AI_FIELDS };
        let mut fields: serde_json::Value = serde_json::from_str(fields).unwrap();
        fields["name"] = json!(format!("Type {at}"));
        world.add(&format!("c{at}"), &format!("Type {at}"), &fields);
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_writes_on_while_it_is_deployed() {
    for journal in ["DELETE", "WAL"] {
        let world = world(journal).await;
        let before = picture(world.studio.path());
        let mut behaviour = world.fake.control().behaviour();
        behaviour.latency_ms = 20;
        world.fake.control().set_behaviour(behaviour);
        let writer = Writer::start(world.studio.path());
        let began = Instant::now();
        for report in
            [world.deploy().await, world.run(&to_files("model")).await, world.deploy().await]
        {
            assert!(report.error.is_none(), "{journal}: {:?}", report.error);
            assert!(
                report.outcomes.iter().all(|one| one.status == "success"),
                "{:?}",
                brief(&report.outcomes)
            );
        }
        let took = began.elapsed();
        let (wrote, failed) = writer.end();
        assert_eq!(failed, 0, "{journal}: {wrote} rows were written");
        let least = u32::try_from(took.as_millis() / 20).unwrap() / 2;
        assert!(wrote >= least.min(10), "{journal}: {wrote} rows in {took:?}");
        assert_eq!(picture(world.studio.path()), before, "{journal}");
    }
}

/// With the state in tables of its own the database is written to as well; its owner waits for that
/// as for any other writer, and nothing but these tables is added.
#[tokio::test(flavor = "multi_thread")]
async fn keeps_everything_that_is_not_ours_with_the_state_inside() {
    for journal in ["DELETE", "WAL"] {
        let mut world = world(journal).await;
        world.options["stateUrl"] = json!("studio");
        let mut before = picture(world.studio.path());
        before.pragmas.retain(|(name, _)| *name != "schema_version");
        let writer = Writer::start(world.studio.path());
        let report = world.deploy().await;
        assert!(report.error.is_none(), "{journal}: {:?}", report.error);
        assert_eq!(report.outcomes.len(), 60);
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
        let (wrote, failed) = writer.end();
        assert!(wrote > 0 && failed == 0, "{journal}: {wrote} written, {failed} refused");
        assert_eq!(picture(world.studio.path()), before, "{journal}");
        assert!(!world.beside("dev.db.catalyst-sync").exists());
        let connection = world.studio.connect();
        let count: i64 = connection
            .query_row("SELECT count(*) FROM catalyst_sync_state", [], |row| row.get(0))
            .unwrap();
        assert_eq!(count, 60);
    }
}

/// Detecting, planning and a rehearsal leave no trace at all: not a byte, not a file beside it.
#[tokio::test(flavor = "multi_thread")]
async fn is_not_touched_by_looking() {
    for state in [json!(null), json!("studio")] {
        let mut world = world("DELETE").await;
        world.options["stateUrl"] = state;
        let names = || {
            let entries = std::fs::read_dir(world.folder.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = (std::fs::read(world.studio.path()).unwrap(), names());
        let engine = world.engine();
        engine.extract(None).await.unwrap();
        engine.detect(&Query::default()).await.unwrap();
        engine.plan(&Query::default(), &RunOptions::default()).await.unwrap();
        engine.preview_mapping(&Query::default()).await.unwrap();
        drop(engine);
        let after = (std::fs::read(world.studio.path()).unwrap(), names());
        assert!(before.0 == after.0, "the database was changed");
        assert_eq!(before.1, after.1);
    }
}

/// The rows of an earlier attempt are readable in our tables, once, and stay where they were.
#[tokio::test(flavor = "multi_thread")]
async fn with_an_earlier_attempt_gives_its_rows_once_and_keeps_them() {
    let world = world("DELETE").await;
    let World { studio, .. } = &world;
    let connection = studio.connect();
    crate::support::studio_db::add_earlier_attempt(&connection);
    let first = studio.earlier_version("Type0", None, r#"{"name":"Old"}"#);
    let second = studio.earlier_version("Type0", Some(&first), r#"{"name":"Newer"}"#);
    connection
        .execute(
            "INSERT INTO sync_history (id, type_key, version_hash, target_platform, sync_direction,
               sync_status, pushed_data, started_at, completed_at)
             VALUES ('h1', 'Type0', ?1, 'optimizely', 'PUSH', 'SUCCESS', '{}', 1, 2)",
            [&second],
        )
        .unwrap();
    drop(connection);
    let before = picture(studio.path());
    for _ in 0..2 {
        world.deploy().await;
        assert_eq!(
            world.state("SELECT count(*) FROM content_type_versions WHERE imported = 1"),
            "2"
        );
        assert_eq!(world.state("SELECT count(*) FROM sync_history WHERE imported = 1"), "1");
        let hash =
            format!("SELECT type_key FROM content_type_versions WHERE version_hash = '{first}'");
        assert_eq!(world.state(&hash), "Type0");
    }
    assert_eq!(picture(studio.path()), before);
}
