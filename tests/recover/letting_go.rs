//! A run that never came to its end keeps nobody out while its engine lives.

use std::sync::Arc;

use catalyst_sync::engine::{Reporter, RunEvent, RunStatus};
use tokio_util::sync::CancellationToken;

use crate::support::death::Death;
use crate::support::scenario::simple;
use crate::support::sim::{Point, When};
use crate::support::world::{Told, World, brief, request};

async fn world() -> World {
    let world = World::new().await;
    world.add("a", "Alpha", &simple("Alpha"));
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_dropped_lets_go_of_its_scope() {
    fn is_intent(point: Point) -> bool {
        (point.call, point.when) == ("intend", When::Before)
    }
    let world = world().await;
    let death = Death::at(1, is_intent);
    let engine = death.engine(&world);
    assert!(death.strikes(&engine, &request()).await);
    for engine in [world.engine(), engine] {
        let again = Arc::new(Told::default());
        let report = engine.deploy(&request(), again, &CancellationToken::new()).await;
        assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
    }
}

/// A defect of the engine, or of whoever is told.
struct Panics;

impl Reporter for Panics {
    fn report(&self, event: RunEvent) {
        let is_due = |message: &str| message.starts_with("Transforming");
        assert!(!matches!(event, RunEvent::Log { message, .. } if is_due(&message)), "as planned");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_panics_lets_go_of_its_scope() {
    let world = world().await;
    let engine = world.engine();
    let own = engine.clone();
    let crashed = tokio::spawn(async move {
        own.deploy(&request(), Arc::new(Panics), &CancellationToken::new()).await
    });
    assert!(crashed.await.unwrap_err().is_panic());
    let again = Arc::new(Told::default());
    let report = engine.deploy(&request(), again, &CancellationToken::new()).await;
    assert_eq!(brief(&report.outcomes), ["Alpha create success"], "{:?}", report.error);
}
