//! A platform whose creation replaces what has the key: `preview3`, if its description is right.
//!
//! Nothing guards such a creation, so it is sent only where the key is free as far as anybody can
//! tell, and sent again only when the request before it can no longer take effect.

use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::engine::{RunReport, RunStatus};
use catalyst_sync::port::Clock as _;
use serde_json::{Value, json};

use crate::support::clock::TestClock;
use crate::support::fake::{
    CreateMode, FakeOptions, Fault, FaultKind, Kind, Match, Moment, Shift, Version,
};
use crate::support::scenario::{foreign_types, writes};
use crate::support::world::{World, brief};

/// Request timeout (30 s) and read lag (60 s).
const WINDOW: Duration = Duration::from_secs(90);

/// A studio with one type, and a platform that replaces.
async fn world(clock: &Arc<TestClock>) -> World {
    let mut fake = FakeOptions::default();
    fake.behaviour.create = CreateMode::Replace;
    let world =
        World { version: Version::Preview3, clock: clock.clone(), ..World::with(fake).await };
    let fields = json!([{ "id": "f1", "name": "title", "label": "Title", "type": "text",
                          "validation": { "maxLength": 120 } }]);
    world.add("c1", "Event", &json!({ "name": "Event", "fields": fields }));
    world
}

/// The type as a colleague made it, with these members of its title.
fn theirs(title: &Value) -> Value {
    json!({ "key": "Event", "baseType": "_component", "displayName": "Event",
            "description": "Theirs", "properties": { "title": title } })
}

fn equal() -> Value {
    theirs(&json!({ "type": "string", "displayName": "Title", "maxLength": 120, "sortOrder": 10 }))
}

fn lacking() -> Value {
    theirs(&json!({ "type": "string", "displayName": "Title", "sortOrder": 10 }))
}

fn other() -> Value {
    theirs(&json!({ "type": "string", "displayName": "Other", "maxLength": 7, "sortOrder": 10 }))
}

fn seed(world: &World, definition: Value) {
    world.fake.control().seed_types(Version::Preview3, [definition]);
}

/// Label and limit of the title, and the description.
fn stored(world: &World) -> [Value; 3] {
    let stored = world.fake.control().content_type(Version::Preview3, "Event").unwrap();
    let title = &stored["properties"]["title"];
    [title["displayName"].clone(), title["maxLength"].clone(), stored["description"].clone()]
}

/// A second run has nothing to do, and the journal nothing open.
async fn assert_settled(world: &World, first: &RunReport) {
    assert!(first.error.is_none(), "{:?}", first.error);
    let open = "SELECT count(*) FROM sync_operations WHERE state = 'started'";
    assert_eq!(world.state(open), "0");
    world.fake.control().clear_requests();
    let again = world.deploy().await;
    if first.status == RunStatus::Completed {
        assert_eq!((brief(&again.outcomes), again.status), (vec![], RunStatus::Completed));
    }
    assert_eq!(writes(world), [""; 0]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_key_costs_one_request_and_no_wait() {
    let clock = TestClock::new();
    let world = world(&clock).await;
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Event create success"]);
    let kinds: Vec<Kind> =
        world.fake.control().requests().into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Token, Kind::List, Kind::Post]);
    assert_eq!(clock.elapsed(), Duration::ZERO);
    assert_settled(&world, &report).await;
}

/// What is listed is adopted: nothing is created over it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_is_never_created_over() {
    for (there, does, sent, holds) in [
        (equal(), vec![], vec![], [json!("Title"), json!(120), json!("Theirs")]),
        (
            lacking(),
            vec!["Event update success"],
            vec!["PATCH Event"],
            [json!("Title"), json!(120), json!("Theirs")],
        ),
        (
            other(),
            vec!["Event none conflict CONFLICT"],
            vec![],
            [json!("Other"), json!(7), json!("Theirs")],
        ),
    ] {
        let world = world(&TestClock::new()).await;
        seed(&world, there.clone());
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), does, "{there}");
        assert_eq!(writes(&world), sent, "{there}");
        assert_eq!(stored(&world), holds, "{there}");
        assert_settled(&world, &report).await;
    }
}

/// A listing that moved while it was read does not show everything: what it lacks is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_an_incomplete_listing_lacks_is_never_created_over() {
    for (there, does, holds) in [
        (lacking(), vec!["Event update success"], [json!("Title"), json!(120), json!("Theirs")]),
        (
            other(),
            vec!["Event none conflict CONFLICT"],
            [json!("Other"), json!(7), json!("Theirs")],
        ),
    ] {
        let world = world(&TestClock::new()).await;
        let control = world.fake.control();
        control.seed_types(Version::V1, foreign_types(1_000));
        let shift = Shift::Insert(there.clone());
        control.add_fault(Fault::always(FaultKind::ShiftingPages { shift }));
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), does, "{there}");
        assert_eq!(control.count(Kind::Post), 0, "{there}");
        assert_eq!(stored(&world), holds, "{there}");
        control.clear_faults();
        assert_settled(&world, &report).await;
    }
}

/// What becomes of a creation whose answer was lost.
struct Row {
    /// Before or after the platform did it.
    lost: Moment,
    /// What a colleague makes while the run waits for certainty.
    theirs: Option<Value>,
    does: &'static str,
    creations: usize,
    waits: bool,
    holds: [Value; 3],
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_whose_answer_was_lost_replaces_nothing() {
    let ours = || [json!("Title"), json!(120), Value::Null];
    let rows = [
        Row {
            lost: Moment::After,
            theirs: None,
            does: "Event create success",
            creations: 1,
            waits: false,
            holds: ours(),
        },
        Row {
            lost: Moment::Before,
            theirs: None,
            does: "Event create success",
            creations: 2,
            waits: true,
            holds: ours(),
        },
        Row {
            lost: Moment::Before,
            theirs: Some(equal()),
            does: "Event create success",
            creations: 1,
            waits: true,
            holds: [json!("Title"), json!(120), json!("Theirs")],
        },
        Row {
            lost: Moment::Before,
            theirs: Some(lacking()),
            does: "Event create success",
            creations: 1,
            waits: true,
            holds: [json!("Title"), json!(120), json!("Theirs")],
        },
        Row {
            lost: Moment::Before,
            theirs: Some(other()),
            does: "Event create conflict CONFLICT",
            creations: 1,
            waits: true,
            holds: [json!("Other"), json!(7), json!("Theirs")],
        },
    ];
    for (n, row) in rows.into_iter().enumerate() {
        let clock = TestClock::new();
        let world = world(&clock).await;
        let control = world.fake.control().clone();
        let reset = FaultKind::Reset { moment: row.lost };
        control.add_fault(Fault::once(Match::on("POST", "Event"), reset));
        // The first read finds nothing; the second, after the wait, finds what was made meanwhile.
        let second = Match { nth: Some(2), ..Match::on("GET", "Event") };
        control.add_fault(Fault::once(second, FaultKind::Latency { ms: 100 }));
        let colleague = row.theirs.map(|theirs| {
            tokio::spawn(async move {
                while control.count(Kind::Get) < 2 {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                control.seed_types(Version::Preview3, [theirs]);
            })
        });
        let report = world.deploy().await;
        if let Some(colleague) = colleague {
            colleague.await.unwrap();
        }
        assert_eq!(brief(&report.outcomes), [row.does], "row {n}");
        assert_eq!(world.fake.control().count(Kind::Post), row.creations, "row {n}");
        assert_eq!(clock.slept().contains(&WINDOW), row.waits, "row {n}: {:?}", clock.slept());
        assert_eq!(stored(&world), row.holds, "row {n}");
        assert_settled(&world, &report).await;
    }
}

/// The one risk that is left, as the README says: nothing tells the platform that the key was free
/// when it was listed. What is there afterwards is known as ours, and nothing is agreed on twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_appears_in_the_moment_of_the_creation_is_replaced() {
    let world = world(&TestClock::new()).await;
    let control = world.fake.control().clone();
    let slow = FaultKind::Latency { ms: 100 };
    control.add_fault(Fault::once(Match::on("POST", "Event"), slow));
    let colleague = tokio::spawn(async move {
        while control.count(Kind::Post) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        control.seed_types(Version::Preview3, [other()]);
    });
    let report = world.deploy().await;
    colleague.await.unwrap();
    assert_eq!(brief(&report.outcomes), ["Event create success"]);
    assert_eq!(stored(&world), [json!("Title"), json!(120), Value::Null]);
    assert_settled(&world, &report).await;
}
