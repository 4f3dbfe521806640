//! What is carried on goes where the deployment went.

use catalyst_sync::engine::{ProviderRequest, Repeat, RunRequest, RunStatus};
use catalyst_sync::error::ErrorCode;

use crate::support::fake::{Fault, FaultKind, Match, Moment};
use crate::support::scenario::{simple, writes};
use crate::support::world::{World, brief, request};

/// The same platform under another tenant than the engine's own.
fn staging() -> ProviderRequest {
    ProviderRequest {
        id: Some("optimizely".to_owned()),
        config: vec![("environment".to_owned(), "staging".to_owned())],
    }
}

fn refuse(world: &World, status: u16, when: Match) {
    let what = FaultKind::Status { status, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when, what });
}

/// The two ways to go on with the deployment `job`.
fn goings_on() -> [RunRequest; 2] {
    let retry_of = Some("job".to_owned());
    [
        RunRequest { retry_of: retry_of.clone(), repeat: Repeat::Continue, ..request() },
        RunRequest { job_id: "job-retry-1".to_owned(), retry_of, ..request() },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_not_carried_on_at_another_tenant() {
    for going_on in goings_on() {
        let world = World::new().await;
        world.add("a", "Alpha", &simple("Alpha"));
        world.add("b", "Beta", &simple("Beta"));
        refuse(&world, 403, Match::on("POST", "Beta"));
        let first = world.run(&RunRequest { provider: staging(), ..request() }).await;
        assert_eq!(
            brief(&first.outcomes),
            ["Alpha create success", "Beta create failed FORBIDDEN"]
        );
        world.fake.control().clear_faults();
        world.fake.control().clear_requests();

        let id = &going_on.job_id;
        let error = world.run(&going_on).await.error.unwrap();
        assert_eq!(error.code, ErrorCode::TargetMismatch, "{id}");
        assert!(error.message.contains(":staging, and not to "), "{id}: {}", error.message);
        assert_eq!(writes(&world), [""; 0], "{id}");
        let runs = "SELECT count(*) FROM sync_transactions";
        assert_eq!(world.state(runs), "1", "{id}: nothing is begun");

        let report = world.run(&RunRequest { provider: staging(), ..going_on }).await;
        assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
        assert_eq!(writes(&world), ["POST Beta"]);
    }
}

/// A retry of one that never came to a plan repeats nothing, and goes wherever it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_came_to_nothing_may_be_retried_elsewhere() {
    let [resume, retry] = goings_on();
    let world = World::new().await;
    world.add("a", "Alpha", &simple("Alpha"));
    refuse(&world, 401, Match::method("GET"));
    let first = world.run(&RunRequest { provider: staging(), ..request() }).await;
    assert_eq!(first.error.map(|error| error.code), Some(ErrorCode::AuthFailed));
    world.fake.control().clear_faults();
    // One deployment is never at two places.
    let refused = world.run(&resume).await.error.unwrap();
    assert_eq!(refused.code, ErrorCode::TargetMismatch);
    assert_eq!(brief(&world.run(&retry).await.outcomes), ["Alpha create success"]);
}
