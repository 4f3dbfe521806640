//! What an interrupted run left open on a definition that cannot be read is that type's matter.

use std::fs;
use std::sync::Arc;

use catalyst_sync::engine::{ProviderRequest, RunOptions, RunReport, RunRequest};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::Verb;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Bench, Guard, creation, event};
use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Kind, Match, Moment, Version};
use crate::support::world::{Told, World, brief, request, to_files};

const LABEL: &str = "/fields/title/label";
const STATE: &str = "SELECT state FROM sync_operations WHERE run_id = 'dead'";

fn keep(label: &str) -> Value {
    json!([{ "id": "k", "name": "a", "label": label, "type": "text" }])
}

fn label(before: &str, after: &str) -> [(&'static str, Option<Value>, Option<Value>); 1] {
    [(LABEL, Some(json!(before)), Some(json!(after)))]
}

/// Deploys, and returns what the log says besides.
async fn listened(bench: &Bench, request: &RunRequest) -> (RunReport, Vec<String>) {
    let told = Arc::new(Told::default());
    let engine = bench.world.engine_on(bench.clock.clone());
    let report = engine.deploy(request, told.clone(), &CancellationToken::new()).await;
    (report, told.messages())
}

/// A file with the marks of a merge in it is repaired by whoever left them there, and keeps nothing else
/// of the website from being deployed.
#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_cannot_be_read_holds_up_its_own_type_only() {
    let bench = Bench { world: World::new().await, clock: TestClock::new() };
    let world = &bench.world;
    world.add("keep", "Keep", &keep("A"));
    world.add("c1", "Event", &event("Title", 120, None));
    listened(&bench, &to_files("model")).await;
    world.change("keep", &keep("B"));
    world.change("c1", &event("Headline", 120, None));
    bench.interrupt(Verb::Update, Guard::Tag, &label("Title", "Headline")).await;
    let file = world.beside("model/Event.json");
    let whole = fs::read_to_string(&file).unwrap();
    let torn = format!("<<<<<<< ours\n{whole}>>>>>>> theirs\n");
    fs::write(&file, &torn).unwrap();

    let engine = world.engine_on(bench.clock.clone());
    let provider = to_files("model").provider;
    let recovered = engine.recover(&provider).await.unwrap();
    assert_eq!(recovered.left, []);
    let codes: Vec<&str> = recovered.findings.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["NOT_RECOVERED"]);
    assert_eq!(recovered.findings[0].type_key.as_deref(), Some("Event"));
    assert_eq!(recovered.findings[0].remedy, "repair the definition on the platform");

    let (report, messages) = listened(&bench, &to_files("model")).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert_eq!(
        brief(&report.outcomes),
        ["Event none failed REMOTE_UNREADABLE", "Keep update success"]
    );
    let told = "an interrupted write to Event cannot be settled: ";
    assert!(messages.iter().any(|message| message.starts_with(told)), "{messages:?}");
    assert_eq!(world.state(STATE), "started");
    assert_eq!(fs::read_to_string(&file).unwrap(), torn);

    fs::write(&file, whole.replace("Title", "Theirs")).unwrap();
    let (report, _) = listened(&bench, &to_files("model")).await;
    assert_eq!(brief(&report.outcomes), ["Event none conflict CONFLICT"]);
    assert_eq!(world.state(STATE), "undecided");
    assert!(fs::read_to_string(&file).unwrap().contains("Theirs"));
}

/// The platform lists the type and refuses to show it alone: what the write that is open came to is not
/// known, so nothing is sent before it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_not_written() {
    let refused = |status| FaultKind::Status { status, moment: Moment::Before, retry_after: None };
    for (status, code) in [(400, "REJECTED"), (403, "FORBIDDEN"), (422, "REJECTED")] {
        let bench = Bench::with(Some(&event("Title", 120, None))).await;
        bench.world.change("keep", &keep("B"));
        bench.world.change("c1", &event("Headline", 120, None));
        let title = (super::TITLE, Some(json!("Title")), Some(json!("Headline")));
        bench.interrupt(Verb::Update, Guard::Tag, &[title]).await;
        let control = bench.world.fake.control();
        control.add_fault(Fault { when: Match::on("GET", "Event"), what: refused(status) });
        let report = bench.deploy().await;
        assert!(report.error.is_none(), "{status}: {:?}", report.error);
        assert_eq!(
            brief(&report.outcomes),
            [format!("Event update failed {code}"), "Keep update success".to_owned()],
            "{status}"
        );
        assert_eq!(bench.writes(), 1, "{status}");
        assert_eq!(bench.world.state(STATE), "started", "{status}");

        // What it was for took effect in the meantime, and a colleague went on from there.
        bench.edit(json!({ "properties": { "title": { "displayName": "Theirs" } } }));
        control.clear_faults();
        let report = bench.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Event none conflict CONFLICT"], "{status}");
        assert_eq!(bench.stored().unwrap()["properties"]["title"]["displayName"], "Theirs");
        bench.world.fake.assert_clean();
    }
}

/// A creation that would replace what is there waits, too, and nothing is made twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_for_is_not_made_again() {
    let mut world = World::new().await;
    world.version = Version::Preview3;
    let bench = Bench::of(world, None).await;
    let fields = event("Title", 120, None);
    bench.world.add("c1", "Event", &json!({ "name": "Event", "fields": fields }));
    bench.interrupt(Verb::Create, Guard::None, &creation()).await;
    let control = bench.world.fake.control();
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    control.add_fault(Fault { when: Match::on("GET", "Event"), what });
    let engine = bench.world.engine_on(bench.clock.clone());
    let recovered = engine.recover(&ProviderRequest::default()).await.unwrap();
    let remedies: Vec<&str> = recovered.findings.iter().map(|one| &*one.remedy).collect();
    assert_eq!(remedies, ["give the API key the right to read the type"]);
    bench.deploy().await;
    assert_eq!((bench.writes(), bench.stored()), (0, None));
    assert_eq!(bench.world.state(STATE), "started");
    control.clear_faults();
    assert_eq!(brief(&bench.deploy().await.outcomes), ["Event create success"]);
    assert_eq!(control.count(Kind::Post), 1);
}

/// A platform that cannot be reached at all is the run's matter, as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_answer_stops_the_run() {
    for (status, code) in [(503, ErrorCode::PlatformFailed), (401, ErrorCode::AuthFailed)] {
        let bench = Bench::with(Some(&event("Title", 120, None))).await;
        bench.world.change("c1", &event("Headline", 120, None));
        let title = (super::TITLE, Some(json!("Title")), Some(json!("Headline")));
        bench.interrupt(Verb::Update, Guard::Tag, &[title]).await;
        let what = FaultKind::Status { status, moment: Moment::Before, retry_after: None };
        bench.world.fake.control().add_fault(Fault { when: Match::on("GET", "Event"), what });
        let options = RunOptions { allow_delete: true, ..RunOptions::default() };
        let (report, _) = listened(&bench, &RunRequest { options, ..request() }).await;
        assert_eq!(report.error.map(|error| error.code), Some(code));
        assert_eq!(bench.writes(), 0);
    }
}
