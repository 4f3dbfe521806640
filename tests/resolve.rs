//! Conflicts that people decide.

use catalyst_sync::engine::{
    ConflictQuery, ProviderRequest, Resolution, RunOptions, Strategy, Values, Verdict,
};
use serde_json::{Value, json};

use crate::support::fake::Version;
use crate::support::world::{World, brief};

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
    world.change("c1", &article("B"));
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
    let world = World::new().await;
    world.add("c1", "Blog Post", &article("A"));
    world.deploy().await;
    world.let_time_pass();
    world.fake.control().remove("BlogPost");
    world.change("c1", &article("B"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost none conflict CONFLICT"]);
    let id = open(&world).await[0]["id"].as_str().unwrap().to_owned();
    let undecided = resolve(&world, verdict(&id, Strategy::Merge)).await;
    assert_eq!((undecided.success, undecided.requires_manual), (false, true));
    assert_eq!(undecided.remaining.len(), 1);
    assert!(resolve(&world, verdict(&id, Strategy::SourceWins)).await.success);
    assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost create success"]);
    assert_eq!(title(&world)["displayName"], "B");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
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
