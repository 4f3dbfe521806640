//! What goes wrong on the way to the platform while a deployment is undone.

use std::time::Duration;

use catalyst_sync::engine::{Outcome, RunStatus};

use super::killed::{assert_back, deployed};
use super::{Bench, Side, everything, fields, told};
use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Match, Moment, RetryAfter, Version};

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
