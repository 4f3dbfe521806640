//! Versions of the studio's earlier attempt.

use super::*;
use crate::support::studio_db::add_earlier_attempt;

#[tokio::test(flavor = "multi_thread")]
async fn imported_versions_are_read_and_told_apart() {
    let world = world().await;
    add_earlier_attempt(&world.studio.connect());
    let fields = simple("Post");
    world.add("c1", "Post", &fields);
    let old = world.studio.earlier_version("c1", None, r#"{"key":"c1","fields":[]}"#);
    let snapshot = json!({ "key": "c1", "name": "Post", "fields": fields["fields"] }).to_string();
    let current = world.studio.earlier_version("c1", Some(&old), &snapshot);
    world.sql(
        "INSERT INTO content_type_versions (type_key, version_hash, content_snapshot, change_source)
         VALUES ('lost', 'wrong', '{}', 'AI')",
        &[],
    );
    world.deploy().await;

    let engine = world.engine();
    let all = history(&engine, "c1").await;
    assert_eq!(brief(&all), ["update UI -", "create UI -"], "the same content is no new version");
    assert!(all.iter().all(|it| it.info.imported && it.findings.is_empty()));
    assert_eq!(all[0].info.hash, current);
    assert_eq!(all[0].info.parents, [&*old]);
    assert_eq!(history(&engine, "Post").await.len(), 2, "by its key as well");

    world.change("c1", &with_field("body", "text"));
    let next = record(&engine, "Post").await.unwrap().info;
    assert_eq!((next.imported, next.semver.as_deref()), (false, Some("1.0.0")));
    assert_eq!(next.parents, [&*current]);
    assert_eq!(next.type_key, "Post");
    let diff = engine.diff_versions(&old, &next.hash).await.unwrap();
    assert_eq!(diff.fields.added, ["body", "title"]);
    assert_eq!(engine.lineage(&next.hash).await.unwrap().len(), 3);

    // One whose content is not what it is named by.
    let lost = history(&engine, "lost").await;
    assert!(lost[0].snapshot.is_none() && lost[0].info.imported);
    assert_eq!(lost[0].findings[0].code, "IMPORTED_HASH_MISMATCH");
}
