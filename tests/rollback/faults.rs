//! What goes wrong on the way to the platform while a deployment is undone.

use std::time::Duration;

use catalyst_sync::engine::{Outcome, RunOptions, RunStatus};
use serde_json::json;

use super::killed::{assert_back, deployed};
use super::{Bench, Side, everything, fields, told};
use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Kind, Match, Moment, RetryAfter, Version};

const BEFORE: Moment = Moment::Before;
const AFTER: Moment = Moment::After;

fn status(status: u16, moment: Moment) -> FaultKind {
    FaultKind::Status { status, moment, retry_after: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fault_keeps_nothing_from_being_undone() {
    let faults = [
        FaultKind::Reset { moment: BEFORE },
        FaultKind::Reset { moment: AFTER },
        FaultKind::TruncatedBody,
        FaultKind::Accepted,
        FaultKind::NoContent,
        status(503, BEFORE),
        status(503, AFTER),
        status(412, BEFORE),
        FaultKind::Status {
            status: 429,
            moment: BEFORE,
            retry_after: Some(RetryAfter::Seconds(2)),
        },
    ];
    for version in Version::ALL {
        for (method, key) in [("PATCH", "Event"), ("POST", "Old"), ("DELETE", "New")] {
            for what in faults.clone() {
                let at = format!("{version:?} {method} {what:?}");
                let mut bench = deployed(version).await;
                bench.world.clock = TestClock::from_now();
                let strike = Fault::once(Match::on(method, key), what);
                bench.world.fake.control().add_fault(strike);
                let undone = bench.undo("second", everything()).await;
                assert_eq!(undone.status, RunStatus::Completed, "{at}: {:?}", told(&undone));
                assert_back(&bench, &at);
                let open = "SELECT count(*) FROM sync_operations WHERE state = 'started'";
                assert_eq!(bench.world.state(open), "0", "{at}");
            }
        }
    }
}

/// Replicas that are behind show what was there before the deployment, which is no reason to take it for
/// undone, nor for gone.
#[tokio::test(flavor = "multi_thread")]
async fn reads_that_lag_put_a_rollback_off() {
    for what in [FaultKind::Lag { reads: 1000, ms: 0 }, FaultKind::Flap { reads: 1000 }] {
        let at = format!("{what:?}");
        let mut bench = Bench::new(Side::Api(Version::V1)).await;
        let clock = TestClock::from_now();
        bench.world.clock = clock.clone();
        bench.world.add("e", "Event", &fields(&[("title", "Title")]));
        bench.world.add("old", "Old", &fields(&[("title", "Title")]));
        bench.deploy("first", everything()).await;
        clock.advance(Duration::from_hours(1));
        bench.world.add("n", "New", &fields(&[("title", "Title")]));
        bench.world.change("e", &fields(&[("title", "Headline")]));
        bench.world.drop_row("old");
        assert_eq!(bench.deploy("second", everything()).await.status, RunStatus::Completed);
        bench.world.fake.control().add_fault(Fault { when: Match::method("GET"), what });
        let early = bench.undo("second", everything()).await;
        let is_put_off = |one: &Outcome| {
            one.status == "success"
                || one.error.as_ref().is_some_and(|error| error.code == "STALE_READ")
        };
        assert!(early.outcomes.iter().all(is_put_off), "{at} {:?}", told(&early));
        bench.world.fake.control().clear_faults();
        bench.world.fake.control().settle();
        clock.advance(Duration::from_secs(61));
        bench.undo("second", everything()).await;
        let title = vec!["title=Title".to_owned()];
        assert_eq!((bench.labels("Event"), bench.labels("Old")), (title.clone(), title), "{at}");
        assert_eq!(bench.stored("New"), None, "{at}");
    }
}

fn lag(reads: u32) -> Fault {
    Fault { when: Match::on("GET", "Event"), what: FaultKind::Lag { reads, ms: 0 } }
}

/// A creation is carried out and its answer lost; reads lag, so it is sent again, and refused because the
/// key is taken. What stands there is what was meant, so it is the deployment's, and goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_lost_and_found_is_undone() {
    let mut bench = Bench::new(Side::Api(Version::V1)).await;
    let clock = TestClock::from_now();
    bench.world.clock = clock.clone();
    bench.world.add("e", "Event", &fields(&[("title", "Title")]));
    let control = bench.world.fake.control();
    let lost = Fault::once(Match::on("POST", "Event"), FaultKind::Reset { moment: AFTER });
    control.add_fault(lost);
    control.add_fault(lag(1));
    let made = bench.deploy("first", everything()).await;
    assert_eq!(told(&made).1, ["Event create success"], "{:?}", made.error);
    let states = "SELECT group_concat(state) FROM (SELECT state FROM sync_operations
        WHERE attempt > 0 ORDER BY id)";
    assert_eq!(bench.world.state(states), "applied,failed");
    clock.advance(Duration::from_mins(2));
    let undone = bench.undo("first", everything()).await;
    assert_eq!(told(&undone).1, ["Event delete success"], "{:?}", undone.error);
    assert_eq!(bench.stored("Event"), None);
}

/// A colleague made the type while it was being made, and the platform does not show it at once.
async fn adopted(lost: Option<FaultKind>, title: &str, description: Option<&str>) -> Bench {
    let mut bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.clock = TestClock::from_now();
    bench.world.add("e", "Event", &fields(&[("title", "Title")]));
    let control = bench.world.fake.control().clone();
    let lost_posts = u32::from(lost.is_some());
    if let Some(what) = lost {
        control.add_fault(Fault::once(Match::on("POST", "Event"), what));
    }
    let theirs = json!({ "key": "Event", "displayName": "Event", "baseType": "_component",
        "description": description, "properties": {
            "title": { "type": "string", "displayName": title, "sortOrder": 10 } } });
    let when = Match { nth: Some(lost_posts + 1), ..Match::on("POST", "Event") };
    control.add_fault(Fault { when, what: FaultKind::Latency { ms: 250 } });
    let colleague = tokio::spawn(async move {
        while u32::try_from(control.count(Kind::Post)).unwrap() <= lost_posts {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        control.seed_types(Version::V1, [theirs]);
    });
    bench.deploy("first", everything()).await;
    colleague.await.unwrap();
    bench
}

/// What was refused made nothing, so what stands under its key is a colleague's, and is never deleted.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_refused_creation_found_is_left() {
    let bench = adopted(None, "Title", None).await;
    let undone = bench
        .undo(
            "first",
            RunOptions { conflict_strategy: Some("source_wins".to_owned()), ..everything() },
        )
        .await;
    assert_eq!(told(&undone).1, [""; 0], "{:?}", undone.error);
    assert_eq!(bench.labels("Event"), ["title=Title"]);
}

/// Nor when it does not show before another run looks for it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_refused_creation_did_not_find_is_left() {
    let mut bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.clock = TestClock::from_now();
    bench.world.add("e", "Event", &fields(&[("title", "Title")]));
    let control = bench.world.fake.control();
    control.add_fault(Fault::once(Match::on("POST", "Event"), status(409, BEFORE)));
    let early = bench.deploy("first", everything()).await;
    assert_eq!(told(&early).1, ["Event create failed STALE_READ"], "{:?}", early.error);
    bench.seed("Event", "title", "Title");
    bench.deploy("second", everything()).await;
    for id in ["first", "second"] {
        bench.undo(id, everything()).await;
        assert_eq!(bench.labels("Event"), ["title=Title"], "{id}");
    }
}

/// What differs from a creation that was lost may be the deployment's, edited since, or a colleague's own:
/// it is left, and the rollback says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_of_a_lost_creation_is_left_and_told() {
    for (title, description) in [("Title", Some("Theirs")), ("Theirs", None)] {
        let reset = FaultKind::Reset { moment: BEFORE };
        let bench = adopted(Some(reset), title, description).await;
        let options =
            RunOptions { conflict_strategy: Some("source_wins".to_owned()), ..everything() };
        let undone = bench.undo("first", options).await;
        assert_eq!(told(&undone).1, ["Event none failed IN_DOUBT"], "{:?}", undone.error);
        assert_eq!(bench.labels("Event"), [format!("title={title}")]);
    }
}
