//! A deployment that is run again while a rollback of it waits for its scopes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use catalyst_sync::engine::{Engine, RunRequest, UndoMode};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Bench, Side, everything, fields, told};
use crate::support::fake::Version;
use crate::support::looked_on::looked_on;
use crate::support::sim::{Onlooker, Point, Tap, When};
use crate::support::world::{Told, request};

/// Runs something when the first scope is about to be taken.
struct Between {
    engine: Engine,
    asked: RunRequest,
    is_done: AtomicBool,
}

#[async_trait]
impl Tap for Between {
    async fn at(&self, point: Point) {
        let is_due = point.call == "acquire" && point.when == When::Before;
        if is_due && !self.is_done.swap(true, Ordering::SeqCst) {
            let told = Arc::new(Told::default());
            let report = self.engine.deploy(&self.asked, told, &CancellationToken::new()).await;
            assert!(report.error.is_none(), "{:?}", report.error);
        }
    }
}

struct AsItIs;

impl Onlooker for AsItIs {}

/// Job `first`, of one website.
fn first(website: &str) -> RunRequest {
    let job = json!({ "id": "first" }).to_string();
    let website_id = Some(website.to_owned());
    RunRequest { job_id: "first".to_owned(), job, website_id, ..request() }
}

/// The scopes that are held are those of the run that was found first; of whatever else the job did by
/// now, nothing is undone. The same where it was the same website, because somebody asked to undo what was
/// there to be seen.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_run_again_meanwhile_is_not_undone() {
    for again in ["w1", "w2"] {
        let bench = Bench::new(Side::Api(Version::V1)).await;
        let world = &bench.world;
        world.website("w2");
        world.add_to("w1", "a", "Alpha", &fields(&[("title", "Title")]));
        world.add_to("w2", "b", "Beta", &fields(&[("title", "Title")]));
        bench.deploy("zero", everything()).await;
        let edit = |label: &str| {
            world.change("a", &fields(&[("title", label)]));
            world.change("b", &fields(&[("title", label)]));
        };
        edit("Headline");
        assert_eq!(told(&world.run(&first("w2")).await).1, ["Beta update success"]);
        edit("Subject");
        let tap: Arc<dyn Tap> = Arc::new(Between {
            engine: world.engine(),
            asked: first(again),
            is_done: AtomicBool::new(false),
        });
        let engine = looked_on(world, &tap, Arc::new(AsItIs));
        let asked = bench.undoing("first", UndoMode::Full, everything());
        let none = CancellationToken::new();
        let report = engine.deploy(&asked, Arc::new(Told::default()), &none).await;
        let error = report.error.as_ref().expect("it is refused");
        assert_eq!(
            (error.code.as_str(), &*error.to_string()),
            ("PLAN_STALE", "the deployment first was run again since it was found"),
            "{again}"
        );
        let (alpha, beta) =
            if again == "w1" { ("Subject", "Headline") } else { ("Title", "Subject") };
        assert_eq!(bench.labels("Alpha"), [format!("title={alpha}")], "{again}");
        assert_eq!(bench.labels("Beta"), [format!("title={beta}")], "{again}");
        let strays = "SELECT count(*) FROM sync_state WHERE (website_id, type_key) NOT IN
                        (VALUES ('w1', 'Alpha'), ('w2', 'Beta'))";
        assert_eq!(world.state(strays), "0", "{again}");
    }
}
