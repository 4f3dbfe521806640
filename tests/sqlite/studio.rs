use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use catalyst_sync::port::{Columns, Studio as _, StudioError, TypeRow, WebsiteRow};
use catalyst_sync::sqlite::SqliteStudio;
use rusqlite::Connection;

use super::{PATIENCE, digests};
use crate::support::studio_db::{AI_FIELDS, SEED_FIELDS, StudioDb, UI_FIELDS};

fn studio(path: &Path) -> SqliteStudio {
    SqliteStudio::with_patience(path.to_owned(), PATIENCE)
}

fn website(id: &str, name: &str) -> WebsiteRow {
    WebsiteRow { id: id.to_owned(), name: name.to_owned() }
}

#[tokio::test]
async fn the_earlier_shape_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path())
        .website("w2", "Two")
        .website("w1", "One")
        .content_type("c3", "w2", "Event", UI_FIELDS)
        .content_type("c2", "w1", "Gadget", AI_FIELDS)
        .content_type("c1", "w1", "Post", SEED_FIELDS);
    let rows = studio(db.path()).read(None).await.unwrap().unwrap();

    assert_eq!(rows.columns, Columns { key: false, settings: true });
    assert_eq!(rows.websites, [website("w1", "One"), website("w2", "Two")]);
    let order: Vec<_> = rows.types.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(order, ["c2", "c1", "c3"], "by website, then as the rows were made");
    assert_eq!(
        rows.types[1],
        TypeRow {
            id: "c1".into(),
            website_id: "w1".into(),
            name: "Post".into(),
            fields: Some(SEED_FIELDS.into()),
            settings: Some(r#"{"pluralName":"Posts"}"#.into()),
            created_at: Some(1_700_000_000_000),
            updated_at: Some(1_700_000_000_001),
            ..TypeRow::default()
        }
    );
}

#[tokio::test]
async fn of_types_that_are_not_asked_for_only_what_they_are_called_by_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let databases = [StudioDb::sqlite_era as fn(&Path) -> StudioDb, StudioDb::head_era];
    for (at, era) in databases.into_iter().enumerate() {
        let folder = folder.path().join(at.to_string());
        fs::create_dir(&folder).unwrap();
        let db = era(&folder)
            .website("w1", "One")
            .content_type("c1", "w1", "Post", SEED_FIELDS)
            .content_type("c2", "w1", "Event", UI_FIELDS);
        let studio = studio(db.path());
        let all = studio.read(None).await.unwrap().unwrap();
        let wanted = || ["c2".to_owned(), "gone".to_owned()].into();
        let some = studio.read_some(None, wanted()).await.unwrap().unwrap();
        let [first, second] = &all.types[..] else { panic!("{all:?}") };
        let called = TypeRow {
            id: first.id.clone(),
            website_id: first.website_id.clone(),
            name: first.name.clone(),
            key: first.key.clone(),
            ..TypeRow::default()
        };
        assert_eq!(some.types, [called, second.clone()]);
        assert_eq!((some.columns, some.websites), (all.columns, all.websites));
        assert_eq!(studio.read_some(all.version, wanted()).await.unwrap(), None, "nothing moved");
    }
}

#[tokio::test]
async fn the_later_shape_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::head_era(folder.path()).website("w1", "One").content_type(
        "c1",
        "w1",
        "Blog Post",
        UI_FIELDS,
    );
    let rows = studio(db.path()).read(None).await.unwrap().unwrap();

    assert_eq!(rows.columns, Columns { key: true, settings: false });
    assert_eq!(
        rows.types,
        [TypeRow {
            id: "c1".into(),
            website_id: "w1".into(),
            name: "Blog Post".into(),
            key: Some("blog_post".into()),
            plural_name: Some("Blog Posts".into()),
            category: Some("page".into()),
            display_field: Some("title".into()),
            fields: Some(UI_FIELDS.into()),
            settings: None,
            created_at: Some(1_700_000_000_000),
            updated_at: Some(1_700_000_000_001),
        }]
    );
}

#[tokio::test]
async fn dates_are_read_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let mut db = StudioDb::sqlite_era(folder.path());
    let forms = [
        ("1700000000123", Some(1_700_000_000_123)),
        ("1700000000123.0", Some(1_700_000_000_123)),
        ("'2023-11-14T22:13:20.123Z'", Some(1_700_000_000_123)),
        ("'2023-11-14T22:13:20.123+00:00'", Some(1_700_000_000_123)),
        ("'2023-11-15T00:13:20+02:00'", Some(1_700_000_000_000)),
        ("'2023-11-14T22:13:20'", Some(1_700_000_000_000)),
        ("'2023-11-14 22:13:20'", Some(1_700_000_000_000)),
        ("'2023-11-14 22:13:20.123'", Some(1_700_000_000_123)),
        ("'soon'", None),
        ("x'00'", None),
    ];
    for (at, (written, _)) in forms.iter().enumerate() {
        db = db.content_type(&at.to_string(), "w", "T", "[]").sql(&format!(
            "UPDATE ContentType SET createdAt = {written}, updatedAt = {written} WHERE id = '{at}'"
        ));
    }
    let rows = studio(db.path()).read(None).await.unwrap().unwrap();
    for (row, (written, expected)) in rows.types.iter().zip(forms) {
        assert_eq!((row.created_at, row.updated_at), (expected, expected), "{written}");
    }
}

#[tokio::test]
async fn fields_of_any_storage_class_are_text_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE Website (id TEXT, name TEXT);
             CREATE TABLE ContentType (id TEXT, websiteId TEXT, name TEXT, fields);",
        )
        .unwrap();
    let classes = [
        ("NULL", None),
        ("'[]'", Some("[]")),
        ("''", Some("")),
        ("'no JSON'", Some("no JSON")),
        ("x'5b5d'", Some("[]")),
        ("x'ff00'", None),
        ("CAST(x'5bff' AS TEXT)", None),
        ("7", None),
    ];
    for (written, _) in classes {
        let sql = format!("INSERT INTO ContentType VALUES ('c', 'w', 'T', {written})");
        connection.execute(&sql, []).unwrap();
    }
    let rows = studio(&path).read(None).await.unwrap().unwrap();
    for (row, (written, expected)) in rows.types.iter().zip(classes) {
        assert_eq!(row.fields.as_deref(), expected, "{written}");
    }
}

#[tokio::test]
async fn nothing_is_read_when_nothing_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).website("w1", "One");
    for mode in ["DELETE", "WAL"] {
        let other = db.connect();
        other.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
        let studio = studio(db.path());
        let first = studio.read(None).await.unwrap().unwrap();
        assert_eq!(studio.read(first.version).await.unwrap(), None, "{mode}");

        other.execute("UPDATE Website SET name = name || '!'", []).unwrap();
        let second = studio.read(first.version).await.unwrap().expect(mode);
        assert_ne!(second.version, first.version);
        assert_eq!(studio.read(second.version).await.unwrap(), None, "{mode}");
        assert!(studio.read(None).await.unwrap().is_some(), "who saw nothing gets everything");
    }
}

#[tokio::test]
async fn what_one_studio_saw_says_nothing_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path());
    let seen = studio(db.path()).read(None).await.unwrap().unwrap().version;
    assert!(studio(db.path()).read(seen).await.unwrap().is_some());
}

#[tokio::test]
async fn a_replaced_file_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).website("w1", "One");
    let fresh = tempfile::tempdir().unwrap();
    let other = StudioDb::sqlite_era(fresh.path()).website("w1", "Two");
    let studio = studio(db.path());
    let first = studio.read(None).await.unwrap().unwrap();

    fs::rename(other.path(), db.path()).unwrap();
    let second = studio.read(first.version).await.unwrap().expect("another file");
    assert_eq!(second.websites, [website("w1", "Two")]);

    // Written over in place, with a commit counter that happens to be the same.
    let old = StudioDb::sqlite_era(fresh.path()).website("w1", "Old");
    fs::write(db.path(), fs::read(old.path()).unwrap()).unwrap();
    let third = studio.read(second.version).await.unwrap().expect("another content");
    assert_eq!(third.websites, [website("w1", "Old")]);
}

#[tokio::test]
async fn a_file_that_goes_away_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path());
    let studio = studio(db.path());
    let seen = studio.read(None).await.unwrap().unwrap().version;
    fs::remove_file(db.path()).unwrap();
    assert!(matches!(studio.read(seen).await, Err(StudioError::NotFound { .. })));
}

#[tokio::test]
async fn what_is_no_studio_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let database = |name: &str, sql: &str| {
        Connection::open(at(name)).unwrap().execute_batch(sql).unwrap();
    };
    fs::create_dir(at("folder.db")).unwrap();
    fs::write(at("empty.db"), "").unwrap();
    fs::write(at("text.db"), "no database ".repeat(100)).unwrap();
    database("other.db", "CREATE TABLE t (a)");
    database("half.db", "CREATE TABLE Website (id, name); CREATE TABLE ContentType (id, name)");
    database("torn.db", "CREATE TABLE Website (id, name)");
    let mut bytes = fs::read(at("torn.db")).unwrap();
    bytes[100..].fill(0xff);
    fs::write(at("torn.db"), bytes).unwrap();

    for (name, expected) in [
        ("folder.db", "it is a folder"),
        ("empty.db", "it is empty"),
        ("text.db", "file is not a database"),
        ("other.db", "it has no table Website"),
        ("half.db", "its table ContentType has no column websiteId"),
        ("torn.db", "database disk image is malformed"),
    ] {
        let error = studio(&at(name)).read(None).await.unwrap_err();
        assert!(
            matches!(&error, StudioError::Invalid { reason, .. } if reason == expected),
            "{name}: {error:?}"
        );
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[tokio::test]
async fn a_missing_file_is_found_out_on_the_first_read_and_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev.db");
    let missing = studio(&path);
    assert_eq!(missing.path(), path);
    let error = missing.read(None).await.unwrap_err();
    assert!(matches!(&error, StudioError::NotFound { path: own } if Path::new(own) == path));
    let below_a_file = folder.path().join("file");
    fs::write(&below_a_file, "").unwrap();
    let error = studio(&below_a_file.join("dev.db")).read(None).await.unwrap_err();
    assert!(matches!(error, StudioError::NotFound { .. }), "{error}");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_locked_database_is_busy_until_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path());
    let other = db.connect();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let studio = studio(db.path());
    assert!(matches!(studio.read(None).await, Err(StudioError::Busy { .. })));
    other.execute_batch("COMMIT").unwrap();
    assert!(studio.read(None).await.unwrap().is_some());
}

#[tokio::test]
async fn a_write_that_died_is_not_undone_by_us() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).website("w1", "One");
    // What a process leaves that dies in the middle of a commit: the file and its journal.
    let other = db.connect();
    other.execute_batch("PRAGMA cache_size = 1; BEGIN; UPDATE Website SET name = 'Two'").unwrap();
    let dead = folder.path().join("dead.db");
    fs::copy(db.path(), &dead).unwrap();
    let mut journal = fs::read(folder.path().join("dev.db-journal")).unwrap();
    journal[..8].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    fs::write(folder.path().join("dead.db-journal"), journal).unwrap();
    let before = digests(folder.path());

    let error = studio(&dead).read(None).await.unwrap_err();
    assert!(
        matches!(&error, StudioError::Failed { reason, .. } if reason.contains("never finished")),
        "{error:?}"
    );
    assert_eq!(digests(folder.path()), before);
}

#[tokio::test]
async fn content_items_are_counted_by_type() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).content_items("c1", 3).content_items("c2", 1);
    let studio = studio(db.path());
    let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
    let counted = studio.content_items(ids(&["c1", "c3", "it's"])).await.unwrap();
    assert_eq!(counted, BTreeMap::from([("c1".to_owned(), 3)]));
    assert_eq!(studio.content_items(Vec::new()).await.unwrap(), BTreeMap::new());

    db.sql("DROP TABLE ContentItem");
    assert_eq!(studio.content_items(ids(&["c1"])).await.unwrap(), BTreeMap::new());
}

#[tokio::test]
async fn reading_leaves_the_file_byte_for_byte() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let db = StudioDb::sqlite_era(folder.path())
            .website("w1", "One")
            .content_type("c1", "w1", "Event", UI_FIELDS)
            .sql("PRAGMA user_version = 7");
        db.connect().query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
        let before = digests(folder.path())["dev.db"];

        let studio = studio(db.path());
        studio.read(None).await.unwrap().unwrap();
        studio.content_items(vec!["c1".to_owned()]).await.unwrap();
        drop(studio);

        assert_eq!(digests(folder.path())["dev.db"], before, "{mode}");
        let stored = db.connect();
        let journal: String =
            stored.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let version: i64 = stored.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!((journal.to_uppercase().as_str(), version), (mode, 7));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_log_less_database_is_read_where_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).website("w1", "One");
    db.connect().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    super::forbid_shared_memory(db.path());

    let studio = studio(db.path());
    let rows = studio.read(None).await.unwrap().unwrap();
    assert_eq!(rows.websites, [website("w1", "One")]);
    assert_eq!(studio.read(rows.version).await.unwrap(), None);

    // Somebody who can write replaces it.
    let bytes = fs::read(db.path()).unwrap();
    fs::write(db.path(), [bytes, vec![0; 4096]].concat()).unwrap();
    assert!(studio.read(rows.version).await.unwrap().is_some());

    // A log would be missed, so it is an error instead.
    fs::write(folder.path().join("dev.db-wal"), "log").unwrap();
    let fresh = SqliteStudio::with_patience(db.path().to_owned(), PATIENCE);
    assert!(matches!(fresh.read(None).await, Err(StudioError::Failed { .. })));
}

#[tokio::test]
async fn a_writer_is_never_refused_because_of_us() {
    for mode in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().unwrap();
        let mut db = StudioDb::sqlite_era(folder.path()).website("w1", "One");
        for at in 0..20 {
            db = db.content_type(&format!("c{at}"), "w1", "Event", UI_FIELDS);
        }
        let writer = db.connect();
        writer.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
        // As Prisma does.
        writer.busy_timeout(Duration::from_secs(5)).unwrap();

        let studio = SqliteStudio::new(db.path().to_owned());
        let writing = thread::spawn(move || {
            for at in 0..50 {
                let sql = "INSERT INTO Website (id, name, category, updatedAt)
                           VALUES (?1, 'x', 'x', 1)";
                writer.execute(sql, [format!("x{at}")]).expect("never busy");
            }
        });
        while !writing.is_finished() {
            let rows = studio.read(None).await.unwrap().unwrap();
            assert_eq!(rows.types.len(), 20, "{mode}");
        }
        writing.join().unwrap();
        let rows = studio.read(None).await.unwrap().unwrap();
        assert_eq!(rows.websites.len(), 51, "{mode}");
    }
}
