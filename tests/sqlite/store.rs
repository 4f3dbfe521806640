use std::fs;
use std::path::Path;

use catalyst_sync::port::{Store as _, StoreError};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use rusqlite::Connection;

use super::{PATIENCE, digests, empty_store, leased_store, scope};
use crate::support::studio_db::{StudioDb, UI_FIELDS};

fn store_at(file: &Path) -> SqliteStore {
    SqliteStore::with_patience(&StateLocation::at(file, "/no/studio"), PATIENCE)
}

const MIGRATIONS: &str = "1 state,2 history,3 conflicts,4 versions,5 rows,6 row history,7 run scopes,8 audit,\
     9 rollback,10 run signals,11 credentials";

fn text(connection: &Connection, sql: &str) -> String {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn read_everything(store: &SqliteStore) {
    assert_eq!(store.states(&scope("w1")).await.unwrap(), []);
    assert!(store.details(&scope("w1"), Vec::new()).await.unwrap().is_empty());
    assert_eq!(store.claims(&scope("w1")).await.unwrap(), []);
    assert_eq!(store.run("deploy-1", None).await.unwrap(), None);
    assert_eq!(store.last_run(&scope("w1")).await.unwrap(), None);
    assert_eq!(store.open_operations(&scope("w1")).await.unwrap(), []);
    assert_eq!(store.earlier().await.unwrap(), None);
}

#[tokio::test]
async fn reading_a_store_that_does_not_exist_makes_none() {
    let (folder, store, _) = empty_store();
    read_everything(&store).await;
    assert_eq!(digests(folder.path()).len(), 0);
}

#[tokio::test]
async fn the_first_write_makes_a_durable_store() {
    let (_folder, store, file) = empty_store();
    store.check_writable().await.unwrap();
    let connection = Connection::open(&file).unwrap();
    assert_eq!(text(&connection, "PRAGMA journal_mode"), "wal");
    assert_eq!(
        text(&connection, "SELECT group_concat(number || ' ' || name) FROM sync_migrations"),
        MIGRATIONS
    );
    let tables = text(
        &connection,
        "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema
         WHERE type = 'table' ORDER BY name)",
    );
    assert_eq!(
        tables,
        "conflict_log content_type_versions credentials sync_audit sync_audit_head sync_backups \
         sync_bases sync_checks sync_history sync_imports sync_leases sync_migrations \
         sync_operations sync_rows sync_run_links sync_run_log sync_run_scopes sync_run_signals \
         sync_state sync_transactions version_heads version_parents"
    );
}

#[tokio::test]
async fn a_store_that_was_left_empty_is_still_a_new_one() {
    let (_folder, store, file) = empty_store();
    fs::write(&file, "").unwrap();
    read_everything(&store).await;
    store.check_writable().await.unwrap();
}

#[tokio::test]
async fn what_is_not_ours_is_never_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    fs::write(&text, "not a database, but somebody's notes ".repeat(100)).unwrap();
    let other = folder.path().join("other");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE sync_state (mine)").unwrap();
    let before = digests(folder.path());
    for (file, expected) in
        [(&text, "file is not a database"), (&other, "it is a database of another program")]
    {
        let store = store_at(file);
        for outcome in [
            store.check_writable().await,
            store.states(&scope("w1")).await.map(drop),
            store.acquire(&scope("w1"), "tests", 1).await.map(drop),
        ] {
            assert!(
                matches!(&outcome, Err(StoreError::Incompatible { reason, .. }) if reason == expected),
                "{outcome:?}"
            );
        }
    }
    assert_eq!(digests(folder.path()), before);
}

#[tokio::test]
async fn a_state_of_a_newer_release_or_with_changed_migrations_is_refused() {
    for (change, expected) in [
        (
            "INSERT INTO sync_migrations VALUES (99, 'later', 'x', '9.0.0')",
            "migration 99, applied by release 9.0.0, is not known to this release",
        ),
        (
            "UPDATE sync_migrations SET checksum = 'x', release = '0.0.1' WHERE number = 1",
            "migration 1, applied by release 0.0.1, is not the one of this release",
        ),
    ] {
        let (_folder, store, file) = empty_store();
        store.check_writable().await.unwrap();
        drop(store);
        Connection::open(&file).unwrap().execute_batch(change).unwrap();
        let store = store_at(&file);
        for outcome in [store.check_writable().await, store.states(&scope("w1")).await.map(drop)] {
            assert!(
                matches!(&outcome, Err(StoreError::Incompatible { reason, .. }) if reason == expected),
                "{outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_state_of_an_older_release_is_brought_up_to_date_before_it_is_read() {
    let (_folder, store, file) = empty_store();
    let sql = "CREATE TABLE sync_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL,
                 checksum TEXT NOT NULL, release TEXT NOT NULL)";
    Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    assert_eq!(store.states(&scope("w1")).await.unwrap(), []);
    let applied = "SELECT group_concat(number || ' ' || name) FROM sync_migrations";
    let all = MIGRATIONS;
    assert_eq!(text(&Connection::open(&file).unwrap(), applied), all);
}

/// Permissions do not bind the superuser, so these are places where nobody can make a file.
#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut places = vec![
        folder.path().join("file/dev.db.catalyst-sync"),
        folder.path().join("missing/dev.db.catalyst-sync"),
    ];
    if cfg!(target_os = "linux") {
        places.push("/proc/dev.db.catalyst-sync".into());
    }
    for file in places {
        let store = store_at(&file);
        read_everything(&store).await;
        for outcome in
            [store.check_writable().await, store.acquire(&scope("w1"), "t", 1).await.map(drop)]
        {
            assert!(
                matches!(&outcome, Err(StoreError::ReadOnly { path, .. }) if Path::new(path) == file),
                "{outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn locks_that_cannot_be_made_are_a_read_only_place() {
    let (folder, store, file) = empty_store();
    fs::write(folder.path().join("dev.db.catalyst-sync.locks"), "in the way").unwrap();
    let refused = store.acquire(&scope("w1"), "tests", 1).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Failed { path, .. } | StoreError::ReadOnly { path, .. }
            if path.starts_with(&file.display().to_string())),
        "{refused:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_state_is_readable_where_it_cannot_be_written() {
    let (_folder, store, lease) = leased_store().await;
    store.release(lease).await.unwrap();
    let file = store.path().to_owned();
    drop(store);
    // Closing the last connection writes the log back and removes it.
    Connection::open(&file).unwrap().execute_batch("SELECT 1 FROM sync_state").unwrap();
    super::forbid_shared_memory(&file);

    let store = store_at(&file);
    assert_eq!(store.states(&scope("w1")).await.unwrap(), []);
    let refused = store.check_writable().await.unwrap_err();
    assert!(matches!(&refused, StoreError::ReadOnly { path, .. } if Path::new(path) == file));
}

#[tokio::test]
async fn a_state_that_somebody_writes_is_busy_for_writers_and_readable() {
    let (_folder, store, lease) = leased_store().await;
    let other = Connection::open(store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.record(&lease, Vec::new()).await, Err(StoreError::Busy { .. })));
    assert_eq!(store.states(&scope("w1")).await.unwrap(), []);
    store.check(&lease).await.unwrap();
    other.execute_batch("COMMIT").unwrap();
    store.record(&lease, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_state_that_was_removed_is_made_anew() {
    let (_folder, store, file) = empty_store();
    store.begin_run(super::journal::run("run-1", "deploy-1", 1)).await.unwrap();
    assert!(store.run("deploy-1", None).await.unwrap().is_some());
    for suffix in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{suffix}", file.display())).unwrap();
    }
    assert_eq!(store.run("deploy-1", None).await.unwrap(), None);
    store.begin_run(super::journal::run("run-1", "deploy-1", 1)).await.unwrap();
    assert!(store.run("deploy-1", None).await.unwrap().is_some());
}

#[tokio::test]
async fn two_stores_that_begin_at_once_make_one_state() {
    let (_folder, _, file) = empty_store();
    let stores = [
        SqliteStore::new(&StateLocation::at(&file, "/no/studio")),
        SqliteStore::new(&StateLocation::at(&file, "/no/studio")),
    ];
    let (first, second) = tokio::join!(
        stores[0].begin_run(super::journal::run("run-1", "deploy-1", 1)),
        stores[1].begin_run(super::journal::run("run-2", "deploy-2", 1)),
    );
    first.unwrap();
    second.unwrap();
    for job in ["deploy-1", "deploy-2"] {
        assert!(stores[0].run(job, None).await.unwrap().is_some(), "{job}");
    }
}

#[tokio::test]
async fn within_the_studio_only_prefixed_tables_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path())
        .website("w1", "One")
        .content_type("c1", "w1", "Event", UI_FIELDS)
        .earlier_attempt()
        .sql("PRAGMA user_version = 7");
    let studio_tables = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema
        WHERE name NOT LIKE 'catalyst%' ORDER BY rowid)";
    let schema = text(&db.connect(), studio_tables);
    let before = digests(folder.path());
    let store = SqliteStore::with_patience(&StateLocation::within(db.path()), PATIENCE);
    read_everything(&store).await;
    assert_eq!(digests(folder.path()), before, "reading writes nothing");

    let lease = store.acquire(&scope("w1"), "tests", 1).await.unwrap();
    store.intend(&lease, super::journal::intent("c1")).await.unwrap();
    assert_eq!(store.open_operations(&scope("w1")).await.unwrap().len(), 1);

    let connection = db.connect();
    assert_eq!(text(&connection, studio_tables), schema);
    assert_eq!(text(&connection, "PRAGMA journal_mode"), "delete");
    assert_eq!(text(&connection, "SELECT user_version || '' FROM pragma_user_version"), "7");
    let unprefixed = "SELECT count(*) || '' FROM sqlite_schema WHERE name LIKE '%sync_operations%'
        AND name NOT LIKE 'catalyst\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    assert_eq!(text(&connection, unprefixed), "0");
}

#[tokio::test]
async fn within_a_studio_that_does_not_exist_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dev.db");
    let store = SqliteStore::with_patience(&StateLocation::within(&file), PATIENCE);
    read_everything(&store).await;
    let refused = store.check_writable().await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Failed { reason, .. } if reason == "there is no database")
    );
    assert!(!file.exists());
}
