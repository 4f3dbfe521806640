//! A deployment of two websites whose process dies: the rest of both is carried on.

use std::collections::BTreeSet;

use catalyst_sync::engine::{ProviderRequest, Repeat, RunRequest, RunStatus};
use serde_json::Value;

use crate::support::clock::TestClock;
use crate::support::death::Death;
use crate::support::fake::Kind;
use crate::support::scenario::simple;
use crate::support::sim::{Point, When};
use crate::support::world::{World, brief, request};

const BOTH: [&str; 2] = ["Alpha create success", "Beta create success"];

/// A studio of two websites with one type each.
async fn studio() -> World {
    let mut world = World::new().await;
    world.clock = TestClock::new();
    world.add("a", "Alpha", &simple("Alpha"));
    world.website("w2");
    world.add_to("w2", "b", "Beta", &simple("Beta"));
    world
}

/// Every step that changes what the state knows of a run.
fn is_step(point: Point) -> bool {
    let calls = ["begin_run", "plan", "intend", "record", "close", "finish_run"];
    point.port == "store" && calls.contains(&point.call)
}

/// Lets a deployment die at its nth step; `None` when it has not so many.
async fn died(nth: usize, counts: fn(Point) -> bool) -> Option<World> {
    let world = studio().await;
    let death = Death::at(nth, counts);
    // The locks of a process go with it.
    let is_dead = death.strikes(&death.engine(&world), &request()).await;
    is_dead.then_some(world)
}

async fn stored(world: &World) -> Value {
    let job = world.engine().deployment("job").await.unwrap();
    job.map_or(Value::Null, |job| serde_json::from_str(&job).unwrap())
}

/// Keys of the types that the stored deployment says to have made, and of those that are there.
async fn told_and_there(world: &World) -> [BTreeSet<String>; 2] {
    let job = stored(world).await;
    let told = job["outcomes"].as_array().into_iter().flatten();
    let told = told.filter(|one| one["status"] == "success");
    let told = told.map(|one| one["typeKey"].as_str().unwrap().to_owned()).collect();
    let there = ["Alpha", "Beta"].into_iter().filter(|key| !world.stored(key).is_null());
    [told, there.map(str::to_owned).collect()]
}

async fn resume(world: &World, at: &str) {
    let resumed =
        RunRequest { retry_of: Some("job".to_owned()), repeat: Repeat::Continue, ..request() };
    let report = world.run(&resumed).await;
    assert_eq!(report.status, RunStatus::Completed, "{at}: {:?}", report.error);
    let mut outcomes = brief(&report.outcomes);
    outcomes.sort();
    assert_eq!(outcomes, BOTH, "{at}");
    let made = world.fake.control().requests().into_iter();
    let made =
        made.filter(|one| one.kind == Kind::Post && one.status.is_some_and(|status| status < 300));
    let mut made: Vec<String> = made.filter_map(|one| one.key).collect();
    made.sort();
    assert_eq!(made, ["Alpha", "Beta"], "{at}");
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_died_anywhere_is_carried_on_in_both() {
    let mut nth = 1;
    while let Some(world) = died(nth, is_step).await {
        resume(&world, &format!("died at step {nth}")).await;
        nth += 1;
    }
    assert!(nth > 16, "it has only {nth} steps");
}

/// What a write that was under way came to is known before its run is closed, in whichever website.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_deployment_that_died_is_what_is_there() {
    let mut nth = 1;
    while let Some(world) = died(nth, is_step).await {
        let at = format!("died at step {nth}");
        let recovered = world.engine().recover(&ProviderRequest::default()).await.unwrap();
        assert_eq!(recovered.left, [], "{at}");
        let [told, there] = told_and_there(&world).await;
        // A process that died before its plan was stored sent nothing, and is about everything.
        assert_eq!(told, there, "{at}");
        for run in recovered.runs {
            assert_eq!((&*run.id, run.successful), ("job", told.len()), "{at}");
        }
        resume(&world, &at).await;
        nth += 1;
    }
}

/// A run of one of the websites alone leaves the other one's part open until it is known.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_one_website_closes_nothing_that_is_open_in_another() {
    fn is_record(point: Point) -> bool {
        (point.call, point.when) == ("close", When::Before)
            || (point.call, point.when) == ("record", When::Before)
    }
    // The idle records of both, that of Alpha, and then that of Beta.
    let world = died(4, is_record).await.unwrap();
    assert_eq!(told_and_there(&world).await[1].len(), 2, "both are there");
    let other =
        RunRequest { job_id: "other".to_owned(), website_id: Some("w1".to_owned()), ..request() };
    assert_eq!(world.run(&other).await.status, RunStatus::Completed);
    let is_open = "SELECT completed_at IS NULL FROM sync_transactions WHERE job_id = 'job'";
    assert_eq!(world.state(is_open), "1");

    let recovered = world.engine().recover(&ProviderRequest::default()).await.unwrap();
    let closed: Vec<_> = recovered.runs.iter().map(|run| (&*run.id, run.successful)).collect();
    assert_eq!(closed, [("job", 2)]);
    resume(&world, "closed at last").await;
}
