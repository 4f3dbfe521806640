//! States, history and analytics, as deployments leave them.

mod many;

use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::engine::{
    Analytics, AnalyticsQuery, Engine, Health, HistoryQuery, Report, RunRequest, StateQuery,
    SyncRecord, SyncState, TypeRef, VersionQuery,
};
use catalyst_sync::error::ErrorCode;
use serde_json::{Value, json};

use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Match, Moment, Version};
use crate::support::scenario::{allow_delete, definition, referring, simple};
use crate::support::studio_db::add_earlier_attempt;
use crate::support::world::{World, brief, request, to_files};

fn named(name: &str) -> TypeRef {
    TypeRef::named(name)
}

fn of(name: &str) -> HistoryQuery {
    HistoryQuery { wanted: Some(named(name)), ..HistoryQuery::default() }
}

/// Attempts in short, the latest first: `Event update SUCCESS`.
fn short(records: &[SyncRecord]) -> Vec<String> {
    let operation = |one: &SyncRecord| one.operation.clone().unwrap_or_default();
    let line =
        |one: &SyncRecord| format!("{} {} {}", one.type_key, operation(one), one.sync_status);
    records.iter().map(line).collect()
}

fn states_in_short(states: &[SyncState]) -> Vec<String> {
    states.iter().map(|one| format!("{} {}", one.type_key, one.status)).collect()
}

async fn history(engine: &Engine, query: &HistoryQuery) -> Vec<SyncRecord> {
    engine.sync_history(query).await.unwrap().data
}

async fn state(world: &World, name: &str) -> SyncState {
    world.engine().sync_state(&named(name)).await.unwrap().unwrap()
}

fn json_of(value: Option<&serde_json::value::RawValue>) -> Value {
    value.map_or(Value::Null, |value| serde_json::from_str(value.get()).unwrap())
}

/// One type, deployed, on a clock that only moves when told to.
async fn deployed() -> (World, Arc<TestClock>) {
    let clock = TestClock::new();
    let world = World { clock: clock.clone(), ..World::new().await };
    world.add("c1", "Event", &simple("Event"));
    world.deploy().await;
    (world, clock)
}

fn labelled(label: &str) -> Value {
    definition("Event", &[json!({ "id": "f1", "name": "title", "label": label, "type": "text" })])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_tells_all_that_is_known_of_an_attempt() {
    let (world, clock) = deployed().await;
    clock.advance(Duration::from_hours(1));
    world.change("c1", &labelled("Headline"));
    world.deploy().await;
    let engine = world.engine();
    let records = history(&engine, &of("Event")).await;
    assert_eq!(short(&records), ["Event update SUCCESS", "Event create SUCCESS"]);
    let one = &records[0];
    let sent = json!({ "properties": { "title": { "displayName": "Headline" } } });
    assert_eq!(json_of(one.pushed_data.as_deref()), sent);
    let back = json_of(one.response_data.as_deref());
    assert_eq!(back["properties"]["title"]["displayName"], "Headline");
    assert_eq!(
        (&*one.website_id, &*one.local_id, &*one.kind, &*one.target_platform, &*one.sync_direction),
        ("w1", "c1", "content-type", "optimizely", "PUSH")
    );
    assert!(one.target.as_deref().unwrap().starts_with("optimizely:"));
    assert_eq!((one.actor.as_deref(), one.deployment_id.as_deref()), (Some("system"), Some("job")));
    assert_eq!((one.retry_count, one.attempts, one.imported), (0, 1, false));
    assert_eq!((&one.error_code, &one.error_message), (&None, &None));
    let versions = engine.version_history(&named("Event"), &VersionQuery::default()).await.unwrap();
    let sent: Vec<_> = records.iter().filter_map(|one| one.version_hash.as_deref()).collect();
    assert_eq!(sent, versions.iter().map(|one| &*one.info.hash).collect::<Vec<_>>());
    let (from, to) = (one.started_at.unwrap(), one.completed_at.unwrap());
    assert_eq!((one.duration_ms, one.created_at), (Some(to - from), Some(to)));

    let same = engine.sync_record(one.id).await.unwrap().unwrap();
    assert_eq!(json!(same), json!(one));
    assert!(engine.sync_record(10_000).await.unwrap().is_none());
    let latest = engine.last_successful_sync(&named("c1")).await.unwrap().unwrap();
    assert_eq!(latest.id, one.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_what_came_back() {
    let (world, _) = deployed().await;
    world.change("c1", &labelled("Headline"));
    let what = FaultKind::Status { status: 422, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::method("PATCH"), what });
    assert_eq!(brief(&world.deploy().await.outcomes), ["Event update failed REJECTED"]);
    let engine = world.engine();
    let records = history(&engine, &of("Event")).await;
    assert_eq!(short(&records), ["Event update FAILED", "Event create SUCCESS"]);
    assert_eq!(records[0].error_code.as_deref(), Some("REJECTED"));
    assert_eq!(json_of(records[0].response_data.as_deref())["status"], 422);
    let good = engine.last_successful_sync(&named("Event")).await.unwrap().unwrap();
    assert_eq!(good.id, records[1].id);
    assert_eq!(state(&world, "Event").await.status, "failed");

    // What failed was taken back, so nothing is left to be sent.
    world.change("c1", &simple("Event"));
    assert_eq!(state(&world, "Event").await.status, "in_sync");

    let Analytics::Failures(report) = engine
        .analytics(&AnalyticsQuery { report: Report::Failures, ..AnalyticsQuery::default() })
        .await
        .unwrap()
    else {
        panic!("another report")
    };
    let [pattern] = &report.patterns[..] else { panic!("{:?}", report.patterns) };
    assert_eq!((pattern.code.as_deref(), pattern.count), (Some("REJECTED"), 1));
    assert_eq!(pattern.types, ["Event"]);
    assert_eq!(pattern.message, records[0].error_message);
    assert_eq!((pattern.first, pattern.latest), (records[0].created_at, records[0].created_at));
}

/// References that form a cycle are sent after both types exist, in a request of their own.
#[tokio::test(flavor = "multi_thread")]
async fn each_phase_of_an_operation_is_an_attempt_of_its_own() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    for (id, name, other) in [("c1", "Alpha", "c2"), ("c2", "Beta", "c1")] {
        world.add(id, name, &crate::support::scenario::referring(name, &[other]));
    }
    world.deploy().await;
    let mut lines = short(&history(&world.engine(), &HistoryQuery::default()).await);
    lines.sort();
    assert_eq!(lines.iter().filter(|line| line.contains(" create SUCCESS")).count(), 2);
    assert!(lines.iter().all(|line| line.ends_with("SUCCESS")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains(" update ")), "{lines:?}");
    assert_eq!(world.state("SELECT max(retry_count) FROM sync_history"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_tells_what_was_agreed_and_when() {
    let (world, clock) = deployed().await;
    let first = state(&world, "Event").await;
    assert_eq!((first.status, &*first.conflict_status), ("in_sync", "none"));
    assert_eq!((&*first.type_key, &*first.type_id, &*first.website_id), ("Event", "c1", "w1"));
    assert_eq!((first.remote_id.as_deref(), first.mode.as_deref()), (Some("Event"), Some("push")));
    assert_eq!(first.local_hash, first.remote_hash);
    assert_eq!(
        (first.semver.as_deref(), first.last_synced_hash.as_ref().map(String::len)),
        (Some("1.0.0"), Some(64))
    );

    // Looked at again, and as it was: only that is news.
    clock.advance(Duration::from_hours(1));
    world.deploy().await;
    let again = state(&world, "Event").await;
    assert!(again.last_checked_at.unwrap() >= first.last_checked_at.unwrap() + 3_600_000);
    let looked = SyncState { last_checked_at: first.last_checked_at, ..again };
    assert_eq!(looked, first);

    clock.advance(Duration::from_hours(1));
    world.change("c1", &labelled("Headline"));
    assert_eq!(state(&world, "c1").await.status, "modified");
    world.deploy().await;
    let third = state(&world, "Event").await;
    assert_eq!(third.status, "in_sync");
    assert_ne!(third.local_hash, first.local_hash);
    assert_eq!(third.semver.as_deref(), Some("1.0.1"));
    assert!(third.local_changed_at.unwrap() >= first.local_changed_at.unwrap() + 7_200_000);
    assert_eq!(third.remote_changed_at, third.local_changed_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn states_have_the_words_of_the_contract() {
    let mut world = World::new().await;
    world.options["maxAttempts"] = json!(1);
    for name in ["Agreed", "Conflicting", "Dropped", "Edited", "Gone", "Moved"] {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    world.deploy().await;
    world.let_time_pass();
    let labelled = |name: &str, label: &str| {
        definition(name, &[json!({ "id": "f1", "name": "title", "label": label, "type": "text" })])
    };
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    for key in ["Conflicting", "Moved"] {
        assert!(world.fake.control().edit(Version::V1, key, theirs.clone()));
    }
    world.change("conflicting", &labelled("Conflicting", "Ours"));
    world.drop_row("dropped");
    assert!(world.fake.control().remove("Gone"));
    world.add("refused", "Refused", &simple("Refused"));
    let what = FaultKind::Status { status: 422, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::on("POST", "Refused"), what });
    let report = world.deploy().await;
    // Nothing else was to be sent, so nothing was carried out.
    assert_eq!(report.error.map(|error| error.code), Some(ErrorCode::Rejected));
    world.change("edited", &labelled("Edited", "Ours"));
    world.add("new", "New", &simple("New"));

    let engine = world.engine();
    let all = engine.sync_states(&StateQuery::default()).await.unwrap();
    assert_eq!(
        states_in_short(&all),
        [
            "Agreed in_sync",
            "Conflicting conflict",
            "Dropped deleted",
            "Edited modified",
            "Gone remote_deleted",
            "Moved remote_modified",
            "New new",
            "Refused failed",
        ]
    );
    let flagged = all.iter().filter(|one| one.conflict_status == "detected");
    assert_eq!(flagged.map(|one| &*one.type_key).collect::<Vec<_>>(), ["Conflicting"]);
    let (new, refused) = (&all[6], &all[7]);
    assert_eq!((&new.target, &new.mode, new.last_sync_at), (&None, &None, None));
    assert!(refused.target.as_deref().unwrap().starts_with("optimizely:"));
    for one in &all {
        let query = StateQuery { status: Some(one.status), ..StateQuery::default() };
        let found = engine.sync_states(&query).await.unwrap();
        assert_eq!(found, std::slice::from_ref(one));
        let asked = engine.sync_state(&named(&one.type_id)).await.unwrap().unwrap();
        assert_eq!(&asked, one);
    }
    let files = StateQuery { provider: Some("files".to_owned()), ..StateQuery::default() };
    let elsewhere = engine.sync_states(&files).await.unwrap();
    assert!(elsewhere.iter().all(|one| one.target.is_none()), "{elsewhere:?}");
    let nowhere = StateQuery { website_id: Some("w9".to_owned()), ..StateQuery::default() };
    let refused = engine.sync_states(&nowhere).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::WebsiteNotFound);

    world.drop_row("gone");
    let report = world.deploy_with(allow_delete()).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert_eq!(engine.sync_state(&named("Gone")).await.unwrap(), None, "both sides forgot it");
    assert_eq!(short(&history(&engine, &of("Gone")).await), ["Gone create SUCCESS"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_comes_back_as_it_was_is_in_sync_again() {
    let world = World::new().await;
    for name in ["Event", "Keep", "Other"] {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    world.deploy().await;
    world.let_time_pass();
    let held = world.stored("Event");
    assert!(world.fake.control().remove("Event"));
    for _ in 0..2 {
        world.deploy().await;
        assert_eq!(state(&world, "Event").await.status, "remote_deleted");
    }
    world.fake.control().seed_types(Version::V1, [held]);
    world.deploy().await;
    assert_eq!(state(&world, "Event").await.status, "in_sync");
    assert!(world.fake.control().take_violations().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_on_two_targets_has_a_state_on_each() {
    let (world, _) = deployed().await;
    world.run(&to_files("model")).await;
    let engine = world.engine();
    let both = engine.sync_states(&StateQuery::default()).await.unwrap();
    let targets: Vec<&str> =
        both.iter().map(|one| one.target.as_deref().unwrap().split(':').next().unwrap()).collect();
    assert_eq!(targets, ["files", "optimizely"]);
    assert_eq!(state(&world, "Event").await, both[1], "the engine's own provider");
    let on_files = TypeRef { provider: Some("files".to_owned()), ..named("Event") };
    assert_eq!(engine.sync_state(&on_files).await.unwrap(), Some(both[0].clone()));
    let records = HistoryQuery { wanted: Some(on_files), ..HistoryQuery::default() };
    let records = history(&engine, &records).await;
    assert_eq!(records.iter().map(|one| &*one.target_platform).collect::<Vec<_>>(), ["files"]);

    let mut world = world;
    world.options["provider"] = json!("strapi");
    let refused = world.engine().sync_state(&named("Event")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AmbiguousType);
    assert!(refused.message.contains("files:local:"), "{}", refused.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_find_the_one_type_that_is_meant() {
    let (world, _) = deployed().await;
    world.website("w2");
    world.add_to("w2", "c2", "Event", &simple("Event"));
    world.add("c3", "c1", &simple("c1"));
    let engine = world.engine();
    let id = async |wanted: TypeRef| {
        engine.sync_state(&wanted).await.map(|state| state.unwrap().type_id)
    };
    assert_eq!(id(named("c1")).await.unwrap(), "c1", "an id counts before a key");
    let refused = id(named("Event")).await.unwrap_err();
    assert_eq!(
        (refused.code, &*refused.message),
        (ErrorCode::AmbiguousType, r#""Event" is the key of several types: c1 in w1, c2 in w2"#)
    );
    let in_website =
        |website: &str| TypeRef { website_id: Some(website.to_owned()), ..named("Event") };
    assert_eq!(id(in_website("w1")).await.unwrap(), "c1");
    assert_eq!(id(in_website("w2")).await.unwrap(), "c2");
    let deployed = TypeRef { provider: Some("optimizely".to_owned()), ..named("Event") };
    assert_eq!(id(deployed).await.unwrap(), "c1", "the one that was deployed there");
    for nobody in [named("Nobody"), in_website("w9")] {
        assert_eq!(id(nobody).await.unwrap_err().code, ErrorCode::TypeNotFound);
    }
}

/// A re-seeded database has the same types under other ids.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_type_outlives_its_row() {
    let (world, _) = deployed().await;
    world.drop_row("c1");
    let engine = world.engine();
    assert_eq!(short(&history(&engine, &of("Event")).await), ["Event create SUCCESS"]);
    assert_eq!(engine.sync_state(&named("Event")).await.unwrap().unwrap().status, "deleted");

    world.add("c9", "Event", &labelled("Headline"));
    world.deploy().await;
    let both = ["Event update SUCCESS", "Event create SUCCESS"];
    for name in ["Event", "c9"] {
        assert_eq!(short(&history(&engine, &of(name)).await), both, "{name}");
    }
    assert_eq!(state(&world, "Event").await.type_id, "c9");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_of_the_studio_itself_are_told_with_the_others() {
    let world = World::new().await;
    world.add("c1", "Event", &simple("Event"));
    add_earlier_attempt(&world.studio.connect());
    world.sql(
        "INSERT INTO sync_history (id, type_key, version_hash, target_platform, sync_direction,
           sync_status, pushed_data, response_data, error_message, retry_count, started_at,
           created_at)
         VALUES ('h1', 'c1', 'v1', 'optimizely', 'PUSH', 'SUCCESS', '{\"key\":\"Event\"}', NULL, NULL, 2,
                 1000, 2000),
                ('h2', 'Event', 'v1', 'optimizely', 'PUSH', 'FAILED', 'no JSON', 'nor this', 'refused', 0,
                 3000, '1970-01-01T00:00:04.000Z'),
                ('h3', 'gone', 'v1', 'optimizely', 'PULL', 'PARTIAL', '{}', NULL, NULL, 0, 5000, 'never')",
        &[],
    );
    world.deploy().await;
    let engine = world.engine();
    let records = history(&engine, &of("Event")).await;
    assert_eq!(short(&records), ["Event create SUCCESS", "Event  FAILED", "c1  SUCCESS"]);
    let imported: Vec<bool> = records.iter().map(|one| one.imported).collect();
    assert_eq!(imported, [false, true, true]);
    let of_key = &records[1];
    assert_eq!((&*of_key.website_id, &of_key.target, &of_key.actor), ("", &None, &None));
    assert_eq!(json_of(of_key.pushed_data.as_deref()), json!("no JSON"));
    assert_eq!(json_of(of_key.response_data.as_deref()), json!("nor this"));
    assert_eq!((of_key.created_at, of_key.duration_ms), (Some(4000), None));
    assert_eq!((records[2].version_hash.as_deref(), records[2].attempts), (Some("v1"), 3));
    let gone = history(&engine, &of("gone")).await;
    assert_eq!((short(&gone), gone[0].created_at), (vec!["gone  PARTIAL".to_owned()], Some(5000)));
    assert_eq!(engine.sync_state(&named("gone")).await.unwrap(), None);
}

/// What is open and what fails makes a deployment unhealthy, and time limits what is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn analytics_add_up_what_happened() {
    let (world, clock) = deployed().await;
    clock.advance(Duration::from_hours(48));
    world.change("c1", &labelled("Headline"));
    let what = FaultKind::Status { status: 403, moment: Moment::Before, retry_after: None };
    world
        .fake
        .control()
        .add_fault(Fault { when: Match { times: Some(1), ..Match::method("PATCH") }, what });
    world.deploy().await;
    let engine = world.engine();
    let query = AnalyticsQuery::default();
    let Analytics::Health(health) = engine.analytics(&query).await.unwrap() else { panic!() };
    assert_eq!((health.status, health.totals.success_rate), (Health::Degraded, Some(0.5)));
    assert_eq!(health.issues, ["1 attempt failed"]);
    let records = history(&engine, &HistoryQuery::default()).await;
    assert_eq!(short(&records), ["Event update FAILED", "Event create SUCCESS"]);
    assert_eq!(health.last_attempt_at, records[0].created_at);
    assert_eq!(health.last_success_at, records[1].created_at);

    let metrics = AnalyticsQuery { report: Report::Metrics, ..query.clone() };
    let Analytics::Metrics(metrics) = engine.analytics(&metrics).await.unwrap() else { panic!() };
    let [optimizely] = &metrics.by_platform[..] else { panic!("{:?}", metrics.by_platform) };
    assert_eq!((optimizely.created, optimizely.updated, optimizely.deleted), (1, 1, 0));
    assert_eq!(optimizely.totals, metrics.totals);
    let [one, other] = [&records[0], &records[1]].map(|one| one.duration_ms.unwrap());
    let mean = f64::from(i32::try_from(one + other).unwrap()) / 2.0;
    assert_eq!(metrics.totals.average_sync_time, Some(mean));
    let [first, second] = &metrics.by_day[..] else { panic!("{:?}", metrics.by_day) };
    assert_eq!((first.total, first.successful, second.total, second.failed), (1, 1, 1, 1));
    assert!(first.day < second.day && first.day.len() == 10, "{} {}", first.day, second.day);

    let only_first = AnalyticsQuery {
        report: Report::SuccessRate,
        wanted: Some(named("Event")),
        to: records[1].created_at,
        platform: Some("optimizely".to_owned()),
        ..query.clone()
    };
    let Analytics::SuccessRate(rate) = engine.analytics(&only_first).await.unwrap() else {
        panic!()
    };
    assert_eq!((rate.total, rate.success_rate), (1, Some(1.0)));

    // A conflict that nobody decided.
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Event", theirs));
    world.deploy().await;
    let later = AnalyticsQuery { from: Some(i64::MAX), ..query };
    let Analytics::Health(health) = engine.analytics(&later).await.unwrap() else { panic!() };
    assert_eq!((health.status, health.totals.success_rate), (Health::Degraded, None));
    assert_eq!(health.issues, ["1 type waits for a decision"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_state_there_is_no_past() {
    let world = World::new().await;
    world.add("c1", "Event", &simple("Event"));
    let engine = world.engine();
    let page = engine.sync_history(&HistoryQuery::default()).await.unwrap();
    assert_eq!((page.data.len(), page.total, page.has_more), (0, 0, false));
    assert_eq!(state(&world, "Event").await.status, "new");
    assert!(engine.last_successful_sync(&named("Event")).await.unwrap().is_none());
    let Analytics::Health(health) = engine.analytics(&AnalyticsQuery::default()).await.unwrap()
    else {
        panic!()
    };
    assert_eq!((health.status, health.totals.total), (Health::Healthy, 0));
    assert!(!std::path::Path::new(&world.state_path()).exists(), "reading made a state");
}

/// What refers to other types depends on their names, too, and is no more edited for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_refers_to_another_stands_where_it_was_left() {
    for mapping in ["native", "compatible"] {
        for request in [request(), to_files("model")] {
            let mut world = World::new().await;
            world.options["mapping"] = json!(mapping);
            world.options["provider"] =
                json!(request.provider.id.as_deref().unwrap_or("optimizely"));
            world.add("place", "Place", &simple("Place"));
            world.add("event", "Event", &referring("Event", &["place"]));
            let states = async |expected: [&str; 2]| {
                let all = world.engine().sync_states(&StateQuery::default()).await.unwrap();
                let known = all.iter().filter(|one| one.type_id != "other");
                let words: Vec<&str> = known.map(|one| one.status).collect();
                let about = format!("{mapping} {:?}", request.provider.id);
                assert_eq!(words, expected, "{about}");
                assert_eq!(state(&world, "Event").await.status, expected[0], "{about}");
            };
            for _ in 0..2 {
                world.run(&request).await;
                states(["in_sync"; 2]).await;
            }
            world.add("other", "Other", &simple("Other"));
            states(["in_sync"; 2]).await;

            relabel(&world, &request, "There");
            world.run(&request).await;
            states(["remote_modified", "in_sync"]).await;
            let mut edited = referring("Event", &["place"]);
            edited["description"] = json!("Ours");
            world.change("event", &edited);
            states(["modified", "in_sync"]).await;
        }
    }
}

/// Gives `Event` another description on the platform.
fn relabel(world: &World, request: &RunRequest, text: &str) {
    if request.provider.id.is_none() {
        assert!(world.fake.control().edit(Version::V1, "Event", json!({ "description": text })));
        return;
    }
    let path = world.beside("model/Event.json");
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    file["description"] = json!(text);
    std::fs::write(path, file.to_string()).unwrap();
}
