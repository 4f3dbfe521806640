//! Retention: the old end is cut off, and the rest still verifies.

use catalyst_sync::port::{RunRow, Store as _};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};

use super::exported::{export, verified};
use super::*;

/// Deploys an update of a type, once per label.
async fn updates(world: &World, engine: &Engine, labels: std::ops::Range<u32>) {
    for label in labels {
        world.change("c1", &relabelled("Post", &format!("Label {label}")));
        assert_eq!(deploy(engine, RunOptions::default()).await.status, RunStatus::Completed);
    }
}

fn count(world: &World, sql: &str) -> u64 {
    world.state(sql).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beyond_the_bounds_is_cut_off_and_the_rest_verifies() {
    for key in [None, Some(KEY)] {
        let mut world = world().await;
        world.options["retention"] = json!({ "audit": { "count": 10 } });
        let engine = key.map_or_else(|| world.engine(), |key| engine_with_key(&world, key));
        updates(&world, &engine, 0..8).await;
        let left = count(&world, "SELECT count(*) FROM sync_audit");
        // The cut is an entry of its own.
        assert!((10..=11).contains(&left), "{left}");
        let verdict = verify(&engine).await;
        assert_eq!((verdict.first_broken, verdict.entries), (None, left));
        assert_eq!(verdict.keyed, key.is_some());
        let cut = entries(&world).pop().unwrap();
        assert_eq!(cut["action"], "audit.cut");
        let first: u64 = entries(&world)[0]["sequence"].as_u64().unwrap();
        assert_eq!(cut["detail"]["sequence"], (first - 1).to_string());
        assert_eq!(cut["detail"]["hash"], entries(&world)[0]["previous"]);

        let (lines, exported) = export(&engine).await;
        assert_eq!(exported, left);
        assert_eq!(verified(&lines, key).unwrap().entries, left);
        // One more cut by somebody else is one too many.
        state(&world)
            .execute(
                "DELETE FROM sync_audit WHERE sequence = (SELECT min(sequence) FROM sync_audit)",
                [],
            )
            .unwrap();
        let found = verify(&engine).await.first_broken;
        assert_eq!(found, Some(format!("entry {first} is missing")));
    }
}

/// History rows go with their entries, unless the definition before them is kept: that can be undone.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_history_go_with_their_entries_but_for_what_can_be_undone() {
    let mut world = world().await;
    updates(&world, &world.engine(), 0..4).await;
    let rows = "SELECT group_concat(operation, ' ') FROM sync_history";
    assert_eq!(world.state(rows), "create create update update update");
    world.options["retention"] = json!({ "audit": { "count": 1 } });
    deploy(&world.engine(), RunOptions::default()).await;
    assert_eq!(world.state(rows), "update update update", "creations keep nothing from before");
    assert!(verify(&world.engine()).await.ok);
    state(&world).execute("DELETE FROM sync_backups", []).unwrap();
    deploy(&world.engine(), RunOptions::default()).await;
    assert_eq!(count(&world, "SELECT count(*) FROM sync_history"), 0);
    assert!(verify(&world.engine()).await.ok);
    // The journal and the runs stay: what they can still be asked for is not the audit's to drop.
    assert_eq!(count(&world, "SELECT count(*) FROM sync_transactions"), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_open_run_wrote_is_not_cut_off() {
    let mut world = world().await;
    let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
    let run = RunRow {
        run_id: "run_open".to_owned(),
        job_id: "open".to_owned(),
        provider: "optimizely".to_owned(),
        actor: "ada".to_owned(),
        options: "{}".to_owned(),
        job: "{}".to_owned(),
        started_at: 1,
        scopes: vec![],
    };
    store.begin_run(run).await.unwrap();
    world.options["retention"] = json!({ "audit": { "count": 1, "days": 1 } });
    updates(&world, &world.engine(), 0..3).await;
    let first = &entries(&world)[0];
    assert_eq!((&first["action"], &first["run"]), (&json!("run.begin"), &json!("run_open")));
    assert!(verify(&world.engine()).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_younger_than_the_bound_stays() {
    let mut world = world().await;
    world.options["retention"] = json!({ "audit": { "days": 1 } });
    updates(&world, &world.engine(), 0..2).await;
    assert_eq!(entries(&world)[0]["action"], "audit.begin");
    assert!(entries(&world).iter().all(|entry| entry["action"] != "audit.cut"));
}

/// What a release before this one left behind is not covered, and nothing can be added to it.
#[tokio::test(flavor = "multi_thread")]
async fn rows_from_before_the_audit_are_exempt_and_later_ones_are_not() {
    let world = world().await;
    world.deploy().await;
    state(&world)
        .execute_batch(
            "DROP TABLE credentials; DROP TABLE sync_run_signals; DROP TABLE sync_run_log; DROP TABLE sync_run_links;
             DROP INDEX idx_sync_backups_age; DROP INDEX idx_sync_backups_type;
             ALTER TABLE sync_backups DROP COLUMN base;
             ALTER TABLE sync_backups DROP COLUMN bindings;
             ALTER TABLE sync_backups DROP COLUMN origin;
             ALTER TABLE sync_backups DROP COLUMN size;
             DROP TABLE sync_audit; DROP TABLE sync_audit_head;
             ALTER TABLE sync_history DROP COLUMN role;
             ALTER TABLE sync_transactions DROP COLUMN role;
             DELETE FROM sync_migrations WHERE number >= 8;",
        )
        .unwrap();
    let verdict = verify(&world.engine()).await;
    assert_eq!((verdict.ok, verdict.entries), (true, 0));
    world.change("c1", &relabelled("Post", "New"));
    world.deploy().await;
    let begin = &entries(&world)[0];
    assert_eq!(
        (&begin["action"], &begin["detail"]["history"]),
        (&json!("audit.begin"), &json!("2"))
    );
    assert!(verify(&world.engine()).await.ok);
    state(&world)
        .execute(
            "INSERT INTO sync_history (website_id, target, kind, local_id, type_key,
               target_platform, sync_direction, sync_status, pushed_data)
             SELECT website_id, target, kind, local_id, type_key, target_platform, sync_direction,
               sync_status, pushed_data FROM sync_history LIMIT 1",
            [],
        )
        .unwrap();
    let found = verify(&world.engine()).await.first_broken;
    assert_eq!(found.as_deref(), Some("sync_history/4 is covered by no entry"));
}
