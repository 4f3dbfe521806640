//! Deployments that fail and are undone: by hand, or because their job asks for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use catalyst_sync::engine::{
    Repeat, Reporter, RunEvent, RunOptions, RunRequest, RunStatus, UndoMode,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::followed::row;
use super::{Bench, Side, everything, fields, listened, told};
use crate::support::fake::{Fault, FaultKind, Match, Moment, Version};
use crate::support::scenario::writes;
use crate::support::world::{brief, request};

fn pointing(to: &str) -> Value {
    json!([{ "id": "f1", "name": "next", "label": "Next", "type": "reference",
             "referenceTypes": [to], "allowedTypes": [to] }])
}

/// Two types that refer to each other, one besides, and a platform that refuses every change of what
/// exists: the references of the circle cannot be added.
pub async fn halfway(version: Version) -> Bench {
    let mut bench = Bench::new(Side::Api(version)).await;
    bench.world.options["mapping"] = json!("native");
    bench.world.add("c", "Gamma", &fields(&[("title", "Title")]));
    add_circle(&bench);
    bench
}

fn add_circle(bench: &Bench) {
    bench.world.add("a", "Alpha", &pointing("Beta"));
    bench.world.add("b", "Beta", &pointing("Alpha"));
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    bench.world.fake.control().add_fault(Fault { when: Match::method("PATCH"), what });
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_only_undoes_what_was_left_half_done() {
    for version in Version::ALL {
        let bench = halfway(version).await;
        let report = bench.deploy("first", RunOptions::default()).await;
        assert_eq!(report.status, RunStatus::Partial, "{:?}", brief(&report.outcomes));
        let failed: Vec<&str> = report
            .outcomes
            .iter()
            .filter(|one| one.status != "success")
            .map(|one| &*one.type_key)
            .collect();
        assert!(!failed.is_empty() && !failed.contains(&"Gamma"), "{failed:?}");
        bench.world.fake.control().clear_faults();
        let asked = bench.undoing("first", UndoMode::FailedOnly, everything());
        let undone = bench.world.run(&asked).await;
        for key in ["Alpha", "Beta"] {
            let is_gone = bench.stored(key).is_none();
            assert_eq!(is_gone, failed.contains(&key), "{version:?} {key} {:?}", told(&undone));
        }
        assert!(bench.stored("Gamma").is_some(), "{version:?}");
    }
}

/// What came home of types that succeeded is not undone with those that did not.
#[tokio::test(flavor = "multi_thread")]
async fn failed_only_leaves_the_rows_of_types_that_succeeded() {
    let mut bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.options["mapping"] = json!("native");
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.let_time_pass();
    bench.relabel("Event", "title", "Theirs");
    bench.seed("Talk", "title", "Title");
    add_circle(&bench);
    let options = RunOptions {
        mode: Some("bidirectional".to_owned()),
        rollback: Some("failed-only".to_owned()),
        preserve_data: Some(false),
        ..everything()
    };
    let report = bench.deploy("job", options).await;
    assert_eq!(report.status, RunStatus::Partial, "{:?}", brief(&report.outcomes));
    let is_undone =
        |key: &str| report.outcomes.iter().any(|it| it.type_key == key && it.rolled_back);
    assert!(is_undone("Alpha") || is_undone("Beta"), "{:?}", report.outcomes);
    assert_eq!(row(&bench, "c1").unwrap(), ["title=Theirs"]);
    assert!(!is_undone("Event"));
    let talks = "SELECT count(*) FROM ContentType WHERE name = 'Talk'";
    let connection = bench.world.studio.connect();
    assert_eq!(connection.query_row(talks, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    assert!(!is_undone("Talk"));
}

/// A type whose pull succeeded and whose push is in doubt did not succeed.
#[tokio::test(flavor = "multi_thread")]
async fn failed_only_undoes_a_type_that_came_home_before_it_failed() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    let labels = [("title", "Title"), ("venue", "Venue"), ("price", "Price")];
    bench.world.add("c1", "Event", &fields(&labels));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.let_time_pass();
    bench.relabel("Event", "price", "Cost");
    let labels = [("title", "Headline"), ("venue", "Place"), ("price", "Price")];
    bench.world.change("c1", &fields(&labels));

    // The answer does not say what was stored, and a colleague edits before it is read.
    let control = bench.world.fake.control().clone();
    control.add_fault(Fault::once(Match::on("PATCH", "Event"), FaultKind::NoContent));
    let slow = FaultKind::Latency { ms: 250 };
    control.add_fault(Fault { when: Match::on("GET", "Event"), what: slow });
    let colleague = tokio::spawn(async move {
        let title = || {
            let event = control.content_type(Version::V1, "Event").unwrap();
            event["properties"]["title"]["displayName"].clone()
        };
        while title() != "Headline" {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
        assert!(control.edit(Version::V1, "Event", theirs));
    });
    let both = RunOptions { mode: Some("bidirectional".to_owned()), ..RunOptions::default() };
    let report = bench.deploy("job", both).await;
    colleague.await.unwrap();
    bench.world.fake.control().clear_faults();
    let outcomes = ["Event update success", "Event update conflict IN_DOUBT"];
    assert_eq!(brief(&report.outcomes), outcomes);

    bench.world.let_time_pass();
    let undone = bench.world.run(&bench.undoing("job", UndoMode::FailedOnly, everything())).await;
    let left = ["price=Cost", "title=Theirs", "venue=Venue"];
    assert_eq!(bench.labels("Event"), left, "{:?} {:?}", undone.error, told(&undone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_has_itself_undone_when_it_fails() {
    for (mode, gamma) in [("failed-only", true), ("full", false)] {
        let bench = halfway(Version::V1).await;
        let rollback = Some(mode.to_owned());
        let options = RunOptions { rollback, allow_delete: true, ..RunOptions::default() };
        let asked = RunRequest { options, ..request() };
        let (report, log) = listened(&bench.world, &asked).await;
        assert_eq!(report.status, RunStatus::Partial, "{mode} {:?}", report.error);
        assert_eq!(bench.stored("Gamma").is_some(), gamma, "{mode}");
        let rolled_back: Vec<&str> = report
            .outcomes
            .iter()
            .filter(|one| one.rolled_back)
            .map(|one| &*one.type_key)
            .collect();
        assert_eq!(rolled_back.contains(&"Gamma"), !gamma, "{mode}");
        assert!(log.iter().any(|line| line.starts_with("Rolling back job (")), "{log:?}");
        let end = log.last().unwrap();
        assert!(end.starts_with("Rollback job-rollback completed: "), "{end}");

        // It is stored with the deployment, and the rollback is one itself.
        let engine = bench.world.engine();
        let stored = engine.deployment("job").await.unwrap().unwrap();
        let stored: Value = serde_json::from_str(&stored).unwrap();
        let stored: Vec<&str> = stored["outcomes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["rolledBack"] == true)
            .map(|one| one["typeKey"].as_str().unwrap())
            .collect();
        assert_eq!(stored, rolled_back, "{mode}");
        let own = engine.deployment("job-rollback").await.unwrap().unwrap();
        let own: Value = serde_json::from_str(&own).unwrap();
        assert_eq!((&own["rollbackOf"], &own["status"]), (&json!("job"), &json!("completed")));
    }
}

/// What was undone is carried on with what failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_undid_itself_is_carried_on_as_a_whole() {
    let bench = halfway(Version::V1).await;
    let rollback = Some("full".to_owned());
    let options = RunOptions { rollback, allow_delete: true, ..RunOptions::default() };
    bench.world.run(&RunRequest { options, ..request() }).await;
    let there = || ["Alpha", "Beta", "Gamma"].map(|key| bench.stored(key).is_some());
    assert_eq!(there(), [false; 3]);
    bench.world.fake.control().clear_faults();
    let repeat = Repeat::Continue;
    let resumed = RunRequest { retry_of: Some("job".to_owned()), repeat, ..request() };
    let report = bench.world.run(&resumed).await;
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
    assert_eq!(there(), [true; 3]);
}

/// An id that was used before is no reason to undo what was done under it then.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_wrote_nothing_undoes_nothing() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    bench.deploy("job", RunOptions::default()).await;
    bench.world.change("c1", &fields(&[("title", "Headline")]));
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    bench.world.fake.control().add_fault(Fault { when: Match::method("GET"), what });
    let rollback = Some("full".to_owned());
    let failed = bench.deploy("job", RunOptions { rollback, ..everything() }).await;
    assert_eq!((failed.status, failed.outcomes.len()), (RunStatus::Failed, 0));
    bench.world.fake.control().clear_faults();
    assert_eq!(bench.labels("Event"), ["title=Title"]);
    assert_eq!(bench.world.engine().deployment("job-rollback").await.unwrap(), None);
    // Whoever asks for it by name means the run that did something.
    let undone = bench.undo("job", everything()).await;
    assert_eq!(told(&undone).1, ["Event delete success"], "{:?}", undone.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_succeeds_is_not_undone() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    let rollback = Some("full".to_owned());
    let report = bench.deploy("first", RunOptions { rollback, ..everything() }).await;
    assert_eq!(told(&report), (RunStatus::Completed, vec!["Event create success".to_owned()]));
    assert_eq!(bench.world.engine().deployment("first-rollback").await.unwrap(), None);
}

/// The types that a deployment made, and those that its resumption made, are undone together.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_was_carried_on_is_undone_as_a_whole() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("a", "Alpha", &fields(&[("title", "Title")]));
    bench.world.add("b", "Beta", &fields(&[("title", "Title")]));
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    bench.world.fake.control().add_fault(Fault { when: Match::on("POST", "Beta"), what });
    assert_eq!(bench.deploy("job", RunOptions::default()).await.status, RunStatus::Partial);
    bench.world.fake.control().clear_faults();
    let resumed = RunRequest { retry_of: Some("job".to_owned()), ..request() };
    assert_eq!(
        told(&bench.world.run(&resumed).await).1,
        ["Alpha create success", "Beta create success"]
    );
    bench.world.fake.control().clear_requests();
    let undone = bench.undo("job", everything()).await;
    assert_eq!(undone.status, RunStatus::Completed, "{:?}", undone.error);
    assert_eq!(writes(&bench.world), ["DELETE Alpha", "DELETE Beta"]);
}

/// An answer that was lost does not keep a type from being undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_whose_answer_was_lost_is_undone() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    let lost = Fault::once(Match::method("POST"), FaultKind::Reset { moment: Moment::After });
    bench.world.fake.control().add_fault(lost);
    assert_eq!(bench.deploy("first", RunOptions::default()).await.status, RunStatus::Completed);
    let undone = bench.undo("first", everything()).await;
    assert_eq!(told(&undone).1, ["Event delete success"], "{:?}", undone.error);
    assert_eq!(bench.stored("Event"), None);
}

/// What is told of a run and of the one that undoes it, in order.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Heard {
    fn hear(&self, what: impl Into<String>) {
        let mut heard = self.0.lock().unwrap();
        let what = what.into();
        if heard.last() != Some(&what) {
            heard.push(what);
        }
    }
}

impl Reporter for Heard {
    fn report(&self, event: RunEvent) {
        if matches!(event, RunEvent::Progress(_)) {
            self.hear("progress");
        }
    }

    fn recorded(&self, run_id: &str) {
        self.hear(run_id);
    }

    fn ended(&self) {
        self.hear("ended");
    }

    fn undoing(&self, _: u8) {
        self.hear("undoing");
    }
}

/// Whoever passes on what a run tells has to know which run it is of.
#[tokio::test(flavor = "multi_thread")]
async fn the_rollback_of_a_deployment_is_told_of_as_a_run_of_its_own() {
    let bench = halfway(Version::V1).await;
    let options = RunOptions { rollback: Some("full".to_owned()), ..everything() };
    let job = json!({ "id": "first" }).to_string();
    let asked = RunRequest { job_id: "first".to_owned(), job, options, ..request() };
    let heard = Arc::new(Heard::default());
    let engine = bench.world.engine();
    engine.deploy(&asked, heard.clone(), &CancellationToken::new()).await;
    let run = |id: &str| {
        let sql = format!("SELECT id FROM sync_transactions WHERE job_id = '{id}'");
        bench.world.state(&sql)
    };
    let heard = heard.0.lock().unwrap();
    let second = heard.iter().skip_while(|one| **one != run("first"));
    let expected = [&*run("first"), "progress", "ended", "undoing", &*run("first-rollback")];
    assert_eq!(second.take(5).collect::<Vec<_>>(), expected);
}
