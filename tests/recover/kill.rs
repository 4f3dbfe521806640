//! A process that is killed at any answer of the platform, and the run right after it, through both
//! versions of the API.
//!
//! The child is this test binary once more; the fake runs in the parent. The deployment makes two
//! types that refer to each other, changes one that a colleague changed too, and deletes one.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::compose::{EngineOptions, engine};
use catalyst_sync::engine::{ProviderRequest, RunOptions, RunRequest, RunStatus};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{
    CreateMode, FakeOptions, Fault, FaultKind, Kind, Match, RequestRecord, Version,
};
use crate::support::tally::tally;
use crate::support::world::{Told, World, request};

/// Names the options of the child.
const CHILD: &str = "CATALYST_SYNC_TEST_CHILD";

fn to_deploy() -> RunRequest {
    let options = RunOptions { allow_delete: true, ..RunOptions::default() };
    RunRequest { options, ..request() }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the child of the other tests"]
async fn child() {
    let options = std::env::var(CHILD).expect("the parent says what to deploy");
    let options = EngineOptions::from_json(&options).unwrap();
    let engine = engine(&options).unwrap();
    let report =
        engine.deploy(&to_deploy(), Arc::new(Told::default()), &CancellationToken::new()).await;
    assert!(report.error.is_none(), "{:?}", report.error);
}

fn spawn_child(world: &World) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["recover::kill::child", "--exact", "--ignored"])
        .env(CHILD, world.options_text())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn pointing(to: &str) -> Value {
    json!([{ "id": "f1", "name": "next", "label": "Next", "type": "reference",
             "referenceTypes": [to], "allowedTypes": [to] }])
}

fn text(label: &str) -> Value {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text" }])
}

/// Everything ready for a deployment with something of each kind.
async fn prepared(version: Version) -> World {
    // Where a creation replaces, a second one succeeds, and is counted below.
    let mut fake = FakeOptions::default();
    fake.behaviour.create = CreateMode::Replace;
    let mut world = World { version, ..World::with(fake).await };
    world.options["mapping"] = json!("native");
    world.add("old", "Old", &text("Title"));
    world.add("e", "Event", &text("Title"));
    assert_eq!(world.deploy().await.status, RunStatus::Completed);
    world.add("a", "Alpha", &pointing("Beta"));
    world.add("b", "Beta", &pointing("Alpha"));
    world.add("c", "Gamma", &text("Title"));
    world.change("e", &text("Headline"));
    let theirs = json!({ "description": "Theirs" });
    assert!(world.fake.control().edit(version, "Event", theirs));
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["old"]);
    world.fake.control().clear_requests();
    world
}

/// The requests of the deployment, as they came.
fn requests(world: &World) -> Vec<RequestRecord> {
    let requests = world.fake.control().requests().into_iter();
    requests.filter(|one| one.kind != Kind::Token).collect()
}

/// The platform holds what was meant, and every write took effect once.
fn assert_arrived(world: &World, at: &str) {
    let control = world.fake.control();
    let stored = |key: &str| control.content_type(world.version, key);
    for (key, other) in [("Alpha", "Beta"), ("Beta", "Alpha")] {
        let allowed = stored(key).unwrap()["properties"]["next"]["allowedTypes"].clone();
        assert_eq!(allowed, json!([other]), "{at}");
    }
    let event = stored("Event").unwrap();
    assert_eq!(event["properties"]["title"]["displayName"], "Headline", "{at}");
    assert_eq!(event["description"], "Theirs", "{at}");
    assert!(stored("Gamma").is_some(), "{at}");
    assert_eq!(stored("Old"), None, "{at}");

    let effects = |kind: Kind| -> Vec<String> {
        let effective = requests(world).into_iter().filter(|one| {
            one.kind == kind && one.status.is_some_and(|status| (200..300).contains(&status))
        });
        let mut keys: Vec<String> = effective.filter_map(|one| one.key).collect();
        keys.sort();
        keys
    };
    assert_eq!(effects(Kind::Post), ["Alpha", "Beta", "Gamma"], "{at}");
    assert_eq!(effects(Kind::Delete), ["Old"], "{at}");
    // Whichever of the circle was made last may have had its reference from the beginning.
    let patched = effects(Kind::Patch);
    let once = [&["Alpha", "Beta", "Event"][..], &["Alpha", "Event"], &["Beta", "Event"]];
    assert!(once.iter().any(|keys| patched == *keys), "{at}: {patched:?}");
}

/// Where in the life of a request the process dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// After its intent, before its effect.
    BeforeEffect,
    /// After its effect, before its answer.
    BeforeAnswer,
    /// As soon as its answer is out.
    AfterAnswer,
}

async fn die(version: Version, nth: u32, death: Death) {
    let at = format!("{version:?} killed at answer {nth}, {death:?}");
    let mut world = prepared(version).await;
    let minute = 60_000;
    let (struck, what) = match death {
        Death::BeforeEffect => (nth, FaultKind::Latency { ms: minute }),
        Death::BeforeAnswer => (nth, FaultKind::SlowAnswer { ms: minute, pieces: 1 }),
        Death::AfterAnswer => (nth + 1, FaultKind::Latency { ms: minute }),
    };
    // From then on nothing gets on, so that the order of requests that run at once does not matter.
    let when = Match { nth: Some(struck), ..Match::default() };
    world.fake.control().add_fault(Fault { when, what });
    let mut child = spawn_child(&world);
    let is_due = || {
        let seen = requests(&world);
        let Some(one) = seen.get(nth as usize - 1) else { return false };
        match death {
            Death::BeforeEffect => true,
            Death::BeforeAnswer => one.status.is_some(),
            Death::AfterAnswer => one.finished_ms.is_some(),
        }
    };
    while !is_due() {
        assert_eq!(child.try_wait().unwrap().map(|status| status.success()), None, "{at}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    world.fake.control().clear_faults();

    let clock = TestClock::from_now();
    world.clock = clock.clone();
    // No row says that it runs for ever, whoever comes first.
    if nth.is_multiple_of(2) {
        let recovered = world.engine().recover(&ProviderRequest::default()).await.unwrap();
        let closed: Vec<&str> = recovered.runs.iter().map(|run| &*run.id).collect();
        assert_eq!((closed, recovered.left), (vec!["job"], vec![]), "{at}");
        let job: Value =
            serde_json::from_str(&world.engine().deployment("job").await.unwrap().unwrap())
                .unwrap();
        assert_eq!(
            (&job["status"], &job["errorInfo"]["code"]),
            (&json!("failed"), &json!("INTERRUPTED"))
        );
        assert_eq!(job["recovery"]["canResume"], true);
    }
    let report = world.run(&to_deploy()).await;
    assert_eq!(
        report.status,
        RunStatus::Completed,
        "{at}: {:?} {:?}",
        report.error,
        report.outcomes
    );
    assert_arrived(&world, &at);
    // Only a creation that might replace another one waits until the first is over.
    let waited = clock.slept().into_iter().any(|wait| wait > Duration::from_secs(30));
    assert!(!waited || version == Version::Preview3, "{at}: {:?}", clock.slept());
    assert_eq!(
        world.state("SELECT count(*) FROM sync_operations WHERE state = 'started'"),
        "0",
        "{at}"
    );
    let unended = "SELECT count(*) FROM sync_transactions WHERE completed_at IS NULL";
    assert_eq!(world.state(unended), "0", "{at}");
    assert_eq!(world.state("PRAGMA integrity_check"), "ok", "{at}");
    let studio = world.studio.connect();
    let studio = studio.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(studio.as_deref(), Ok("ok"), "{at}: the studio");
    let shown = world.engine().verify_history().await.unwrap();
    assert_eq!(shown.first_broken, None, "{at}");
    world.fake.control().clear_requests();
    let again = world.run(&to_deploy()).await;
    assert_eq!((again.status, again.outcomes), (RunStatus::Completed, vec![]), "{at}");
    let kinds: Vec<Kind> = requests(&world).iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::List], "{at}");
    world.fake.assert_clean();
}

/// One test per version and answer; [`the_answers_are_all_there`] keeps the list whole.
macro_rules! answers {
    ($($name:ident: $nth:literal;)+) => {
        answers!(v1 V1: $($name: $nth;)+);
        answers!(preview3 Preview3: $($name: $nth;)+);

        const LISTED: &[u32] = &[$($nth),+];
    };
    ($module:ident $version:ident: $($name:ident: $nth:literal;)+) => {
        mod $module {
            use super::{Death, Version, die, tally};

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    for death in [Death::BeforeEffect, Death::BeforeAnswer, Death::AfterAnswer] {
                        die(Version::$version, $nth, death).await;
                        tally(1, "deaths of a child process around an answer over HTTP");
                    }
                }
            )+
        }
    };
}

answers! {
    killed_at_answer_1: 1;
    killed_at_answer_2: 2;
    killed_at_answer_3: 3;
    killed_at_answer_4: 4;
    killed_at_answer_5: 5;
    killed_at_answer_6: 6;
    killed_at_answer_7: 7;
    killed_at_answer_8: 8;
    killed_at_answer_9: 9;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_are_all_there() {
    for version in Version::ALL {
        let world = prepared(version).await;
        assert_eq!(world.run(&to_deploy()).await.status, RunStatus::Completed);
        assert_arrived(&world, "not killed");
        let kinds: Vec<(Kind, Option<String>)> =
            requests(&world).into_iter().map(|one| (one.kind, one.key)).collect();
        let all: Vec<u32> = (1..=u32::try_from(kinds.len()).unwrap()).collect();
        assert_eq!(LISTED, all, "{version:?} {kinds:?}");
    }
}
