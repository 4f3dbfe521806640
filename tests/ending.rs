//! How runs end: their status, their figures, and what is kept of them.

use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::engine::{RunOptions, RunReport, RunRequest, RunStatus};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Kind, Match, Moment, Version};
use crate::support::world::{Told, World, brief, request};

const KEYS: [&str; 3] = ["Alpha", "Beta", "Gamma"];

fn fields(label: &str) -> Value {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text" }])
}

/// A studio of three types that refer to nothing, carried out one after the other.
async fn three() -> World {
    let mut world = World::new().await;
    world.options["maxInFlight"] = json!(1);
    for key in KEYS {
        world.add(key, key, &fields("Title"));
    }
    world
}

/// Lets the platform refuse every write to a type.
fn refuse(world: &World, key: &str) {
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    let any = Match { key: Some(key.to_owned()), ..Match::default() };
    world.fake.control().add_fault(Fault { when: any, what });
}

/// Edits a type on both sides.
fn dispute(world: &World, key: &str) {
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, key, theirs));
    world.change(key, &fields("Ours"));
}

fn stopping() -> RunOptions {
    RunOptions { stop_on_error: true, ..RunOptions::default() }
}

/// The job as it is kept.
async fn stored(world: &World) -> Value {
    let job = world.engine().deployment("job").await.unwrap().unwrap();
    serde_json::from_str(&job).unwrap()
}

async fn deploy(world: &World, options: RunOptions) -> (RunReport, Arc<Told>, Value) {
    let told = Arc::new(Told::default());
    let request = RunRequest { options, ..request() };
    let report = world.engine().deploy(&request, told.clone(), &CancellationToken::new()).await;
    (report, told, stored(world).await)
}

/// Everything that a run that ran to its end says besides the outcomes.
fn assert_ending(kept: &Value, outcome: &str, progress: u64, rate: f64) {
    assert_eq!([&kept["outcome"], &kept["progress"]], [&json!(outcome), &json!(progress)]);
    assert_eq!(kept["metrics"]["successRate"].as_f64(), Some(rate));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_failed() {
    let world = three().await;
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(report.status, RunStatus::Completed);
    assert_ending(&kept, "success", 100, 1.0);
    // Nothing to do.
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!((report.status, report.outcomes.len()), (RunStatus::Completed, 0));
    assert_ending(&kept, "success", 100, 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_failed() {
    let world = three().await;
    refuse(&world, "Beta");
    refuse(&world, "Gamma");
    let (report, told, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(report.status, RunStatus::Partial);
    assert_ending(&kept, "partial", 100, 1.0 / 3.0);
    assert_eq!(kept["error"], "Sync partially completed: 1 succeeded, 2 failed");
    assert_eq!(kept["errorInfo"], Value::Null);
    assert_eq!(kept["recovery"]["failed"], 2);
    assert_eq!(told.messages().last().unwrap(), "Sync completed: 1 succeeded, 2 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_failed() {
    let world = three().await;
    for key in KEYS {
        refuse(&world, key);
    }
    let (report, told, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(report.status, RunStatus::Failed);
    let recovery = report.recovery.unwrap();
    assert_eq!((&*recovery.message, recovery.successful, recovery.failed), ("Sync failed", 0, 3));
    assert_ending(&kept, "failed", 80, 0.0);
    assert_eq!(told.progress().last(), Some(&80));
    let error = kept["error"].as_str().unwrap();
    assert!(error.starts_with("none of 3 types was deployed; Alpha: the platform "), "{error}");
    assert_eq!(kept["errorInfo"]["code"], "FORBIDDEN");
    assert_eq!(kept["errorInfo"]["details"]["typeKey"], "Alpha");
    assert!(!told.messages().iter().any(|message| message.starts_with("Sync completed")));
}

/// What is wrong with a type before anything is sent has a code of its own.
#[tokio::test(flavor = "multi_thread")]
async fn everything_was_refused_before_it_was_sent() {
    let world = World::new().await;
    world.add("a", "Blog Post", &fields("Title"));
    world.add("b", "BlogPost", &fields("Title"));
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(report.status, RunStatus::Failed, "{:?}", brief(&report.outcomes));
    assert_eq!(kept["errorInfo"]["code"], "VALIDATION_FAILED");
}

/// A conflict is no failure: it waits for somebody, who is told so.
#[tokio::test(flavor = "multi_thread")]
async fn only_conflicts() {
    let world = three().await;
    world.deploy().await;
    dispute(&world, "Alpha");
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(brief(&report.outcomes), ["Alpha none conflict CONFLICT"]);
    assert_eq!(report.status, RunStatus::Partial);
    assert_ending(&kept, "partial", 100, 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_and_a_failure() {
    let world = three().await;
    world.deploy().await;
    dispute(&world, "Alpha");
    world.change("Beta", &fields("Headline"));
    refuse(&world, "Beta");
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha none conflict CONFLICT", "Beta update failed FORBIDDEN"]
    );
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(kept["errorInfo"]["details"]["typeKey"], "Beta");

    // Of a conflict whose undisputed part was sent, something was carried out.
    let both = json!([
        { "id": "f1", "name": "title", "label": "Ours", "type": "text" },
        { "id": "f2", "name": "body", "label": "Body", "type": "text" },
    ]);
    world.change("Alpha", &both);
    let (report, ..) = deploy(&world, RunOptions::default()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha update conflict CONFLICT", "Beta update failed FORBIDDEN"]
    );
    assert_eq!(report.status, RunStatus::Partial);
}

/// What waits for consent is neither success nor failure.
#[tokio::test(flavor = "multi_thread")]
async fn only_skipped() {
    let world = three().await;
    world.deploy().await;
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["Gamma"]);
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(brief(&report.outcomes), ["Gamma delete skipped DELETE_REFUSED"]);
    assert_eq!(report.status, RunStatus::Completed);
    assert_ending(&kept, "success", 100, 1.0);

    world.change("Beta", &fields("Headline"));
    refuse(&world, "Beta");
    let (report, _, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Gamma delete skipped DELETE_REFUSED", "Beta update failed FORBIDDEN"]
    );
    assert_eq!(report.status, RunStatus::Failed);
    let error = kept["error"].as_str().unwrap();
    assert!(error.starts_with("Beta was not deployed: the platform answered 403"), "{error}");
    assert_ending(&kept, "failed", 80, 0.0);
}

/// A dry run says how the run would end.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_ends_like_the_run() {
    let world = World::new().await;
    world.add("a", "Blog Post", &fields("Title"));
    world.add("b", "BlogPost", &fields("Title"));
    let dry = RunOptions { dry_run: true, ..RunOptions::default() };
    assert_eq!(world.deploy_with(dry.clone()).await.status, RunStatus::Failed);
    world.add("c", "Fine", &fields("Title"));
    assert_eq!(world.deploy_with(dry).await.status, RunStatus::Partial);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_before_everything_was_attempted() {
    let world = three().await;
    refuse(&world, "Beta");
    let (report, told, kept) = deploy(&world, stopping()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha create success", "Beta create failed FORBIDDEN", "Gamma create not_attempted"]
    );
    assert_eq!(report.status, RunStatus::Partial);
    // Two of three: 20 + 60 * 2 / 3.
    assert_eq!(told.progress().last(), Some(&60));
    assert_ending(&kept, "partial", 60, 1.0 / 3.0);
    let last = "Sync stopped at the first failure: 1 succeeded, 1 failed, 1 not attempted";
    assert_eq!(told.messages().last().unwrap(), last);
}

/// The failure of the last type leaves nothing out.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_when_everything_was_attempted() {
    let world = three().await;
    refuse(&world, "Gamma");
    let (report, _, kept) = deploy(&world, stopping()).await;
    assert_eq!(report.status, RunStatus::Partial);
    assert_ending(&kept, "partial", 100, 2.0 / 3.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_at_the_first_type() {
    let world = three().await;
    refuse(&world, "Alpha");
    let (report, _, kept) = deploy(&world, stopping()).await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_ending(&kept, "failed", 40, 0.0);
}

/// The next website is not begun either.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_in_the_first_of_two_websites() {
    let world = three().await;
    world.sql(
        "INSERT INTO Website (id, name, category, updatedAt) VALUES ('w2', 'Other', 'blog', 1)",
        &[],
    );
    world.sql("UPDATE ContentType SET websiteId = 'w2' WHERE id = ?1", &["Gamma"]);
    refuse(&world, "Beta");
    let (report, ..) = deploy(&world, stopping()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha create success", "Beta create failed FORBIDDEN", "Gamma create not_attempted"]
    );
}

/// Nothing was done, so nothing succeeded.
#[tokio::test(flavor = "multi_thread")]
async fn failed_before_it_did_anything() {
    let world = three().await;
    let nowhere = RunRequest { website_id: Some("nope".to_owned()), ..request() };
    let report = world.run(&nowhere).await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(report.metrics.success_rate.to_bits(), 0.0_f64.to_bits());
}

/// A run that had to stop keeps how far it came, and why.
#[tokio::test(flavor = "multi_thread")]
async fn failed_on_the_way() {
    let world = three().await;
    let what = FaultKind::Status { status: 401, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Beta"), what });
    let (report, told, kept) = deploy(&world, RunOptions::default()).await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(told.progress().last(), Some(&60));
    assert_ending(&kept, "failed", 60, 1.0 / 3.0);
    assert_eq!(kept["errorInfo"]["code"], "AUTH_FAILED");
}

/// A cancelled run is neither a success nor a failure, and has no error.
#[tokio::test(flavor = "multi_thread")]
async fn cancelled() {
    let world = three().await;
    let what = FaultKind::Latency { ms: 100 };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Beta"), what });
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
    let told = Arc::new(Told::default());
    let report = world.engine().deploy(&request(), told.clone(), &cancel).await;
    canceller.await.unwrap();
    assert_eq!(report.status, RunStatus::Cancelled);
    let kept = stored(&world).await;
    assert_eq!(
        [&kept["status"], &kept["progress"]],
        [&json!("cancelled"), &json!(told.progress().last())]
    );
    for name in ["outcome", "error", "errorInfo", "recovery"] {
        assert_eq!(kept.get(name), None, "{name}");
    }
}

/// A job that ran before says at its end only what this run came to.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_earlier_run_is_kept() {
    let world = three().await;
    let earlier = json!({
        "id": "job", "note": "kept", "progress": 100, "status": "failed", "outcome": "failed",
        "error": "old", "errorInfo": { "code": "OLD" }, "recovery": { "failed": 1 },
    });
    let again = RunRequest { job: earlier.to_string(), ..request() };
    assert_eq!(world.run(&again).await.status, RunStatus::Completed);
    let kept = stored(&world).await;
    assert_eq!([&kept["note"], &kept["outcome"]], [&json!("kept"), &json!("success")]);
    for name in ["error", "errorInfo", "recovery"] {
        assert_eq!(kept.get(name), None, "{name}");
    }
}
