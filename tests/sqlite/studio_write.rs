//! One row of the studio is written, or nothing is.

use std::thread;
use std::time::Duration;

use catalyst_sync::port::{RowOutcome, RowSet, RowWrite, Studio as _, StudioError, TypeRow};
use catalyst_sync::sqlite::SqliteStudio;
use rusqlite::Connection;

use super::PATIENCE;
use crate::support::studio_db::{AI_FIELDS, SEED_FIELDS, StudioDb, UI_FIELDS};

const NOW: i64 = 1_750_000_000_000;

type Make = fn(&tempfile::TempDir) -> StudioDb;

fn earlier(folder: &tempfile::TempDir) -> StudioDb {
    StudioDb::sqlite_era(folder.path())
        .website("w1", "One")
        .content_type("c1", "w1", "Event", UI_FIELDS)
        .content_type("c2", "w1", "Post", SEED_FIELDS)
}

fn later(folder: &tempfile::TempDir) -> StudioDb {
    StudioDb::head_era(folder.path())
        .website("w1", "One")
        .content_type("c1", "w1", "Event", UI_FIELDS)
        .content_type("c2", "w1", "Post", AI_FIELDS)
}

fn studio(db: &StudioDb) -> SqliteStudio {
    SqliteStudio::with_patience(db.path().to_owned(), PATIENCE)
}

async fn rows(studio: &SqliteStudio) -> RowSet {
    studio.read(None).await.unwrap().unwrap()
}

async fn row(studio: &SqliteStudio, id: &str) -> TypeRow {
    rows(studio).await.types.into_iter().find(|row| row.id == id).unwrap()
}

/// Everything that is stored, but for one row of content types.
fn besides(connection: &Connection, id: &str) -> Vec<String> {
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut all =
        texts("SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY name");
    all.extend(texts("SELECT journal_mode FROM pragma_journal_mode"));
    for pragma in ["user_version", "application_id", "encoding", "auto_vacuum", "page_size"] {
        all.extend(texts(&format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}")));
    }
    all.extend(texts("SELECT json_array(id, name, updatedAt) FROM Website"));
    all.extend(texts("SELECT json_array(id, contentTypeId, data, updatedAt) FROM ContentItem"));
    all.extend(texts(&format!(
        "SELECT json_array(id, websiteId, name, fields, createdAt, updatedAt)
         FROM ContentType WHERE id <> '{id}' ORDER BY id"
    )));
    all
}

#[tokio::test]
async fn a_row_that_is_as_it_was_read_is_changed_and_nothing_else_is() {
    for mode in ["DELETE", "WAL"] {
        for make in [earlier, later] {
            let folder = tempfile::tempdir().unwrap();
            let db = make(&folder).content_items("c2", 2);
            let other = db.connect();
            other.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
            let before = besides(&other, "c1");
            let studio = studio(&db);
            let seen = row(&studio, "c1").await;
            let meant = TypeRow {
                name: "Party".to_owned(),
                fields: Some(r#"{"name":"Party","fields":[]}"#.into()),
                updated_at: Some(NOW),
                ..seen.clone()
            };
            let write = RowWrite::update(seen, meant.clone());
            assert_eq!(studio.write(write.clone()).await.unwrap(), RowOutcome::Written);
            assert_eq!(row(&studio, "c1").await, meant);
            assert_eq!(besides(&other, "c1"), before);
            let form: String = other
                .query_row("SELECT typeof(updatedAt) FROM ContentType WHERE id = 'c1'", [], |row| {
                    row.get(0)
                })
                .unwrap();
            assert_eq!(form, "integer");
            // Said once more, it is not as it was seen.
            assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Moved);
        }
    }
}

/// SQLite orders integers before texts, so a date is written as those beside it.
#[tokio::test]
async fn dates_are_written_in_the_form_that_stands_there() {
    // NOW is 2025-06-15T15:06:40Z.
    let forms = [
        ("1700000000123", "1750000000000"),
        ("1700000000123.0", "1750000000000"),
        ("'2023-11-14T22:13:20.123Z'", "2025-06-15T15:06:40.000Z"),
        ("'2023-11-14T22:13:20.123+00:00'", "2025-06-15T15:06:40.000+00:00"),
        ("'2023-11-15T00:13:20+02:00'", "2025-06-15T15:06:40.000+00:00"),
        ("'2023-11-14 22:13:20'", "2025-06-15 15:06:40.000"),
        ("'soon'", "1750000000000"),
    ];
    for (stands, expected) in forms {
        let folder = tempfile::tempdir().unwrap();
        let db = earlier(&folder).sql(&format!(
            "UPDATE ContentType SET createdAt = 5, updatedAt = 5;
             UPDATE ContentType SET createdAt = {stands}, updatedAt = {stands} WHERE id = 'c2'"
        ));
        let studio = studio(&db);
        let written = |id: &str| -> (String, String) {
            let sql = "SELECT CAST(createdAt AS TEXT), CAST(updatedAt AS TEXT) FROM ContentType
                       WHERE id = ?1";
            let connection = db.connect();
            connection.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        for (id, expected) in [("c1", "1750000000000"), ("c2", expected)] {
            let seen = row(&studio, id).await;
            let created = written(id).0;
            let meant = TypeRow { updated_at: Some(NOW), ..seen.clone() };
            let write = RowWrite::update(seen, meant.clone());
            assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Written);
            assert_eq!(written(id), (created, expected.to_owned()), "{stands}");
            assert_eq!(row(&studio, id).await, meant, "{stands}");
        }
        // A new row is written as the newest, whatever the older ones are.
        let (created_at, updated_at) = (Some(NOW), Some(NOW));
        let id = "cnew".to_owned();
        let new = TypeRow { id, created_at, updated_at, ..row(&studio, "c1").await };
        let new = TypeRow { name: "New".to_owned(), ..new };
        let outcome = studio.write(RowWrite::insert(new.clone())).await.unwrap();
        assert_eq!(outcome, RowOutcome::Written);
        assert_eq!(written("cnew"), (expected.to_owned(), expected.to_owned()), "{stands}");
        assert_eq!(row(&studio, "cnew").await, new);
    }
}

#[tokio::test]
async fn a_row_that_moved_in_any_column_is_left_alone() {
    let moves = [
        "UPDATE ContentType SET name = 'Other' WHERE id = 'c1'",
        "UPDATE ContentType SET websiteId = 'w2' WHERE id = 'c1'",
        "UPDATE ContentType SET fields = fields || ' ' WHERE id = 'c1'",
        "UPDATE ContentType SET updatedAt = updatedAt + 1 WHERE id = 'c1'",
        "UPDATE ContentType SET createdAt = createdAt + 1 WHERE id = 'c1'",
        "DELETE FROM ContentType WHERE id = 'c1'",
    ];
    let of_the_earlier = ["UPDATE ContentType SET settings = '{}' WHERE id = 'c1'"];
    let of_the_later = [
        "UPDATE ContentType SET \"key\" = 'other' WHERE id = 'c1'",
        "UPDATE ContentType SET pluralName = 'Others' WHERE id = 'c1'",
        "UPDATE ContentType SET category = 'folder' WHERE id = 'c1'",
        "UPDATE ContentType SET displayField = NULL WHERE id = 'c1'",
    ];
    let eras: [(Make, Vec<&str>); 2] = [
        (earlier, [&moves[..], &of_the_earlier[..]].concat()),
        (later, [&moves[..], &of_the_later[..]].concat()),
    ];
    for (make, moves) in eras {
        for sql in moves {
            let folder = tempfile::tempdir().unwrap();
            let db = make(&folder);
            let studio = studio(&db);
            let seen = row(&studio, "c1").await;
            db.connect().execute_batch(sql).unwrap();
            let now = rows(&studio).await.types;
            let meant = TypeRow { fields: Some("[]".into()), ..seen.clone() };
            for write in [RowWrite::update(seen.clone(), meant), RowWrite::delete(seen.clone())] {
                assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Moved, "{sql}");
            }
            assert_eq!(rows(&studio).await.types, now, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_new_type_is_added_once() {
    for make in [earlier, later] {
        let folder = tempfile::tempdir().unwrap();
        let db = make(&folder);
        let studio = studio(&db);
        let has_key = rows(&studio).await.columns.key;
        let only_later = |text: &str| has_key.then(|| text.to_owned());
        let new = TypeRow {
            id: "cnew".to_owned(),
            website_id: "w1".to_owned(),
            name: "Venue".to_owned(),
            key: only_later("venue"),
            plural_name: only_later("Venues"),
            category: only_later("component"),
            display_field: None,
            fields: Some(SEED_FIELDS.into()),
            settings: (!has_key).then(|| "{}".into()),
            created_at: Some(NOW),
            updated_at: Some(NOW),
        };
        let write = RowWrite::insert(new.clone());
        assert_eq!(studio.write(write.clone()).await.unwrap(), RowOutcome::Written);
        assert_eq!(row(&studio, "cnew").await, new);
        assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Taken);
        if has_key {
            let same_key = TypeRow { id: "cother".to_owned(), ..new };
            let outcome = studio.write(RowWrite::insert(same_key)).await.unwrap();
            assert_eq!(outcome, RowOutcome::Taken);
            let event = row(&studio, "c1").await;
            let renamed = TypeRow { key: Some("venue".to_owned()), ..event.clone() };
            let write = RowWrite::update(event, renamed);
            assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Taken);
        }
        assert_eq!(rows(&studio).await.types.len(), 3);
    }
}

#[tokio::test]
async fn a_type_is_deleted_only_without_content() {
    let folder = tempfile::tempdir().unwrap();
    let db = earlier(&folder).content_items("c1", 2);
    let studio = studio(&db);
    let delete = RowWrite::delete(row(&studio, "c1").await);
    assert_eq!(studio.write(delete.clone()).await.unwrap(), RowOutcome::InUse { items: 2 });
    db.connect().execute_batch("DELETE FROM ContentItem").unwrap();
    assert_eq!(studio.write(delete.clone()).await.unwrap(), RowOutcome::Written);
    assert_eq!(studio.write(delete).await.unwrap(), RowOutcome::Moved);
    let left: Vec<String> = rows(&studio).await.types.into_iter().map(|row| row.id).collect();
    assert_eq!(left, ["c2"]);
}

#[tokio::test]
async fn a_locked_database_is_waited_for_and_then_busy() {
    let folder = tempfile::tempdir().unwrap();
    let db = earlier(&folder);
    let studio = studio(&db);
    let seen = row(&studio, "c1").await;
    let meant = TypeRow { updated_at: Some(NOW), ..seen.clone() };
    let write = RowWrite::update(seen, meant.clone());
    let other = db.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(studio.write(write.clone()).await, Err(StudioError::Busy { .. })));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Written);
    assert_eq!(row(&studio, "c1").await, meant);
}

/// Two programs count up in one text, each by reading, comparing and setting; no count is lost.
#[tokio::test]
async fn no_edit_of_another_program_is_lost() {
    const ROUNDS: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let db = earlier(&folder);
    let ours = SqliteStudio::with_patience(db.path().to_owned(), Duration::from_secs(20));
    let path = db.path().to_owned();
    let theirs = thread::spawn(move || {
        let connection = Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        for _ in 0..ROUNDS {
            let sql = "UPDATE ContentType SET fields = fields || 't' WHERE id = 'c1'";
            connection.execute(sql, []).unwrap();
        }
    });
    let mut written = 0;
    while written < ROUNDS {
        let seen = row(&ours, "c1").await;
        let fields = format!("{}o", seen.fields.as_deref().unwrap());
        let meant = TypeRow { fields: Some(fields.into()), ..seen.clone() };
        match ours.write(RowWrite::update(seen, meant)).await.unwrap() {
            RowOutcome::Written => written += 1,
            outcome => assert_eq!(outcome, RowOutcome::Moved),
        }
    }
    theirs.join().unwrap();
    let fields = row(&ours, "c1").await.fields.unwrap();
    let marks = fields.strip_prefix(UI_FIELDS).unwrap();
    assert_eq!(marks.matches('o').count(), ROUNDS);
    assert_eq!(marks.matches('t').count(), ROUNDS);
}

#[tokio::test]
async fn what_the_database_refuses_is_an_error_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let db = earlier(&folder).sql(
        "CREATE TABLE Kept AS SELECT * FROM ContentType; DROP TABLE ContentType;
         CREATE TABLE ContentType (id TEXT NOT NULL PRIMARY KEY,
           websiteId TEXT NOT NULL REFERENCES Website(id) ON DELETE CASCADE, name TEXT NOT NULL,
           fields TEXT NOT NULL, settings TEXT, createdAt DATETIME NOT NULL,
           updatedAt DATETIME NOT NULL);
         INSERT INTO ContentType SELECT * FROM Kept; DROP TABLE Kept;",
    );
    let studio = studio(&db);
    let seen = row(&studio, "c1").await;
    let orphan = TypeRow { id: "cnew".to_owned(), website_id: "nobody".to_owned(), ..seen.clone() };
    let error = studio.write(RowWrite::insert(orphan)).await.unwrap_err();
    assert!(
        matches!(&error, StudioError::Refused { reason, .. } if reason.contains("FOREIGN KEY"))
    );
    let empty = TypeRow { fields: None, ..seen.clone() };
    let write = RowWrite::update(seen.clone(), empty);
    assert!(matches!(studio.write(write).await, Err(StudioError::Refused { .. })));
    assert_eq!(row(&studio, "c1").await, seen);
    assert_eq!(rows(&studio).await.types.len(), 2);
}

#[tokio::test]
async fn a_missing_database_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev.db");
    let studio = SqliteStudio::with_patience(path.clone(), PATIENCE);
    let write = RowWrite::insert(TypeRow::default());
    assert!(matches!(studio.write(write).await, Err(StudioError::NotFound { .. })));
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_system_that_takes_no_writes_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let db = earlier(&folder);
    db.connect().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    super::forbid_shared_memory(db.path());
    let studio = studio(&db);
    let seen = row(&studio, "c1").await;
    let meant = TypeRow { updated_at: Some(NOW), ..seen.clone() };
    let error = studio.write(RowWrite::update(seen, meant)).await.unwrap_err();
    assert!(matches!(error, StudioError::ReadOnly { .. }), "{error:?}");
}
