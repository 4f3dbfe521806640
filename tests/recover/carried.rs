//! A deployment remembers over all of its runs what became of each type.

use catalyst_sync::engine::{Repeat, RunOptions, RunReport, RunRequest, RunStatus};
use catalyst_sync::port::{Backups as _, RunLink, RunRow, Store as _};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use serde_json::{Value, json};

use crate::support::fake::{Fault, FaultKind, Match, Moment};
use crate::support::scenario::{simple, writes};
use crate::support::world::{World, brief, request};

fn refuse(world: &World, key: &str) {
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("POST", key), what });
}

/// A deployment that stopped at the second of three types.
async fn stopped() -> World {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(1);
    for key in ["Article", "Author", "Event"] {
        world.add(key, key, &simple(key));
    }
    refuse(&world, "Author");
    let options = RunOptions { stop_on_error: true, ..RunOptions::default() };
    let report = world.deploy_with(options).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Article create success", "Author create failed FORBIDDEN", "Event create not_attempted"]
    );
    world.fake.control().clear_requests();
    world
}

async fn resume(world: &World, repeat: Repeat) -> RunReport {
    world.run(&RunRequest { retry_of: Some("job".to_owned()), repeat, ..request() }).await
}

async fn stored(world: &World, id: &str) -> Value {
    let job = world.engine().deployment(id).await.unwrap().unwrap();
    serde_json::from_str(&job).unwrap()
}

/// `[successful, failed, notAttempted]`, and the types whose errors are listed.
fn recovery(job: &Value) -> (Vec<Option<u64>>, Vec<&str>) {
    let told = &job["recovery"];
    let counts = ["successful", "failed", "notAttempted"].map(|name| told[name].as_u64());
    let errors = told["errors"].as_array().unwrap();
    (counts.into(), errors.iter().map(|error| error["type"].as_str().unwrap()).collect())
}

fn refuse_update(world: &World, key: &str) {
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("PATCH", key), what });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_attempted_is_not_forgotten_by_a_retry_of_what_failed() {
    let world = stopped().await;
    world.fake.control().clear_faults();
    let report = resume(&world, Repeat::Failed).await;
    assert_eq!(writes(&world), ["POST Author"]);
    assert_eq!(
        brief(&report.outcomes),
        ["Article create success", "Event create not_attempted", "Author create success"]
    );
    assert_eq!(report.status, RunStatus::Partial);
    let job = stored(&world, "job").await;
    assert_eq!(job["error"], "Sync partially completed: 2 succeeded, 0 failed, 1 not attempted");
    assert_eq!(recovery(&job), (vec![Some(2), Some(0), Some(1)], vec![]));
    assert_eq!(
        job["recovery"]["actions"],
        json!(["continue_later", "force_full", "manual_fix"]),
        "there is nothing that could be retried"
    );

    let report = resume(&world, Repeat::Continue).await;
    assert_eq!(writes(&world), ["POST Author", "POST Event"]);
    assert_eq!(
        brief(&report.outcomes),
        ["Article create success", "Author create success", "Event create success"]
    );
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!(stored(&world, "job").await["outcome"], "success");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_fails_again_says_what_the_deployment_came_to() {
    let world = stopped().await;
    let report = resume(&world, Repeat::Failed).await;
    assert_eq!(report.status, RunStatus::Partial);
    let job = stored(&world, "job").await;
    assert_eq!(recovery(&job), (vec![Some(1), Some(1), Some(1)], vec!["Author"]));
    assert_eq!(job["outcomes"].as_array().unwrap().len(), 3);

    world.fake.control().clear_faults();
    world.fake.control().clear_requests();
    assert_eq!(resume(&world, Repeat::Continue).await.status, RunStatus::Completed);
    assert_eq!(writes(&world), ["POST Author", "POST Event"]);
}

/// What somebody else did meanwhile, and what is gone, is nothing to be done any more.
#[tokio::test(flavor = "multi_thread")]
async fn what_needs_nothing_any_more_is_not_kept() {
    let world = stopped().await;
    world.fake.control().clear_faults();
    world.run(&RunRequest { job_id: "other".to_owned(), ..request() }).await;
    world.fake.control().clear_requests();
    let report = resume(&world, Repeat::Continue).await;
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(brief(&report.outcomes), ["Article create success"]);
    assert_eq!(report.status, RunStatus::Completed);
}

/// A run that had to stop before it looked changes nothing of what the deployment came to.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_stopped_at_once_forgets_nothing() {
    let world = stopped().await;
    world.fake.control().clear_faults();
    let what = FaultKind::Status { status: 401, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::method("GET"), what });
    let report = resume(&world, Repeat::Continue).await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(report.outcomes.len(), 3);
    let job = stored(&world, "job").await;
    assert_eq!(job["errorInfo"]["code"], "AUTH_FAILED");
    assert_eq!(recovery(&job), (vec![Some(1), Some(1), Some(1)], vec!["Author"]));

    world.fake.control().clear_faults();
    world.fake.control().clear_requests();
    assert_eq!(resume(&world, Repeat::Continue).await.status, RunStatus::Completed);
    assert_eq!(writes(&world), ["POST Author", "POST Event"]);
}

/// A process that died while it carried the deployment on takes nothing of its past with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_died_forgets_nothing() {
    let world = stopped().await;
    world.fake.control().clear_faults();
    let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
    let (earlier, _) = store.run("job", None).await.unwrap().unwrap();
    let dead = RunRow { run_id: "run_dead".to_owned(), started_at: 5, ..earlier.clone() };
    store.begin_run(dead).await.unwrap();
    let links = vec![(earlier.run_id, RunLink::Continues)];
    store.link_run("run_dead", links).await.unwrap();
    assert_eq!(stored(&world, "job").await["outcomes"].as_array().unwrap().len(), 3);

    let report = resume(&world, Repeat::Continue).await;
    assert_eq!(writes(&world), ["POST Author", "POST Event"]);
    assert_eq!(report.status, RunStatus::Completed, "{:?}", brief(&report.outcomes));
    assert_eq!(report.outcomes.len(), 3);
    let counts = "SELECT total_types || ' ' || successful_types || ' ' || failed_types
        FROM sync_transactions WHERE id = 'run_dead'";
    assert_eq!(world.state(counts), "3 1 2");
}

/// A type that the job was about and deleted stops nobody who goes on with the rest of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_job_itself_deleted_is_missed_by_nobody() {
    let world = World::new().await;
    for key in ["Article", "Author"] {
        world.add(key, key, &simple(key));
    }
    world.deploy().await;
    world.let_time_pass();
    world.sql("DELETE FROM ContentType WHERE id = 'Author'", &[]);
    let ours = "UPDATE ContentType SET fields = json_set(fields, '$.fields[0].label', 'Ours')";
    world.sql(ours, &[]);
    refuse_update(&world, "Article");
    let options = RunOptions { allow_delete: true, ..RunOptions::default() };
    let selected_types = vec!["Article".to_owned(), "Author".to_owned()];
    let asked = RunRequest { options, selected_types, ..request() };
    let report = world.run(&asked).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Article update failed FORBIDDEN", "Author delete success"]
    );
    world.fake.control().clear_faults();
    world.let_time_pass();
    let again = RunRequest { retry_of: Some("job".to_owned()), repeat: Repeat::All, ..asked };
    let report = world.run(&again).await;
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
    assert!(brief(&report.outcomes).contains(&"Article update success".to_owned()));
}

/// A new deployment under an old id is a deployment of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_deployment_has_no_past() {
    let world = stopped().await;
    world.fake.control().clear_faults();
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Author create success", "Event create success"]);
}
