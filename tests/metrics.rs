//! What an engine counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use catalyst_sync::engine::{Engine, Reporter, RunEvent, RunOptions, RunReport, RunRequest};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Match, Moment, RetryAfter, Version};
use crate::support::world::{Told, World, request};

fn article(label: &str) -> Value {
    json!({ "name": "Article", "fields": [{ "id": "f1", "name": "title", "type": "text", "label": label }] })
}

async fn deploy(engine: &Engine, options: RunOptions) -> RunReport {
    let request = RunRequest { options, ..request() };
    engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await
}

/// The samples of a text, by name and labels, without the engine's prefix.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.strip_prefix("catalyst_sync_").unwrap().to_owned(), value.parse().unwrap())
    });
    samples.collect()
}

#[track_caller]
fn expect(text: &str, expected: &[(&str, f64)]) {
    let samples = samples(text);
    for (name, value) in expected {
        assert_eq!(samples.get(*name), Some(value), "{name}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_counted_by_what_it_did() {
    let mut world = World::new().await;
    world.clock = TestClock::new();
    world.add("c1", "Article", &article("Title"));
    world.add(
        "c2",
        "Broken",
        &json!({ "name": "Broken", "description": "x".repeat(256), "fields": [] }),
    );
    let engine = world.engine();
    deploy(&engine, RunOptions { dry_run: true, ..RunOptions::default() }).await;
    let counted = samples(&engine.metrics());
    let of_runs =
        |name: &&String| name.starts_with("deployment_duration") || name.starts_with("operations");
    assert_eq!(counted.keys().find(of_runs), None, "a rehearsal is no deployment");
    deploy(&engine, RunOptions::default()).await;
    expect(
        &engine.metrics(),
        &[
            (r#"deployment_duration_seconds_bucket{outcome="partial",le="0.1"}"#, 1.0),
            (r#"deployment_duration_seconds_bucket{outcome="partial",le="+Inf"}"#, 1.0),
            (r#"deployment_duration_seconds_count{outcome="partial"}"#, 1.0),
            (r#"deployment_duration_seconds_sum{outcome="partial"}"#, 0.0),
            (r#"operations_total{operation="create",result="success",class="none"}"#, 1.0),
            // The rehearsal's listing and token, and the deployment's listing and creation.
            (r#"requests_total{method="GET",status="2xx"}"#, 2.0),
            (r#"requests_total{method="POST",status="2xx"}"#, 2.0),
            ("request_retries_total", 0.0),
            ("rate_limited_total", 0.0),
            ("deployments_running", 0.0),
            ("deployment_progress", 100.0),
            ("lease_age_seconds", 0.0),
            ("conflicts_open", 0.0),
        ],
    );

    // Another edit on each side, and a request that is refused.
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Article", theirs));
    world.change("c1", &article("Ours"));
    world.add("c3", "Page", &json!({ "name": "Page", "fields": [] }));
    let when =
        Match { method: Some("POST".to_owned()), key: Some("Page".to_owned()), ..Match::default() };
    let what = FaultKind::Status { status: 400, moment: Moment::default(), retry_after: None };
    world.fake.control().add_fault(Fault { when, what });
    deploy(&engine, RunOptions::default()).await;
    expect(
        &engine.metrics(),
        &[
            (r#"operations_total{operation="create",result="failed",class="VALIDATION"}"#, 1.0),
            (r#"requests_total{method="POST",status="4xx"}"#, 1.0),
            ("conflicts_open", 1.0),
        ],
    );
}

/// Looks at the numbers at every word of a run.
struct Watching {
    engine: Engine,
    clock: Arc<TestClock>,
    seen: Mutex<Vec<BTreeMap<String, f64>>>,
}

impl Reporter for Watching {
    fn report(&self, _: RunEvent) {
        self.clock.advance(Duration::from_secs(7));
        self.seen.lock().unwrap().push(samples(&self.engine.metrics()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_deployment_shows_how_far_it_is_and_how_long_it_holds() {
    let mut world = World::new().await;
    let clock = TestClock::new();
    world.clock = clock.clone();
    world.add("c1", "Article", &article("Title"));
    let engine = world.engine();
    let watching = Arc::new(Watching { engine: engine.clone(), clock, seen: Mutex::default() });
    engine.deploy(&request(), watching.clone(), &CancellationToken::new()).await;
    let seen = watching.seen.lock().unwrap();
    let of = |name: &str| seen.iter().map(|all| all[name]).collect::<Vec<_>>();
    assert!(of("deployments_running").iter().all(|running| (running - 1.0).abs() < 0.5));
    let progress = of("deployment_progress");
    assert!(progress.is_sorted() && progress.contains(&20.0), "{progress:?}");
    let age = of("lease_age_seconds");
    assert!(age.is_sorted() && age[0] == 0.0 && age.ends_with(&[*age.last().unwrap()]), "{age:?}");
    assert!(*age.last().unwrap() >= 7.0 * 5.0, "{age:?}");
    expect(&engine.metrics(), &[("deployments_running", 0.0), ("lease_age_seconds", 0.0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_and_waits_for_the_rate_are_counted() {
    let mut world = World::new().await;
    let clock = TestClock::new();
    world.clock = clock.clone();
    world.add("c1", "Article", &article("Title"));
    let when = Match { method: Some("GET".to_owned()), times: Some(1), ..Match::default() };
    let what = FaultKind::TooManyRequests { retry_after: Some(RetryAfter::Seconds(9)) };
    world.fake.control().add_fault(Fault { when, what });
    let engine = world.engine();
    let report = deploy(&engine, RunOptions::default()).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    expect(
        &engine.metrics(),
        &[
            (r#"requests_total{method="GET",status="4xx"}"#, 1.0),
            ("request_retries_total", 1.0),
            ("rate_limited_total", 1.0),
            ("rate_limit_waits_total", 1.0),
            ("rate_limit_wait_seconds_total", 9.0),
        ],
    );
}

/// A request that got no answer at all.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_answered_has_no_status() {
    let mut world = World::new().await;
    world.clock = TestClock::new();
    world.add("c1", "Article", &article("Title"));
    let when = Match { method: Some("GET".to_owned()), ..Match::default() };
    world
        .fake
        .control()
        .add_fault(Fault { when, what: FaultKind::Reset { moment: Moment::default() } });
    let engine = world.engine();
    deploy(&engine, RunOptions::default()).await;
    expect(
        &engine.metrics(),
        &[
            (r#"requests_total{method="GET",status="none"}"#, 3.0),
            ("request_retries_total", 2.0),
            (r#"deployment_duration_seconds_count{outcome="failed"}"#, 1.0),
        ],
    );
}

/// However many types there are, there are no more series.
#[tokio::test(flavor = "multi_thread")]
async fn series_do_not_grow_with_types() {
    let mut world = World::new().await;
    world.clock = TestClock::new();
    let engine = world.engine();
    let mut before = BTreeSet::new();
    for round in 0..3 {
        for at in 0..10 {
            let name = format!("Zebra {round} {at}");
            world.add(&name, &name, &json!({ "name": name, "fields": [] }));
        }
        let report = deploy(&engine, RunOptions::default()).await;
        assert_eq!(report.outcomes.len(), 10);
        let text = engine.metrics();
        assert!(!text.contains("Zebra"), "{text}");
        let series: BTreeSet<String> = samples(&text).into_keys().collect();
        assert!(round == 0 || series == before, "{series:?}");
        before = series;
    }
}
