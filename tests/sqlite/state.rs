use std::collections::BTreeMap;
use std::path::Path;

use catalyst_sync::digest::Digest;
use catalyst_sync::port::{
    Claim, ConflictRow, Direction, Entity, HistoryRow, Record, RemoteId, Revision, StateDetail,
    StateRow, Store as _, StoreError, Verb,
};
use rusqlite::{Connection, Row};

use super::journal::{closing, intent, run};
use super::{leased_store, scope};

fn detail(id: &str, key: &str) -> StateDetail {
    StateDetail {
        row: StateRow {
            entity: Entity::content_type(id),
            type_key: key.to_owned(),
            remote_id: Some(RemoteId::of_key(key)),
            row_digest: Some(Digest::of("row")),
            remote_digest: Some(Digest::of("remote")),
            dialect: "optimizely/1".to_owned(),
            settled: true,
            refers: false,
            agreed: true,
            status: "in_sync".to_owned(),
        },
        base: r#"{"agreed":{}}"#.to_owned(),
        bindings: r#"{"f1":"title"}"#.to_owned(),
        origin: "created".to_owned(),
        revision: Revision { etag: Some("\"7\"".to_owned()), modified: Some("now".to_owned()) },
        last_write: Some((9, Digest::of("before"))),
        content_hash: Some(Digest::of("content")),
        local_hash: Some(Digest::of("local")),
        remote_hash: Some(Digest::of("remote view")),
        last_sync_at: Some(10),
    }
}

fn bare(id: &str) -> StateDetail {
    let known = detail(id, id);
    StateDetail {
        row: StateRow {
            remote_id: None,
            row_digest: None,
            remote_digest: None,
            settled: false,
            status: "new".to_owned(),
            ..known.row
        },
        revision: Revision::default(),
        last_write: None,
        content_hash: None,
        local_hash: None,
        remote_hash: None,
        last_sync_at: None,
        ..known
    }
}

fn state(detail: StateDetail) -> Record {
    Record { state: Some(detail), ..Record::default() }
}

fn conflict(id: &str, at: i64, details: &str) -> ConflictRow {
    ConflictRow {
        name: "name".to_owned(),
        remote: None,
        entity: Entity::content_type(id),
        type_key: "Event".to_owned(),
        kind: "field",
        digest: Digest::of(details),
        local_hash: Some(Digest::of("local")),
        remote_hash: None,
        ancestor_hash: None,
        details: details.to_owned(),
        at,
    }
}

fn history(id: &str) -> HistoryRow {
    HistoryRow {
        run_id: "run-1".to_owned(),
        entity: Entity::content_type(id),
        type_key: "Event".to_owned(),
        platform: "optimizely".to_owned(),
        direction: Direction::Push,
        verb: Verb::Update,
        status: "SUCCESS",
        pushed: "{}".to_owned(),
        response: Some("{}".to_owned()),
        previous: Some(r#"{"key":"Event"}"#.into()),
        code: None,
        error: None,
        retries: 1,
        metadata: Some(r#"{"dropped":["/a"]}"#.to_owned()),
        actor: Some("ann".to_owned()),
        started_at: 5,
        completed_at: Some(8),
        recorded_at: 8,
    }
}

fn query<T>(file: &Path, sql: &str, row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn states_come_back_as_they_were_recorded() {
    let (_folder, store, lease) = leased_store().await;
    store.record(&lease, vec![state(detail("c2", "Event")), state(bare("c1"))]).await.unwrap();
    let (known, unknown) = (detail("c2", "Event"), bare("c1"));
    assert_eq!(
        store.states(&scope("w1")).await.unwrap(),
        [unknown.row.clone(), known.row.clone()],
        "by document"
    );
    let wanted = ["c1", "c2", "c3"].map(Entity::content_type).to_vec();
    assert_eq!(
        store.details(&scope("w1"), wanted).await.unwrap(),
        BTreeMap::from([
            (Entity::content_type("c1"), unknown),
            (Entity::content_type("c2"), known)
        ])
    );
    assert_eq!(store.states(&scope("w2")).await.unwrap(), []);
}

#[tokio::test]
async fn a_state_is_replaced_whole_and_forgotten_whole() {
    let (_folder, store, lease) = leased_store().await;
    store.record(&lease, vec![state(detail("c1", "Event"))]).await.unwrap();
    store.record(&lease, vec![state(bare("c1"))]).await.unwrap();
    let entity = Entity::content_type("c1");
    let details = store.details(&scope("w1"), vec![entity.clone()]).await.unwrap();
    assert_eq!(details[&entity], bare("c1"));

    let forget = Record { forget: Some(entity), ..Record::default() };
    store.record(&lease, vec![forget]).await.unwrap();
    assert_eq!(store.states(&scope("w1")).await.unwrap(), []);
    let bases = query(store.path(), "SELECT count(*) FROM sync_bases", |row| row.get::<_, i64>(0));
    assert_eq!(bases, [0]);
}

#[tokio::test]
async fn one_website_claims_a_key_and_others_are_told_which() {
    let (_folder, store, lease) = leased_store().await;
    let other = store.acquire(&scope("w2"), "tests", 1).await.unwrap();
    store.record(&lease, vec![state(detail("c1", "Event"))]).await.unwrap();
    assert_eq!(
        store.claims(&scope("w2")).await.unwrap(),
        [Claim {
            website_id: "w1".to_owned(),
            entity: Entity::content_type("c1"),
            remote_id: RemoteId::of_key("Event"),
        }]
    );
    assert_eq!(store.claims(&scope("w1")).await.unwrap(), [], "one's own are no claims of others");

    for refused in [
        store.record(&other, vec![state(detail("c9", "Event"))]).await.unwrap_err(),
        store.intend(&other, intent("c9")).await.map(drop).unwrap_err(),
    ] {
        assert!(
            matches!(&refused, StoreError::Claimed { website_id, remote_id }
                if website_id == "w1" && *remote_id == RemoteId::of_key("Event")),
            "{refused:?}"
        );
    }

    let mut elsewhere = scope("w2");
    elsewhere.target = "optimizely:cms.example:staging".to_owned();
    let elsewhere = store.acquire(&elsewhere, "tests", 1).await.unwrap();
    store.record(&elsewhere, vec![state(detail("c9", "Event"))]).await.unwrap();
}

#[tokio::test]
async fn documents_are_found_by_their_identity_and_no_others_are_looked_at() {
    let (_folder, store, lease) = leased_store().await;
    let records = ["A", "B", "C"].map(|key| state(detail(&key.to_lowercase(), key)));
    store.record(&lease, records.into()).await.unwrap();
    let ids = ["C", "A", "X"].map(RemoteId::of_key);
    let found = store.bound(&scope("w1"), ids.into()).await.unwrap();
    let expected =
        [("c", "C"), ("a", "A")].map(|(id, key)| (Entity::content_type(id), RemoteId::of_key(key)));
    assert_eq!(found, expected);

    let sql = "EXPLAIN QUERY PLAN SELECT kind, local_id FROM sync_state
               WHERE target = 't' AND remote_id = '[\"A\"]' AND website_id = 'w'";
    let plan: Vec<String> = query(store.path(), sql, |row| row.get(3));
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(plan[0].contains("USING INDEX idx_sync_state_claim "), "{plan:?}");
}

#[tokio::test]
async fn a_seeded_again_type_takes_the_key_of_the_row_it_replaces() {
    let (_folder, store, lease) = leased_store().await;
    store.record(&lease, vec![state(detail("old", "Event"))]).await.unwrap();
    let forget = Record { forget: Some(Entity::content_type("old")), ..Record::default() };
    store.record(&lease, vec![state(detail("new", "Event")), forget]).await.unwrap();
    let rows = store.states(&scope("w1")).await.unwrap();
    assert_eq!(rows, [detail("new", "Event").row]);
}

#[tokio::test]
async fn records_are_committed_all_or_none() {
    let (_folder, store, lease) = leased_store().await;
    let id = store.intend(&lease, intent("c1")).await.unwrap();
    let whole = Record {
        state: Some(detail("c1", "Event")),
        history: Some(history("c1")),
        conflict: Some(conflict("c1", 1, "{}")),
        closes: vec![closing(id)],
        ..Record::default()
    };
    // The second one claims the key of the first.
    let clash = state(detail("c2", "Event"));
    let refused = store.record(&lease, vec![whole.clone(), clash]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Claimed { .. }), "{refused:?}");
    let counts = "SELECT (SELECT count(*) FROM sync_state), (SELECT count(*) FROM sync_history),
      (SELECT count(*) FROM conflict_log),
      (SELECT count(*) FROM sync_operations WHERE state = 'started')";
    let count = |row: &Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?]);
    assert_eq!(query(store.path(), counts, count), [[0, 0, 0, 1]]);

    store.record(&lease, vec![whole]).await.unwrap();
    assert_eq!(query(store.path(), counts, count), [[1, 1, 1, 0]]);
}

#[tokio::test]
async fn the_history_says_what_was_done() {
    let (_folder, store, lease) = leased_store().await;
    store.begin_run(run("run-1", "deploy-1", 1)).await.unwrap();
    let row = Record { history: Some(history("c1")), ..Record::default() };
    store.record(&lease, vec![row]).await.unwrap();
    let sql = "SELECT json_array(website_id, target, type_key, target_platform, sync_direction,
        sync_status, operation, pushed_data, response_data, error_code, error_message, retry_count,
        actor, deployment_id, started_at, completed_at, created_at, imported, version_hash,
        json(sync_metadata)) FROM sync_history";
    let rows = query(store.path(), sql, |row| row.get::<_, String>(0));
    assert_eq!(
        rows,
        [
            r#"["w1","optimizely:cms.example:main","Event","optimizely","PUSH","SUCCESS","update","{}","{}",null,null,1,"ann","deploy-1",5,8,8,0,null,{"dropped":["/a"]}]"#
        ]
    );
}

#[tokio::test]
async fn what_was_there_before_is_kept_once_per_run() {
    let (_folder, store, lease) = leased_store().await;
    store.intend(&lease, intent("c1")).await.unwrap();
    let row = |id| Record { history: Some(history(id)), ..Record::default() };
    store.record(&lease, vec![row("c1"), row("c2")]).await.unwrap();
    let sql = "SELECT local_id, operation_id IS NOT NULL FROM sync_backups ORDER BY id";
    let kept = query(store.path(), sql, |row| Ok((row.get::<_, String>(0)?, row.get(1)?)));
    assert_eq!(kept, [("c1".to_owned(), true), ("c2".to_owned(), false)]);
}

#[tokio::test]
async fn new_evidence_updates_the_open_conflict_and_a_settled_one_stays() {
    let (_folder, store, lease) = leased_store().await;
    let seen = |at, details: &str| Record {
        conflict: Some(conflict("c1", at, details)),
        ..Record::default()
    };
    store.record(&lease, vec![state(detail("c1", "Event"))]).await.unwrap();
    store.record(&lease, vec![seen(1, "first")]).await.unwrap();
    store.record(&lease, vec![seen(2, "second")]).await.unwrap();
    let log = || {
        let sql = "SELECT id, conflict_details, created_at, updated_at, resolution, resolved_at,
            (SELECT conflict_status FROM sync_state) FROM conflict_log ORDER BY id";
        query(store.path(), sql, |row| {
            let resolution: (Option<String>, Option<i64>) = (row.get(4)?, row.get(5)?);
            let times: [i64; 3] = [row.get(0)?, row.get(2)?, row.get(3)?];
            Ok((row.get::<_, String>(1)?, times, resolution, row.get::<_, String>(6)?))
        })
    };
    let open = (None, None);
    assert_eq!(log(), [("second".to_owned(), [1, 1, 2], open.clone(), "detected".to_owned())]);

    let settled = Record {
        settled_conflict: Some(Entity::content_type("c1")),
        history: Some(history("c1")),
        ..Record::default()
    };
    store.record(&lease, vec![settled]).await.unwrap();
    let done = (Some("settled".to_owned()), Some(8));
    assert_eq!(log(), [("second".to_owned(), [1, 1, 2], done.clone(), "resolved".to_owned())]);

    store.record(&lease, vec![seen(9, "third")]).await.unwrap();
    assert_eq!(
        log(),
        [
            ("second".to_owned(), [1, 1, 2], done, "detected".to_owned()),
            ("third".to_owned(), [2, 9, 9], open, "detected".to_owned()),
        ]
    );
}
