//! The engine's own memory, of which something was damaged.

use std::path::Path;
use std::sync::OnceLock;

use catalyst_sync::engine::{
    AnalyticsQuery, BackupQuery, ConflictQuery, Engine, HistoryQuery, ProviderRequest, Query,
    RunOptions, StateQuery, TypeRef, VersionQuery,
};
use catalyst_sync::error::SyncError;
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;

use super::life::{assert_said, folder, live};
use super::rows::{deploy, engine};

/// Seals what is stored of credentials.
const KEY: (&str, &str) =
    ("CATALYST_SYNC_KEY", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
/// Of the engine's memory, whole.
const MEMORY: &str = "dev.db.catalyst-sync";

/// Which cells are damaged, and how: table, row, column, manner and degree of each, one byte for each.
pub fn state(data: &[u8]) {
    let place = folder();
    story().unfold(place.path());
    let damaged = damage(&place.path().join(MEMORY), data);
    live(async {
        // Runs have to meet the damage first now and then.
        if data.first().is_some_and(|byte| byte.is_multiple_of(2)) {
            look(&engine(&place, &[KEY])).await;
        }
        let consent =
            RunOptions { allow_delete: true, allow_data_loss: true, ..RunOptions::default() };
        let pull = RunOptions { mode: Some("pull".to_owned()), ..consent.clone() };
        for options in [consent.clone(), consent, pull] {
            deploy(&engine(&place, &[KEY]), options).await;
            assert_kept(place.path(), &damaged);
        }
        look(&engine(&place, &[KEY])).await;
    });
}

/// What nobody decided on is where it was, on both sides.
fn assert_kept(place: &Path, damaged: &[String]) {
    let file = |key: &str| {
        let path = place.join("model").join(format!("{key}.json"));
        std::fs::read_to_string(path).unwrap_or_default()
    };
    for (key, said) in [("Article", "Theirs"), ("Story", "Theirs"), ("Press", ""), ("Keep", "")] {
        let text = file(key);
        assert!(!text.is_empty(), "{key} was deleted: {damaged:?}");
        assert!(text.contains(said), "{key} was overwritten: {damaged:?} {text}");
    }
    assert_eq!(file("Foreign"), FOREIGN, "{damaged:?}");
    let studio = Connection::open(place.join("dev.db")).expect("the studio is there");
    for (id, said) in [("c1", "Ours"), ("c3", "Headline"), ("c4", "Title")] {
        let select = "SELECT fields FROM ContentType WHERE id = ?1";
        let row = studio.query_row(select, [id], |row| row.get::<_, String>(0));
        let text = row.unwrap_or_default();
        assert!(text.contains(said), "the studio's {id} is lost: {damaged:?} {text}");
    }
}

/// Everything that reads the memory.
async fn look(engine: &Engine) {
    let provider = ProviderRequest::default();
    let query = Query { include_details: true, ..Query::default() };
    let mut errors: Vec<Option<SyncError>> = vec![
        engine.detect(&query).await.err(),
        engine.plan(&query, &RunOptions::default()).await.err(),
        engine.conflicts(&ConflictQuery::default()).await.err(),
        engine.sync_states(&StateQuery::default()).await.err(),
        engine.sync_history(&HistoryQuery { limit: 100, ..HistoryQuery::default() }).await.err(),
        engine.list_backups(&BackupQuery { limit: 100, ..BackupQuery::default() }).await.err(),
        engine.analytics(&AnalyticsQuery::default()).await.err(),
        engine.verify_history().await.err(),
        engine.deployment("job").await.err(),
        engine.recover(&provider).await.err(),
    ];
    let mut cursor = None;
    loop {
        match engine.export_history(cursor).await {
            Ok(batch) => cursor = batch.cursor,
            Err(error) => {
                errors.push(Some(error));
                break;
            }
        }
        if cursor.is_none() {
            break;
        }
    }
    for name in ["c1", "c2", "c3"] {
        let wanted = TypeRef::named(name);
        errors.push(engine.version_tree(&wanted).await.err());
        match engine.version_history(&wanted, &VersionQuery::default()).await {
            Ok(versions) => {
                let hashes: Vec<_> = versions.iter().map(|one| one.info.hash.clone()).collect();
                if let [first, .., last] = &*hashes {
                    errors.push(engine.diff_versions(first, last).await.err());
                    errors.push(engine.common_ancestor(first, last).await.err());
                    errors.push(engine.lineage(first).await.err());
                }
            }
            Err(error) => errors.push(Some(error)),
        }
    }
    errors.iter().flatten().for_each(assert_said);
    let _ = engine.health(&provider).await;
}

/// Both sides and the memory as they stand before something is damaged.
struct Story(Vec<(String, Vec<u8>)>);

/// Belongs to nobody that the engine knows.
const FOREIGN: &str = "{\n  \"key\": \"Foreign\",\n  \"name\": \"Theirs alone\"\n}\n";

fn story() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(tell)
}

fn fields(label: &str, help: &str) -> String {
    json!([
        { "id": "f1", "name": "title", "label": label, "type": "text" },
        { "id": "f2", "name": "body", "label": "Body", "type": "richText", "helpText": help },
    ])
    .to_string()
}

/// `Article` moved on both sides, `Story` on the platform, `Press` in the studio, `Keep` nowhere.
fn tell() -> Story {
    let place = folder();
    let studio = Connection::open(place.path().join("dev.db")).expect("a database is made");
    studio
        .execute_batch(
            "CREATE TABLE Website (id TEXT PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE ContentItem (id TEXT, contentTypeId TEXT, websiteId TEXT, data TEXT);
         CREATE TABLE ContentType (id TEXT PRIMARY KEY, websiteId TEXT NOT NULL, name TEXT NOT NULL,
           fields TEXT NOT NULL, settings TEXT, createdAt DATETIME, updatedAt DATETIME);
         INSERT INTO Website VALUES ('w1', 'Site');",
        )
        .expect("tables are made");
    // Long enough that what is kept of it is compressed.
    let long = "help ".repeat(600);
    for (id, name) in [("c1", "Article"), ("c2", "Story"), ("c3", "Press"), ("c4", "Keep")] {
        let insert = "INSERT INTO ContentType VALUES (?1, 'w1', ?2, ?3, NULL, 1, 1)";
        studio.execute(insert, (id, name, fields("Title", &long))).expect("a row is made");
    }
    let change = |id: &str, label: &str| {
        let update = "UPDATE ContentType SET fields = ?2 WHERE id = ?1";
        studio.execute(update, (id, fields(label, &long))).expect("a row is changed");
    };
    let colleague = |key: &str| {
        let path = place.path().join("model").join(format!("{key}.json"));
        let text = std::fs::read_to_string(&path).expect("it was deployed");
        std::fs::write(path, text.replace("Title", "Theirs")).expect("a file is written");
    };
    live(async {
        let deploy = async || deploy(&engine(&place, &[KEY]), RunOptions::default()).await;
        let credentials = ProviderRequest {
            id: Some("optimizely".to_owned()),
            config: vec![
                ("clientId".to_owned(), "fuzz".to_owned()),
                ("clientSecret".to_owned(), "fuzz-secret".to_owned()),
            ],
        };
        let kept = engine(&place, &[KEY]).set_credentials(&credentials).await;
        assert!(kept.is_ok(), "{kept:?}");
        deploy().await;
        change("c1", "Second");
        deploy().await;
        change("c1", "Title");
        deploy().await;
        change("c1", "Ours");
        colleague("Article");
        let report = deploy().await;
        assert_eq!(report.outcomes.len(), 1, "{report:?}");
        colleague("Story");
        change("c3", "Headline");
    });
    std::fs::write(place.path().join("model/Foreign.json"), FOREIGN).expect("a file is written");
    let memory = Connection::open(place.path().join(MEMORY)).expect("the memory is there");
    // The last run seems to have died while it wrote.
    memory
        .execute_batch(
            "UPDATE sync_operations SET state = 'started' WHERE id = (SELECT max(id) FROM sync_operations);
             UPDATE sync_transactions SET completed_at = NULL
               WHERE id = (SELECT run_id FROM sync_operations ORDER BY id DESC LIMIT 1);
             PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .expect("the memory is changed");
    drop((memory, studio));
    Story(files(place.path(), ""))
}

fn files(folder: &Path, prefix: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/")));
        } else if !name.ends_with("-wal") && !name.ends_with("-shm") {
            found.push((name, std::fs::read(entry.path()).expect("a file")));
        }
    }
    found
}

impl Story {
    fn unfold(&self, place: &Path) {
        for (name, bytes) in &self.0 {
            let path = place.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, bytes).expect("a file is written");
        }
    }
}

/// Damages cells, and tells which. Rows that a rule of the table keeps from it stay as they are.
fn damage(memory: &Path, data: &[u8]) -> Vec<String> {
    let memory = Connection::open(memory).expect("the memory is there");
    let mut told = Vec::new();
    for one in data.chunks_exact(5).take(4) {
        let &[table, row, column, manner, degree] = one else { continue };
        let tables = if table < 128 { DECISIVE } else { TABLES };
        let Some(table) = pick(&memory, tables, table) else { continue };
        let Some(column) = pick(&memory, &COLUMNS.replace("{}", &table), column) else { continue };
        let rows = format!("SELECT count(*) FROM {table}");
        let rows: u32 = memory.query_row(&rows, [], |row| row.get(0)).expect("a count");
        if rows == 0 {
            continue;
        }
        let at = u32::from(row) % rows;
        let select = format!("SELECT {column} FROM {table} LIMIT 1 OFFSET {at}");
        let Ok(value) = memory.query_row(&select, [], |row| row.get::<_, Value>(0)) else {
            continue;
        };
        let new = damaged(&value, manner, degree);
        // By its place, because not every table has row ids.
        let keys = pick_all(&memory, &KEYS.replace("{}", &table)).join(", ");
        let update = format!(
            "UPDATE {table} SET {column} = ?1
             WHERE ({keys}) = (SELECT {keys} FROM {table} LIMIT 1 OFFSET {at})"
        );
        let outcome = memory.execute(&update, [&new]);
        told.push(format!("{table}[{at}].{column}: {value:?} -> {new:?}: {outcome:?}"));
    }
    told
}

const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table'
  AND name NOT IN ('sync_migrations', 'sqlite_sequence') ORDER BY name";
/// Of these, what is agreed on and what is under way.
const DECISIVE: &str = "SELECT name FROM sqlite_schema WHERE type = 'table'
  AND name IN ('sync_backups', 'sync_bases', 'sync_operations', 'sync_state') ORDER BY name";
const COLUMNS: &str = "SELECT name FROM pragma_table_info('{}') ORDER BY cid";
const KEYS: &str = "SELECT name FROM pragma_table_info('{}') WHERE pk > 0 ORDER BY pk";

fn pick_all(memory: &Connection, sql: &str) -> Vec<String> {
    let mut statement = memory.prepare(sql).expect("a question");
    let rows = statement.query_map([], |row| row.get(0)).expect("an answer");
    rows.collect::<Result<_, _>>().expect("names")
}

fn pick(memory: &Connection, sql: &str, at: u8) -> Option<String> {
    let all = pick_all(memory, sql);
    let at = usize::from(at).checked_rem(all.len())?;
    all.into_iter().nth(at)
}

/// Another value in the place of one: nothing that an engine would have written there.
fn damaged(value: &Value, manner: u8, degree: u8) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let bytes = match value {
        Value::Text(text) => text.clone().into_bytes(),
        Value::Blob(bytes) => bytes.clone(),
        _ => Vec::new(),
    };
    let again = |bytes: Vec<u8>| match value {
        Value::Blob(_) => Value::Blob(bytes),
        _ => Value::Text(String::from_utf8_lossy(&bytes).into_owned()),
    };
    let at = bytes.len() * usize::from(degree) / 256;
    match manner % 16 {
        0 => Value::Null,
        1 => text(""),
        2 => text("garbage"),
        3 => text("{}"),
        4 => text("[7,null,{\"a\":[]}]"),
        5 => Value::Integer(i64::MAX - i64::from(degree % 2)),
        6 => Value::Integer(i64::MIN + i64::from(degree % 2)),
        7 => Value::Real(f64::INFINITY),
        8 => Value::Blob(vec![0xff; usize::from(degree)]),
        9 => text(&"[".repeat(20_000)),
        10 => text(&format!("{{\"{}\":true}}", "/a".repeat(60_000))),
        11 => again(bytes.get(..at).unwrap_or_default().to_vec()),
        12 | 13 => {
            let mut bytes = bytes;
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (degree % 7);
            }
            again(bytes)
        }
        14 => Value::Integer(i64::from(degree) - 2),
        _ => Value::Blob(bytes),
    }
}
