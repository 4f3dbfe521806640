//! Versions that deployments record.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_records_what_it_sees() {
    let world = world().await;
    world.add("c1", "Post", &simple("Post"));
    world.add("c2", "Page", &simple("Page"));
    world.add("bad", "Bad", &json!(5));
    let by_ada = async |job: &str| {
        let ada = Actor { id: "ada".to_owned(), role: Role::Editor };
        let request = RunRequest { job_id: job.to_owned(), ..request() };
        let engine = world.engine().acting(ada).unwrap();
        engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await;
    };
    by_ada("d1").await;
    let engine = world.engine();
    let first = history(&engine, "Post").await;
    assert_eq!(brief(&first), ["create SYNC 1.0.0"]);
    assert_eq!(first[0].info.author.as_deref(), Some("ada"));
    assert_eq!(first[0].info.message.as_deref(), Some("seen by the deployment d1"));
    assert_eq!(history(&engine, "Page").await.len(), 1);
    let none = engine.version_history(&TypeRef::named("bad"), &VersionQuery::default()).await;
    assert!(none.unwrap().is_empty(), "what is no definition has no version");

    // Nothing moved, so nothing is recorded.
    assert_eq!(world.state("SELECT count(*) FROM content_type_versions"), "2");
    by_ada("d2").await;
    assert_eq!(world.state("SELECT count(*) FROM content_type_versions"), "2");

    world.change("c1", &with_field("body", "text"));
    by_ada("d3").await;
    assert_eq!(brief(&history(&engine, "Post").await), ["update SYNC 1.1.0", "create SYNC 1.0.0"]);

    // What was sent is told with the version that it was sent of.
    let sent = "SELECT group_concat(h.type_key || ' ' || v.semver, ', ') FROM sync_history h
                JOIN content_type_versions v USING (version_hash) WHERE h.type_key = 'Post'";
    assert_eq!(world.state(sent), "Post 1.0.0, Post 1.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_was_recorded_already_is_not_recorded_again() {
    let world = world().await;
    world.add("c1", "Post", &simple("Post"));
    let engine = world.engine();
    record(&engine, "c1").await.unwrap();
    world.deploy().await;
    assert_eq!(brief(&history(&engine, "c1").await), ["create UI 1.0.0"]);
    // Written anew with the same content: looked at once, and remembered.
    let digest = "SELECT hex(row_digest) FROM version_heads";
    let before = world.state(digest);
    world.sql("UPDATE ContentType SET fields = fields || ' ' WHERE id = 'c1'", &[]);
    world.deploy().await;
    assert_ne!(world.state(digest), before);
    assert_eq!(history(&engine, "c1").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_gone_and_one_that_takes_its_place_are_recorded() {
    let world = world().await;
    for at in 1..=4 {
        world.add(&format!("c{at}"), &format!("Type {at}"), &simple(&format!("Type {at}")));
    }
    let report = world.run(&to_files("model")).await;
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.error);
    // One is deleted; one comes back in another row, as after a re-seeded database.
    world.sql("DELETE FROM ContentType WHERE id = 'c1'", &[]);
    world.sql("UPDATE ContentType SET id = 'again' WHERE id = 'c2'", &[]);
    world.run(&to_files("model")).await;
    let engine = world.engine();
    assert_eq!(brief(&history(&engine, "Type1").await), ["delete SYNC 2.0.0", "create SYNC 1.0.0"]);
    let again = history(&engine, "again").await;
    assert_eq!(brief(&again), ["update SYNC 1.0.1", "create SYNC 1.0.0"]);
    assert_eq!(again[0].info.parents, [&*again[1].info.hash]);
    let rows = "SELECT count(*) FROM content_type_versions";
    let before = world.state(rows);
    world.run(&to_files("model")).await;
    assert_eq!(world.state(rows), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_records_nothing_and_neither_does_a_mistake() {
    let world = world().await;
    for at in 1..=4 {
        world.add(&format!("c{at}"), &format!("Type {at}"), &simple(&format!("Type {at}")));
    }
    world.changes().await;
    world.deploy_with(RunOptions { dry_run: true, ..RunOptions::default() }).await;
    let path = format!("{}.catalyst-sync", world.studio.path().display());
    assert!(!std::path::Path::new(&path).exists(), "looking makes no state");
    world.deploy().await;
    world.sql("DELETE FROM ContentType", &[]);
    let report = world.deploy().await;
    assert_eq!(report.error.unwrap().code, ErrorCode::StudioMismatch);
    let deleted = "SELECT count(*) FROM content_type_versions WHERE change_type = 'delete'";
    assert_eq!(world.state(deleted), "0", "most of the types were not deleted, but mislaid");
}

/// A part is kept in the row of the type that it lies in.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_has_the_versions_of_its_type() {
    let mut world = world().await;
    world.options["mapping"] = json!("native");
    let seo = json!({ "id": "f2", "name": "seo", "type": "object",
                      "fields": [{ "name": "heading", "type": "text" }] });
    world.add("p", "Page", &definition("Page", &[json!(["f1", "title", "text"]), seo]));
    world.deploy().await;
    let engine = world.engine();
    let states = engine.sync_states(&StateQuery::default()).await.unwrap();
    let part = states.iter().find(|one| one.type_id != "p").expect("a part has a state");
    assert_eq!(part.semver.as_deref(), Some("1.0.0"));
    for name in [&part.type_id, &part.type_key] {
        assert_eq!(brief(&history(&engine, name).await), ["create SYNC 1.0.0"], "{name}");
        assert!(record(&engine, name).await.is_none(), "{name}");
    }
}

/// The state remembers a type of which no version is left.
#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_gone_and_was_never_recorded_there_is_no_version() {
    let world = world().await;
    world.add("c1", "Post", &simple("Post"));
    world.deploy().await;
    state(&world)
        .execute_batch("DELETE FROM version_heads; DELETE FROM content_type_versions")
        .unwrap();
    world.sql("DELETE FROM ContentType", &[]);
    let engine = world.engine();
    assert!(record(&engine, "Post").await.is_none());
    assert!(history(&engine, "Post").await.is_empty());
}

/// Only the versions know a type that was never deployed and is gone.
#[tokio::test]
async fn versions_alone_tell_types_of_one_key_apart() {
    let world = world().await;
    let engine = world.engine();
    for (website, id) in [("w1", "c1"), ("w2", "c2")] {
        if website != "w1" {
            world.website(website);
        }
        world.add_to(website, id, "Post", &simple("Post"));
        record(&engine, id).await.unwrap();
    }
    world.sql("DELETE FROM ContentType", &[]);
    let post = TypeRef::named("Post");
    let refused = engine.version_tree(&post).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AmbiguousType);
    assert_eq!(refused.message, r#""Post" is the key of several types: c1 in w1, c2 in w2"#);
    let there = TypeRef { website_id: Some("w2".to_owned()), ..post };
    let tree = engine.version_tree(&there).await.unwrap();
    assert_eq!((&*tree.website_id, &*tree.type_key, tree.versions.len()), ("w2", "Post", 1));
    assert_eq!(engine.sync_state(&there).await.unwrap(), None);
}
