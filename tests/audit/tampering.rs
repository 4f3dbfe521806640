//! Whoever changes, removes or adds anything behind the engine's back.

use catalyst_sync::canonical::{parse, write};
use catalyst_sync::digest::Digest;
use rusqlite::types::Value as Cell;

use super::*;

/// Deployed twice, the second time with an update, so that every table has something.
async fn deployed(key: Option<&str>) -> (World, Engine) {
    let world = world().await;
    let engine = key.map_or_else(|| world.engine(), |key| engine_with_key(&world, key));
    deploy(&engine, RunOptions::default()).await;
    world.change("c1", &relabelled("Post", "Heading"));
    deploy(&engine, RunOptions::default()).await;
    (world, engine)
}

fn other(cell: &Cell) -> Cell {
    match cell {
        Cell::Null => Cell::Text("x".to_owned()),
        Cell::Integer(number) => Cell::Integer(number + 1_000),
        Cell::Real(number) => Cell::Real(number + 1.0),
        Cell::Text(text) => Cell::Text(format!("{text}x")),
        Cell::Blob(bytes) => Cell::Blob(bytes.iter().map(|byte| byte ^ 1).collect()),
    }
}

/// Every column of every table that is covered or covers: the table, which row, and what is said of
/// it. A part of what is said, because it names the first entry that shows it.
const COLUMNS: [(&str, &str, &str); 5] = [
    ("sync_history", "id = 2", "sync_history/2"),
    ("sync_operations", "state = 'applied'", "sync_operations/"),
    ("sync_transactions", "status = 'completed'", "sync_transactions/run_"),
    ("sync_audit", "sequence = 3", "entr"),
    ("sync_audit_head", "1", "head"),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_column_is_changed_unseen() {
    for key in [None, Some(KEY)] {
        let (world, engine) = deployed(key).await;
        let connection = state(&world);
        connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
        let mut changed = 0;
        for (table, which, said) in COLUMNS {
            let columns: Vec<String> = connection
                .prepare("SELECT name FROM pragma_table_info(?1)")
                .unwrap()
                .query_map([table], |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            // The head's row is the only one, whatever its number.
            let columns =
                columns.iter().filter(|name| (table, name.as_str()) != ("sync_audit_head", "id"));
            for column in columns {
                let (row, cell): (i64, Cell) = connection
                    .query_row(
                        &format!("SELECT rowid, {column} FROM {table} WHERE {which} LIMIT 1"),
                        [],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .unwrap();
                let update = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2");
                let moved = if (table, &**column) == ("sync_audit", "sequence")
                    || (table, &**column) == ("sync_history", "id")
                    || (table, &**column) == ("sync_operations", "id")
                {
                    row + 1_000
                } else {
                    row
                };
                connection.execute(&update, (other(&cell), row)).unwrap();
                let verdict = verify(&engine).await;
                let found = verdict.first_broken.unwrap_or_default();
                assert!(
                    found.contains(said) || found.starts_with("entry"),
                    "{table}.{column}, key {key:?}: {found:?}"
                );
                connection.execute(&update, (cell, moved)).unwrap();
                changed += 1;
            }
        }
        assert!(changed > 60, "{changed}");
        assert!(verify(&engine).await.ok, "everything is as it was");
    }
}

/// What is done, and what is said of it.
const DAMAGE: [(&str, &str, &str); 14] = [
    ("a row is deleted", "DELETE FROM sync_history WHERE id = 2", "sync_history/2, which entry"),
    (
        "a request is deleted",
        "DELETE FROM sync_operations WHERE id = (SELECT max(id) FROM sync_operations)",
        "sync_operations/",
    ),
    ("a run is deleted", "DELETE FROM sync_transactions", "sync_transactions/run_"),
    ("an entry is deleted", "DELETE FROM sync_audit WHERE sequence = 4", "entry 4 is missing"),
    ("the first entries are deleted", "DELETE FROM sync_audit WHERE sequence < 3", "entry 2 is missing"),
    (
        "the last entries are deleted",
        "DELETE FROM sync_audit WHERE sequence > 9",
        "entry 10 is missing",
    ),
    ("all entries are deleted", "DELETE FROM sync_audit", "all entries are missing"),
    ("the head is deleted", "DELETE FROM sync_audit_head", "the head is missing"),
    (
        "entries are swapped",
        "UPDATE sync_audit SET sequence = -4 WHERE sequence = 4;
         UPDATE sync_audit SET sequence = 4 WHERE sequence = 5;
         UPDATE sync_audit SET sequence = 5 WHERE sequence = -4",
        "entry 4 is missing",
    ),
    (
        "rows are swapped",
        "UPDATE sync_history SET id = -1 WHERE id = 1; UPDATE sync_history SET id = 1 WHERE id = 2;
         UPDATE sync_history SET id = 2 WHERE id = -1",
        "sync_history/1, which entry",
    ),
    (
        "an attempt is added",
        "INSERT INTO sync_history (website_id, target, kind, local_id, type_key, target_platform,
           sync_direction, sync_status, pushed_data)
         VALUES ('w1', 't', 'content_type', 'c1', 'Post', 'optimizely', 'PUSH', 'SUCCESS', '')",
        "sync_history/4 is covered by no entry",
    ),
    (
        "a request is added",
        "INSERT INTO sync_operations (run_id, sequence, attempt, website_id, target, kind, local_id,
           type_key, operation, state, fence)
         VALUES ('r', 1, 1, 'w1', 't', 'content_type', 'c1', 'Post', 'delete', 'applied', 1)",
        "is covered by no entry",
    ),
    (
        "a run is added",
        "INSERT INTO sync_transactions (id, job_id, provider, actor, options, job, started_at)
         VALUES ('run_x', 'x', 'files', 'eve', '{}', '{}', 99999999999999)",
        "sync_transactions/run_x is covered by no entry",
    ),
    (
        "an entry is added",
        "INSERT INTO sync_audit (sequence, entry, hash)
         SELECT 1 + max(sequence), entry, hash FROM sync_audit;
         UPDATE sync_audit_head SET sequence = sequence + 1",
        "entry",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_moved_or_added_unseen() {
    for key in [None, Some(KEY)] {
        for (what, sql, said) in DAMAGE {
            let (world, engine) = deployed(key).await;
            assert!(verify(&engine).await.ok);
            state(&world).execute_batch(sql).unwrap();
            let found = verify(&engine).await.first_broken.unwrap_or_default();
            assert!(found.contains(said), "{what}, key {key:?}: {found:?}");
        }
    }
}

/// Each entry covers the one before it, so that making its own hash fit is not enough.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_changed_with_its_hash_breaks_the_chain() {
    let (world, engine) = deployed(None).await;
    let connection = state(&world);
    let entries: Vec<(i64, String, String)> = connection
        .prepare("SELECT sequence, entry, hash FROM sync_audit ORDER BY sequence")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let set = "UPDATE sync_audit SET entry = ?2, hash = ?3 WHERE sequence = ?1";
    for (sequence, text, hash) in &entries {
        let mut entry: Value = serde_json::from_str(text).unwrap();
        entry["actor"] = json!("mallory");
        let forged = write(&parse(&entry.to_string()).unwrap());
        let fitting = Digest::of(&forged).to_string();
        connection.execute(set, (sequence, &forged, &fitting)).unwrap();
        let expected = if *sequence == i64::try_from(entries.len()).unwrap() {
            "the head is not that of the chain".to_owned()
        } else {
            format!("entry {} does not follow the entry before it", sequence + 1)
        };
        assert_eq!(verify(&engine).await.first_broken, Some(expected));
        connection.execute(set, (sequence, text, hash)).unwrap();
    }
    assert!(verify(&engine).await.ok, "everything is as it was");
}

/// Changes a row and makes every digest and hash fit again, as anybody can who can write the file.
/// `drop_signatures` leaves nothing signed.
fn forge(connection: &Connection, drop_signatures: bool) {
    connection.execute("UPDATE sync_history SET actor = 'mallory' WHERE id = 1", []).unwrap();
    let rows: Vec<(i64, String)> = connection
        .prepare("SELECT sequence, entry FROM sync_audit ORDER BY sequence")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut previous = "0".repeat(64);
    for (sequence, text) in rows {
        let mut entry: Value = serde_json::from_str(&text).unwrap();
        entry["previous"] = json!(previous);
        if entry["covers"]["row"] == "sync_history/1" {
            entry["covers"]["digest"] = json!(digest_of_row(connection).to_string());
        }
        if drop_signatures {
            entry.as_object_mut().unwrap().remove("key");
        }
        let text = write(&parse(&entry.to_string()).unwrap());
        previous = Digest::of(&text).to_string();
        connection
            .execute(
                "UPDATE sync_audit SET entry = ?2, hash = ?3 WHERE sequence = ?1",
                (sequence, &text, &previous),
            )
            .unwrap();
    }
    connection.execute("UPDATE sync_audit_head SET hash = ?1", [&previous]).unwrap();
    if drop_signatures {
        connection
            .execute_batch(
                "UPDATE sync_audit SET signature = NULL;
                 UPDATE sync_audit_head SET signature = NULL, signing_key = NULL",
            )
            .unwrap();
    }
}

/// The digest of the first row of the history, as the documentation says that it is made.
fn digest_of_row(connection: &Connection) -> Digest {
    let mut statement = connection.prepare("SELECT * FROM sync_history WHERE id = 1").unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let row = statement
        .query_row([], |row| {
            let mut members = serde_json::Map::new();
            for (at, name) in names.iter().enumerate() {
                match row.get(at)? {
                    Cell::Null => {}
                    Cell::Integer(number) => drop(members.insert(name.clone(), json!(number))),
                    Cell::Text(text) => drop(members.insert(name.clone(), json!(text))),
                    cell => panic!("{cell:?}"),
                }
            }
            Ok(Value::Object(members))
        })
        .unwrap();
    Digest::of(write(&parse(&row.to_string()).unwrap()))
}

/// Without a key the audit shows damage, and no forger: the documentation says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_forger_is_found_with_a_key_only() {
    let (world, engine) = deployed(None).await;
    forge(&state(&world), false);
    let verdict = verify(&engine).await;
    assert_eq!((verdict.ok, verdict.keyed), (true, false), "{:?}", verdict.first_broken);

    let (world, engine) = deployed(Some(KEY)).await;
    forge(&state(&world), false);
    let verdict = verify(&engine).await;
    assert_eq!(verdict.first_broken.as_deref(), Some("the signature of entry 4 is wrong"));
}

/// Nor does it help to leave nothing signed: then no key vouches for anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_lost_its_signatures_is_not_keyed() {
    let (world, engine) = deployed(Some(KEY)).await;
    assert!(verify(&engine).await.keyed);
    forge(&state(&world), true);
    let verdict = verify(&engine).await;
    assert_eq!((verdict.ok, verdict.keyed, verdict.signed_from), (true, false, None));
}

/// Cutting the new end off takes a head, which only the key makes.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_cut_short_needs_a_head_that_only_the_key_makes() {
    let cut = "DELETE FROM sync_audit WHERE sequence > 7;
               DELETE FROM sync_history WHERE id > 2;
               DELETE FROM sync_operations WHERE 'sync_operations/' || id NOT IN (SELECT covers FROM sync_audit WHERE covers NOT NULL);
               DELETE FROM sync_transactions WHERE 'sync_transactions/' || id NOT IN (SELECT covers FROM sync_audit WHERE covers NOT NULL);
               UPDATE sync_audit_head SET sequence = 7, hash = (SELECT hash FROM sync_audit WHERE sequence = 7),
                 signature = (SELECT signature FROM sync_audit WHERE sequence = 7)";
    for (key, expected) in [(None, None), (Some(KEY), Some("the signature of the head is wrong"))] {
        let (world, engine) = deployed(key).await;
        state(&world).execute_batch(cut).unwrap();
        let verdict = verify(&engine).await;
        assert_eq!(verdict.first_broken.as_deref(), expected, "key {key:?}");
    }
}

/// Nobody adds to a chain whose end is gone or not right, so that no damage is covered up.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_whose_end_is_not_right_is_not_carried_on() {
    for (sql, said) in [
        ("DELETE FROM sync_audit_head", "has lost its end"),
        ("UPDATE sync_audit_head SET hash = 'x'", "has an end whose signature is wrong"),
        ("UPDATE sync_audit_head SET signature = NULL", "has an end whose signature is wrong"),
    ] {
        let (world, engine) = deployed(Some(KEY)).await;
        state(&world).execute_batch(sql).unwrap();
        let error = deploy(&engine, RunOptions::default()).await.error.unwrap();
        assert_eq!(error.code, ErrorCode::AuditUnverified);
        assert!(error.message.contains(said), "{sql}: {error}");
    }
}
