//! A run in both directions that stops on its way home has not forgotten the way out.

use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::engine::{Engine, Repeat, RunOptions, RunReport, RunRequest, RunStatus};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::{RowOutcome, RowWrite, Studio, StudioError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::fake::Version;
use crate::support::looked_on::looked_on;
use crate::support::scenario::{simple, writes};
use crate::support::sim::{Onlooker, Point, Tap, When};
use crate::support::world::{Told, World, brief, request};

/// Two types of one website and one of another that are to come home, and two that are to go out.
async fn world() -> World {
    let world = World::new().await;
    world.website("w2");
    for (website, key) in [("w1", "Came"), ("w1", "Due"), ("w2", "Far")] {
        world.add_to(website, key, key, &simple(key));
    }
    assert_eq!(world.deploy().await.status, RunStatus::Completed);
    world.let_time_pass();
    for key in ["Came", "Due", "Far"] {
        let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
        assert!(world.fake.control().edit(Version::V1, key, theirs));
    }
    world.add("Out", "Out", &simple("Out"));
    world.add_to("w2", "Outer", "Outer", &simple("Outer"));
    world.fake.control().clear_requests();
    world
}

fn both_ways() -> RunRequest {
    let options = RunOptions { mode: Some("bidirectional".to_owned()), ..RunOptions::default() };
    RunRequest { options, ..request() }
}

async fn run(engine: &Engine, cancel: &CancellationToken) -> RunReport {
    engine.deploy(&both_ways(), Arc::new(Told::default()), cancel).await
}

/// What is left of it is carried on.
async fn resume(world: &World) {
    let resumed =
        RunRequest { retry_of: Some("job".to_owned()), repeat: Repeat::Continue, ..both_ways() };
    let report = world.run(&resumed).await;
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
    let mut outcomes = brief(&report.outcomes);
    outcomes.sort();
    assert_eq!(
        outcomes,
        [
            "Came update success",
            "Due update success",
            "Far update success",
            "Out create success",
            "Outer create success"
        ]
    );
    assert_eq!(writes(world), ["POST Out", "POST Outer"]);
    world.fake.assert_clean();
}

/// Cancels when the first row was written.
struct Canceller(CancellationToken);

#[async_trait]
impl Tap for Canceller {
    async fn at(&self, point: Point) {
        if (point.port, point.call, point.when) == ("studio", "write", When::After) {
            self.0.cancel();
        }
    }
}

/// Nobody sees anything.
struct Nobody;

#[async_trait]
impl Tap for Nobody {
    async fn at(&self, _: Point) {}
}

impl Onlooker for Nobody {}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_cancelled_on_the_way_home_carries_everything_on() {
    let world = world().await;
    let cancel = CancellationToken::new();
    let tap: Arc<dyn Tap> = Arc::new(Canceller(cancel.clone()));
    let report = run(&looked_on(&world, &tap, Arc::new(Nobody)), &cancel).await;
    assert_eq!(report.status, RunStatus::Cancelled);
    assert_eq!(
        brief(&report.outcomes),
        [
            "Came update success",
            "Due update not_attempted",
            "Far update not_attempted",
            "Out create not_attempted",
            "Outer create not_attempted"
        ]
    );
    resume(&world).await;
}

/// Takes the studio's types away once they are home.
struct Thief(World);

#[async_trait]
impl Onlooker for Thief {
    async fn write(&self, studio: &dyn Studio, write: RowWrite) -> Result<RowOutcome, StudioError> {
        let done = studio.write(write).await;
        let theirs = "SELECT count(*) FROM ContentType WHERE fields LIKE '%Theirs%'";
        let connection = self.0.studio.connect();
        let home: i64 = connection.query_row(theirs, [], |row| row.get(0)).unwrap();
        if home == 3 {
            connection.execute_batch("ALTER TABLE ContentType RENAME TO Hidden").unwrap();
        }
        done
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_look_again_carries_everything_on() {
    let thief = Arc::new(Thief(world().await));
    let world = &thief.0;
    let tap: Arc<dyn Tap> = Arc::new(Nobody);
    let report = run(&looked_on(world, &tap, thief.clone()), &CancellationToken::new()).await;
    assert_eq!(report.error.map(|error| error.code), Some(ErrorCode::DatabaseInvalid));
    assert_eq!(
        brief(&report.outcomes),
        [
            "Came update success",
            "Due update success",
            "Far update success",
            "Out create not_attempted",
            "Outer create not_attempted"
        ]
    );
    world.studio.connect().execute_batch("ALTER TABLE Hidden RENAME TO ContentType").unwrap();
    resume(world).await;
}
