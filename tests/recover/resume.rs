//! What a deployment left undone is carried on, and a run that nobody ends is closed.

use std::sync::Arc;

use catalyst_sync::engine::{
    ProviderRequest, RecoveryReport, Repeat, RunOptions, RunReport, RunRequest, RunStatus,
};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::plan::Verb;
use catalyst_sync::port::Entity;
use catalyst_sync::port::{PlannedRow, RunRow, Scope, Store as _};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Match, Moment};
use crate::support::scenario::{referring, simple, writes};
use crate::support::world::{Told, World, brief, request};

/// A run in which Beta is refused, which Gamma refers to, and after which nothing is begun: Delta was
/// never attempted. What is skipped waits for consent.
async fn stopped() -> World {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(1);
    world.add("skipped", "Skipped", &simple("Skipped"));
    world.deploy().await;
    world.let_time_pass();
    world.sql("DELETE FROM ContentType WHERE id = 'skipped'", &[]);
    for key in ["Alpha", "Beta", "Delta"] {
        world.add(key, key, &simple(key));
    }
    world.add("Gamma", "Gamma", &referring("Gamma", &["Beta"]));
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Beta"), what });
    let options = RunOptions { stop_on_error: true, ..RunOptions::default() };
    let report = world.deploy_with(options).await;
    assert_eq!(
        brief(&report.outcomes),
        [
            "Skipped delete skipped DELETE_REFUSED",
            "Alpha create success",
            "Beta create failed FORBIDDEN",
            "Delta create not_attempted",
            "Gamma create not_attempted"
        ]
    );
    world.fake.control().clear_faults();
    world.fake.control().clear_requests();
    world
}

fn resuming(repeat: Repeat) -> RunRequest {
    RunRequest { retry_of: Some("job".to_owned()), repeat, ..request() }
}

async fn run(world: &World, request: &RunRequest) -> RunReport {
    let engine = world.engine();
    engine.deploy(request, Arc::new(Told::default()), &CancellationToken::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_resumed_with_as_much_as_is_asked_for() {
    let cases: [(Repeat, &[&str]); 3] = [
        (Repeat::Failed, &["POST Beta"]),
        (Repeat::Continue, &["POST Beta", "POST Delta", "POST Gamma"]),
        (Repeat::All, &["POST Beta", "POST Delta", "POST Gamma"]),
    ];
    for (repeat, expected) in cases {
        let world = stopped().await;
        let report = run(&world, &resuming(repeat)).await;
        assert_eq!(report.error.map(|error| error.message), None, "{repeat:?}");
        assert_eq!(writes(&world), expected, "{repeat:?}");
        let skipped = report.outcomes.iter().find(|one| one.status == "skipped").unwrap();
        assert_eq!(skipped.is_carried_over, repeat != Repeat::All, "{repeat:?}");
        // And once more there is nothing left to carry on with, but what was not asked for.
        world.fake.control().clear_requests();
        assert_eq!(run(&world, &resuming(Repeat::Continue)).await.status, RunStatus::Completed);
        let left: &[&str] =
            if repeat == Repeat::Failed { &["POST Delta", "POST Gamma"] } else { &[] };
        assert_eq!(writes(&world), left, "{repeat:?}");
    }
}

/// Leaves behind what a process leaves that is killed right after its plan.
async fn die_after_planning(world: &World) {
    let target = world.state("SELECT target FROM sync_state LIMIT 1");
    let scope = Scope { website_id: "w1".to_owned(), target };
    let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
    let lease = store.acquire(&scope, "dead", 5).await.unwrap();
    let run = RunRow {
        run_id: "run_dead".to_owned(),
        job_id: "dead".to_owned(),
        provider: "optimizely".to_owned(),
        actor: "ada".to_owned(),
        options: "{}".to_owned(),
        job: r#"{"id":"dead","name":"Kept"}"#.to_owned(),
        started_at: 5,
        scopes: vec![scope.clone()],
    };
    store.begin_run(run).await.unwrap();
    let planned = PlannedRow {
        sequence: 0,
        entity: Entity::content_type("Beta"),
        type_key: "Beta".to_owned(),
        verb: Verb::Create,
    };
    store.plan("run_dead", vec![(lease, vec![planned])]).await.unwrap();
    // The locks of a process go with it.
    drop(store);
}

async fn job(world: &World) -> Value {
    let stored = world.engine().deployment("dead").await.unwrap().unwrap();
    serde_json::from_str(&stored).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_nobody_ends_is_closed_by_the_next_one() {
    let world = stopped().await;
    die_after_planning(&world).await;
    let died = "the process that ran the deployment \"dead\" is gone";
    assert_eq!(job(&world).await["error"], died);
    let told = Arc::new(Told::default());
    let dry =
        RunRequest { options: RunOptions { dry_run: true, ..RunOptions::default() }, ..request() };
    run(&world, &dry).await;
    assert_eq!(job(&world).await["error"], died, "a rehearsal records nothing");

    world.engine().deploy(&request(), told.clone(), &CancellationToken::new()).await;
    let closed = "The deployment dead was interrupted and is closed";
    assert_eq!(told.messages().iter().filter(|message| *message == closed).count(), 1);
    let job = job(&world).await;
    assert_eq!((&job["status"], &job["name"]), (&json!("failed"), &json!("Kept")));
    assert_eq!(job["errorInfo"]["code"], "INTERRUPTED");
    assert_eq!(job["outcomes"][0]["status"], "not_attempted");
    assert_eq!(
        job["recovery"]["actions"],
        json!(["continue_later", "force_full", "manual_fix"]),
        "nothing failed that could be retried"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn recovering_closes_what_nobody_holds_and_deploys_nothing() {
    let world = stopped().await;
    die_after_planning(&world).await;
    let engine = world.engine();
    let report = engine.recover(&ProviderRequest::default()).await.unwrap();
    let [closed] = &report.runs[..] else { panic!("{report:?}") };
    assert_eq!(
        (&*closed.id, closed.successful, closed.failed, closed.not_attempted, closed.can_resume),
        ("dead", 0, 0, 1, true)
    );
    assert_eq!((report.findings.len(), report.left.len()), (0, 0));
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(
        engine.recover(&ProviderRequest::default()).await.unwrap(),
        RecoveryReport::default()
    );

    let resumed = RunRequest {
        job_id: "dead".to_owned(),
        retry_of: Some("dead".to_owned()),
        repeat: Repeat::Continue,
        ..request()
    };
    let report = run(&world, &resumed).await;
    // What is planned is known of a run that died, what it had come to besides is not: all is looked at.
    let mut outcomes = brief(&report.outcomes);
    outcomes.sort_unstable();
    assert_eq!(
        outcomes,
        [
            "Beta create success",
            "Delta create success",
            "Gamma create success",
            "Skipped delete skipped DELETE_REFUSED"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lives_or_is_elsewhere_is_left_alone_and_named() {
    let world = stopped().await;
    die_after_planning(&world).await;
    let target = world.state("SELECT target FROM sync_state LIMIT 1");
    let scope = Scope { website_id: "w1".to_owned(), target };
    let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
    let lease = store.acquire(&scope, "somebody", 6).await.unwrap();
    let report = world.engine().recover(&ProviderRequest::default()).await.unwrap();
    let left: Vec<&str> = report.left.iter().map(|left| &*left.code).collect();
    assert_eq!((left, report.runs.len()), (vec!["DEPLOYMENT_IN_PROGRESS"], 0));
    store.release(lease).await.unwrap();

    let elsewhere = ProviderRequest {
        id: Some("optimizely".to_owned()),
        config: vec![
            ("clientId".to_owned(), "another".to_owned()),
            ("clientSecret".to_owned(), "test-secret".to_owned()),
        ],
    };
    let report = world.engine().recover(&elsewhere).await.unwrap();
    let left: Vec<&str> = report.left.iter().map(|left| &*left.code).collect();
    assert_eq!((left, report.runs.len()), (vec!["TARGET_MISMATCH"], 0));
    assert_eq!(
        world.state("SELECT status IS NULL FROM sync_transactions WHERE id = 'run_dead'"),
        "1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_known_can_be_resumed() {
    let unknown = World::new().await.engine().job("nothing").await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::DeploymentNotFound);
    assert_eq!(unknown.message, "no deployment has the id \"nothing\"");
}
