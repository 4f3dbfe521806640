//! What goes wrong on the way to the platform while a deployment is undone.

use catalyst_sync::engine::RunStatus;

use super::killed::{assert_back, deployed};
use super::{everything, told};
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
