use catalyst_sync::model::Finding;
use catalyst_sync::port::{Store as _, StoreError};
use catalyst_sync::sqlite::{Earlier, SqliteStore, StateLocation};
use rusqlite::Connection;

use super::{PATIENCE, digests, scope};
use crate::support::studio_db::{StudioDb, UI_FIELDS};

fn store(db: &StudioDb) -> SqliteStore {
    SqliteStore::with_patience(&StateLocation::beside(db.path()), PATIENCE)
}

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn versions_and_ended_attempts_are_taken_over_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path())
        .website("w1", "One")
        .content_type("c1", "w1", "Event", UI_FIELDS)
        .earlier_attempt();
    let first = db.earlier_version("c1", None, r#"{"key":"c1","fields":[]}"#);
    let second = db.earlier_version("gone", Some(&first), r#"{"key":"gone","fields":[1]}"#);
    let db = db.sql(&format!(
        "INSERT INTO version_parents VALUES ('{second}', '{first}', 0);
         INSERT INTO sync_history (id, type_key, version_hash, target_platform, sync_direction,
           sync_status, pushed_data, retry_count, started_at)
         VALUES ('h1', 'c1', '{first}', 'optimizely', 'PUSH', 'SUCCESS', '{{}}', 2, 1700000000000),
                ('h2', 'c1', '{first}', 'optimizely', 'PUSH', 'IN_PROGRESS', '{{}}', 0, 1);
         INSERT INTO sync_state VALUES ('article', 'x', 'y', 'z', 'in_sync', 1, 1, NULL);
         INSERT INTO conflict_log VALUES ('conflict_1', 'article', 'x', 'y', 'field', '{{}}', 1);"
    ));
    let before = digests(folder.path())["dev.db"];

    let store = store(&db);
    store.check_writable().await.unwrap();
    let expected = Earlier { versions: 2, parents: 1, history: 1, findings: Vec::new() };
    assert_eq!(store.earlier().await.unwrap(), Some(expected.clone()));

    let state = Connection::open(store.path()).unwrap();
    assert_eq!(
        rows(
            &state,
            "SELECT json_array(website_id, local_id, version_hash, parent_hash, content_hash,
               content_snapshot, change_source, author, message, created_at, imported)
             FROM content_type_versions ORDER BY id"
        ),
        [
            format!(
                r#"["w1","c1","{first}",null,"{first}","{{\"key\":\"c1\",\"fields\":[]}}","UI","system","saved",1700000000000,1]"#
            ),
            format!(
                r#"["","gone","{second}","{first}","{second}","{{\"key\":\"gone\",\"fields\":[1]}}","UI","system","saved",1700000000000,1]"#
            ),
        ]
    );
    assert_eq!(
        rows(
            &state,
            "SELECT json_array(website_id, type_key, version_hash, sync_status, retry_count,
               started_at, imported) FROM sync_history"
        ),
        [format!(r#"["w1","c1","{first}","SUCCESS",2,1700000000000,1]"#)]
    );
    let nothing = "SELECT (SELECT count(*) FROM sync_state) || (SELECT count(*) FROM conflict_log)";
    assert_eq!(rows(&state, nothing), ["00"], "compared with invented types, so no base at all");

    // A later version of the old attempt is no longer looked for.
    drop((store, state));
    assert_eq!(digests(folder.path())["dev.db"], before, "the old tables stay as they are");
    db.earlier_version("c1", Some(&second), r#"{"key":"c1","fields":[2]}"#);
    let store = self::store(&db);
    store.check_writable().await.unwrap();
    assert_eq!(store.earlier().await.unwrap(), Some(expected));
}

#[tokio::test]
async fn a_version_that_is_not_what_its_hash_says_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).earlier_attempt().sql(
        "INSERT INTO content_type_versions (type_key, version_hash, content_snapshot, change_source)
         VALUES ('c1', 'h1', '{}', 'AI'), ('c2', 'h2', 'no JSON', 'other')",
    );
    let store = store(&db);
    store.check_writable().await.unwrap();
    let remedy =
        "do not rely on what this version holds; record a new one from the type as it is now";
    let empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(
        store.earlier().await.unwrap().unwrap().findings,
        [
            Finding::warning(
                "IMPORTED_HASH_MISMATCH",
                format!("version h1 was imported, but its content has the hash {empty}"),
                remedy
            )
            .of("c1"),
            Finding::warning(
                "IMPORTED_HASH_MISMATCH",
                "version h2 was imported, but its content is no JSON and has no hash",
                remedy
            )
            .of("c2"),
        ]
    );
}

#[tokio::test]
async fn without_an_earlier_attempt_there_is_nothing_to_take_over() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::head_era(folder.path());
    let store = store(&db);
    store.check_writable().await.unwrap();
    assert_eq!(store.earlier().await.unwrap(), Some(Earlier::default()));
}

#[tokio::test]
async fn tables_of_another_make_are_no_earlier_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path())
        .sql("CREATE TABLE content_type_versions (type_key, version_hash); CREATE TABLE sync_history (id);
              INSERT INTO content_type_versions VALUES ('c1', 'h1')");
    let store = store(&db);
    store.check_writable().await.unwrap();
    assert_eq!(store.earlier().await.unwrap(), Some(Earlier::default()));
}

#[tokio::test]
async fn a_studio_that_is_missing_is_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let location = StateLocation::beside(folder.path().join("dev.db"));
    let early = SqliteStore::with_patience(&location, PATIENCE);
    early.check_writable().await.unwrap();
    assert_eq!(early.earlier().await.unwrap(), None);

    let db = StudioDb::sqlite_era(folder.path()).earlier_attempt();
    db.earlier_version("c1", None, "{}");
    let store = store(&db);
    store.check_writable().await.unwrap();
    assert_eq!(store.earlier().await.unwrap().unwrap().versions, 1);
}

#[tokio::test]
async fn a_studio_that_is_locked_keeps_the_state_from_being_made() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path());
    let other = db.connect();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let store = store(&db);
    let refused = store.check_writable().await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Busy { path } if path.ends_with("dev.db")),
        "{refused:?}"
    );
    assert_eq!(store.states(&scope("w1")).await.unwrap(), []);
}

#[tokio::test]
async fn within_the_studio_the_old_tables_stay_beside_ours() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).earlier_attempt();
    let hash = db.earlier_version("c1", None, "{}");
    let store = SqliteStore::with_patience(&StateLocation::within(db.path()), PATIENCE);
    store.check_writable().await.unwrap();
    assert_eq!(store.earlier().await.unwrap().unwrap().versions, 1);
    let both = "SELECT version_hash FROM content_type_versions
                UNION ALL SELECT version_hash FROM catalyst_content_type_versions";
    assert_eq!(rows(&db.connect(), both), [hash.clone(), hash]);
}
