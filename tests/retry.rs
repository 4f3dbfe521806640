//! Repeating what did not succeed: of which types, and how that is told.

use std::sync::Arc;

use catalyst_sync::engine::{RunReport, RunRequest, RunStatus};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Match, Moment};
use crate::support::world::{Told, World, brief, request};

fn fields(label: &str) -> Value {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text" }])
}

/// A studio of types that are carried out one after the other.
async fn studio(keys: &[&str]) -> World {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(1);
    for key in keys {
        world.add(key, key, &fields("Title"));
    }
    world
}

/// Lets the platform refuse some creations.
fn refuse(world: &World, keys: &[&str]) {
    for key in keys {
        let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
        world.fake.control().add_fault(Fault { when: Match::on("POST", key), what });
    }
}

async fn run(world: &World, request: &RunRequest) -> (RunReport, Vec<String>) {
    let told = Arc::new(Told::default());
    let report = world.engine().deploy(request, told.clone(), &CancellationToken::new()).await;
    (report, told.messages())
}

fn retry() -> RunRequest {
    RunRequest { job_id: "job-retry-1".to_owned(), retry_of: Some("job".to_owned()), ..request() }
}

/// What the log says between the detection and the end.
fn work(messages: &[String]) -> Vec<&str> {
    let from = messages.iter().position(|message| message.starts_with("Transforming")).unwrap();
    let work = messages.iter().skip(from + 1);
    work.map(String::as_str).take_while(|message| !message.starts_with("Verifying")).collect()
}

/// A phase is announced when it begins; then every type is named, and what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_has_two_entries() {
    let keys = ["Alpha", "Beta", "Delta", "Gamma"];
    let world = studio(&keys).await;
    refuse(&world, &["Beta", "Gamma"]);
    let (_, messages) = run(&world, &request()).await;
    let work = work(&messages);
    assert_eq!(
        work.iter().filter(|line| !line.contains(" 403")).copied().collect::<Vec<_>>(),
        [
            "Creating new content types (1 of 4)...",
            "Syncing Alpha (1 of 4)...",
            "Alpha: created",
            "Syncing Beta (2 of 4)...",
            "Syncing Delta (3 of 4)...",
            "Delta: created",
            "Syncing Gamma (4 of 4)...",
        ]
    );
    for key in keys {
        let own = work.iter().filter(|line| line.contains(key)).count();
        assert_eq!(own, 2, "{key}: {work:?}");
    }
}

/// What failed last time is told apart from what is new or modified.
#[tokio::test(flavor = "multi_thread")]
async fn what_failed_in_the_last_run_is_called_a_retry() {
    let world = studio(&["Alpha", "Beta", "Delta"]).await;
    refuse(&world, &["Beta", "Delta"]);
    run(&world, &request()).await;
    world.fake.control().clear_faults();
    world.add("Gamma", "Gamma", &fields("Title"));
    world.change("Alpha", &fields("Headline"));
    let (_, messages) = run(&world, &request()).await;
    assert!(
        messages
            .contains(&"Detecting changes (3 new, 1 modified, 2 failed last sync)...".to_owned()),
        "{messages:?}"
    );
    assert_eq!(
        work(&messages),
        [
            "Creating new content types (1 of 3)...",
            "Retrying failed types (1 of 2)...",
            "Syncing Beta (1 of 4)...",
            "Beta: created",
            "Syncing Delta (2 of 4)...",
            "Delta: created",
            "Syncing Gamma (3 of 4)...",
            "Gamma: created",
            "Updating modified types (1 of 1)...",
            "Syncing Alpha (4 of 4)...",
            "Alpha: updated",
        ]
    );
    // Once it succeeded, it is a type like any other.
    world.change("Beta", &fields("Headline"));
    let (_, messages) = run(&world, &request()).await;
    assert_eq!(
        work(&messages),
        ["Updating modified types (1 of 1)...", "Syncing Beta (1 of 1)...", "Beta: updated"]
    );
}

/// A retry says so of whatever it repeats.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_called_a_retry() {
    let mut stopping = request();
    stopping.options.stop_on_error = true;
    let world = studio(&["Alpha", "Beta", "Gamma"]).await;
    refuse(&world, &["Beta"]);
    let (report, _) = run(&world, &stopping).await;
    assert_eq!(report.outcomes[2].status, "not_attempted");
    world.fake.control().clear_faults();
    world.change("Alpha", &fields("Headline"));
    let (report, messages) = run(&world, &retry()).await;
    assert_eq!(brief(&report.outcomes), ["Beta create success", "Gamma create success"]);
    assert_eq!(
        work(&messages),
        [
            "Creating new content types (1 of 2)...",
            "Retrying failed types (1 of 2)...",
            "Syncing Beta (1 of 2)...",
            "Beta: created",
            "Syncing Gamma (2 of 2)...",
            "Gamma: created",
        ]
    );
}

/// What was to be repeated is gone: nothing else is deployed in its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_what_is_gone_deploys_nothing() {
    let world = studio(&["Alpha", "Beta"]).await;
    refuse(&world, &["Beta"]);
    let of_beta = RunRequest { selected_types: vec!["Beta".to_owned()], ..request() };
    for first in [request(), of_beta] {
        run(&world, &first).await;
        world.sql("DELETE FROM ContentType WHERE id = ?1", &["Beta"]);
        world.add("Gamma", "Gamma", &fields("Title"));
        world.change("Alpha", &fields("Headline"));
        let writes = world.fake.control().requests().len();
        let again = RunRequest { selected_types: first.selected_types.clone(), ..retry() };
        let (report, messages) = run(&world, &again).await;
        assert_eq!(brief(&report.outcomes), [""; 0], "{:?}", first.selected_types);
        assert_eq!(report.status, RunStatus::Completed);
        let requests = world.fake.control().requests();
        let sent: Vec<_> =
            requests.iter().skip(writes).filter(|one| !one.body.is_empty()).collect();
        assert!(sent.iter().all(|one| one.key.is_none()), "only the token was asked for");
        let gone = "asked for then, and not to be found any more: Beta";
        assert!(messages.contains(&gone.to_owned()), "{messages:?}");

        world.sql("DELETE FROM ContentType WHERE id = ?1", &["Gamma"]);
        world.add("Beta", "Beta", &fields("Title"));
    }
}

/// A run that succeeded leaves nothing to repeat.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_a_success_deploys_nothing() {
    let world = studio(&["Alpha"]).await;
    run(&world, &request()).await;
    world.change("Alpha", &fields("Headline"));
    let (report, _) = run(&world, &retry()).await;
    assert_eq!(brief(&report.outcomes), [""; 0]);
}

/// A run that never came to a plan repeats what it was asked for, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_a_run_without_a_plan_keeps_its_selection() {
    let world = studio(&["Alpha", "Beta"]).await;
    let what = FaultKind::Status { status: 401, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::method("GET"), what });
    let selected_types = vec!["Beta".to_owned()];
    let first = RunRequest { selected_types: selected_types.clone(), ..request() };
    assert_eq!(run(&world, &first).await.0.status, RunStatus::Failed);
    world.fake.control().clear_faults();
    let (report, messages) = run(&world, &RunRequest { selected_types, ..retry() }).await;
    assert_eq!(brief(&report.outcomes), ["Beta create success"]);
    assert_eq!(
        work(&messages),
        ["Creating new content types (1 of 1)...", "Syncing Beta (1 of 1)...", "Beta: created"]
    );
}
