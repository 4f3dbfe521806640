//! Writes to the studio, as the state remembers them.

use catalyst_sync::digest::Digest;
use catalyst_sync::port::{
    Decision, Entity, Lease, OperationState, Record, RemoteId, RowBounds, RowIntent,
    RowJournal as _, RowWrite, Store as _, TypeRow,
};
use catalyst_sync::sqlite::SqliteStore;

use super::journal::run;
use super::{leased_store, scope};

fn row(id: &str, name: &str) -> TypeRow {
    TypeRow {
        id: id.to_owned(),
        website_id: "w1".to_owned(),
        name: name.to_owned(),
        fields: Some(r#"{"fields":[]}"#.into()),
        created_at: Some(1),
        updated_at: Some(i64::MAX),
        ..TypeRow::default()
    }
}

fn intent(run_id: &str, id: &str, write: RowWrite, at: i64) -> RowIntent {
    RowIntent {
        run_id: run_id.to_owned(),
        entity: Entity::content_type(id),
        type_key: "Event".to_owned(),
        remote_id: RemoteId::of_key("Event"),
        write,
        base: "{}".to_owned(),
        bindings: "[]".to_owned(),
        merged: None,
        decision: None,
        actor: "ada".to_owned(),
        at,
    }
}

/// An update by a run, closed or left open.
async fn updated(store: &SqliteStore, lease: &Lease, run_id: &str, id: &str, at: i64, open: bool) {
    let write = RowWrite::update(row(id, "Old"), row(id, "New"));
    let name = store.intend_row(lease, intent(run_id, id, write, at)).await.unwrap();
    if !open {
        let row = Some((name, OperationState::Failed));
        let closed = Record { row, seen_at: Some(at), ..Record::default() };
        store.record(lease, vec![closed]).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_open_comes_back_as_it_was_committed() {
    let (_folder, store, lease) = leased_store().await;
    let decision = Decision { resolution: "manual".to_owned(), by: None, at: 7 };
    let intents = [
        intent("r1", "c1", RowWrite::insert(row("c1", "New")), 1),
        RowIntent {
            merged: Some("theirs".to_owned()),
            decision: Some((Digest::of("three sides"), decision)),
            ..intent("r1", "c2", RowWrite::update(row("c2", "Old"), row("c2", "New")), 2)
        },
        intent("r1", "c3", RowWrite::delete(row("c3", "Old")), 3),
    ];
    for intent in &intents {
        store.intend_row(&lease, intent.clone()).await.unwrap();
    }
    let open = store.open_rows(&scope("w1")).await.unwrap();
    assert_eq!(open.into_iter().map(|entry| entry.intent).collect::<Vec<_>>(), intents);
    assert_eq!(store.open_rows(&scope("w2")).await.unwrap(), []);
}

/// What an unfinished run needs, what would be undone next, and the latest of each document stay.
#[tokio::test]
async fn what_is_beyond_the_bounds_goes_unless_somebody_needs_it() {
    const NONE: RowBounds = RowBounds { count: None, since: None };
    let cases = [
        (NONE, "1 2 3 4 5 6 7 8"),
        (RowBounds { count: Some(3), ..NONE }, "2 3 4 5 6 7 8"),
        (RowBounds { count: Some(0), ..NONE }, "2 4 5 6 7 8"),
        (RowBounds { since: Some(30), ..NONE }, "2 3 4 5 6 7 8"),
        (RowBounds { since: Some(1_000), ..NONE }, "2 4 5 6 7 8"),
        (RowBounds { count: Some(3), since: Some(1_000) }, "2 4 5 6 7 8"),
    ];
    for (bounds, expected) in cases {
        let (_folder, store, lease) = leased_store().await;
        for (run_id, at) in [("run-1", 10), ("run-2", 40)] {
            store.begin_run(run(run_id, run_id, at)).await.unwrap();
        }
        // By position: two of an earlier run, one of which never ended; a decision in between; two of
        // the latest deployment; decisions since, of which only the latest of each is wanted.
        for (run_id, id, at, open) in [
            ("run-1", "c1", 10, false),
            ("run-1", "c2", 20, true),
            ("resolution-1", "c1", 30, false),
            ("run-2", "c1", 40, false),
            ("run-2", "c2", 50, false),
            ("resolution-2", "c3", 60, false),
            ("resolution-3", "c1", 70, false),
            ("resolution-3", "c2", 80, false),
        ] {
            updated(&store, &lease, run_id, id, at, open).await;
        }
        store.prune_rows(&lease, bounds).await.unwrap();
        let connection = rusqlite::Connection::open(store.path()).unwrap();
        let sql = "SELECT group_concat(id, ' ') FROM (SELECT id FROM sync_rows ORDER BY id)";
        let left: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(left, expected, "{bounds:?}");
    }
}
