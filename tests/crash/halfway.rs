//! Undoing only what a run left half done, after its process was killed between the two phases of a
//! type.

use catalyst_sync::engine::{Outcome, RunOptions, UndoMode};
use serde_json::Value;

use super::bench::Bench;
use super::live;
use super::points::{Phase, Target, Verb, spots};
use super::story::{assert_sound, prepare, undo, well};
use crate::support::sim::{folder, in_virtual_time};
use crate::support::world::{brief, request};

/// Both types exist, and nothing was begun of the references that were to follow.
#[test]
fn a_type_whose_references_were_never_sent_is_undone() {
    in_virtual_time(Box::pin(async {
        let folder = folder();
        let bench = Bench::new(Target::Optimizely, folder.path().to_owned());
        prepare(&bench, Verb::Reference).await;
        let at = spots(Target::Optimizely, Verb::Reference, Phase::BeforeIntent);
        assert!(live(&bench, Verb::Reference, at).await);
        assert_eq!(bench.keys(), ["Alpha", "Beta", "Event", "Keep"]);
        bench.later().await;
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
        assert_sound(&bench, "halfway").await;
    }));
}
