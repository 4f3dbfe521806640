//! Conflicts that people decide.

mod at_once;
mod processes;
mod together;
mod websites;

use std::sync::Arc;

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::engine::{
    Actor, ConflictQuery, ProviderRequest, Resolution, RunOptions, RunRequest, Strategy, TypeRef,
    Values, Verdict, Version as Recorded,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::Version;
use crate::support::world::{Told, World, brief, request};

fn article(label: &str) -> Value {
    let title = json!({ "id": "f1", "name": "title", "label": label, "type": "text", "order": 0 });
    let body =
        json!({ "id": "f2", "name": "body", "label": "Body", "type": "textarea", "order": 1 });
    json!({ "name": "Blog Post", "fields": [title, body] })
}

/// The example of the design review: label A, optional; here label B; there label C, and required.
async fn conflicting() -> (World, String) {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article("A"));
    world.deploy().await;
    let theirs = json!({ "properties": { "title": { "displayName": "C", "isRequired": true } } });
    assert!(world.fake.control().edit(Version::V1, "BlogPost", theirs));
    let mut ours = article("B");
    // What no platform is told of.
    ours["fields"][0]["placeholder"] = json!("Say it");
    ours["fields"][1]["x"] = json!(1);
    world.change("c1", &ours);
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost none conflict CONFLICT"]);
    let open = open(&world).await;
    let [conflict] = &open[..] else { panic!("{open:?}") };
    let id = conflict["id"].as_str().unwrap().to_owned();
    (world, id)
}

async fn open(world: &World) -> Vec<Value> {
    let query = ConflictQuery { open: Some(true), ..ConflictQuery::default() };
    let page = world.engine().conflicts(&query).await.unwrap();
    page.conflicts.iter().map(|one| serde_json::from_str(one.as_str()).unwrap()).collect()
}

fn verdict(id: &str, strategy: Strategy) -> Verdict {
    Verdict { conflict: id.to_owned(), strategy, values: Values::new(), by: "ada".to_owned() }
}

async fn resolve(world: &World, verdict: Verdict) -> Resolution {
    let request = ProviderRequest::default();
    let resolutions = world.engine().resolve(&request, vec![verdict]).await.unwrap();
    let [resolution] = &resolutions[..] else { panic!("{resolutions:?}") };
    resolution.clone()
}

fn title(world: &World) -> Value {
    let stored = world.fake.control().content_type(Version::V1, "BlogPost").unwrap();
    stored["properties"]["title"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_studio_wins_what_conflicted_and_nothing_else() {
    let (world, id) = conflicting().await;
    world.fake.control().clear_requests();
    let resolution = resolve(&world, verdict(&id, Strategy::SourceWins)).await;
    assert!(resolution.success, "{resolution:?}");
    assert_eq!((&*resolution.type_key, &resolution.remaining[..]), ("BlogPost", &[][..]));
    assert!(world.fake.control().requests().is_empty(), "resolving sends nothing");
    assert!(open(&world).await.is_empty());
    two_parents(&world, "B").await;

    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"]);
    assert_eq!(title(&world)["displayName"], "B");
    assert_eq!(title(&world)["isRequired"], true, "what only they moved stays theirs");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    let decided = world.engine().conflict(&id).await.unwrap().unwrap();
    let decided: Value = serde_json::from_str(decided.as_str()).unwrap();
    assert_eq!(decided["status"], "resolved");
    assert_eq!(
        (&decided["resolution"], &decided["resolvedBy"]),
        (&json!("source_wins"), &json!("ada"))
    );
    world.fake.assert_clean();
}

/// The studio's definition.
fn definition(world: &World, id: &str) -> Value {
    let connection = world.studio.connect();
    let sql = "SELECT fields FROM ContentType WHERE id = ?1";
    let text: String = connection.query_row(sql, [id], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_wins_what_conflicted_and_nothing_else() {
    let (world, id) = conflicting().await;
    world.fake.control().clear_requests();
    let mut expected = definition(&world, "c1");
    let resolution = resolve(&world, verdict(&id, Strategy::TargetWins)).await;
    assert!(resolution.success, "{resolution:?}");
    assert!(world.fake.control().requests().is_empty(), "resolving sends nothing");
    // The label is theirs now; that it is required is still only theirs.
    expected["fields"][0]["label"] = json!("C");
    assert_eq!(definition(&world, "c1"), expected);
    let changes = world.changes().await;
    assert_eq!((changes.summary.total, changes.summary.remote_changed), (0, 1));
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    assert_eq!(title(&world)["displayName"], "C");

    let history = "SELECT json_array(sync_direction, operation, sync_status, actor,
                     version_hash = (SELECT version_hash FROM version_heads))
                   FROM sync_history ORDER BY id DESC LIMIT 1";
    assert_eq!(world.state(history), r#"["PULL","update","SUCCESS","ada",1]"#);
    let versions = "SELECT group_concat(change_source || ' ' || author, ', ') FROM
                      (SELECT * FROM content_type_versions ORDER BY id)";
    assert_eq!(world.state(versions), "SYNC system, SYNC system, SYNC ada, SYNC ada");
    two_parents(&world, "C").await;
    assert_eq!(world.state("SELECT group_concat(state) FROM sync_rows"), "applied");
    let updated = "SELECT typeof(updatedAt) || (updatedAt > 1) FROM ContentType";
    let updated: String = world.studio.connect().query_row(updated, [], |row| row.get(0)).unwrap();
    assert_eq!(updated, "integer1");
}

/// The latest version has ours and theirs as its parents, which have what was agreed on in common.
async fn two_parents(world: &World, label: &str) {
    let engine = world.engine();
    let tree = engine.version_tree(&TypeRef::named("c1")).await.unwrap();
    assert_eq!((tree.versions.len(), tree.roots.len()), (4, 1), "{:?}", tree.findings);
    let head = engine.version(tree.head.as_deref().unwrap()).await.unwrap().unwrap();
    let [ours, theirs] = &head.info.parents[..] else { panic!("{head:?}") };
    let title = |version: &Recorded| -> Value {
        let snapshot: Value =
            serde_json::from_str(version.snapshot.as_ref().unwrap().get()).unwrap();
        snapshot["fields"].as_array().unwrap()[0].clone()
    };
    assert_eq!(title(&head)["label"], label);
    let theirs = engine.version(theirs).await.unwrap().unwrap();
    assert_eq!(
        (&title(&theirs)["label"], &title(&theirs)["required"]),
        (&json!("C"), &json!(true))
    );
    let common = engine.common_ancestor(ours, &theirs.info.hash).await.unwrap().unwrap();
    assert_eq!(common.info.hash, tree.roots[0]);
    let root = engine.version(&tree.roots[0]).await.unwrap().unwrap();
    assert_eq!(title(&root)["label"], "A");
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_takes_home_what_only_they_moved_and_leaves_the_overlap() {
    let (world, id) = conflicting().await;
    let mut expected = definition(&world, "c1");
    let resolution = resolve(&world, verdict(&id, Strategy::Merge)).await;
    assert_eq!((resolution.success, resolution.requires_manual), (false, true));
    let paths: Vec<&str> = resolution.remaining.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["/properties/title/displayName"]);
    expected["fields"][0]["required"] = json!(true);
    assert_eq!(definition(&world, "c1"), expected);
    let open = open(&world).await;
    assert_eq!(open.len(), 1, "what is left is still open");
    assert_eq!(open[0]["autoMerged"], json!([]));
    let left = open[0]["id"].as_str().unwrap();
    assert!(resolve(&world, verdict(left, Strategy::SourceWins)).await.success);
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"]);
    assert_eq!(
        (&title(&world)["displayName"], &title(&world)["isRequired"]),
        (&json!("B"), &json!(true))
    );
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_neither_side_goes_to_both() {
    let (world, id) = conflicting().await;
    let path = Path::parse("/properties/title/displayName").unwrap();
    let by_hand = |value: &str| Verdict {
        values: [(path.clone(), Some(Canonical::parse(value).unwrap()))].into(),
        ..verdict(&id, Strategy::Manual)
    };
    let refused = resolve(&world, by_hand("7")).await.error.expect("a label is a text");
    assert_eq!(refused.code, "INVALID_ARGUMENT", "{}", refused.message);
    assert_eq!(definition(&world, "c1")["fields"][0]["label"], "B");

    let mut expected = definition(&world, "c1");
    let resolution = resolve(&world, by_hand(r#""D""#)).await;
    assert!(resolution.success, "{resolution:?}");
    expected["fields"][0]["label"] = json!("D");
    assert_eq!(definition(&world, "c1"), expected);
    assert_eq!(title(&world)["displayName"], "C", "nothing is sent");
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"]);
    assert_eq!(
        (&title(&world)["displayName"], &title(&world)["isRequired"]),
        (&json!("D"), &json!(true))
    );
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

/// At least 20, the studio says, and at most 10, the platform: each is fine, together they allow
/// nothing, so neither side takes the other's before somebody decides.
#[tokio::test(flavor = "multi_thread")]
async fn limits_that_allow_nothing_together_are_decided_one_by_one() {
    let world = World::new().await;
    let with = |limits: Value| {
        let mut own = article("A");
        own["fields"][0]["validation"] = limits;
        own
    };
    world.add("c1", "Blog Post", &with(json!({ "minLength": 1, "maxLength": 50 })));
    world.deploy().await;
    let theirs = json!({ "properties": { "title": { "maxLength": 10 } } });
    assert!(world.fake.control().edit(Version::V1, "BlogPost", theirs));
    let ours = with(json!({ "minLength": 20, "maxLength": 50 }));
    world.change("c1", &ours);

    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost none conflict CONFLICT"]);
    assert_eq!(definition(&world, "c1"), ours);
    assert_eq!(title(&world)["minLength"], 1);
    let open_now = open(&world).await;
    let paths: Vec<&Value> =
        open_now[0]["fields"].as_array().unwrap().iter().map(|field| &field["path"]).collect();
    assert_eq!(paths, ["/properties/title/maxLength", "/properties/title/minLength"]);

    let values = |given: &[(&str, f64)]| {
        let mut own = verdict(open_now[0]["id"].as_str().unwrap(), Strategy::Manual);
        for (name, value) in given {
            let path = Path::parse(&format!("/properties/title/{name}")).unwrap();
            own.values.insert(path, Some(Canonical::number(*value)));
        }
        own
    };
    // One of them alone leaves the other where it allows nothing still.
    for (name, value, other) in [("minLength", 20.0, "max"), ("maxLength", 10.0, "min")] {
        let told = resolve(&world, values(&[(name, value)])).await;
        let expected = format!(
            "BlogPost cannot have this value at \"/properties/title/{name}\": with \
             \"/properties/title/{other}Length\" as it is, nothing would be allowed; give values \
             for both of them"
        );
        let error = told.error.unwrap();
        assert_eq!((&*error.code, &error.message), ("INVALID_ARGUMENT", &expected));
    }
    assert_eq!(definition(&world, "c1"), ours);
    let resolution = resolve(&world, values(&[("minLength", 5.0), ("maxLength", 30.0)])).await;
    assert!(resolution.success, "{resolution:?}");
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"]);
    assert_eq!((&title(&world)["minLength"], &title(&world)["maxLength"]), (&json!(5), &json!(30)));
    let limits = &definition(&world, "c1")["fields"][0]["validation"];
    assert_eq!(limits, &json!({ "minLength": 5, "maxLength": 30 }));
    assert!(open(&world).await.is_empty());
    world.fake.assert_clean();
}

/// What does not conflict was sent meanwhile, so no version says what both sides agreed on last: the
/// merge still hangs on what they agreed on as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_has_its_ancestor_where_part_of_an_edit_was_sent() {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article("A"));
    world.deploy().await;
    let theirs = json!({ "properties": { "title": { "displayName": "C" } } });
    assert!(world.fake.control().edit(Version::V1, "BlogPost", theirs));
    let mut ours = article("B");
    ours["fields"][1]["label"] = json!("Story");
    world.change("c1", &ours);
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update conflict CONFLICT"]);
    let id = open(&world).await[0]["id"].as_str().unwrap().to_owned();
    assert!(resolve(&world, verdict(&id, Strategy::SourceWins)).await.success);

    let engine = world.engine();
    let tree = engine.version_tree(&TypeRef::named("c1")).await.unwrap();
    assert_eq!((tree.versions.len(), tree.roots.len()), (4, 1));
    let head = engine.version(tree.head.as_deref().unwrap()).await.unwrap().unwrap();
    let [ours, theirs] = &head.info.parents[..] else { panic!("{head:?}") };
    let common = engine.common_ancestor(ours, theirs).await.unwrap().unwrap();
    assert_eq!(common.info.hash, tree.roots[0]);
}

/// A decision that was told as failed is not carried out behind the back of a later one.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_failed_is_not_carried_out_later() {
    let (world, id) = conflicting().await;
    let before = definition(&world, "c1");
    let demand = "CREATE TRIGGER demand BEFORE UPDATE ON ContentType
                  BEGIN SELECT RAISE(ABORT, 'frozen'); END";
    world.studio.connect().execute_batch(demand).unwrap();
    let failed = resolve(&world, verdict(&id, Strategy::TargetWins)).await;
    let error = failed.error.as_ref().unwrap();
    assert_eq!((failed.success, &*error.code), (false, "VALIDATION_FAILED"), "{failed:?}");
    assert!(error.message.contains("refuses the row: frozen"), "{failed:?}");
    world.studio.connect().execute_batch("DROP TRIGGER demand").unwrap();

    let decided = resolve(&world, verdict(&id, Strategy::SourceWins)).await;
    assert!(decided.success, "{decided:?}");
    assert_eq!(definition(&world, "c1"), before);
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"]);
    assert_eq!(title(&world)["displayName"], "B");
    assert_eq!(definition(&world, "c1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_they_deleted_goes_from_the_studio_unless_there_is_content() {
    let (world, id) = gone_there().await;
    let item = "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                VALUES ('i1', 'c1', 'w1', '{}', 1)";
    world.sql(item, &[]);
    let refused = resolve(&world, verdict(&id, Strategy::TargetWins)).await.error.unwrap();
    assert_eq!(refused.code, "DELETE_REFUSED", "{}", refused.message);
    assert_eq!(definition(&world, "c1")["fields"][0]["label"], "B");
    assert_eq!(open(&world).await.len(), 1);

    world.sql("DELETE FROM ContentItem", &[]);
    let resolution = resolve(&world, verdict(&id, Strategy::TargetWins)).await;
    assert!(resolution.success, "{resolution:?}");
    assert_eq!(world.changes().await.summary.total, 0);
    let rows: i64 = world
        .studio
        .connect()
        .query_row("SELECT count(*) FROM ContentType", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 0);
    assert_eq!(world.state("SELECT change_type FROM version_heads"), "delete");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_the_studio_deleted_is_made_again_when_they_win() {
    let (world, id) = gone_here().await;
    let resolution = resolve(&world, verdict(&id, Strategy::TargetWins)).await;
    assert!(resolution.success, "{resolution:?}");
    let made = definition(&world, "c1");
    assert_eq!(made["name"], "Blog Post");
    let labels: Vec<&Value> =
        made["fields"].as_array().unwrap().iter().map(|field| &field["label"]).collect();
    assert_eq!(labels, ["C", "Body"]);
    // What no platform is told of is as it was.
    assert_eq!(made["fields"][1]["type"], "textarea");
    let changes = world.changes().await;
    assert_eq!((changes.summary.total, changes.summary.remote_changed), (0, 0));
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

/// The side that loses nothing is named in the conflict, and nothing is decided by that.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_says_which_side_loses_nothing() {
    let world = World::new().await;
    let limited = |most: u8| {
        let mut article = article("A");
        article["fields"][0]["validation"] = json!({ "maxLength": most });
        article
    };
    world.add("c1", "Blog Post", &limited(50));
    world.deploy().await;
    let theirs = json!({ "properties": { "title": { "maxLength": 80 } } });
    assert!(world.fake.control().edit(Version::V1, "BlogPost", theirs));
    world.change("c1", &limited(60));
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost none conflict CONFLICT"]);
    let suggestion = json!({ "code": "LOOSER", "take": "remote",
        "reason": "what fits the other side's rule fits this one, too; \
                   the platform's side loses nothing" });
    let conflict = &open(&world).await[0];
    assert_eq!(conflict["fields"][0]["suggestion"], suggestion);
    let id = conflict["id"].as_str().unwrap();
    let left = resolve(&world, verdict(id, Strategy::Merge)).await;
    let left = serde_json::to_value(&left.remaining).unwrap();
    assert_eq!(left[0]["suggestion"], suggestion);
    assert_eq!(left[0]["remote"], 80);

    let (world, _) = gone_there().await;
    let whole = &open(&world).await[0]["fields"][0];
    assert_eq!((&whole["path"], &whole["suggestion"]["take"]), (&json!(""), &json!("local")));
    assert_eq!(whole["suggestion"]["code"], "KEEPS_CONTENT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_other_sides_is_refused() {
    let (world, id) = conflicting().await;
    world.change("c1", &article("D"));
    let refused = resolve(&world, verdict(&id, Strategy::SourceWins)).await;
    assert_eq!(refused.error.unwrap().code, "PLAN_STALE");
    // A deployment records what the sides are now, and the old name leads to the new one.
    world.deploy().await;
    let newer = open(&world).await[0]["id"].as_str().unwrap().to_owned();
    let refused = resolve(&world, verdict(&id, Strategy::SourceWins)).await.error.unwrap();
    assert!(refused.message.contains(&newer), "{refused:?}");
    assert!(resolve(&world, verdict(&newer, Strategy::SourceWins)).await.success);
    let twice = resolve(&world, verdict(&newer, Strategy::SourceWins)).await.error.unwrap();
    assert_eq!(twice.code, "CONFLICT", "{twice:?}");
    let unknown = resolve(&world, verdict("conflict_x_y", Strategy::SourceWins)).await;
    assert_eq!(unknown.error.unwrap().code, "INVALID_ARGUMENT");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_studio_deleted_and_they_changed_goes_when_the_studio_wins() {
    let (world, id) = gone_here().await;
    assert!(resolve(&world, verdict(&id, Strategy::SourceWins)).await.success);
    // The decision is no consent to delete.
    let kept = world.deploy().await;
    assert_eq!(brief(&kept.outcomes), ["BlogPost delete skipped DELETE_REFUSED"]);
    let options = RunOptions { allow_delete: true, ..RunOptions::default() };
    assert_eq!(brief(&world.deploy_with(options).await.outcomes), ["BlogPost delete success"]);
    assert!(world.fake.control().content_type(Version::V1, "BlogPost").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_they_deleted_and_the_studio_changed_is_made_again_when_the_studio_wins() {
    let (world, id) = gone_there().await;
    let undecided = resolve(&world, verdict(&id, Strategy::Merge)).await;
    assert_eq!((undecided.success, undecided.requires_manual), (false, true));
    assert_eq!(undecided.remaining.len(), 1);
    assert!(resolve(&world, verdict(&id, Strategy::SourceWins)).await.success);
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost create success"]);
    assert_eq!(title(&world)["displayName"], "B");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

/// A type is there or not, so no value decides whether it goes.
#[tokio::test(flavor = "multi_thread")]
async fn values_for_a_type_that_is_gone_on_one_side_are_refused_with_a_reason() {
    let whole = [(Path::root(), Some(Canonical::bool(true)))];
    for (gone, sides) in [
        (gone_here().await, "gone from the studio and was changed on the platform"),
        (gone_there().await, "gone from the platform and was changed in the studio"),
    ] {
        let (world, id) = gone;
        let by_hand = Verdict { values: whole.clone().into(), ..verdict(&id, Strategy::Manual) };
        let refused = resolve(&world, by_hand).await;
        assert_eq!((refused.success, refused.requires_manual), (false, true));
        assert_eq!(refused.remaining.len(), 1);
        let error = refused.error.unwrap();
        let message = format!(
            "BlogPost is {sides}; no value decides that; \
             decide with source_wins or target_wins, without values"
        );
        assert_eq!((&*error.code, error.message), ("INVALID_ARGUMENT", message));
        // Leaving it open is no mistake.
        let left = resolve(&world, verdict(&id, Strategy::Merge)).await;
        assert_eq!((left.error, open(&world).await.len()), (None, 1));
    }
}

async fn gone_there() -> (World, String) {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article("A"));
    world.deploy().await;
    world.let_time_pass();
    world.fake.control().remove("BlogPost");
    world.change("c1", &article("B"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost none conflict CONFLICT"]);
    let id = open(&world).await[0]["id"].as_str().unwrap().to_owned();
    (world, id)
}

async fn gone_here() -> (World, String) {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article("A"));
    world.deploy().await;
    let theirs = json!({ "properties": { "title": { "displayName": "C" } } });
    assert!(world.fake.control().edit(Version::V1, "BlogPost", theirs));
    world.drop_row("c1");
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost none conflict CONFLICT"]);
    let id = open(&world).await[0]["id"].as_str().unwrap().to_owned();
    (world, id)
}

/// The studio was written and nobody lived to record the decision: it holds all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_was_under_way_is_finished_by_the_next_run() {
    for (database, table, event) in [
        ("studio", "ContentType", "UPDATE"),
        ("state", "version_heads", "INSERT"),
        ("state", "sync_history", "INSERT"),
    ] {
        let (world, id) = conflicting().await;
        let path = format!("{}.catalyst-sync", world.studio.path().display());
        let connection = match database {
            "studio" => world.studio.connect(),
            _ => rusqlite::Connection::open(path).unwrap(),
        };
        // No refusal of the row, so that what became of it is left for the next run to find out.
        let trigger = "BEGIN SELECT abs(-9223372036854775807 - 1); END";
        connection
            .execute_batch(&format!("CREATE TRIGGER death BEFORE {event} ON {table} {trigger}"))
            .unwrap();
        let path = Path::parse("/properties/title/displayName").unwrap();
        let by_hand = Verdict {
            values: [(path, Some(Canonical::parse(r#""D""#).unwrap()))].into(),
            ..verdict(&id, Strategy::Manual)
        };
        let died = resolve(&world, by_hand).await;
        assert!(died.error.is_some() && !died.success, "{table}: {died:?}");
        connection.execute_batch("DROP TRIGGER death").unwrap();
        assert_eq!(open(&world).await.len(), 1, "{table}");

        assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"], "{table}");
        assert_eq!(definition(&world, "c1")["fields"][0]["label"], "D", "{table}");
        two_parents(&world, "D").await;
        assert_eq!(title(&world)["displayName"], "D", "{table}");
        let decided = "SELECT group_concat(resolution || ' ' || resolved_by) FROM conflict_log";
        assert_eq!(world.state(decided), "manual ada", "{table}");
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0], "{table}");
    }
}

/// What changes nothing in the studio has no write that could be finished, so the merge is recorded
/// with the decision, and once, however often it is decided.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_whose_decision_died_is_no_second_one() {
    let (world, id) = conflicting().await;
    let state = format!("{}.catalyst-sync", world.studio.path().display());
    let state = rusqlite::Connection::open(state).unwrap();
    let death = "CREATE TRIGGER death BEFORE UPDATE ON conflict_log
                 BEGIN SELECT RAISE(ABORT, 'died'); END";
    state.execute_batch(death).unwrap();
    assert!(!resolve(&world, verdict(&id, Strategy::SourceWins)).await.success);
    state.execute_batch("DROP TRIGGER death").unwrap();
    assert!(resolve(&world, verdict(&id, Strategy::SourceWins)).await.success);
    two_parents(&world, "B").await;
}

/// Conflicts of two documents in one row: a type, and a part that lies in it.
async fn part_and_whole() -> (World, Vec<String>) {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("p", "Page", &page("A", "A"));
    world.deploy().await;
    let keys = world.fake.control().keys();
    let part = keys.iter().find(|key| key.starts_with("Page") && *key != "Page").unwrap();
    for (key, property) in [("Page", "title"), (part, "heading")] {
        let theirs = json!({ "properties": { property: { "displayName": "C" } } });
        assert!(world.fake.control().edit(Version::V1, key, theirs));
    }
    world.change("p", &page("B", "B"));
    world.deploy().await;
    let ids = open(&world).await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    (world, ids)
}

fn page(title: &str, heading: &str) -> Value {
    json!({ "name": "Page", "fields": [
        { "id": "f1", "name": "title", "type": "text", "label": title },
        { "id": "f2", "name": "seo", "type": "object", "label": "Seo", "fields": [
            { "name": "heading", "type": "text", "label": heading }] }] })
}

/// Decided in one call, the second finds the row as the first left it.
#[tokio::test(flavor = "multi_thread")]
async fn decisions_about_one_row_follow_each_other() {
    let (world, ids) = part_and_whole().await;
    let verdicts = ids.iter().map(|id| verdict(id, Strategy::TargetWins));
    let verdicts: Vec<Verdict> = verdicts.collect();
    assert_eq!(verdicts.len(), 2);
    let resolutions = world.engine().resolve(&ProviderRequest::default(), verdicts).await.unwrap();
    assert!(resolutions.iter().all(|one| one.success), "{resolutions:?}");
    assert_eq!(definition(&world, "p"), page("C", "C"));
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

/// A deployment that is told which side wins has decided, in the name of whoever runs it.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_a_deployment_overrules_says_how_and_for_whom() {
    for (mode, strategy, label) in [
        ("push", "source_wins", "B"),
        ("bidirectional", "source_wins", "B"),
        ("pull", "target_wins", "C"),
        ("bidirectional", "target_wins", "C"),
    ] {
        let (world, _) = conflicting().await;
        let (mode, strategy) = (Some(mode.to_owned()), Some(strategy.to_owned()));
        let options = RunOptions { mode, conflict_strategy: strategy, ..RunOptions::default() };
        let about = format!("{options:?}");
        let ada = Actor { id: "ada".to_owned(), ..Actor::default() };
        let engine = world.engine().acting(ada).unwrap();
        let asked = RunRequest { options: options.clone(), ..request() };
        let report =
            engine.deploy(&asked, Arc::new(Told::default()), &CancellationToken::new()).await;
        assert!(report.error.is_none(), "{about}: {:?}", report.error);
        assert_eq!(definition(&world, "c1")["fields"][0]["label"], label, "{about}");
        assert_eq!(title(&world)["displayName"], label, "{about}");
        // What came home first gave it another id.
        let page = world.engine().conflicts(&ConflictQuery::default()).await.unwrap();
        let [decided] = &page.conflicts[..] else { panic!("{about}: {page:?}") };
        let decided: Value = serde_json::from_str(decided.as_str()).unwrap();
        assert_eq!(decided["status"], "resolved", "{about}");
        assert_eq!(decided["resolution"], json!(options.conflict_strategy), "{about}");
        assert_eq!(decided["resolvedBy"], "ada", "{about}");
    }
}
