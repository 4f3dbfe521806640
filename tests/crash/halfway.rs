//! What is done about a type that a run left half done, because its process was killed between the two
//! phases of it.

use catalyst_sync::engine::{Outcome, Repeat, RunOptions, RunRequest, UndoMode};
use serde_json::Value;

use super::bench::Bench;
use super::points::{Phase, Target, Verb, spots};
use super::story::{assert_sound, prepare, run, undo, well};
use super::{First, live};
use crate::support::sim::{folder, in_virtual_time};
use crate::support::world::{brief, request};

/// Two types that exist, and nothing was begun of the references that were to follow.
async fn halfway(folder: &tempfile::TempDir) -> Bench {
    let bench = Bench::new(Target::Optimizely, folder.path().to_owned());
    prepare(&bench, Verb::Reference).await;
    let at = spots(Target::Optimizely, Verb::Reference, Phase::BeforeIntent);
    assert!(live(&bench, Verb::Reference, at, First::Nothing).await);
    assert_eq!(bench.keys(), ["Alpha", "Beta", "Event", "Keep"]);
    bench.later().await;
    bench
}

#[test]
fn what_was_left_half_done_is_undone() {
    in_virtual_time(Box::pin(async {
        let folder = folder();
        let bench = halfway(&folder).await;
        let engine = bench.engine(&well());
        let options = RunOptions { allow_delete: true, ..RunOptions::default() };
        let undone = undo(&bench, &engine, UndoMode::FailedOnly, options).await;
        let job = engine.deployment(&request().job_id).await.unwrap().unwrap();
        let job: Value = serde_json::from_str(&job).unwrap();
        let told: Vec<Outcome> = serde_json::from_value(job["outcomes"].clone()).unwrap();
        assert_eq!(brief(&told), ["Alpha create not_attempted", "Beta create not_attempted"]);
        let gone = ["Alpha delete success", "Beta delete success"];
        assert_eq!(brief(&undone.outcomes), gone, "{:?}", undone.error);
        assert_eq!(bench.keys(), ["Event", "Keep"]);
        assert_sound(&bench, "undone").await;
    }));
}

#[test]
fn what_was_left_half_done_is_carried_on_with() {
    in_virtual_time(Box::pin(async {
        let folder = folder();
        let bench = halfway(&folder).await;
        let engine = bench.engine(&well());
        let retry_of = Some(request().job_id);
        let asked = RunRequest { retry_of, repeat: Repeat::Continue, ..request() };
        let report = run(&engine, &asked).await;
        let done = ["Alpha update success", "Beta update success"];
        assert_eq!(brief(&report.outcomes), done, "{:?}", report.error);
        for (one, other) in [("Alpha", "Beta"), ("Beta", "Alpha")] {
            let stored = bench.remote(one).unwrap().to_string();
            assert!(stored.contains(other), "{stored}");
        }
        assert_sound(&bench, "carried on").await;
    }));
}
