//! What the platform says comes home into the studio's own rows.

mod generated;
mod gone;
mod interrupted;
mod meanwhile;
mod newcomers;
mod order;
mod refused;

use std::collections::BTreeMap;
use std::sync::Arc;

use catalyst_sync::engine::{
    Query, Reporter, RunEvent, RunOptions, RunReport, RunRequest, RunStatus,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Kind, Match, Version};
use crate::support::studio_rules::complaints;
use crate::support::world::{Told, World, brief, request, to_files};

/// With much that no platform is told of.
fn event() -> Value {
    json!({
        "name": "Event", "pluralName": "Events", "icon": "📅", "description": "Public", "x": 1,
        "fields": [
            { "id": "f1", "name": "title", "label": "Title", "type": "text", "required": false,
              "validation": { "maxLength": 80 }, "placeholder": "Say it", "x": [1], "order": 0 },
            { "id": "f2", "name": "mood", "label": "Mood", "type": "select", "required": false,
              "options": [{ "value": "gay", "label": "Gay", "description": "Lively" },
                          { "value": "calm", "label": "Calm" }], "order": 1 },
            { "id": "f3", "name": "notes", "label": "Notes", "type": "textarea",
              "required": false, "order": 2 },
        ],
        "relationships": [],
    })
}

/// As the seed writes it.
fn post() -> Value {
    json!([{ "name": "headline", "type": "text", "maxLength": 80, "x": 1 },
           { "name": "pinned", "type": "boolean", "default": false }])
}

/// The studio's definition of a row.
fn definition(world: &World, id: &str) -> Value {
    let connection = world.studio.connect();
    let sql = "SELECT fields FROM ContentType WHERE id = ?1";
    let text: String = connection.query_row(sql, [id], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Every row of content types, as it is stored.
fn rows(world: &World) -> Vec<String> {
    let connection = world.studio.connect();
    let sql = "SELECT json_array(id, websiteId, name, fields, settings, createdAt, updatedAt)
               FROM ContentType ORDER BY id";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn options(mode: &str) -> RunOptions {
    RunOptions { mode: Some(mode.to_owned()), ..RunOptions::default() }
}

async fn run(world: &World, mode: &str) -> RunReport {
    let report = Box::pin(world.deploy_with(options(mode))).await;
    assert!(report.error.is_none(), "{mode}: {:?}", report.error);
    report
}

fn edit(world: &World, key: &str, patch: Value) {
    assert!(world.fake.control().edit(world.version, key, patch));
}

/// A studio with both writers' types, deployed.
async fn deployed(profile: &str, version: Version) -> World {
    let mut world = World { version, ..World::new().await };
    world.options["mapping"] = json!(profile);
    world.add("c1", "Event", &event());
    world.add("c2", "Post", &post());
    run(&world, "push").await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_on_the_platform_comes_home_and_nothing_else_changes() {
    for profile in ["compatible", "native"] {
        for version in [Version::V1, Version::Preview3] {
            let world = deployed(profile, version).await;
            let required = if version == Version::V1 { "isRequired" } else { "required" };
            edit(
                &world,
                "Event",
                json!({ "description": "Ours", "properties": {
                "title": { "displayName": "Headline", required: true, "maxLength": 60 },
                "notes": null,
                "seats": { "type": "boolean", "displayName": "Seats" } } }),
            );
            edit(&world, "Post", json!({ "properties": { "headline": { "maxLength": 90 } } }));
            let report = run(&world, "pull").await;
            assert_eq!(brief(&report.outcomes), ["Event update success", "Post update success"]);
            let mut expected = event();
            expected["description"] = json!("Ours");
            expected["fields"][0]["label"] = json!("Headline");
            expected["fields"][0]["required"] = json!(true);
            expected["fields"][0]["validation"]["maxLength"] = json!(60);
            expected["fields"][2] = json!({ "id": "field_seats", "name": "seats", "label": "Seats",
                                            "type": "boolean", "required": false, "order": 2 });
            assert_eq!(definition(&world, "c1"), expected, "{profile} {version:?}");
            let mut expected = post();
            expected[0]["maxLength"] = json!(90);
            assert_eq!(definition(&world, "c2"), expected, "{profile} {version:?}");
            for (id, name, known) in [("c1", "Event", &[][..]), ("c2", "Post", &["headline"])] {
                let text = definition(&world, id).to_string();
                assert_eq!(complaints(name, &text, known), [""; 0]);
            }
            nothing_is_left(&world).await;
            world.fake.assert_clean();
        }
    }
}

/// Neither way anything is to be done, and no row changes.
async fn nothing_is_left(world: &World) {
    let before = rows(world);
    let changes = world.changes().await;
    assert_eq!((changes.summary.total, changes.summary.remote_changed), (0, 0), "{changes:?}");
    for mode in ["push", "pull", "bidirectional"] {
        assert_eq!(brief(&run(world, mode).await.outcomes), [""; 0], "{mode}");
    }
    assert_eq!(rows(world), before);
}

/// What the studio cannot say at all is told with its paths, and is no failure.
#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_of_can_come_home_is_named() {
    let world = deployed("compatible", Version::V1).await;
    let raw = json!({ "type": "binary", "displayName": "Raw" });
    edit(&world, "Event", json!({ "properties": { "raw": raw } }));
    let before = definition(&world, "c1");
    for dry_run in [true, false] {
        let options = RunOptions { dry_run, ..options("pull") };
        let report = Box::pin(world.deploy_with(options)).await;
        assert_eq!(report.status, RunStatus::Completed);
        assert_eq!(brief(&report.outcomes), ["Event none skipped NOT_REPRESENTABLE"]);
        assert_eq!(report.outcomes[0].dropped, ["/properties/raw"]);
        assert_eq!(report.outcomes[0].direction, "pull");
        assert!(report.recovery.is_none());
    }
    assert_eq!(definition(&world, "c1"), before);
    // Beside something that can be said, the rest comes home.
    edit(&world, "Event", json!({ "description": "Theirs" }));
    let report = run(&world, "pull").await;
    assert_eq!(brief(&report.outcomes), ["Event update success"]);
    assert_eq!(report.outcomes[0].dropped, ["/properties/raw"]);
}

/// A row that came home replaced another one, which is kept as long as it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn replaced_rows_are_kept_within_bounds() {
    let mut world = deployed("compatible", Version::V1).await;
    let clock = TestClock::new();
    world.clock = clock.clone();
    let pull = async |world: &World, key: &str, description: &str| {
        edit(world, key, json!({ "description": description }));
        let options = RunOptions { allow_data_loss: true, ..options("pull") };
        let report = Box::pin(world.deploy_with(options)).await;
        assert_eq!(brief(&report.outcomes), [format!("{key} update success")]);
    };
    let kept = |world: &World| -> String {
        world.state(
            "SELECT group_concat(local_id || ' ' || json_extract(json_extract(row_after, '$.fields'),
               '$.description'), ', ') FROM (SELECT * FROM sync_rows ORDER BY id)",
        )
    };
    for description in ["1", "2", "3"] {
        pull(&world, "Event", description).await;
    }
    assert_eq!(kept(&world), "c1 1, c1 2, c1 3", "without bounds all stay");
    world.options["retention"] = json!({ "backups": { "count": 2 } });
    pull(&world, "Event", "4").await;
    assert_eq!(kept(&world), "c1 2, c1 3, c1 4", "what is beyond goes before anything is added");
    world.options["retention"] = json!({ "backups": { "days": 10 } });
    clock.advance(std::time::Duration::from_hours(11 * 24));
    run(&world, "pull").await;
    assert_eq!(kept(&world), "c1 4", "what would be undone next stays, however old");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_comes_home_as_well() {
    let world = World::new().await;
    world.add("c1", "Event", &event());
    let directed = |mode: &str| RunRequest { options: options(mode), ..to_files("model") };
    let report = Box::pin(world.run(&directed("push"))).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    let path = world.beside("model").join("Event.json");
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    file["fields"][0]["label"] = json!("Headline");
    file["fields"].as_array_mut().unwrap().remove(2);
    std::fs::write(&path, file.to_string()).unwrap();

    let report = Box::pin(world.run(&directed("pull"))).await;
    assert_eq!(brief(&report.outcomes), ["Event update success"]);
    let mut expected = event();
    expected["fields"][0]["label"] = json!("Headline");
    expected["fields"].as_array_mut().unwrap().remove(2);
    assert_eq!(definition(&world, "c1"), expected);
    let before = (rows(&world), std::fs::read_to_string(&path).unwrap());
    for mode in ["push", "pull", "bidirectional"] {
        let report = Box::pin(world.run(&directed(mode))).await;
        assert_eq!(brief(&report.outcomes), [""; 0], "{mode}");
    }
    let query = Query { provider: to_files("model").provider, ..Query::default() };
    let changes = world.engine().detect(&query).await.unwrap();
    assert_eq!((changes.summary.total, changes.summary.remote_changed), (0, 0));
    assert_eq!((rows(&world), std::fs::read_to_string(&path).unwrap()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_take_home_first_and_send_the_rest() {
    let world = deployed("compatible", Version::V1).await;
    edit(&world, "Event", json!({ "description": "Theirs" }));
    let mut ours = event();
    ours["fields"][0]["label"] = json!("Ours");
    world.change("c1", &ours);
    let report = run(&world, "bidirectional").await;
    assert_eq!(brief(&report.outcomes), ["Event update success", "Event update success"]);
    let ways: Vec<&str> = report.outcomes.iter().map(|one| &*one.direction).collect();
    assert_eq!(ways, ["pull", "push"]);
    ours["description"] = json!("Theirs");
    assert_eq!(definition(&world, "c1"), ours);
    let stored = world.fake.control().content_type(Version::V1, "Event").unwrap();
    assert_eq!(stored["description"], "Theirs");
    assert_eq!(stored["properties"]["title"]["displayName"], "Ours");
    nothing_is_left(&world).await;
}

/// The platform is listed once, though it is looked at again before anything is sent; and what a
/// colleague changed in between is no less safe for that.
#[tokio::test(flavor = "multi_thread")]
async fn both_ways_list_the_platform_once() {
    for (meanwhile, outcomes, label) in [
        (None, ["Event update success", "Event update success"], "Ours"),
        (Some("Theirs"), ["Event update success", "Event update conflict CONFLICT"], "Theirs"),
    ] {
        let world = Arc::new(deployed("compatible", Version::V1).await);
        edit(&world, "Event", json!({ "description": "Theirs" }));
        let mut ours = event();
        ours["fields"][0]["label"] = json!("Ours");
        world.change("c1", &ours);
        let reporter = Colleague { world: Arc::clone(&world), label: meanwhile };
        let request = RunRequest { options: options("bidirectional"), ..request() };
        let never = CancellationToken::new();
        world.fake.control().clear_requests();
        let report = Box::pin(world.engine().deploy(&request, Arc::new(reporter), &never)).await;
        assert_eq!(brief(&report.outcomes), outcomes);
        assert_eq!(world.fake.control().count(Kind::List), 1);
        let stored = world.fake.control().content_type(Version::V1, "Event").unwrap();
        assert_eq!(stored["properties"]["title"]["displayName"], label);
        assert_eq!(stored["description"], "Theirs");
    }
}

/// Edits the platform as soon as a type is about to come home.
struct Colleague {
    world: Arc<World>,
    label: Option<&'static str>,
}

impl Reporter for Colleague {
    fn report(&self, event: RunEvent) {
        if let (RunEvent::Log { message, .. }, Some(label)) = (event, self.label)
            && message == "Syncing Event (1 of 2)..."
        {
            edit(
                &self.world,
                "Event",
                json!({ "properties": { "title": { "displayName": label } } }),
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_decides_what_comes_home_of_a_conflict() {
    let cases: [(&str, &str, Value, Value); 3] = [
        ("skip", "none conflict CONFLICT", json!("B"), json!(false)),
        ("merge", "update conflict CONFLICT", json!("B"), json!(true)),
        ("target_wins", "update success", json!("C"), json!(true)),
    ];
    for (strategy, outcome, label, required) in cases {
        let world = deployed("compatible", Version::V1).await;
        let theirs = json!({ "displayName": "C", "isRequired": true });
        edit(&world, "Event", json!({ "properties": { "title": theirs } }));
        let mut ours = event();
        ours["fields"][0]["label"] = json!("B");
        world.change("c1", &ours);
        let conflict_strategy = Some(strategy.to_owned());
        let options = RunOptions { conflict_strategy, ..options("pull") };
        let report = Box::pin(world.deploy_with(options)).await;
        assert_eq!(brief(&report.outcomes), [format!("Event {outcome}")]);
        ours["fields"][0]["label"] = label;
        ours["fields"][0]["required"] = required;
        assert_eq!(definition(&world, "c1"), ours, "{strategy}");
        let open = world.state("SELECT count(*) FROM conflict_log WHERE resolution IS NULL");
        assert_eq!(open, if strategy == "target_wins" { "0" } else { "1" }, "{strategy}");
    }
}

/// Edits the studio as soon as a type is about to come home.
struct Meanwhile {
    world: Arc<World>,
    fields: Value,
}

impl Reporter for Meanwhile {
    fn report(&self, event: RunEvent) {
        if let RunEvent::Log { message, .. } = event
            && message.starts_with("Syncing Event")
        {
            self.world.change("c1", &self.fields);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_in_the_studio_meanwhile_is_detected_again() {
    for (label, outcome) in
        [("Title", "Event update success"), ("Ours", "Event update conflict CONFLICT")]
    {
        let world = Arc::new(deployed("compatible", Version::V1).await);
        let theirs = json!({ "displayName": "Theirs", "isRequired": true });
        edit(&world, "Event", json!({ "properties": { "title": theirs } }));
        let mut fields = event();
        fields["pluralName"] = json!("Feasts");
        fields["fields"][0]["label"] = json!(label);
        let reporter = Meanwhile { world: Arc::clone(&world), fields: fields.clone() };
        let request = RunRequest { options: options("pull"), ..request() };
        let never = CancellationToken::new();
        let report = Box::pin(world.engine().deploy(&request, Arc::new(reporter), &never)).await;
        assert_eq!(brief(&report.outcomes), [outcome]);
        // What overlaps is a conflict now; the rest is home, beside the edit.
        fields["fields"][0]["required"] = json!(true);
        if label == "Title" {
            fields["fields"][0]["label"] = json!("Theirs");
        }
        assert_eq!(definition(&world, "c1"), fields);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_right_after_a_push_does_not_believe_reads_that_lag() {
    let world = deployed("compatible", Version::V1).await;
    let mut ours = event();
    ours["fields"][0]["label"] = json!("Ours");
    world.change("c1", &ours);
    run(&world, "push").await;
    lag(&world);
    let report = run(&world, "pull").await;
    let stale = ["Event none skipped STALE_READ", "Post none skipped STALE_READ"];
    assert_eq!(brief(&report.outcomes), stale);
    assert_eq!(definition(&world, "c1"), ours);
    catch_up(&world);
    nothing_is_left(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_right_after_a_pull_does_not_believe_them_either() {
    let world = World::new().await;
    world.add("c1", "Event", &event());
    run(&world, "push").await;
    edit(&world, "Event", json!({ "description": "Theirs" }));
    world.let_time_pass();
    run(&world, "pull").await;
    let mut expected = event();
    expected["description"] = json!("Theirs");
    assert_eq!(definition(&world, "c1"), expected);
    lag(&world);
    let report = run(&world, "pull").await;
    assert_eq!(brief(&report.outcomes), ["Event none skipped STALE_READ"]);
    assert_eq!(definition(&world, "c1"), expected);
    catch_up(&world);
    nothing_is_left(&world).await;
}

/// A type that was deleted and is added again is not what a listing that lags still shows of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_is_added_again_gets_nothing_of_what_was_deleted() {
    let world = deployed("compatible", Version::V1).await;
    world.sql("DELETE FROM ContentType WHERE id = ?1", &["c2"]);
    let allowed = RunOptions { allow_delete: true, ..options("push") };
    let deleted = Box::pin(world.deploy_with(allowed)).await;
    assert_eq!(brief(&deleted.outcomes), ["Post delete success"]);
    lag(&world);
    let again = json!({ "name": "Post", "fields": [{ "name": "other", "type": "text", "label": "Other" }] });
    world.add("c2", "Post", &again);
    let report = run(&world, "bidirectional").await;
    let outcomes = ["Event none skipped STALE_READ", "Post none skipped STALE_READ"];
    assert_eq!(brief(&report.outcomes), outcomes);
    assert_eq!(definition(&world, "c2"), again);
    catch_up(&world);
    let report = run(&world, "bidirectional").await;
    assert_eq!(brief(&report.outcomes), ["Post create success"]);
    assert_eq!(definition(&world, "c2"), again);
    nothing_is_left(&world).await;
}

/// From now on, reads show what was there before the latest write.
fn lag(world: &World) {
    let what = FaultKind::Lag { reads: 1000, ms: 0 };
    world.fake.control().add_fault(Fault { when: Match::method("GET"), what });
}

fn catch_up(world: &World) {
    world.fake.control().clear_faults();
    world.fake.control().settle();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_there_goes_here_only_with_consent_and_without_content() {
    let world = deployed("compatible", Version::V1).await;
    world.let_time_pass();
    world.fake.control().remove("Post");
    let warned = async |options: &RunOptions| {
        let plan = world.engine().plan(&Query::default(), options).await.unwrap();
        let of_post =
            plan.findings.into_iter().filter(|one| one.type_key.as_deref() == Some("Post"));
        let said = of_post.map(|one| format!("{} {}; {}", one.code, one.message, one.remedy));
        (plan.summary.destroy, said.collect::<Vec<_>>())
    };
    let stays = "DELETE_REFUSED gone from the platform, and left in the studio";
    let (deleted, said) = warned(&options("pull")).await;
    assert_eq!((deleted, said), (0, vec![format!("{stays}; pull with allowDelete to delete it")]));
    let kept = run(&world, "pull").await;
    assert_eq!(brief(&kept.outcomes), ["Post delete skipped DELETE_REFUSED"]);
    let item = "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                VALUES ('i1', 'c2', 'w1', '{}', 1)";
    world.sql(item, &[]);
    let allowed = RunOptions { allow_delete: true, ..options("pull") };
    let (deleted, said) = warned(&allowed).await;
    let used =
        format!("{stays} because 1 content items are of it; delete them in the studio first");
    assert_eq!((deleted, said), (0, vec![used]));
    let kept = Box::pin(world.deploy_with(allowed.clone())).await;
    assert_eq!(brief(&kept.outcomes), ["Post delete skipped DELETE_REFUSED"]);
    assert_eq!(rows(&world).len(), 2);
    world.sql("DELETE FROM ContentItem", &[]);
    let (deleted, said) = warned(&allowed).await;
    let goes = "DELETION the type Post is deleted in the studio, because it is gone from the \
                platform; pull without allowDelete to keep it";
    assert_eq!((deleted, said), (1, vec![goes.to_owned()]));
    let deleted = Box::pin(world.deploy_with(allowed)).await;
    assert_eq!(brief(&deleted.outcomes), ["Post delete success"]);
    assert_eq!(rows(&world).len(), 1);
    let heads = "SELECT group_concat(change_type) FROM version_heads";
    assert_eq!(world.state(heads), "create,delete");
    nothing_is_left(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_deleted_a_moment_ago_is_not_new() {
    for mode in ["bidirectional", "pull"] {
        let world = deployed("compatible", Version::V1).await;
        world.let_time_pass();
        world.sql("DELETE FROM ContentType WHERE id = 'c2'", &[]);
        let allowed = RunOptions { allow_delete: true, ..options("bidirectional") };
        let deleted = Box::pin(world.deploy_with(allowed)).await;
        assert_eq!(brief(&deleted.outcomes), ["Post delete success"]);
        lag(&world);
        let report = run(&world, mode).await;
        let outcomes = brief(&report.outcomes);
        assert!(outcomes.iter().any(|one| one == "Post none skipped STALE_READ"), "{outcomes:?}");
        assert_eq!(rows(&world).len(), 1, "{mode}");
        catch_up(&world);
        nothing_is_left(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_what_would_come_home_and_writes_nothing() {
    let world = deployed("compatible", Version::V1).await;
    edit(
        &world,
        "Event",
        json!({ "properties": { "title": { "displayName": "C" }, "notes": null } }),
    );
    let before = rows(&world);
    let engine = world.engine();
    let plan = engine.plan(&Query::default(), &options("pull")).await.unwrap();
    let shown: Vec<(&str, &str, &str, &str)> = plan
        .operations
        .iter()
        .map(|one| (&*one.type_key, one.operation, one.direction, one.risk))
        .collect();
    assert_eq!(shown, [("Event", "update", "pull", "safe")], "there is no content to lose");
    let changes: BTreeMap<&str, &str> =
        plan.operations[0].changes.iter().map(|one| (one.path.as_str(), one.kind)).collect();
    assert_eq!(changes.get("/properties/title/displayName"), Some(&"modified"));
    assert_eq!(changes.get("/properties/notes"), Some(&"removed"));
    assert_eq!((plan.mode, plan.summary.change), ("pull", 1));
    let dry = RunOptions { dry_run: true, ..options("pull") };
    let dry = Box::pin(world.deploy_with(dry)).await;
    assert_eq!(brief(&dry.outcomes), ["Event update success"]);
    assert_eq!(rows(&world), before);

    // With content, what would lose some of it waits.
    let item = "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                VALUES ('i1', 'c1', 'w1', '{}', 1)";
    world.sql(item, &[]);
    let accepted = RunOptions { allow_data_loss: true, ..options("pull") };
    let plan = engine.plan(&Query::default(), &accepted).await.unwrap();
    assert_eq!(plan.operations[0].risk, "lossy");
    let report = run(&world, "pull").await;
    assert_eq!(brief(&report.outcomes), ["Event update success"]);
    assert!(report.outcomes[0].withheld.iter().any(|path| path == "/properties/notes"));
    let mut expected = event();
    expected["fields"][0]["label"] = json!("C");
    assert_eq!(definition(&world, "c1"), expected);
    let plan = engine.plan(&Query::default(), &options("pull")).await.unwrap();
    let waits = plan.findings.iter().find(|one| one.code == "DATA_LOSS_REFUSED").unwrap();
    assert!(waits.message.contains("waits for consent: /properties/notes"), "{}", waits.message);
    let waits = run(&world, "pull").await;
    assert_eq!(brief(&waits.outcomes), ["Event none skipped DATA_LOSS_REFUSED"]);
    let report = Box::pin(world.deploy_with(accepted)).await;
    assert_eq!(brief(&report.outcomes), ["Event update success"]);
    expected["fields"].as_array_mut().unwrap().remove(2);
    assert_eq!(definition(&world, "c1"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_comes_home_into_the_field_that_it_belongs_to() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    let own = json!({ "name": "Page", "fields": [
        { "id": "f1", "name": "title", "type": "text", "label": "Title", "x": 1 },
        { "id": "f2", "name": "seo", "type": "object", "label": "Seo", "fields": [
            { "name": "heading", "type": "text", "x": 2 }] }] });
    world.add("p", "Page", &own);
    run(&world, "push").await;
    let keys = world.fake.control().keys();
    let part = keys.iter().find(|key| key.starts_with("Page") && *key != "Page").unwrap();
    edit(&world, part, json!({ "properties": { "heading": { "maxLength": 9 } } }));
    edit(&world, "Page", json!({ "properties": { "title": { "displayName": "Headline" } } }));
    let report = run(&world, "pull").await;
    assert_eq!(report.outcomes.len(), 2, "{:?}", brief(&report.outcomes));
    let now = definition(&world, "p");
    assert_eq!(now["fields"][0]["label"], "Headline");
    let heading = &now["fields"][1]["fields"][0];
    assert_eq!((&heading["name"], &heading["x"]), (&json!("heading"), &json!(2)));
    let limit = heading.get("maxLength").or_else(|| heading["validation"].get("maxLength"));
    assert_eq!(limit, Some(&json!(9)));
    nothing_is_left(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_of_the_platform_is_none_of_a_push() {
    let world = World::new().await;
    let conflict_strategy = Some("target_wins".to_owned());
    let options = RunOptions { conflict_strategy, ..RunOptions::default() };
    let error = Box::pin(world.deploy_with(options)).await.error.unwrap();
    assert_eq!(error.code.as_str(), "INVALID_ARGUMENT");
    let told = Arc::new(Told::default());
    let request = RunRequest { options: self::options("sideways"), ..request() };
    let report = Box::pin(world.engine().deploy(&request, told, &CancellationToken::new())).await;
    assert_eq!(report.error.unwrap().code.as_str(), "INVALID_ARGUMENT");
}
