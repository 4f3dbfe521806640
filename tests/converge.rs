//! What both sides come to: others' edits survive, and nothing is written twice.

use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::engine::{Query, RunOptions, RunReport, RunRequest, RunStatus};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Kind, Match, Version};
use crate::support::world::{Told, World, brief, request};

fn field(id: &str, name: &str, label: &str) -> Value {
    json!({ "id": id, "name": name, "label": label, "type": "text" })
}

fn event(fields: &Value) -> Value {
    json!({ "name": "Event", "fields": fields })
}

fn limited(longest: u32) -> Value {
    let mut title = field("f1", "title", "Title");
    title["validation"] = json!({ "maxLength": longest });
    event(&json!([title, field("f2", "venue", "Venue")]))
}

fn stored(world: &World, key: &str) -> Value {
    world.fake.control().content_type(Version::V1, key).expect("the type is on the platform")
}

fn edit(world: &World, patch: Value) {
    assert!(world.fake.control().edit(Version::V1, "Event", patch));
}

fn writes(world: &World) -> Vec<(Kind, Value)> {
    let requests = world.fake.control().requests().into_iter();
    requests
        .filter(|one| matches!(one.kind, Kind::Post | Kind::Patch | Kind::Delete))
        .map(|one| (one.kind, serde_json::from_str(&one.body).unwrap_or(Value::Null)))
        .collect()
}

fn fault(world: &World, when: Match, what: FaultKind) {
    world.fake.control().add_fault(Fault { when, what });
}

async fn deploy_on(world: &World, clock: &Arc<TestClock>, options: RunOptions) -> RunReport {
    let request = RunRequest { options, ..request() };
    let engine = world.engine_on(clock.clone());
    engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await
}

/// Each row: what the platform does to writes, and what the outcome says of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_drops_or_rewrites_is_named_once_and_lived_with() {
    let drop = |member: &str| FaultKind::DropMembers { members: vec![member.to_owned()] };
    let rewrite =
        |member: &str, value| FaultKind::RewriteMember { member: member.to_owned(), value };
    for (what, dropped, rewritten) in [
        (drop("properties.title.maxLength"), vec!["/properties/title/maxLength"], vec![]),
        (
            drop("properties.venue"),
            vec!["/properties/venue", "/properties/venue/displayName", "/properties/venue/type"],
            vec!["/propertyOrder"],
        ),
        (
            rewrite("properties.title.displayName", json!("TITLE")),
            vec![],
            vec!["/properties/title/displayName"],
        ),
        (
            rewrite("properties.title.maxLength", json!(100)),
            vec![],
            vec!["/properties/title/maxLength"],
        ),
    ] {
        let world = World::new().await;
        world.add("c1", "Event", &limited(120));
        fault(&world, Match::default(), what.clone());
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Event create success"], "{what:?}");
        let outcome = &report.outcomes[0];
        assert_eq!(
            (&outcome.dropped[..], &outcome.rewritten[..]),
            (
                &dropped.iter().map(ToString::to_string).collect::<Vec<_>>()[..],
                &rewritten.iter().map(ToString::to_string).collect::<Vec<_>>()[..],
            ),
            "{what:?}"
        );
        world.fake.control().clear_requests();
        for _ in 0..10 {
            let report = world.deploy().await;
            assert_eq!((brief(&report.outcomes), report.status), (vec![], RunStatus::Completed));
        }
        assert_eq!(writes(&world), [], "{what:?}");
        let summary = world.changes().await.summary;
        assert_eq!((summary.total, summary.remote_changed), (0, 0), "{what:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_what_was_dropped_is_sent_again() {
    let world = World::new().await;
    world.add("c1", "Event", &limited(120));
    let member = "properties.title.maxLength".to_owned();
    fault(&world, Match::default(), FaultKind::DropMembers { members: vec![member] });
    world.deploy().await;
    world.fake.control().clear_faults();
    world.fake.control().clear_requests();
    world.change("c1", &limited(80));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Event update success"]);
    let patch = json!({ "properties": { "title": { "maxLength": 80 } } });
    assert_eq!(writes(&world), [(Kind::Patch, patch)]);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    world.fake.assert_clean();
}

/// Each row: what others change, and what the studio changes; neither touches the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_survives_a_push() {
    let options = |values: &[&str]| {
        event(&json!([{ "id": "f1", "name": "topic", "label": "Topic", "type": "select",
                       "options": values }]))
    };
    let value = |value: &str| json!({ "value": value, "displayName": value });
    let theirs =
        json!({ "properties": { "topic": { "enum": [value("a"), value("b"), value("x")] } } });
    for (before, theirs, ours, path, expected) in [
        (
            limited(120),
            json!({ "description": "Theirs" }),
            limited(80),
            "/description",
            json!("Theirs"),
        ),
        (
            limited(120),
            json!({ "properties": { "venue": { "displayName": "Theirs" } } }),
            limited(80),
            "/properties/venue/displayName",
            json!("Theirs"),
        ),
        (
            limited(120),
            json!({ "properties": { "extra": { "type": "string" } } }),
            limited(80),
            "/properties/extra/type",
            json!("string"),
        ),
        (
            options(&["a", "b"]),
            theirs,
            options(&["a", "b", "c"]),
            "/properties/topic/enum",
            json!([value("a"), value("b"), value("x"), value("c")]),
        ),
    ] {
        let world = World::new().await;
        world.add("c1", "Event", &before);
        world.deploy().await;
        edit(&world, theirs);
        world.change("c1", &ours);
        assert_eq!(brief(&world.deploy().await.outcomes), ["Event update success"], "{path}");
        let found = stored(&world, "Event");
        let mut kept = found.pointer(path).cloned().unwrap_or_default();
        if let (Some(kept), Some(wanted)) = (kept.as_array_mut(), expected.as_array()) {
            // Options are a set here; their order is an atom of its own.
            kept.sort_by_key(Value::to_string);
            let mut wanted = wanted.clone();
            wanted.sort_by_key(Value::to_string);
            assert_eq!(*kept, wanted, "{path}");
        } else {
            assert_eq!(kept, expected, "{path}");
        }
        world.fake.control().clear_requests();
        world.deploy().await;
        assert_eq!(writes(&world), [], "{path}");
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_others_allowed_survives_a_push_of_another() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    for (id, name) in [("a", "Alpha"), ("b", "Beta"), ("x", "Extra")] {
        world.add(id, name, &json!({ "name": name, "fields": [field("t", "title", "Title")] }));
    }
    let owner = |targets: &[&str]| {
        event(&json!([{ "id": "f1", "name": "parts", "label": "Parts", "type": "reference",
                       "referenceTypes": targets, "allowedTypes": targets }]))
    };
    world.add("c1", "Event", &owner(&["Alpha"]));
    let report = world.deploy().await;
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.outcomes);
    let allowed =
        |world: &World| stored(world, "Event")["properties"]["parts"]["allowedTypes"].clone();
    assert_eq!(allowed(&world), json!(["Alpha"]));
    edit(&world, json!({ "properties": { "parts": { "allowedTypes": ["Alpha", "Extra"] } } }));
    world.change("c1", &owner(&["Alpha", "Beta"]));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Event update success"]);
    assert_eq!(allowed(&world), json!(["Alpha", "Extra", "Beta"]));
}

/// Somebody edits between the run's detection and its request: the request is refused, read again
/// and built anew.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_during_a_run_is_kept_or_is_a_conflict() {
    for (theirs, line, title, description, patches) in [
        (json!({ "description": "Theirs" }), "success", 80, "Theirs", 2),
        (json!({ "properties": { "title": { "maxLength": 7 } } }), "conflict CONFLICT", 7, "", 1),
        // The same change twice is no conflict, and needs no request.
        (json!({ "properties": { "title": { "maxLength": 80 } } }), "success", 80, "", 1),
    ] {
        let clock = TestClock::new();
        let world = World::new().await;
        world.add("c1", "Event", &limited(120));
        deploy_on(&world, &clock, RunOptions::default()).await;
        world.change("c1", &limited(80));
        world.fake.control().clear_requests();
        // The first PATCH waits long enough for the edit to come before it.
        let first = Match { times: Some(1), ..Match::on("PATCH", "Event") };
        fault(&world, first, FaultKind::Latency { ms: 250 });
        let control = world.fake.control().clone();
        let colleague = tokio::spawn(async move {
            while control.count(Kind::Patch) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            assert!(control.edit(Version::V1, "Event", theirs));
        });
        let report = deploy_on(&world, &clock, RunOptions::default()).await;
        colleague.await.unwrap();
        assert_eq!(brief(&report.outcomes), [format!("Event update {line}")]);
        let found = stored(&world, "Event");
        assert_eq!(found["properties"]["title"]["maxLength"], title, "{line}");
        assert_eq!(found["description"].as_str().unwrap_or_default(), description, "{line}");
        assert_eq!(world.fake.control().count(Kind::Patch), patches, "{line}");
        let conflicts = world.state("SELECT count(*) FROM conflict_log WHERE resolution IS NULL");
        assert_eq!(conflicts, if line == "success" { "0" } else { "1" });
        let again = deploy_on(&world, &clock, RunOptions::default()).await;
        assert_eq!(
            world.fake.control().count(Kind::Patch),
            patches,
            "{line}: {:?}",
            again.outcomes
        );
        world.fake.assert_clean();
    }
}

/// Removing a property on the platform overlaps everything that the studio changes in it, also when
/// it is removed while the run is under way.
#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_goes_during_a_run_is_not_made_again_in_part() {
    let clock = TestClock::new();
    let world = World::new().await;
    world.add(
        "c1",
        "Event",
        &event(&json!([field("f1", "title", "Title"), field("f2", "venue", "Venue")])),
    );
    deploy_on(&world, &clock, RunOptions::default()).await;
    let mut helped = field("f2", "venue", "Venue");
    helped["helpText"] = json!("Where");
    world.change("c1", &event(&json!([field("f1", "title", "Title"), helped])));
    let first = Match { times: Some(1), ..Match::on("PATCH", "Event") };
    fault(&world, first, FaultKind::Latency { ms: 250 });
    let control = world.fake.control().clone();
    let colleague = tokio::spawn(async move {
        while control.count(Kind::Patch) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(control.edit(Version::V1, "Event", json!({ "properties": { "venue": null } })));
    });
    let report = deploy_on(&world, &clock, RunOptions::default()).await;
    colleague.await.unwrap();
    assert_eq!(brief(&report.outcomes), ["Event update conflict CONFLICT"]);
    assert_eq!(stored(&world, "Event")["properties"].get("venue"), None);
    let again = deploy_on(&world, &clock, RunOptions::default()).await;
    assert_eq!(brief(&again.outcomes), ["Event none conflict CONFLICT"]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_was_changed_is_not_deleted() {
    let world = World::new().await;
    world.add("c1", "Event", &limited(120));
    world.deploy().await;
    edit(&world, json!({ "description": "Theirs" }));
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    let options = RunOptions { allow_delete: true, ..RunOptions::default() };
    for _ in 0..3 {
        let report = world.deploy_with(options.clone()).await;
        assert_eq!(brief(&report.outcomes), ["Event none conflict CONFLICT"]);
    }
    assert_eq!(stored(&world, "Event")["description"], "Theirs");
    world.fake.assert_clean();
}

/// As above, with the edit coming between detection and request.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_is_changed_during_a_run_is_not_deleted() {
    let clock = TestClock::new();
    let world = World::new().await;
    world.add("c1", "Event", &limited(120));
    let options = RunOptions { allow_delete: true, ..RunOptions::default() };
    deploy_on(&world, &clock, options.clone()).await;
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    fault(&world, Match::on("DELETE", "Event"), FaultKind::Latency { ms: 250 });
    let control = world.fake.control().clone();
    let colleague = tokio::spawn(async move {
        while control.count(Kind::Delete) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(control.edit(Version::V1, "Event", json!({ "description": "Theirs" })));
    });
    let report = deploy_on(&world, &clock, options.clone()).await;
    colleague.await.unwrap();
    assert_eq!(brief(&report.outcomes), ["Event delete conflict CONFLICT"]);
    let again = deploy_on(&world, &clock, options).await;
    assert_eq!(brief(&again.outcomes), ["Event none conflict CONFLICT"]);
    assert_eq!(stored(&world, "Event")["description"], "Theirs");
}

/// A creation finds the key taken by somebody who came between detection and request.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_finds_its_key_taken_adopts_per_atom() {
    let theirs = |title: Value| {
        json!({ "key": "Event", "baseType": "_component", "displayName": "Event",
                "properties": { "title": title } })
    };
    for (title, line, patches) in [
        // What is missing is added.
        (
            json!({ "type": "string", "displayName": "Title" }),
            "success",
            vec![json!({ "properties": {
                "title": { "maxLength": 120 },
                "venue": { "displayName": "Venue", "type": "string", "sortOrder": 10 },
            } })],
        ),
        // What differs is a conflict; the rest is added.
        (
            json!({ "type": "string", "displayName": "Theirs", "maxLength": 120 }),
            "conflict CONFLICT",
            vec![json!({ "properties": {
                "venue": { "displayName": "Venue", "type": "string", "sortOrder": 10 },
            } })],
        ),
    ] {
        let clock = TestClock::new();
        let world = World::new().await;
        world.add("c1", "Event", &limited(120));
        fault(&world, Match::on("POST", "Event"), FaultKind::Latency { ms: 250 });
        let control = world.fake.control().clone();
        let theirs = theirs(title);
        let colleague = tokio::spawn(async move {
            while control.count(Kind::Post) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            control.seed_types(Version::V1, [theirs]);
        });
        let report = deploy_on(&world, &clock, RunOptions::default()).await;
        colleague.await.unwrap();
        assert_eq!(brief(&report.outcomes), [format!("Event create {line}")]);
        let sent: Vec<Value> = writes(&world)
            .into_iter()
            .filter(|(kind, _)| *kind == Kind::Patch)
            .map(|(_, body)| body)
            .collect();
        let shown = |bodies: &[Value]| {
            bodies
                .iter()
                .map(|body| {
                    let mut body = body.clone();
                    // Where the new property stands is not the point here.
                    if let Some(venue) =
                        body.pointer_mut("/properties/venue").and_then(Value::as_object_mut)
                    {
                        venue.remove("sortOrder");
                    }
                    body
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&sent), shown(&patches), "{line}");
        world.fake.control().clear_requests();
        deploy_on(&world, &clock, RunOptions::default()).await;
        assert_eq!(writes(&world), [], "{line}");
        let conflicts = world.state("SELECT count(*) FROM conflict_log WHERE resolution IS NULL");
        assert_eq!(conflicts, if line == "success" { "0" } else { "1" });
        world.fake.assert_clean();
    }
}

/// A listing that lags behind our own write is no evidence of anything.
#[tokio::test(flavor = "multi_thread")]
async fn reads_that_lag_never_revert_conflict_or_delete() {
    let delete = RunOptions { allow_delete: true, ..RunOptions::default() };
    for flapping in [false, true] {
        let clock = TestClock::new();
        let world = World::new().await;
        for key in ["Alpha", "Beta", "Gamma", "Delta"] {
            world.add(key, key, &json!([field("f", "title", "Title")]));
        }
        // Replicas are behind for the whole run after each write.
        let what = || {
            if flapping {
                FaultKind::Flap { reads: 1000 }
            } else {
                FaultKind::Lag { reads: 1000, ms: 0 }
            }
        };
        deploy_on(&world, &clock, delete.clone()).await;
        fault(&world, Match::method("GET"), what());
        // Not listed yet: four types that we just made, which is no mass disappearance.
        let report = deploy_on(&world, &clock, delete.clone()).await;
        assert!(report.error.is_none(), "{:?}", report.error);
        assert!(
            report
                .outcomes
                .iter()
                .all(|one| one.error.as_ref().is_some_and(|error| error.code == "STALE_READ")),
            "{:?}",
            report.outcomes
        );
        assert_eq!(world.fake.control().count(Kind::Delete), 0);
        assert_eq!(world.fake.control().count(Kind::Post), 4);

        // An update, and the listing that still shows what was before it.
        world.fake.control().clear_faults();
        world.fake.control().settle();
        world.change("Alpha", &json!([field("f", "title", "Headline")]));
        let report = deploy_on(&world, &clock, delete.clone()).await;
        assert_eq!(brief(&report.outcomes), ["Alpha update success"]);
        fault(&world, Match::method("GET"), what());
        world.fake.control().clear_requests();
        for _ in 0..3 {
            let report = deploy_on(&world, &clock, delete.clone()).await;
            for line in brief(&report.outcomes) {
                assert_eq!(line, "Alpha none skipped STALE_READ");
            }
        }
        assert_eq!(writes(&world), []);
        assert_eq!(stored(&world, "Alpha")["properties"]["title"]["displayName"], "Headline");
        let open = world.state("SELECT count(*) FROM conflict_log");
        assert_eq!(open, "0");

        // The replicas catch up.
        world.fake.control().clear_faults();
        let report = deploy_on(&world, &clock, delete.clone()).await;
        assert_eq!((brief(&report.outcomes), report.status), (vec![], RunStatus::Completed));
        world.fake.assert_clean();
    }
}

/// A replica that is further behind than our last write shows what was never before it: told by its
/// age. What is younger than our last write is an edit of others, however young the write is.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_from_long_before_our_last_write_is_no_edit() {
    let clock = TestClock::new();
    let world = World { clock: clock.clone(), ..World::new().await };
    let labelled = |label: &str| event(&json!([field("f1", "title", label)]));
    world.add("c1", "Event", &labelled("Title"));
    world.deploy().await;
    clock.advance(Duration::from_hours(1));
    world.fake.control().cut_off("Event");
    edit(&world, json!({ "description": "Theirs" }));
    world.change("c1", &labelled("Headline"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Event update success"]);
    let settled = world.changes().await.summary;

    world.fake.control().clear_requests();
    fault(&world, Match::method("GET"), FaultKind::Lag { reads: 1000, ms: 0 });
    assert_eq!(world.changes().await.summary.remote_changed, 0);
    for fields in [labelled("Headline"), labelled("Slogan")] {
        world.change("c1", &fields);
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Event none skipped STALE_READ"]);
    }
    assert_eq!(writes(&world), []);

    // The replicas catch up.
    world.fake.control().clear_faults();
    world.fake.control().settle();
    world.change("c1", &labelled("Headline"));
    assert_eq!(world.changes().await.summary, settled);
    edit(&world, json!({ "properties": { "title": { "displayName": "Theirs" } } }));
    let summary = world.changes().await.summary;
    assert_eq!((summary.remote_changed, summary.updated), (1, 0));
    world.change("c1", &labelled("Slogan"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Event none conflict CONFLICT"]);
    assert_eq!(writes(&world), []);
    world.fake.assert_clean();
}

/// What a read can show goes by when it was read, however long ago that is when somebody looks at it:
/// a listing that is shared for minutes, or a process that stood still.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_read_grows_no_truer_while_it_is_kept() {
    let clock = TestClock::manual();
    let mut world = World { clock: clock.clone(), ..World::new().await };
    world.options["cacheTtlMs"] = json!(300_000);
    world.add("c1", "Event", &limited(120));
    world.deploy().await;
    clock.advance(Duration::from_hours(1));
    world.change("c1", &limited(80));
    world.deploy().await;
    fault(&world, Match::method("GET"), FaultKind::Lag { reads: 1000, ms: 0 });
    let engine = world.engine();
    engine.detect(&Query::default()).await.unwrap();
    world.fake.control().clear_requests();
    world.fake.control().clear_faults();
    world.fake.control().settle();
    clock.advance(Duration::from_mins(2));
    let summary = engine.detect(&Query::default()).await.unwrap().summary;
    assert_eq!((world.fake.control().count(Kind::List), summary.remote_changed), (0, 0));
}

/// Absence that a direct read confirms after the lag is a deletion by others, and a conflict if the
/// studio moved.
#[tokio::test(flavor = "multi_thread")]
async fn absence_counts_once_reads_no_longer_lag() {
    let clock = TestClock::new();
    let world = World::new().await;
    world.add("c1", "Event", &limited(120));
    deploy_on(&world, &clock, RunOptions::default()).await;
    world.fake.control().remove("Event");
    let report = deploy_on(&world, &clock, RunOptions::default()).await;
    assert_eq!(brief(&report.outcomes), ["Event none skipped STALE_READ"]);
    clock.advance(Duration::from_secs(61));
    let report = deploy_on(&world, &clock, RunOptions::default()).await;
    assert_eq!(brief(&report.outcomes), [""; 0]);
    world.change("c1", &limited(80));
    let report = deploy_on(&world, &clock, RunOptions::default()).await;
    assert_eq!(brief(&report.outcomes), ["Event none conflict CONFLICT"]);
    assert_eq!(world.fake.control().count(Kind::Post), 1);
}
