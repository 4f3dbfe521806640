//! The history of types, from the studio's database to the state and back.

use std::sync::Arc;

use catalyst_sync::engine::{
    Actor, Engine, Role, RunOptions, RunRequest, RunStatus, StateQuery, TypeRef, Version,
    VersionNote, VersionQuery, format_diff, format_tree,
};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::{ChangeType, VersionSource};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::clock::{START, TestClock};
use crate::support::scenario::{definition, simple};
use crate::support::world::{Told, World, request, to_files};
use tokio_util::sync::CancellationToken;

mod damage;
mod earlier;
mod indexed;
mod recorded;
mod restored;
mod retention;

/// A world whose clock stands still unless it is moved.
async fn world() -> World {
    let mut world = World::new().await;
    world.clock = TestClock::new();
    world
}

fn note(source: VersionSource, author: &str) -> VersionNote {
    VersionNote { source, author: author.to_owned(), message: None }
}

/// Records a type as edited by a person.
async fn record(engine: &Engine, name: &str) -> Option<Version> {
    let wanted = TypeRef::named(name);
    engine.record_version(&wanted, &note(VersionSource::Ui, "ada")).await.unwrap()
}

async fn history(engine: &Engine, name: &str) -> Vec<Version> {
    engine.version_history(&TypeRef::named(name), &VersionQuery::default()).await.unwrap()
}

/// A history in short, newest first: `update UI 1.1.0`.
fn brief(versions: &[Version]) -> Vec<String> {
    versions
        .iter()
        .map(|version| {
            let number = version.info.semver.as_deref().unwrap_or("-");
            format!("{} {} {number}", version.info.change_type, version.info.source)
        })
        .collect()
}

fn state(world: &World) -> Connection {
    let mut path = world.studio.path().as_os_str().to_owned();
    path.push(".catalyst-sync");
    Connection::open(path).unwrap()
}

fn with_field(name: &str, kind: &str) -> Value {
    definition("Post", &[json!(["f1", "title", "text"]), json!(["f2", name, kind])])
}

#[tokio::test]
async fn going_back_is_a_version_and_standing_still_is_none() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let first = record(&engine, "c1").await.unwrap();
    assert!(record(&engine, "c1").await.is_none());
    world.change("c1", &with_field("body", "richText"));
    let second = record(&engine, "Post").await.unwrap();
    world.change("c1", &simple("Post"));
    let third = record(&engine, "Post").await.unwrap();
    // The same members in another order are the same content.
    world.change(
        "c1",
        &serde_json::from_str(
            r#"{"fields":[{"type":"text","name":"title","id":"f1"}],"name":"Post"}"#,
        )
        .unwrap(),
    );
    assert!(record(&engine, "c1").await.is_none());

    assert_eq!(first.info.content_hash, third.info.content_hash);
    assert_ne!(first.info.hash, third.info.hash);
    assert_eq!(second.info.parents, [&*first.info.hash]);
    assert_eq!(third.info.parents, [&*second.info.hash]);
    let all = history(&engine, "c1").await;
    assert_eq!(brief(&all), ["update UI 2.0.0", "update UI 1.1.0", "create UI 1.0.0"]);
    assert!(all.iter().all(|version| version.findings.is_empty()));
    let snapshot: Value = serde_json::from_str(all[0].snapshot.as_ref().unwrap().get()).unwrap();
    let expected = json!({ "key": "c1", "name": "Post",
        "fields": [{ "id": "f1", "name": "title", "type": "text" }] });
    assert_eq!(snapshot, expected);
    let found = engine.version(&second.info.hash).await.unwrap().unwrap();
    assert_eq!(found.info.semver.as_deref(), Some("1.1.0"));
    assert!(engine.version("unknown").await.unwrap().is_none());
    // What is stored is the studio's own hash.
    let hash = catalyst_sync::engine::hash_content_type(&expected.to_string()).unwrap();
    assert_eq!(all[0].info.content_hash, Some(hash));
}

#[tokio::test]
async fn columns_beside_the_definition_are_part_of_a_version() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &json!([{ "name": "title", "type": "text" }]));
    let first = record(&engine, "c1").await.unwrap();
    world.sql("UPDATE ContentType SET name = 'Article' WHERE id = 'c1'", &[]);
    let second = record(&engine, "c1").await.unwrap();
    assert_eq!(first.info.content_hash, second.info.content_hash);
    // The key was derived once.
    assert_eq!(second.info.type_key, "Post");
    let diff = engine.diff_versions(&first.info.hash, &second.info.hash).await.unwrap();
    let told: Vec<_> = diff.changes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!((told, diff.level), (vec!["/name"], Some("patch")));
    assert_eq!(diff.fields.unchanged, ["title"]);
}

#[tokio::test]
async fn a_type_that_goes_and_comes_back_is_one_history() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    record(&engine, "c1").await.unwrap();
    world.sql("DELETE FROM ContentType", &[]);
    let gone = record(&engine, "Post").await.unwrap();
    assert!(gone.snapshot.is_none() && gone.info.content_hash.is_none());
    assert!(record(&engine, "Post").await.is_none(), "gone is gone");
    assert_eq!(brief(&history(&engine, "c1").await), ["delete UI 2.0.0", "create UI 1.0.0"]);

    // Another row, as the studio makes one, with the name that gives the same key.
    world.add("c9", "Post", &simple("Post"));
    let again = record(&engine, "Post").await.unwrap();
    assert_eq!(again.info.parents, [&*gone.info.hash]);
    let expected = ["create UI 2.1.0", "delete UI 2.0.0", "create UI 1.0.0"];
    for name in ["Post", "c9", "c1"] {
        assert_eq!(brief(&history(&engine, name).await), expected, "{name}");
    }
    let tree = engine.version_tree(&TypeRef::named("c9")).await.unwrap();
    assert_eq!((tree.versions.len(), tree.roots.len(), tree.heads.len()), (3, 1, 1));
    assert_eq!(tree.head, Some(again.info.hash.clone()));
    assert!(tree.findings.is_empty(), "{:?}", tree.findings);
    assert_eq!(engine.lineage(&again.info.hash).await.unwrap().len(), 3);
}

#[tokio::test]
async fn two_parents_are_stored_and_found() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let base = record(&engine, "c1").await.unwrap().info.hash;
    world.change("c1", &with_field("body", "text"));
    let ours = record(&engine, "c1").await.unwrap().info;
    // Theirs stands beside ours, as a merge will find it.
    let theirs = "e".repeat(64);
    state(&world)
        .execute_batch(&format!(
            "INSERT INTO content_type_versions (website_id, kind, local_id, type_key, version_hash,
               parent_hash, content_snapshot, content_hash, change_source, created_at, change_type,
               semver, row_columns)
             SELECT website_id, kind, local_id, type_key, '{theirs}', parent_hash, content_snapshot,
               content_hash, 'SYNC', created_at, change_type, '3.0.0', row_columns
             FROM content_type_versions WHERE version_hash = '{}';
             INSERT INTO version_parents (version_hash, parent_hash) VALUES ('{theirs}', '{base}')",
            ours.hash
        ))
        .unwrap();
    let wanted = TypeRef::named("c1");
    let sync = note(VersionSource::Sync, "ada");
    let merged = engine.record_merged_version(&wanted, &sync, Some(&theirs)).await.unwrap();
    let merged = merged.expect("a merge is a version although the content is ours").info;
    assert_eq!(merged.parents, [ours.hash.clone(), theirs.clone()]);
    let stored = engine.version(&merged.hash).await.unwrap().unwrap();
    assert_eq!(stored.info.parents, merged.parents);
    assert!(stored.findings.is_empty(), "{:?}", stored.findings);

    let tree = engine.version_tree(&wanted).await.unwrap();
    let root = tree.versions.iter().find(|node| node.info.hash == base).unwrap();
    assert_eq!(root.children.len(), 2);
    assert_eq!((tree.roots, tree.heads), (vec![base.clone()], vec![merged.hash.clone()]));
    let common = engine.common_ancestor(&ours.hash, &theirs).await.unwrap().unwrap();
    assert_eq!(common.info.hash, base);
    let common = engine.common_ancestor(&merged.hash, &theirs).await.unwrap().unwrap();
    assert_eq!(common.info.hash, theirs);
    assert_eq!(engine.lineage(&merged.hash).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_history_is_asked_by_who_what_and_when() {
    let mut world = World::new().await;
    let clock = TestClock::new();
    world.clock = clock.clone();
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    for (at, (source, author)) in [
        (VersionSource::Ui, "ada"),
        (VersionSource::Ai, "bot"),
        (VersionSource::Ui, "bob"),
        (VersionSource::Sync, "ada"),
    ]
    .into_iter()
    .enumerate()
    {
        world.change("c1", &with_field(&format!("n{at}"), "text"));
        let recorded = engine.record_version(&TypeRef::named("c1"), &note(source, author)).await;
        assert!(recorded.unwrap().is_some());
        clock.advance(std::time::Duration::from_secs(1));
    }
    let all = VersionQuery::default;
    let cases = [
        (all(), "3210"),
        (VersionQuery { author: Some("ada".to_owned()), ..all() }, "30"),
        (VersionQuery { source: Some(VersionSource::Ui), ..all() }, "20"),
        (VersionQuery { change: Some(ChangeType::Create), ..all() }, "0"),
        (VersionQuery { change: Some(ChangeType::Delete), ..all() }, ""),
        (VersionQuery { from: Some(START + 1_000), ..all() }, "321"),
        (VersionQuery { to: Some(START + 1_000), ..all() }, "10"),
        (VersionQuery { from: Some(START + 1), to: Some(START + 2_999), ..all() }, "21"),
        (VersionQuery { limit: Some(2), ..all() }, "32"),
        (
            VersionQuery {
                author: Some("ada".to_owned()),
                source: Some(VersionSource::Sync),
                limit: Some(9),
                ..all()
            },
            "3",
        ),
    ];
    for (query, expected) in cases {
        let found = engine.version_history(&TypeRef::named("Post"), &query).await.unwrap();
        let times: Vec<i64> =
            found.iter().map(|it| (it.info.created_at.unwrap() - START) / 1_000).collect();
        let told: String = times.iter().map(i64::to_string).collect();
        assert_eq!(told, expected, "{query:?}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_refused_by_name() {
    let world = world().await;
    let engine = world.engine();
    world
        .sql("INSERT INTO Website (id, name, category, updatedAt) VALUES ('w2', 'B', 'b', 1)", &[]);
    world.add("c1", "Post", &simple("Post"));
    world.add("c2", "Post", &simple("Post"));
    world.sql("UPDATE ContentType SET websiteId = 'w2' WHERE id = 'c2'", &[]);
    world.add("bad", "Bad", &json!(5));
    let failure = |name: &str, website: Option<&str>| {
        let wanted = TypeRef { website_id: website.map(str::to_owned), ..TypeRef::named(name) };
        let engine = &engine;
        async move {
            let outcome = engine.record_version(&wanted, &note(VersionSource::Ui, "ada")).await;
            outcome.map(|_| ()).map_err(|error| (error.code, error.message))
        }
    };
    let refused = |code, message: &str| Err((code, message.to_owned()));
    assert_eq!(
        failure("Nothing", None).await,
        refused(ErrorCode::TypeNotFound, "no type has the key or id \"Nothing\"")
    );
    assert_eq!(
        failure("Post", None).await,
        refused(
            ErrorCode::AmbiguousType,
            "\"Post\" is the key of several types: c1 in w1, c2 in w2"
        )
    );
    assert_eq!(failure("Post", Some("w2")).await, Ok(()));
    assert_eq!(
        failure("bad", None).await,
        refused(ErrorCode::ValidationFailed, "the definition of Bad is no JSON object or list")
    );
    for outcome in [
        engine.lineage("x").await.map(drop),
        engine.common_ancestor("x", "y").await.map(drop),
        engine.diff_versions("x", "y").await.map(drop),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert!(error.message.ends_with("is \"x\", and should be the hash of a version"));
    }
}

#[tokio::test]
async fn histories_and_differences_are_text_too() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let first = record(&engine, "c1").await.unwrap().info.hash;
    world.change("c1", &with_field("body", "richText"));
    let second = record(&engine, "c1").await.unwrap().info.hash;
    let tree = engine.version_tree(&TypeRef::named("c1")).await.unwrap();
    let tree = serde_json::to_string(&tree).unwrap();
    let text = format_tree(&catalyst_sync::canonical::parse(&tree).unwrap()).unwrap();
    assert_eq!(
        text,
        format!(
            "* 1.1.0 {} update UI by ada, 2026-01-01T00:00:00Z\n\
             * 1.0.0 {} create UI by ada, 2026-01-01T00:00:00Z\n",
            &second[..8],
            &first[..8]
        )
    );
    let diff = engine.diff_versions(&first, &second).await.unwrap();
    assert_eq!(diff.fields.added, ["body"]);
    let diff = serde_json::to_string(&diff).unwrap();
    let text = format_diff(&catalyst_sync::canonical::parse(&diff).unwrap()).unwrap();
    assert_eq!(
        text,
        format!(
            "Post 1.0.0 {} → 1.1.0 {} (minor)\n\
             + /fields/body: {{\"kind\":\"richText\",\"name\":\"body\"}}\n",
            &first[..8],
            &second[..8]
        )
    );
    let same = engine.diff_versions(&first, &first).await.unwrap();
    assert_eq!((same.changes.len(), same.level), (0, None));
    for wrong in ["5", "{}", r#"{"versions":[{"hash":5}]}"#] {
        let wrong = catalyst_sync::canonical::parse(wrong).unwrap();
        assert_eq!((format_tree(&wrong), format_diff(&wrong)), (None, None));
    }
}

/// Many at once make one chain: who saw less than there is begins again.
#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_make_one_chain() {
    let world = world().await;
    world.add("c1", "Post", &simple("Post"));
    world
        .engine()
        .record_version(&TypeRef::named("c1"), &note(VersionSource::Ui, "a"))
        .await
        .unwrap();
    world.change("c1", &with_field("body", "text"));
    let engines: Vec<Arc<Engine>> = (0..8).map(|_| Arc::new(world.engine())).collect();
    let tasks: Vec<_> = engines
        .into_iter()
        .map(|engine| tokio::spawn(async move { record(&engine, "c1").await }))
        .collect();
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap().is_some());
    }
    assert_eq!(made, 1);
    assert_eq!(history(&world.engine(), "c1").await.len(), 2);
}
