//! Carrying out a plan: how much at once, in which order, for whom, and when to stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use catalyst_sync::compose::engine;
use catalyst_sync::engine::{Engine, RunOptions, RunReport, RunRequest, RunStatus};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::{Scope, Store as _};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Kind, Match, Moment, Version};
use crate::support::world::{Told, World, brief, request};

fn event(label: &str) -> Value {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text" }])
}

fn pointing(to: &str) -> Value {
    json!([{ "id": "f1", "name": "next", "label": "Next", "type": "reference",
             "referenceTypes": [to], "allowedTypes": [to] }])
}

fn options() -> RunOptions {
    RunOptions { allow_delete: true, ..RunOptions::default() }
}

fn patches(world: &World) -> Vec<(String, Value)> {
    let requests = world.fake.control().requests().into_iter();
    let patches = requests.filter(|one| one.kind == Kind::Patch);
    patches
        .map(|one| (one.key.unwrap_or_default(), serde_json::from_str(&one.body).unwrap()))
        .collect()
}

fn slow(world: &World, ms: u64) {
    let mut behaviour = world.fake.control().behaviour();
    behaviour.latency_ms = ms;
    world.fake.control().set_behaviour(behaviour);
}

/// The budget of requests for a hundred types, at the default pace.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_types_cost_a_request_each() {
    let mut world = World::new().await;
    world.options = json!({});
    for n in 0..100 {
        world.add(&format!("c{n:03}"), &format!("Type{n:03}"), &event("Title"));
    }
    slow(&world, 50);
    let began = Instant::now();
    let report = world.deploy().await;
    println!("100 new types at 50 ms: {} ms", began.elapsed().as_millis());
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
    let control = world.fake.control();
    let counts = [Kind::Token, Kind::List, Kind::Get, Kind::Post, Kind::Patch]
        .map(|kind| control.count(kind));
    assert_eq!(counts, [1, 1, 0, 100, 0]);
    assert!((4..=8).contains(&control.max_in_flight()), "{} at once", control.max_in_flight());
    assert_eq!(report.metrics.requests, 102);
    assert!(report.metrics.bytes_transferred > 10_000);
    assert!((report.metrics.success_rate - 1.0).abs() < f64::EPSILON);
    world.fake.assert_clean();
}

/// An update costs one write, and a read only when somebody moved the revision.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_reads_only_what_moved() {
    let world = World::new().await;
    for key in ["Alpha", "Beta"] {
        world.add(key, key, &event("Title"));
    }
    world.deploy().await;
    assert!(world.fake.control().edit(Version::V1, "Beta", json!({ "description": "Theirs" })));
    for key in ["Alpha", "Beta"] {
        world.change(key, &event("Headline"));
    }
    world.fake.control().clear_requests();
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Alpha update success", "Beta update success"]);
    let requests = world.fake.control().requests();
    let of = |kind| -> Vec<String> {
        let requests = requests.iter().filter(|one| one.kind == kind);
        requests.filter_map(|one| one.key.clone()).collect()
    };
    assert_eq!(of(Kind::Get), ["Beta"]);
    let mut written = of(Kind::Patch);
    written.sort();
    assert_eq!(written, ["Alpha", "Beta"]);
    let guarded = requests.iter().filter(|one| one.headers.contains_key("if-match"));
    assert_eq!(guarded.count(), 2);
    world.fake.assert_clean();
}

/// References in a circle are added once all of it exists.
#[tokio::test(flavor = "multi_thread")]
async fn a_circle_of_references_takes_two_phases() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("a", "Alpha", &pointing("Beta"));
    world.add("b", "Beta", &pointing("Alpha"));
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Alpha create success", "Beta create success"]);
    for (key, other) in [("Alpha", "Beta"), ("Beta", "Alpha")] {
        let stored = world.fake.control().content_type(Version::V1, key).unwrap();
        assert_eq!(stored["properties"]["next"]["allowedTypes"], json!([other]));
    }
    assert_eq!(world.fake.control().count(Kind::Post), 2);
    world.fake.control().clear_requests();
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    assert_eq!(patches(&world), []);
    world.fake.assert_clean();
}

/// One half of a circle cannot be made: the other exists, and waits for it, whichever ends first.
#[tokio::test(flavor = "multi_thread")]
async fn a_circle_that_breaks_is_closed_by_the_next_run() {
    for late in ["Alpha", "Beta"] {
        let mut world = World::new().await;
        world.options["mapping"] = json!("native");
        world.add("a", "Alpha", &pointing("Beta"));
        world.add("b", "Beta", &pointing("Alpha"));
        let slow = FaultKind::Latency { ms: 100 };
        world.fake.control().add_fault(Fault { when: Match::on("POST", late), what: slow });
        let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
        world.fake.control().add_fault(Fault::once(Match::on("POST", "Beta"), what));
        let report = world.deploy().await;
        assert_eq!(
            brief(&report.outcomes),
            ["Alpha create blocked DEPENDENCY_FAILED", "Beta create failed FORBIDDEN"],
            "{late} is late"
        );
        world.fake.control().clear_faults();
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Beta create success", "Alpha update success"]);
        let stored = world.fake.control().content_type(Version::V1, "Alpha").unwrap();
        assert_eq!(stored["properties"]["next"]["allowedTypes"], json!(["Beta"]));
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
        world.fake.assert_clean();
    }
}

/// Cancelled between its two phases, a creation has not succeeded.
#[tokio::test(flavor = "multi_thread")]
async fn a_circle_that_is_cancelled_halfway_did_not_succeed() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("a", "Alpha", &pointing("Beta"));
    world.add("b", "Beta", &pointing("Alpha"));
    world
        .fake
        .control()
        .add_fault(Fault { when: Match::method("POST"), what: FaultKind::Latency { ms: 100 } });
    let cancel = CancellationToken::new();
    let control = world.fake.control().clone();
    let canceller = tokio::spawn({
        let cancel = cancel.clone();
        async move {
            while control.count(Kind::Post) < 2 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            cancel.cancel();
        }
    });
    let report = world.engine().deploy(&request(), Arc::new(Told::default()), &cancel).await;
    canceller.await.unwrap();
    assert_eq!(report.status, RunStatus::Cancelled);
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha create not_attempted", "Beta create not_attempted"]
    );
    assert_eq!(world.fake.control().count(Kind::Patch), 0);
    world.fake.control().clear_faults();
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Alpha update success", "Beta update success"]);
    assert_eq!(world.fake.control().count(Kind::Post), 2);
    world.fake.assert_clean();
}

/// How much a run did.
#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_count_what_was_done() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    world.add("c2", "Place", &event("Title"));
    for (id, type_id) in [("i1", "c1"), ("i2", "c1"), ("i3", "c2")] {
        world.sql(
            "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
             VALUES (?1, ?2, 'w1', '{}', 1)",
            &[id, type_id],
        );
    }
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Place"), what });
    let metrics = world.deploy().await.metrics;
    assert_eq!((metrics.content_items_processed, metrics.requests), (2, 4));
    assert!((metrics.success_rate - 0.5).abs() < f64::EPSILON);
    let sent: usize = world.fake.control().requests().iter().map(|one| one.body.len()).sum();
    assert!(metrics.bytes_transferred > sent as u64, "answers count as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_failure_stops_a_run_that_asks_for_it() {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(1);
    for key in ["Alpha", "Beta", "Gamma"] {
        world.add(key, key, &event("Title"));
    }
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Beta"), what });
    let report =
        world.deploy_with(RunOptions { stop_on_error: true, ..RunOptions::default() }).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha create success", "Beta create failed FORBIDDEN", "Gamma create not_attempted"]
    );
    assert_eq!(report.status, RunStatus::Partial);
    let recovery = report.recovery.unwrap();
    assert_eq!((recovery.successful, recovery.failed, recovery.not_attempted), (1, 1, 1));

    world.fake.control().clear_faults();
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Beta create success", "Gamma create success"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_no_write_and_records_nothing() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    let dry = RunOptions { dry_run: true, ..options() };
    let report = world.deploy_with(dry.clone()).await;
    assert_eq!(brief(&report.outcomes), ["Event create success"]);
    assert_eq!(report.status, RunStatus::Completed);
    let kinds: Vec<Kind> = world.fake.control().requests().iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Token, Kind::List]);
    let beside = std::fs::read_dir(world.studio.path().parent().unwrap()).unwrap();
    let state = beside
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().contains("catalyst-sync"));
    assert!(state.is_none(), "a dry run left {state:?}");

    // Beside a state that is there already.
    world.deploy().await;
    let rows = |world: &World| {
        ["sync_transactions", "sync_operations", "sync_history", "sync_state"]
            .map(|table| world.state(&format!("SELECT count(*) FROM {table}")))
    };
    let before = rows(&world);
    world.change("c1", &event("Headline"));
    assert_eq!(brief(&world.deploy_with(dry).await.outcomes), ["Event update success"]);
    assert_eq!(rows(&world), before);
}

/// `force` sends every attribute that we own, and takes nobody's consent for granted.
#[tokio::test(flavor = "multi_thread")]
async fn force_sends_everything_and_lifts_no_guard() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    world.add("c2", "Gone", &event("Title"));
    world.deploy().await;
    world.fake.control().clear_requests();
    let force = RunOptions { force: true, ..RunOptions::default() };
    let report = world.deploy_with(force.clone()).await;
    assert_eq!(brief(&report.outcomes), ["Event update success", "Gone update success"]);
    let mut sent = patches(&world);
    sent.sort_by(|a, b| a.0.cmp(&b.0));
    let title = json!({ "displayName": "Title", "sortOrder": 10, "type": "string" });
    assert_eq!(
        sent[0],
        ("Event".to_owned(), json!({ "displayName": "Event", "properties": { "title": title } }))
    );

    // A remote edit is not overwritten, a conflict stays one, a deletion needs its own consent.
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Event", theirs));
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["c2"]);
    world.fake.control().clear_requests();
    let report = world.deploy_with(force.clone()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Gone delete skipped DELETE_REFUSED", "Event update success"]
    );
    world.change("c1", &event("Ours"));
    let report = world.deploy_with(force).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Gone delete skipped DELETE_REFUSED", "Event update conflict CONFLICT"]
    );
    let stored = world.fake.control().content_type(Version::V1, "Event").unwrap();
    assert_eq!(stored["properties"]["title"]["displayName"], "Theirs");
    world.fake.assert_clean();
}

/// What is deleted is kept first.
#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_kept_before_it_is_deleted() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    world.deploy().await;
    let held = world.fake.control().content_type(Version::V1, "Event").unwrap();
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    let report = world.deploy_with(options()).await;
    assert_eq!(brief(&report.outcomes), ["Event delete success"]);
    assert_eq!(world.fake.control().content_type(Version::V1, "Event"), None);
    let kept = "SELECT definition FROM sync_backups WHERE operation = 'delete'";
    let kept: Value = serde_json::from_str(&world.state(kept)).unwrap();
    assert_eq!(kept, held);
    assert_eq!(world.state("SELECT count(*) FROM sync_state"), "0");
}

/// While a request is under way its intent is on the disk: whoever dies now knows what was sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_in_the_journal() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    let control = world.fake.control();
    for (method, kind, verb) in [
        ("POST", Kind::Post, "create"),
        ("PATCH", Kind::Patch, "update"),
        ("DELETE", Kind::Delete, "delete"),
    ] {
        match verb {
            "update" => world.change("c1", &event("Headline")),
            "delete" => world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]),
            _ => {}
        }
        let what = FaultKind::Latency { ms: 300 };
        control.add_fault(Fault { when: Match::method(method), what });
        let running = tokio::spawn({
            let (engine, options) = (world.engine(), options());
            async move { deploy(&engine, &RunRequest { options, ..request() }).await }
        });
        while control.count(kind) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let open = "SELECT group_concat(operation) FROM sync_operations WHERE state = 'started'";
        assert_eq!(world.state(open), verb);
        let report = running.await.unwrap();
        assert_eq!(brief(&report.outcomes), [format!("Event {verb} success")]);
    }
}

/// A deletion that the platform refuses because content exists.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_with_content_is_not_deleted() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    world.deploy().await;
    world.fake.control().set_instances("Event", 3);
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    let report = world.deploy_with(options()).await;
    assert_eq!(brief(&report.outcomes), ["Event delete failed DELETE_REFUSED"]);
}

/// Cancels as soon as the fake has begun to answer a write.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_ends_what_is_in_flight_and_begins_nothing() {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(2);
    for n in 0..6 {
        world.add(&format!("c{n}"), &format!("Type{n}"), &event("Title"));
    }
    let what = FaultKind::Latency { ms: 100 };
    world.fake.control().add_fault(Fault { when: Match::method("POST"), what });
    let cancel = CancellationToken::new();
    let control = world.fake.control().clone();
    let canceller = {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            while control.count(Kind::Post) < 2 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            cancel.cancel();
        })
    };
    let report = world.engine().deploy(&request(), Arc::new(Told::default()), &cancel).await;
    canceller.await.unwrap();
    assert_eq!(report.status, RunStatus::Cancelled);
    assert_eq!(report.error.unwrap().code, ErrorCode::Cancelled);
    let lines = brief(&report.outcomes);
    assert_eq!(
        lines.iter().filter(|line| line.ends_with("create success")).count(),
        2,
        "{lines:?}"
    );
    assert_eq!(
        lines.iter().filter(|line| line.contains("create not_attempted")).count(),
        4,
        "{lines:?}"
    );
    assert_eq!(world.fake.control().count(Kind::Post), 2);
    assert_eq!(world.state("SELECT count(*) FROM sync_state"), "2");
    assert_eq!(world.state("SELECT count(*) FROM sync_operations WHERE state = 'started'"), "0");
    assert_eq!(world.state("SELECT status FROM sync_transactions"), "cancelled");

    world.fake.control().clear_faults();
    let report = world.deploy().await;
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!(world.fake.control().count(Kind::Post), 6);
    world.fake.assert_clean();
}

/// A run cancelled before it began leaves no trace on the platform.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_cancelled_at_once_sends_nothing() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let report = world.engine().deploy(&request(), Arc::new(Told::default()), &cancel).await;
    assert_eq!(report.status, RunStatus::Cancelled);
    assert_eq!(world.fake.control().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_has_one_writer() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    let what = FaultKind::Latency { ms: 300 };
    world.fake.control().add_fault(Fault { when: Match::method("POST"), what });
    let options = world.engine_options();
    let first = tokio::spawn(async move {
        let request = RunRequest { job_id: "first".to_owned(), ..request() };
        engine(&options)
            .unwrap()
            .deploy(&request, Arc::new(Told::default()), &CancellationToken::new())
            .await
    });
    while world.fake.control().count(Kind::Post) == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let second = world.run(&RunRequest { job_id: "second".to_owned(), ..request() }).await;
    let error = second.error.unwrap();
    assert_eq!((second.status, error.code), (RunStatus::Failed, ErrorCode::DeploymentInProgress));
    // Who, and since when.
    assert!(
        error.message.contains("the deployment first has been running since 20"),
        "{}",
        error.message
    );
    assert!(error.retryable());
    let first = first.await.unwrap();
    assert_eq!(first.status, RunStatus::Completed);
    assert_eq!(world.fake.control().count(Kind::Post), 1);
    assert_eq!(world.state("SELECT group_concat(job_id) FROM sync_transactions"), "first");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_holds_a_scope_is_named() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    world.deploy().await;
    let target = world.state("SELECT target FROM sync_leases");
    let scope = Scope { website_id: "w1".to_owned(), target };
    let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
    for call in ["recover", "resolveConflicts", "acceptDrift"] {
        let lease = store.acquire(&scope, call, 1_700_000_000_000).await.unwrap();
        let refused = world.deploy().await.error.unwrap();
        let said = format!("{call}() has been running since 2023-11-14T22:13:20Z");
        assert_eq!((refused.code, refused.message), (ErrorCode::DeploymentInProgress, said));
        store.release(lease).await.unwrap();
    }
}

/// Of two websites one is being deployed: the other is not kept from later runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_refused_gives_back_what_it_took() {
    let world = World::new().await;
    world.add("c1", "Event", &event("Title"));
    world.sql(
        "INSERT INTO Website (id, name, category, updatedAt) VALUES ('w0', 'Other', 'blog', 1)",
        &[],
    );
    world.sql(
        "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
         VALUES ('c0', 'w0', 'Place', ?1, 1, 1)",
        &[&event("Title").to_string()],
    );
    let only = |id: &str| RunRequest { website_id: Some(id.to_owned()), ..request() };
    let what = FaultKind::Latency { ms: 300 };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Event"), what });
    let first = tokio::spawn({
        let (options, request) = (world.engine_options(), only("w1"));
        async move { deploy(&engine(&options).unwrap(), &request).await }
    });
    while world.fake.control().count(Kind::Post) == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let other = world.engine();
    let refused = deploy(&other, &request()).await;
    assert_eq!(refused.error.unwrap().code, ErrorCode::DeploymentInProgress);
    let report = deploy(&other, &only("w0")).await;
    assert_eq!(brief(&report.outcomes), ["Place create success"], "{:?}", report.error);
    assert_eq!(first.await.unwrap().status, RunStatus::Completed);
}

async fn deploy(engine: &Engine, request: &RunRequest) -> RunReport {
    engine.deploy(request, Arc::new(Told::default()), &CancellationToken::new()).await
}

/// A run that was frozen while somebody else took over wakes up and may write nothing any more.
/// The lock is lost here as by a file system that does not share locks.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_lost_its_lease_writes_nothing() {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(1);
    world.add("c1", "Alpha", &event("Title"));
    world.add("c2", "Beta", &event("Title"));
    // Its first request is answered only when the other run is over.
    let when = Match { times: Some(1), ..Match::on("POST", "Alpha") };
    world.fake.control().add_fault(Fault { when, what: FaultKind::Latency { ms: 700 } });
    let frozen = tokio::spawn({
        let options = world.engine_options();
        async move { deploy(&engine(&options).unwrap(), &request()).await }
    });
    while world.fake.control().count(Kind::Post) == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut locks = world.studio.path().as_os_str().to_owned();
    locks.push(".catalyst-sync.locks");
    std::fs::remove_dir_all(locks).unwrap();
    // It needs a slot of its own beside the frozen one.
    world.options["maxInFlight"] = json!(8);
    let report = world.deploy().await;
    assert_eq!(report.status, RunStatus::Completed, "{:?} {:?}", report.error, report.outcomes);
    let rows = |world: &World| {
        ["sync_operations", "sync_history", "sync_state"]
            .map(|table| world.state(&format!("SELECT count(*) FROM {table}")))
    };
    let before = rows(&world);
    let frozen = frozen.await.unwrap();
    assert_eq!(frozen.error.unwrap().code, ErrorCode::LeaseLost);
    assert_eq!(frozen.status, RunStatus::Failed);
    assert_eq!(rows(&world), before);
    assert_eq!(world.state("SELECT count(*) FROM sync_operations WHERE state = 'started'"), "0");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}
