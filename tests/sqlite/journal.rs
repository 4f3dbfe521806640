use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::digest::Digest;
use catalyst_sync::port::{
    Closing, Entity, Intent, OperationState, PlannedRow, Record, RemoteId, Revision, RunEnd,
    RunRow, Store as _, StoreError, TouchedAtom, Verb,
};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use rusqlite::Connection;

use super::{PATIENCE, leased_store, scope};

/// An update of one attribute.
pub fn intent(id: &str) -> Intent {
    let path = |pointer| Path::parse(pointer).unwrap();
    Intent {
        run_id: "run-1".to_owned(),
        sequence: 0,
        attempt: 1,
        entity: Entity::content_type(id),
        type_key: "Event".to_owned(),
        verb: Verb::Update,
        remote_id: RemoteId::of_key("Event"),
        precondition: Some(Revision { etag: Some("\"7\"".to_owned()), modified: None }),
        atoms: vec![
            TouchedAtom {
                path: path("/displayName"),
                before: Some(Canonical::str("Event")),
                intended: Some(Canonical::str("Événement \u{1f4c5}")),
                local: Some(Canonical::str("Événement \u{1f4c5}")),
            },
            TouchedAtom {
                path: path("/properties/a~1b/maxLength"),
                before: None,
                intended: Some(Canonical::number(120.0)),
                local: None,
            },
        ],
        body_digest: Digest::of("{}"),
        body: "{}".to_owned(),
        previous: Some(r#"{"key":"Event"}"#.into()),
        bindings: r#"{"f1":"title"}"#.to_owned(),
        sent_at: 1_000,
    }
}

pub fn closing(id: i64) -> Closing {
    Closing { id, state: OperationState::Applied, response: Some("done".to_owned()), at: 2_000 }
}

pub fn run(run_id: &str, job_id: &str, started_at: i64) -> RunRow {
    RunRow {
        run_id: run_id.to_owned(),
        job_id: job_id.to_owned(),
        provider: "optimizely".to_owned(),
        actor: "system".to_owned(),
        options: "{}".to_owned(),
        job: r#"{"id":"deploy-1"}"#.to_owned(),
        started_at,
        scopes: Vec::new(),
    }
}

fn end(run_id: &str, completed_at: i64) -> RunEnd {
    RunEnd {
        run_id: run_id.to_owned(),
        status: "partial".to_owned(),
        plan_digest: Some("d1".to_owned()),
        counts: [10, 7, 3],
        result: r#"{"status":"failed"}"#.to_owned(),
        completed_at,
    }
}

fn planned(sequence: u32, id: &str) -> PlannedRow {
    let entity = Entity::content_type(id);
    PlannedRow { sequence, entity, type_key: "Event".to_owned(), verb: Verb::Update }
}

#[tokio::test]
async fn an_intent_is_open_until_it_is_closed() {
    let (_folder, store, lease) = leased_store().await;
    let first = store.intend(&lease, intent("c1")).await.unwrap();
    let create = Intent {
        sequence: 1,
        verb: Verb::Create,
        precondition: None,
        previous: None,
        remote_id: RemoteId::of_key("Other"),
        atoms: Vec::new(),
        ..intent("c2")
    };
    let second = store.intend(&lease, create.clone()).await.unwrap();

    // Another process reads it, which is what it is written for.
    let location = StateLocation::at(store.path(), "/no/studio");
    let other = SqliteStore::with_patience(&location, PATIENCE);
    let open = other.open_operations(&scope("w1")).await.unwrap();
    assert_eq!(open.iter().map(|entry| entry.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!(open[0].intent, intent("c1"));
    assert_eq!(open[1].intent, create);
    assert_eq!(open[0].fence, lease.fence);
    assert_eq!(other.open_operations(&scope("w2")).await.unwrap(), []);

    store.close(&lease, closing(first)).await.unwrap();
    store
        .record(&lease, vec![Record { closes: vec![closing(second)], ..Record::default() }])
        .await
        .unwrap();
    assert_eq!(other.open_operations(&scope("w1")).await.unwrap(), []);
}

#[tokio::test]
async fn only_what_is_open_can_be_closed() {
    let (_folder, store, lease) = leased_store().await;
    let id = store.intend(&lease, intent("c1")).await.unwrap();
    let elsewhere = store.acquire(&scope("w2"), "tests", 1).await.unwrap();
    assert!(matches!(store.close(&elsewhere, closing(id)).await, Err(StoreError::Failed { .. })));
    store.close(&lease, closing(id)).await.unwrap();
    for id in [id, id + 1] {
        assert!(matches!(store.close(&lease, closing(id)).await, Err(StoreError::Failed { .. })));
    }
}

#[tokio::test]
async fn what_is_changed_or_deleted_is_kept_with_the_intent() {
    let (_folder, store, lease) = leased_store().await;
    store.intend(&lease, Intent { verb: Verb::Delete, ..intent("c1") }).await.unwrap();
    let kept: (String, String, i64) = Connection::open(store.path())
        .unwrap()
        .query_row("SELECT operation, definition, taken_at FROM sync_backups", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(kept, ("delete".to_owned(), r#"{"key":"Event"}"#.to_owned(), 1_000));
}

#[tokio::test]
async fn a_key_that_another_website_is_writing_is_refused() {
    let (_folder, store, lease) = leased_store().await;
    let other = store.acquire(&scope("w2"), "tests", 1).await.unwrap();
    let id = store.intend(&lease, intent("c1")).await.unwrap();
    let refused = store.intend(&other, intent("c9")).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Claimed { website_id, .. } if website_id == "w1"),
        "{refused:?}"
    );
    // It came to nothing, so the key is free.
    let failed = Closing { state: OperationState::Failed, ..closing(id) };
    store.close(&lease, failed).await.unwrap();
    store.intend(&other, intent("c9")).await.unwrap();
}

#[tokio::test]
async fn plans_are_recorded_and_stay_what_they_were() {
    let (_folder, store, lease) = leased_store().await;
    let operations = vec![planned(0, "c1"), planned(1, "c2")];
    store.plan("run-1", vec![(lease.clone(), operations)]).await.unwrap();
    store.intend(&lease, intent("c1")).await.unwrap();
    let states: Vec<(u32, u32, String)> = Connection::open(store.path())
        .unwrap()
        .prepare("SELECT sequence, attempt, state FROM sync_operations ORDER BY sequence, attempt")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let row = |sequence, attempt, state: &str| (sequence, attempt, state.to_owned());
    assert_eq!(states, [row(0, 0, "planned"), row(0, 1, "started"), row(1, 0, "planned")]);
}

#[tokio::test]
async fn the_latest_run_of_a_job_is_found_with_its_end() {
    let (_folder, store, _lease) = leased_store().await;
    assert_eq!(store.run("deploy-1", None).await.unwrap(), None);
    store.begin_run(run("run-1", "deploy-1", 1)).await.unwrap();
    store.finish_run(end("run-1", 5)).await.unwrap();
    let first = (run("run-1", "deploy-1", 1), Some(end("run-1", 5)));
    assert_eq!(store.run("deploy-1", None).await.unwrap(), Some(first));

    // Begun within the same millisecond: the later row counts.
    store.begin_run(run("run-2", "deploy-1", 1)).await.unwrap();
    let second = (run("run-2", "deploy-1", 1), None);
    assert_eq!(store.run("deploy-1", None).await.unwrap(), Some(second));
    assert!(matches!(
        store.begin_run(run("run-2", "deploy-1", 1)).await,
        Err(StoreError::Failed { .. })
    ));
    assert!(matches!(store.finish_run(end("run-9", 9)).await, Err(StoreError::Failed { .. })));
}

#[tokio::test]
async fn the_last_run_of_a_scope_is_the_latest_that_ended_and_did_something_in_it() {
    let (_folder, store, lease) = leased_store().await;
    assert_eq!(store.last_run(&scope("w1")).await.unwrap(), None);
    for (run_id, completed_at) in [("run-1", Some(20)), ("run-2", Some(10)), ("run-3", None)] {
        store.begin_run(run(run_id, "deploy", 1)).await.unwrap();
        store.plan(run_id, vec![(lease.clone(), vec![planned(0, "c1")])]).await.unwrap();
        if let Some(at) = completed_at {
            store.finish_run(end(run_id, at)).await.unwrap();
        }
    }
    store.begin_run(run("run-4", "deploy", 1)).await.unwrap();
    store.finish_run(end("run-4", 30)).await.unwrap();
    // The clock was set back meanwhile: the order in which they began counts, not the times.
    assert_eq!(store.last_run(&scope("w1")).await.unwrap(), Some(end("run-2", 10)));
    assert_eq!(store.last_run(&scope("w2")).await.unwrap(), None);
}
