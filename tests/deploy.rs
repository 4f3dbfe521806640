//! Deployments from a studio's database to the fake platform and to files, over real sockets.

use std::sync::Arc;

use catalyst_sync::engine::RunStatus;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Kind, Version};
use crate::support::world::{Told, World, brief, request, to_files};

fn article() -> serde_json::Value {
    json!({
        "name": "Blog Post",
        "description": "Posts",
        "fields": [
            { "id": "f1", "name": "title", "label": "Title", "type": "text", "required": true,
              "validation": { "maxLength": 120 } },
            { "id": "f2", "name": "body", "label": "Body", "type": "richText" },
            { "id": "f3", "name": "topic", "type": "select", "options": ["News", "Howto"] },
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_type_is_created_once() {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article());

    let engine = world.engine();
    let told = Arc::new(Told::default());
    let report = engine.deploy(&request(), told.clone(), &CancellationToken::new()).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert_eq!(brief(&report.outcomes), ["BlogPost create success"]);
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!(
        told.messages(),
        [
            "Extracting content types from database...",
            "Found 1 content types to sync...",
            "Detecting changes (1 new, 0 modified, 0 failed last sync)...",
            "Transforming to Optimizely schema...",
            "Creating new content types (1 of 1)...",
            "Syncing Blog Post (1 of 1)...",
            "Blog Post: created",
            "Verifying synchronization...",
            "Sync completed: 1 succeeded, 0 failed",
        ]
    );
    assert_eq!(told.progress(), [10, 20, 80, 99]);

    world.fake.control().clear_requests();
    let again = world.deploy().await;
    assert_eq!(brief(&again.outcomes), [""; 0]);
    assert_eq!(again.status, RunStatus::Completed);
    let counts = world.fake.control().counts();
    assert_eq!(counts.get(&Kind::Post), Some(&0));
    assert_eq!(counts.get(&Kind::Patch), Some(&0));
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_sends_one_patch_with_what_changed() {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article());
    world.deploy().await;
    world.fake.control().clear_requests();

    let mut edited = article();
    edited["fields"][0]["label"] = json!("Headline");
    world.change("c1", &edited);
    let changes = world.changes().await;
    assert_eq!((changes.summary.updated, changes.summary.total), (1, 1));
    world.fake.control().clear_requests();
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["BlogPost update success"]);
    let patches: Vec<_> = world
        .fake
        .control()
        .requests()
        .into_iter()
        .filter(|request| request.kind == Kind::Patch)
        .collect();
    let [patch] = &patches[..] else { panic!("{} patches", patches.len()) };
    let body: serde_json::Value = serde_json::from_str(&patch.body).unwrap();
    assert_eq!(body, json!({ "properties": { "title": { "displayName": "Headline" } } }));
    assert!(patch.headers.iter().any(|(name, _)| name == "if-match"), "{:?}", patch.headers);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_a_platform_like_any_other() {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article());
    let report = world.run(&to_files("model")).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert_eq!(brief(&report.outcomes), ["BlogPost create success"]);
    let file = world.beside("model/BlogPost.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"label\": \"Title\""), "{text}");

    let again = world.run(&to_files("model")).await;
    assert_eq!(brief(&again.outcomes), [""; 0]);

    // A hand edit of another attribute survives a push.
    std::fs::write(
        &file,
        text.replace("\"description\": \"Posts\"", "\"description\": \"By hand\""),
    )
    .unwrap();
    let mut edited = article();
    edited["fields"][0]["label"] = json!("Headline");
    world.change("c1", &edited);
    let report = world.run(&to_files("model")).await;
    assert_eq!(brief(&report.outcomes), ["BlogPost update success"]);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"By hand\"") && text.contains("\"Headline\""), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlap_is_a_conflict_for_as_long_as_nobody_decides() {
    let world = World::new().await;
    world.add("c1", "Blog Post", &article());
    world.deploy().await;
    let theirs =
        json!({ "properties": { "title": { "displayName": "Theirs" } }, "description": "Other" });
    assert!(world.fake.control().edit(Version::V1, "BlogPost", theirs));
    let mut edited = article();
    edited["fields"][0]["label"] = json!("Ours");
    edited["fields"][1]["label"] = json!("Text");
    world.change("c1", &edited);
    for run in 0..10 {
        let report = world.deploy().await;
        let operation = if run == 0 { "update" } else { "none" };
        assert_eq!(brief(&report.outcomes), [format!("BlogPost {operation} conflict CONFLICT")]);
        let stored = world.fake.control().content_type(Version::V1, "BlogPost").unwrap();
        assert_eq!(stored["properties"]["title"]["displayName"], "Theirs");
        assert_eq!(stored["properties"]["body"]["displayName"], "Text");
        assert_eq!(stored["description"], "Other");
    }
    let changes = world.changes().await;
    let details = changes.details.unwrap();
    let fields: Vec<_> =
        details.conflicts[0].fields.iter().map(|field| field.path.to_string()).collect();
    assert_eq!(fields, ["/properties/title/displayName"]);
    world.fake.assert_clean();
}
