//! What a platform changed by itself, as a detection tells it, and what is taken for no change.

use catalyst_sync::canonical::Path;
use catalyst_sync::engine::{
    AcceptedDrift, Choice, ConflictRef, ProviderRequest, Resolution, Strategy, TypeChange, TypeRef,
    Values, Wish,
};
use catalyst_sync::error::{ErrorCode, SyncError};
use serde_json::{Value, json};

use crate::support::fake::Version;
use crate::support::scenario::{allow_data_loss, allow_delete, definition, writes};
use crate::support::world::{World, brief};

const TITLE: &str = "/properties/title/displayName";

fn article(label: &str) -> Value {
    let title = json!({ "id": "f1", "name": "title", "label": label, "type": "text" });
    definition("Post", &[title, json!(["f2", "body", "text"]), json!(["f3", "date", "date"])])
}

/// A type that both sides agree on.
async fn agreed() -> World {
    let world = World::new().await;
    world.add("c1", "Post", &article("Title"));
    world.deploy().await;
    world.let_time_pass();
    world
}

fn edit(world: &World, patch: Value) {
    assert!(world.fake.control().edit(Version::V1, "Post", patch));
}

fn relabel(world: &World, label: &str) {
    edit(world, json!({ "properties": { "title": { "displayName": label } } }));
}

async fn remote_change(world: &World) -> TypeChange {
    let details = world.changes().await.details.unwrap();
    let [change] = &details.remote_changed[..] else { panic!("{details:?}") };
    change.clone()
}

fn findings(change: &TypeChange) -> Vec<String> {
    change
        .findings
        .iter()
        .map(|one| format!("{} {}", one.code, one.path.as_deref().unwrap_or_default()))
        .collect()
}

async fn accept(world: &World, name: &str, path: &str) -> Result<AcceptedDrift, SyncError> {
    let path = Path::parse(path).unwrap();
    let request = ProviderRequest::default();
    world.engine().accept_drift(&request, &TypeRef::named(name), &path).await
}

fn paths(accepted: &AcceptedDrift) -> Vec<&str> {
    accepted.paths.iter().map(Path::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_a_movement_matters_is_told() {
    let world = agreed().await;
    edit(
        &world,
        json!({ "properties": {
            "title": { "displayName": "Headline", "isRequired": true },
            "extra": { "type": "string" },
        } }),
    );
    let change = remote_change(&world).await;
    assert_eq!(change.drift, Some("breaking"));
    assert_eq!(
        findings(&change),
        [
            "DRIFT_ADDITION /properties/extra",
            "DRIFT_TEXT /properties/title/displayName",
            "DRIFT_BREAKING /properties/title/required",
        ]
    );
    let messages: Vec<&str> = change.findings.iter().map(|one| &*one.message).collect();
    assert_eq!(
        messages,
        [
            "the platform added extra: what there was still holds",
            "the platform changed displayName from \"Title\" to \"Headline\": only what people read",
            "the platform added required: content or code that held before may hold no longer",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_told_beside_what_the_studio_changed() {
    let world = agreed().await;
    edit(&world, json!({ "properties": { "body": { "isRequired": true } } }));
    world.change("c1", &article("Here"));
    let details = world.changes().await.details.unwrap();
    let [change] = &details.updated[..] else { panic!("{details:?}") };
    assert_eq!(change.drift, Some("breaking"));
    assert_eq!(findings(change), ["DRIFT_BREAKING /properties/body/required"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_only_wrote_down_again_is_no_movement() {
    let world = agreed().await;
    relabel(&world, " Title\u{a0}");
    let details = world.changes().await.details.unwrap();
    assert_eq!(
        (&details.unchanged[..], details.remote_changed.len()),
        (&["Post".to_owned()][..], 0)
    );
    world.fake.control().clear_requests();
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    assert_eq!(writes(&world), [""; 0]);

    // The studio's own edit of the same value conflicts with nothing.
    world.change("c1", &article("Here"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Post update success"]);
    world.let_time_pass();
    relabel(&world, "There");
    assert_eq!(findings(&remote_change(&world).await), [format!("DRIFT_TEXT {TITLE}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_holds_until_it_changes_again() {
    let world = agreed().await;
    edit(
        &world,
        json!({ "displayName": "Story", "properties": { "title": { "displayName": "There" } } }),
    );
    let accepted = accept(&world, "Post", TITLE).await.unwrap();
    assert_eq!((paths(&accepted), &*accepted.type_key), (vec![TITLE], "Post"));
    // The rest is still a movement.
    assert_eq!(findings(&remote_change(&world).await), ["DRIFT_TEXT /displayName"]);
    assert_eq!(paths(&accept(&world, "c1", "").await.unwrap()), ["/displayName"]);

    world.fake.control().clear_requests();
    for _ in 0..10 {
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    }
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(world.changes().await.summary.unchanged, 1);

    relabel(&world, "Elsewhere");
    let again = remote_change(&world).await;
    assert_eq!(findings(&again), [format!("DRIFT_TEXT {TITLE}")]);
    relabel(&world, "There");
    assert_eq!(world.changes().await.summary.remote_changed, 0, "as it was accepted");
    world.change("c1", &article("Here"));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Post update success"]);
    let stored = world.fake.control().content_type(Version::V1, "Post").unwrap();
    assert_eq!(stored["properties"]["title"]["displayName"], "Here");
    assert_eq!(stored["displayName"], "Story");
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_move_cannot_be_accepted() {
    let world = agreed().await;
    world.add("c2", "Gone", &definition("Gone", &[json!(["f1", "title", "text"])]));
    world.deploy().await;
    world.let_time_pass();
    world.change("c1", &article("Here"));
    edit(&world, json!({ "properties": { "body": { "isRequired": true } } }));
    world.fake.control().remove("Gone");
    world.add("c3", "Fresh", &definition("Fresh", &[]));
    let refused = [
        ("Post", TITLE, ErrorCode::InvalidArgument, "nothing of Post moved on the platform at /pr"),
        ("Gone", "", ErrorCode::InvalidArgument, "Gone is gone on one side"),
        ("Fresh", "", ErrorCode::InvalidArgument, "Fresh is gone on one side"),
        ("Nothing", "", ErrorCode::TypeNotFound, "no type has the key or id"),
    ];
    for (name, path, code, message) in refused {
        let error = accept(&world, name, path).await.unwrap_err();
        assert_eq!(error.code, code, "{name}: {error}");
        assert!(error.message.starts_with(message), "{name}: {error}");
    }
}

/// Has the studio's side hold, and says how that went.
async fn overrule(world: &World, name: &str) -> Resolution {
    let choice = Choice { strategy: Strategy::SourceWins, values: Values::new() };
    let wish =
        Wish { conflict: Ok(ConflictRef::Type(TypeRef::named(name))), choice: Ok(Some(choice)) };
    let request = ProviderRequest::default();
    let resolutions = world.engine().carry_out(&request, "ada", vec![wish]).await.unwrap();
    resolutions.into_iter().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_platform_moved_is_overruled() {
    let world = agreed().await;
    edit(
        &world,
        json!({ "properties": {
            "title": { "displayName": "There", "isRequired": true },
            "extra": { "type": "string" },
        } }),
    );
    world.fake.control().clear_requests();
    let resolution = overrule(&world, "Post").await;
    assert!(resolution.success, "{resolution:?}");
    assert_eq!(writes(&world), [""; 0], "nothing is sent");
    // What would be lost by that needs its own consent.
    assert_eq!(brief(&world.deploy().await.outcomes), ["Post update success"]);
    let stored = || world.fake.control().content_type(Version::V1, "Post").unwrap();
    assert_eq!(stored()["properties"]["title"]["displayName"], "Title");
    assert_ne!(stored()["properties"]["title"]["isRequired"], true);
    assert!(stored()["properties"]["extra"].is_object());
    assert_eq!(
        brief(&world.deploy_with(allow_data_loss()).await.outcomes),
        ["Post update success"]
    );
    assert!(stored()["properties"]["extra"].is_null());
    assert_eq!(world.changes().await.summary.unchanged, 1);
    let error = overrule(&world, "Post").await.error.unwrap().message;
    assert!(error.starts_with("no conflict of Post is open, and nothing of it moved"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_on_the_platform_is_overruled() {
    let world = agreed().await;
    world.fake.control().remove("Post");
    assert_eq!(remote_change(&world).await.status, "remote_deleted");
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    assert!(overrule(&world, "Post").await.success);
    assert_eq!(brief(&world.deploy().await.outcomes), ["Post create success"]);
    assert_eq!(world.changes().await.summary.unchanged, 1);
}

/// What is to be made again and never was is not there to be deleted, whoever has its key by then.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_made_again_is_not_deleted() {
    let world = agreed().await;
    world.fake.control().remove("Post");
    assert!(overrule(&world, "Post").await.success);
    world.drop_row("c1");
    let theirs = json!({ "key": "Post", "displayName": "Theirs", "baseType": "_component" });
    world.fake.control().seed_types(Version::V1, [theirs]);
    world.fake.control().clear_requests();
    assert_eq!(brief(&world.deploy_with(allow_delete()).await.outcomes), [""; 0]);
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(world.stored("Post")["displayName"], "Theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_renamed_is_suggested_on_either_side() {
    let world = agreed().await;
    let mut ours = article("Title");
    ours["fields"][1] = json!({ "id": "f9", "name": "text", "type": "text" });
    world.change("c1", &ours);
    let details = world.changes().await.details.unwrap();
    let [change] = &details.updated[..] else { panic!("{details:?}") };
    assert_eq!(findings(change), ["RENAME_SUGGESTED /properties/text"]);
    assert_eq!(
        change.findings[0].message,
        "text looks as if body had been renamed in the studio; they count as two"
    );
    // The same kind at another place is another field.
    ours["fields"] = json!([ours["fields"][1], ours["fields"][0], ours["fields"][2]]);
    world.change("c1", &ours);
    let details = world.changes().await.details.unwrap();
    assert_eq!(findings(&details.updated[0]), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_studio_changed_too_is_a_conflict_and_not_taken_for_no_change() {
    let world = agreed().await;
    let mut ours = article("Title");
    ours["fields"][1]["label"] = json!("Ours");
    world.change("c1", &ours);
    edit(&world, json!({ "properties": { "body": { "displayName": "Theirs" } } }));
    world.let_time_pass();
    for path in ["/properties/body/displayName", "/properties/body", ""] {
        let error = accept(&world, "c1", path).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict, "{path}: {error}");
    }
    assert_eq!(world.changes().await.summary.conflicts, 1);
}
