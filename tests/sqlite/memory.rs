//! Databases in memory: what holds for files holds for them, but that they are gone with their owner.

use catalyst_sync::port::{Store as _, StoreError, Studio as _};
use catalyst_sync::sqlite::{MemoryStudio, SqliteStore, SqliteStudio, StateLocation};

use super::{PATIENCE, scope};

const TABLES: [&str; 3] = [
    "CREATE TABLE Website (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, settings TEXT)",
    "CREATE TABLE ContentType (id TEXT NOT NULL PRIMARY KEY, websiteId TEXT NOT NULL,
       name TEXT NOT NULL, fields TEXT NOT NULL, settings TEXT, createdAt DATETIME, updatedAt DATETIME)",
    "CREATE TABLE ContentItem (id TEXT NOT NULL PRIMARY KEY, contentTypeId TEXT NOT NULL,
       data TEXT NOT NULL)",
];

fn studio() -> MemoryStudio {
    let studio = MemoryStudio::new().unwrap();
    for table in TABLES {
        studio.query(table, "").unwrap();
    }
    studio
}

fn put(studio: &MemoryStudio, id: &str) {
    let sql = "INSERT INTO ContentType VALUES (?1, 'w1', 'Name of ' || ?1, '[]', NULL, 1, 1)";
    studio.query(sql, id).unwrap();
}

fn store(studio: &MemoryStudio) -> SqliteStore {
    SqliteStore::with_patience(&StateLocation::beside(studio.path()), PATIENCE)
}

#[tokio::test]
async fn a_studio_is_read_again_when_somebody_wrote() {
    let (memory, other) = (studio(), studio());
    put(&memory, "ct_1");
    let reader = SqliteStudio::new(memory.path().to_owned());
    let first = reader.read(None).await.unwrap().unwrap();
    assert_eq!(first.types.len(), 1);
    assert!(reader.read(first.version).await.unwrap().is_none(), "nothing moved");

    put(&memory, "ct_2");
    let second = reader.read(first.version).await.unwrap().unwrap();
    assert_eq!(second.types.len(), 2);
    let elsewhere = SqliteStudio::new(other.path().to_owned());
    assert_eq!(elsewhere.read(None).await.unwrap().unwrap().types.len(), 0);
}

#[test]
fn a_statement_answers_with_the_texts_of_its_rows() {
    let memory = studio();
    put(&memory, "ct_1");
    put(&memory, "ct_2");
    let names = memory.query("SELECT name FROM ContentType ORDER BY id", "").unwrap();
    assert_eq!(names, ["Name of ct_1", "Name of ct_2"]);
    let one =
        memory.query("SELECT json_array(id, settings) FROM ContentType WHERE id = ?1", "ct_2");
    assert_eq!(one.unwrap(), [r#"["ct_2",null]"#]);
    assert!(memory.query("SELECT nothing", "").is_err());
}

#[tokio::test]
async fn the_state_outlives_those_who_use_it_and_not_its_studio() {
    let memory = studio();
    for fence in [1, 2] {
        let store = store(&memory);
        store.check_writable().await.unwrap();
        store.check_recordable().await.unwrap();
        let lease = store.acquire(&scope("w1"), "tests", 1).await.unwrap();
        assert_eq!(lease.fence, fence);
        store.release(lease).await.unwrap();
    }
    let location = StateLocation::beside(memory.path());
    drop(memory);
    let orphan = SqliteStore::with_patience(&location, PATIENCE);
    assert_eq!(orphan.unsettled().await.unwrap(), []);
    assert_eq!(orphan.acquire(&scope("w1"), "tests", 1).await.unwrap().fence, 1);
    assert!(!location.file().exists());
}

#[tokio::test]
async fn a_scope_has_one_writer() {
    let memory = studio();
    let (one, other) = (store(&memory), store(&memory));
    let lease = one.acquire(&scope("w1"), "deploy-1", 42).await.unwrap();
    let refused = other.acquire(&scope("w1"), "deploy-2", 43).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Held { holder, since: 42 } if holder == "deploy-1"),
        "{refused:?}"
    );
    let elsewhere = other.acquire(&scope("w2"), "deploy-2", 43).await.unwrap();
    other.release(elsewhere).await.unwrap();
    one.release(lease).await.unwrap();
    other.acquire(&scope("w1"), "deploy-2", 44).await.unwrap();
}
