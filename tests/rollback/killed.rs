//! A rollback whose process is killed at any answer of the platform, and the rollback after it.
//!
//! The child is this test binary once more; the fake runs in the parent. What is undone made one type,
//! changed one that a colleague changed since, and deleted one.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::compose::{EngineOptions, engine};
use catalyst_sync::engine::{ProviderRequest, RunOptions, RunStatus, UndoMode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Bench, Side, everything, fields, told};
use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Kind, Match, RequestRecord, Version};
use crate::support::tally::tally;
use crate::support::world::Told;

/// Names the options of the child.
const CHILD: &str = "CATALYST_SYNC_TEST_ROLLBACK";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the child of the other test"]
async fn child() {
    let options = std::env::var(CHILD).expect("the parent says what to undo");
    let engine = engine(&EngineOptions::from_json(&options).unwrap()).unwrap();
    let bench = Bench::new(Side::Api(Version::V1)).await;
    let asked = bench.undoing("second", UndoMode::Full, everything());
    let report = engine.deploy(&asked, Arc::new(Told::default()), &CancellationToken::new()).await;
    assert!(report.error.is_none(), "{:?}", report.error);
}

fn spawn_child(bench: &Bench) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["rollback::killed::child", "--exact", "--ignored"])
        .env(CHILD, bench.world.options_text())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A deployment with something of each kind, and a colleague's edit since.
pub async fn deployed(version: Version) -> Bench {
    let mut bench = Bench::new(Side::Api(version)).await;
    bench.world.options["maxInFlight"] = json!(1);
    bench.world.add("old", "Old", &fields(&[("title", "Title")]));
    bench.world.add("e", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.let_time_pass();
    bench.world.add("n", "New", &fields(&[("title", "Title")]));
    bench.world.change("e", &fields(&[("title", "Headline"), ("venue", "Venue")]));
    bench.world.drop_row("old");
    assert_eq!(bench.deploy("second", everything()).await.status, RunStatus::Completed);
    bench.world.let_time_pass();
    bench.relabel("Event", "venue", "Theirs");
    bench.world.fake.control().clear_requests();
    bench
}

fn requests(bench: &Bench) -> Vec<RequestRecord> {
    let requests = bench.world.fake.control().requests().into_iter();
    requests.filter(|one| one.kind != Kind::Token).collect()
}

/// The platform is as before the deployment, but for the colleague's edit.
pub fn assert_back(bench: &Bench, at: &str) {
    assert_eq!(bench.labels("Old"), ["title=Title"], "{at}");
    assert_eq!(bench.labels("Event"), ["title=Title", "venue=Theirs"], "{at}");
    assert_eq!(bench.stored("New"), None, "{at}");
}

/// And each write took effect once.
fn assert_undone(bench: &Bench, at: &str) {
    assert_back(bench, at);
    let effects = |kind: Kind| {
        let is_done = |one: &&RequestRecord| {
            one.kind == kind && one.status.is_some_and(|status| (200..300).contains(&status))
        };
        requests(bench).iter().filter(is_done).count()
    };
    assert_eq!([Kind::Post, Kind::Patch, Kind::Delete].map(effects), [1, 1, 1], "{at}");
}

/// Where in the life of a request the process dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    BeforeEffect,
    BeforeAnswer,
    AfterAnswer,
}

async fn die(version: Version, nth: u32, death: Death) {
    let at = format!("{version:?} killed at answer {nth}, {death:?}");
    let mut bench = deployed(version).await;
    let minute = 60_000;
    let (struck, what) = match death {
        Death::BeforeEffect => (nth, FaultKind::Latency { ms: minute }),
        Death::BeforeAnswer => (nth, FaultKind::SlowAnswer { ms: minute, pieces: 1 }),
        Death::AfterAnswer => (nth + 1, FaultKind::Latency { ms: minute }),
    };
    let when = Match { nth: Some(struck), ..Match::default() };
    bench.world.fake.control().add_fault(Fault { when, what });
    let mut child = spawn_child(&bench);
    let is_due = || {
        let seen = requests(&bench);
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
    bench.world.fake.control().clear_faults();

    bench.world.clock = TestClock::from_now();
    if nth.is_multiple_of(2) {
        let recovered = bench.world.engine().recover(&ProviderRequest::default()).await.unwrap();
        let closed: Vec<&str> = recovered.runs.iter().map(|run| &*run.id).collect();
        assert_eq!((closed, recovered.left), (vec!["second-rollback"], vec![]), "{at}");
        let job = bench.world.engine().deployment("second-rollback").await.unwrap().unwrap();
        let job: Value = serde_json::from_str(&job).unwrap();
        assert_eq!(job["errorInfo"]["code"], "INTERRUPTED", "{at}");
    }
    // After the last answer it may be over before it is killed.
    let whole = "SELECT count(*) FROM sync_transactions
                 WHERE job_id = 'second-rollback' AND status = 'completed'";
    if bench.world.state(whole) == "0" {
        let undone = bench.undo("second", everything()).await;
        let status = undone.status;
        assert_eq!(status, RunStatus::Completed, "{at}: {:?} {:?}", undone.error, told(&undone));
    }
    assert_undone(&bench, &at);
    let open = "SELECT count(*) FROM sync_operations WHERE state = 'started'";
    assert_eq!(bench.world.state(open), "0", "{at}");
    let unended = "SELECT count(*) FROM sync_transactions WHERE completed_at IS NULL";
    assert_eq!(bench.world.state(unended), "0", "{at}");
    assert_eq!(bench.world.state("PRAGMA integrity_check"), "ok", "{at}");
    let studio = bench.world.studio.connect();
    let studio = studio.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(studio.as_deref(), Ok("ok"), "{at}: the studio");

    // What the deployment did is pending again, and the colleague's edit theirs.
    bench.world.let_time_pass();
    assert_eq!(bench.pending().await, [1, 1, 1, 0, 0], "{at}");
    let again = bench.deploy("third", everything()).await;
    assert_eq!(again.status, RunStatus::Completed, "{at}: {:?}", again.error);
    assert_eq!(bench.labels("Event"), ["title=Headline", "venue=Theirs"], "{at}");
    assert_eq!((bench.stored("Old"), bench.labels("New")), (None, vec!["title=Title".to_owned()]));
    bench.world.fake.assert_clean();
}

async fn die_at(nth: u32) {
    for version in Version::ALL {
        for death in [Death::BeforeEffect, Death::BeforeAnswer, Death::AfterAnswer] {
            die(version, nth, death).await;
            tally(1, "deaths of a child process around an answer over HTTP");
        }
    }
}

/// One test per answer; [`the_answers_are_all_there`] keeps the list whole.
macro_rules! answers {
    ($($name:ident: $nth:literal;)+) => {
        const LISTED: &[u32] = &[$($nth),+];

        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                die_at($nth).await;
            }
        )+
    };
}

answers! {
    killed_at_answer_1: 1;
    killed_at_answer_2: 2;
    killed_at_answer_3: 3;
    killed_at_answer_4: 4;
    killed_at_answer_5: 5;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_are_all_there() {
    for version in Version::ALL {
        let bench = deployed(version).await;
        assert_eq!(bench.undo("second", everything()).await.status, RunStatus::Completed);
        assert_undone(&bench, "not killed");
        let kinds: Vec<(Kind, Option<String>)> =
            requests(&bench).into_iter().map(|one| (one.kind, one.key)).collect();
        let all: Vec<u32> = (1..=u32::try_from(kinds.len()).unwrap()).collect();
        assert_eq!(LISTED, all, "{version:?} {kinds:?}");
    }
}
