//! Earlier contents that become the present one.

use super::*;
use crate::support::fake::Version as Api;
use crate::support::studio_db::{StudioDb, add_earlier_attempt};
use crate::support::world::brief as outcomes;

async fn restore(engine: &Engine, hash: &str) -> Option<Version> {
    engine.restore_version(hash, "ada", None).await.unwrap()
}

/// The columns of a row, the definition parsed.
fn row(world: &World, id: &str) -> Value {
    world
        .studio
        .connect()
        .query_row("SELECT * FROM ContentType WHERE id = ?1", [id], |row| {
            let mut columns = serde_json::Map::new();
            for (at, name) in row.as_ref().column_names().enumerate() {
                let value = match row.get(at)? {
                    rusqlite::types::Value::Text(text) if name == "fields" => {
                        serde_json::from_str(&text).unwrap()
                    }
                    rusqlite::types::Value::Text(text) => json!(text),
                    rusqlite::types::Value::Integer(number) => json!(number),
                    _ => Value::Null,
                };
                columns.insert(name.to_owned(), value);
            }
            Ok(Value::Object(columns))
        })
        .unwrap()
}

#[tokio::test]
async fn an_earlier_content_comes_back_as_a_new_version_on_top() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let first = record(&engine, "c1").await.unwrap().info;
    world.sql("UPDATE ContentType SET name = 'Story', settings = '{\"a\":1}'", &[]);
    world.change("c1", &with_field("body", "richText"));
    let second = record(&engine, "c1").await.unwrap().info;

    let third = restore(&engine, &first.hash).await.unwrap();
    assert_eq!(third.info.parents, [&*second.hash]);
    assert_eq!(third.info.content_hash, first.content_hash);
    assert_eq!((third.info.source, third.info.author.as_deref()), ("UI", Some("ada")));
    let short = &first.hash[..8];
    assert_eq!(third.info.message, Some(format!("restored 1.0.0 ({short})")));
    assert_eq!((third.info.change_type, third.info.semver.as_deref()), ("update", Some("2.0.0")));
    assert_eq!(
        row(&world, "c1"),
        json!({ "id": "c1", "websiteId": "w1", "name": "Post", "fields": simple("Post"),
                "settings": null, "createdAt": 1, "updatedAt": START })
    );
    let again = restore(&engine, &first.hash).await;
    assert!(again.is_none(), "it is the present content already");

    let fourth = engine.restore_version(&second.hash, "bob", Some("back")).await.unwrap().unwrap();
    assert_eq!(fourth.info.message.as_deref(), Some("back"));
    assert_eq!(row(&world, "c1")["name"], "Story");
    assert_eq!(row(&world, "c1")["settings"], r#"{"a":1}"#);
    assert_eq!(history(&engine, "c1").await.len(), 4);
}

#[tokio::test]
async fn what_nobody_recorded_is_kept_before_it_is_replaced() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let first = record(&engine, "c1").await.unwrap().info;
    world.change("c1", &with_field("unseen", "text"));
    restore(&engine, &first.hash).await.unwrap();
    let all = history(&engine, "c1").await;
    assert_eq!(brief(&all), ["update UI 2.0.0", "update SYNC 1.1.0", "create UI 1.0.0"]);
    let unseen = all[1].snapshot.as_ref().unwrap().get();
    assert!(unseen.contains("unseen"), "{unseen}");
    // A definition that is none has no content to keep, and is what one restores from.
    world.sql("UPDATE ContentType SET fields = '{oops'", &[]);
    let latest = restore(&engine, &first.hash).await.unwrap();
    assert_eq!(latest.info.hash, all[0].info.hash, "which holds that content already");
    assert_eq!(row(&world, "c1")["fields"], simple("Post"));
}

#[tokio::test]
async fn a_type_whose_row_is_gone_is_made_again_with_its_id() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let first = record(&engine, "c1").await.unwrap().info;
    world.drop_row("c1");
    let made = restore(&engine, &first.hash).await.unwrap().info;
    assert_eq!(made.change_type, "create");
    let all = history(&engine, "c1").await;
    assert_eq!(brief(&all), ["create UI 2.1.0", "delete SYNC 2.0.0", "create UI 1.0.0"]);
    let now = row(&world, "c1");
    assert_eq!((&now["fields"], &now["createdAt"]), (&simple("Post"), &json!(START)));
    // Of a history that went on under another id, the present type is meant.
    world.drop_row("c1");
    world.add("c2", "Post", &with_field("body", "text"));
    record(&engine, "c2").await.unwrap();
    let restored = restore(&engine, &first.hash).await.unwrap();
    assert_eq!(restored.info.type_key, "Post");
    assert_eq!(row(&world, "c2")["fields"], simple("Post"));
    assert_eq!(
        world
            .studio
            .connect()
            .query_row("SELECT count(*) FROM ContentType", [], |row| { row.get::<_, i64>(0) }),
        Ok(1)
    );
}

#[tokio::test]
async fn a_type_is_not_made_beside_another_one_with_its_name() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let first = record(&engine, "c1").await.unwrap().info;
    world.drop_row("c1");
    world.add("c2", "Post", &with_field("body", "text"));
    let refused = engine.restore_version(&first.hash, "ada", None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ValidationFailed);
    assert_eq!(refused.message, "the website has another type with the name \"Post\"");
    assert_eq!(row(&world, "c2")["fields"], with_field("body", "text"));
}

#[tokio::test]
async fn the_columns_of_the_later_studio_come_back_too() {
    let mut world = world().await;
    let folder = tempfile::tempdir().unwrap();
    world.studio = StudioDb::head_era(folder.path()).website("w1", "Site").content_type(
        "c1",
        "w1",
        "Post",
        &simple("Post").to_string(),
    );
    let engine = world.engine();
    world.sql(
        "UPDATE ContentType SET key = 'post', pluralName = 'Posts', displayField = 'title'",
        &[],
    );
    let first = record(&engine, "c1").await.unwrap().info;
    world.sql(
        "UPDATE ContentType SET pluralName = 'P', displayField = NULL, category = 'folder'",
        &[],
    );
    record(&engine, "c1").await.unwrap();
    restore(&engine, &first.hash).await.unwrap();
    let now = row(&world, "c1");
    let columns = ["key", "pluralName", "displayField", "category"].map(|name| now[name].clone());
    assert_eq!(columns, ["post", "Posts", "title", "page"].map(|text| json!(text)));

    // The key went to another type meanwhile.
    world.drop_row("c1");
    world.sql(
        "INSERT INTO ContentType SELECT 'c9', websiteId, key, name, pluralName, displayField, \
               category, fields, 1, 1 FROM (SELECT 'w1' websiteId, 'post' key, 'Other' name, \
               'Others' pluralName, NULL displayField, 'page' category, '{}' fields)",
        &[],
    );
    let refused = engine.restore_version(&first.hash, "ada", None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ValidationFailed, "{refused}");
    assert_eq!(refused.message, "the key \"post\" belongs to another type of the website");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_restored_is_deployed_like_any_edit() {
    let world = World::new().await;
    world.add("c1", "Post", &simple("Post"));
    world.deploy().await;
    let engine = world.engine();
    let [first] = &history(&engine, "c1").await[..] else { panic!("one version") };
    world.change("c1", &with_field("body", "text"));
    world.deploy().await;
    restore(&engine, &first.info.hash).await.unwrap();
    let options = RunOptions { allow_data_loss: true, ..RunOptions::default() };
    assert_eq!(outcomes(&world.deploy_with(options).await.outcomes), ["Post update success"]);
    let stored = world.fake.control().content_type(Api::V1, "Post").unwrap();
    assert_eq!(stored["properties"].as_object().unwrap().len(), 1);
    assert_eq!(history(&engine, "c1").await.len(), 3, "a deployment adds no version of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_restore_at_once_leave_one_chain() {
    let world = World::new().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let mut hashes = Vec::new();
    for name in ["a", "b", "c"] {
        world.change("c1", &with_field(name, "text"));
        hashes.push(record(&engine, "c1").await.unwrap().info.hash);
    }
    let other = world.engine();
    let (one, two) = tokio::join!(
        engine.restore_version(&hashes[0], "ada", None),
        other.restore_version(&hashes[1], "bob", None)
    );
    let shown = |made: Result<Option<Version>, catalyst_sync::error::SyncError>| {
        made.unwrap().unwrap().info.content_hash
    };
    let meant = |hash: &str| {
        let (engine, hash) = (&engine, hash.to_owned());
        async move { engine.version(&hash).await.unwrap().unwrap().info.content_hash }
    };
    assert_eq!(shown(one), meant(&hashes[0]).await, "each is answered with what it restored");
    assert_eq!(shown(two), meant(&hashes[1]).await);
    let tree = engine.version_tree(&TypeRef::named("c1")).await.unwrap();
    assert_eq!((tree.heads.len(), tree.findings.len()), (1, 0));
    let now = history(&engine, "c1").await[0].snapshot.as_ref().unwrap().get().to_owned();
    let now: Value = serde_json::from_str(&now).unwrap();
    assert_eq!(now["fields"], row(&world, "c1")["fields"]["fields"], "the latest is the present");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_restored_is_refused_and_nothing_is_written() {
    let world = world().await;
    add_earlier_attempt(&world.studio.connect());
    world.add("c1", "Post", &simple("Post"));
    let snapshot = json!({ "key": "c1", "name": "Post", "fields": [] }).to_string();
    let imported = world.studio.earlier_version("c1", None, &snapshot);
    let engine = world.engine();
    let first = record(&engine, "c1").await.unwrap().info.hash;
    world.change("c1", &with_field("body", "text"));
    let damaged = record(&engine, "c1").await.unwrap().info.hash;
    world.drop_row("c1");
    let deletion = record(&engine, "c1").await.unwrap().info.hash;
    let sql = "UPDATE content_type_versions SET content_snapshot = '{}' WHERE version_hash = ?1";
    state(&world).execute(sql, [&damaged]).unwrap();
    let refusals = [
        (&*imported, ErrorCode::ValidationFailed, "it was imported from the studio's earlier"),
        (&damaged, ErrorCode::StoreFailed, "its content has the hash "),
        (&deletion, ErrorCode::InvalidArgument, "it is a deletion"),
        ("nothing", ErrorCode::InvalidArgument, "hash is \"nothing\", and should be the hash"),
    ];
    for (hash, code, why) in refusals {
        let refused = engine.restore_version(hash, "ada", None).await.unwrap_err();
        assert!(refused.code == code && refused.message.contains(why), "{refused:?}");
    }
    world.sql("DELETE FROM Website", &[]);
    let refused = engine.restore_version(&first, "ada", None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::WebsiteNotFound);
    let rows = world.studio.connect();
    let rows = rows.query_row("SELECT count(*) FROM ContentType", [], |row| row.get::<_, i64>(0));
    assert_eq!(rows, Ok(0));
}
