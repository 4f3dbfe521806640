//! What is refused, and with which answer.

use catalyst_sync::engine::{Actor, Role, RunOptions, RunRequest, RunStatus, Undo, UndoMode};
use catalyst_sync::error::{ErrorCode, SyncError};
use serde_json::json;

use super::{Bench, Side, everything, fields, listened, told};
use crate::support::fake::{Fault, FaultKind, Match, Moment, Version};
use crate::support::world::{World, request, to_files};

async fn deployed() -> Bench {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.change("c1", &fields(&[("title", "Headline")]));
    bench.deploy("second", RunOptions::default()).await;
    bench.world.fake.control().clear_requests();
    bench
}

async fn error(world: &World, request: &RunRequest) -> (ErrorCode, String) {
    let report = world.run(request).await;
    let error: SyncError = report.error.expect("it is refused");
    assert_eq!((report.status, report.outcomes.len()), (RunStatus::Failed, 0), "{error}");
    (error.code, error.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_says_why() {
    let bench = deployed().await;
    let of = |id: &str| bench.undoing(id, UndoMode::Full, everything());
    assert_eq!(
        error(&bench.world, &of("nothing")).await,
        (ErrorCode::DeploymentNotFound, "no deployment has the id \"nothing\"".to_owned())
    );
    let elsewhere = RunRequest { provider: to_files("model").provider, ..of("second") };
    let (code, message) = error(&bench.world, &elsewhere).await;
    assert_eq!(code, ErrorCode::TargetMismatch);
    assert!(message.starts_with("the deployment went to optimizely:"), "{message}");

    assert_eq!(bench.undo("second", everything()).await.status, RunStatus::Completed);
    assert_eq!(
        error(&bench.world, &of("second")).await,
        (ErrorCode::RolledBack, "the deployment second was rolled back already".to_owned())
    );
    let plan = bench.plan("second", &everything()).await.unwrap_err();
    assert_eq!(plan.code, ErrorCode::RolledBack);
    // Once that is undone, there is something to undo again.
    let again = bench.undo("second-rollback", everything()).await;
    assert_eq!(told(&again).1, ["Event update success"], "{:?}", again.error);
    assert_eq!(bench.labels("Event"), ["title=Headline"]);
    assert_eq!(bench.undo("second", everything()).await.status, RunStatus::Completed);
    assert_eq!(bench.labels("Event"), ["title=Title"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_never_ended_is_settled_and_undone() {
    let bench = deployed().await;
    let path = bench.world.state_path();
    let state = rusqlite::Connection::open(path).unwrap();
    let sql =
        "UPDATE sync_transactions SET completed_at = NULL, status = NULL WHERE job_id = 'second'";
    state.execute(sql, []).unwrap();
    let plan = bench.plan("second", &everything()).await.unwrap_err();
    assert_eq!(plan.code, ErrorCode::DeploymentInProgress);
    let undone = bench.undo("second", everything()).await;
    assert_eq!(told(&undone).1, ["Event update success"], "{:?}", undone.error);
    assert_eq!(bench.labels("Event"), ["title=Title"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_plan_that_was_reviewed_is_carried_out() {
    let bench = deployed().await;
    let plan = bench.plan("second", &everything()).await.unwrap();
    let operations: Vec<(&str, &str, usize)> = plan
        .operations
        .iter()
        .map(|one| (&*one.type_key, one.operation, one.changes.len()))
        .collect();
    assert_eq!(operations, [("Event", "update", 1)]);
    assert_eq!(json!(plan.operations[0].changes[0])["after"], "Title");

    bench.relabel("Event", "title", "Theirs");
    let plan_digest = Some(plan.digest.clone());
    let reviewed = RunOptions { plan_digest, ..everything() };
    let asked = bench.undoing("second", UndoMode::Full, reviewed.clone());
    assert_eq!(error(&bench.world, &asked).await.0, ErrorCode::PlanStale);
    assert_eq!(bench.labels("Event"), ["title=Theirs"]);

    bench.relabel("Event", "title", "Headline");
    let undone = bench.undo("second", reviewed).await;
    assert_eq!(told(&undone).1, ["Event update success"], "{:?}", undone.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_sends_nothing() {
    let bench = deployed().await;
    let asked =
        bench.undoing("second", UndoMode::Full, RunOptions { dry_run: true, ..everything() });
    let (report, _) = listened(&bench.world, &asked).await;
    assert_eq!(told(&report).1, ["Event update success"]);
    assert_eq!(bench.labels("Event"), ["title=Headline"]);
}

/// What the platform does not show is neither there nor gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_cannot_be_read_is_not_undone() {
    let bench = deployed().await;
    bench.world.add("c2", "Talk", &fields(&[("title", "Title")]));
    bench.world.change("c1", &fields(&[("title", "Third")]));
    bench.deploy("third", RunOptions::default()).await;
    bench.world.let_time_pass();
    assert!(bench.world.fake.control().remove("Talk"));
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    bench.world.fake.control().add_fault(Fault { when: Match::on("GET", "Talk"), what });
    let undone = bench.undo("third", everything()).await;
    let expected = ["Event update success", "Talk none failed FORBIDDEN"];
    let mut outcomes = told(&undone).1;
    outcomes.sort();
    assert_eq!(outcomes, expected, "{:?}", undone.error);
    bench.world.fake.control().clear_faults();
    let again = bench.undo("third", everything()).await;
    assert_eq!(told(&again), (RunStatus::Completed, vec![]), "{:?}", again.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_rolls_back() {
    let bench = deployed().await;
    let undo = bench.undoing("second", UndoMode::Full, RunOptions::default());
    let rollback = Some("failed-only".to_owned());
    let job = RunRequest { options: RunOptions { rollback, ..RunOptions::default() }, ..request() };
    for asked in [undo, job] {
        for role in [Role::Viewer, Role::Editor] {
            let actor = Actor { id: "ada".to_owned(), role };
            let engine = bench.world.engine().acting(actor).unwrap();
            let told = std::sync::Arc::new(crate::support::world::Told::default());
            let cancel = tokio_util::sync::CancellationToken::new();
            let refused = engine.deploy(&asked, told, &cancel).await.error.unwrap();
            assert_eq!(refused.code, ErrorCode::RoleRefused, "{role:?}");
            assert!(refused.message.ends_with("may not roll deployments back"), "{refused}");
        }
    }
    assert!(bench.world.fake.control().requests().is_empty());
    let viewer = Actor { id: "ada".to_owned(), role: Role::Viewer };
    let engine = bench.world.engine().acting(viewer).unwrap();
    let undo = Undo { job_id: "second".to_owned(), mode: UndoMode::Full };
    let provider = request().provider;
    let plan = engine.plan_rollback(&provider, &undo, &RunOptions::default()).await.unwrap();
    assert_eq!(plan.operations.len(), 1, "whoever looks may plan");
}
