//! States that another program changed.

use super::*;

async fn recorded() -> (World, Vec<String>) {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let mut hashes = vec![record(&engine, "c1").await.unwrap().info.hash];
    for at in 0..3 {
        world.change("c1", &with_field(&format!("n{at}"), "text"));
        hashes.push(record(&engine, "c1").await.unwrap().info.hash);
    }
    (world, hashes)
}

#[tokio::test]
async fn a_content_that_is_not_what_its_hash_says_is_never_shown() {
    for change in [
        "content_snapshot = replace(content_snapshot, 'title', 'other')",
        "content_snapshot = 'no JSON'",
        "content_snapshot = '{}', content_hash =
           '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'",
        "content_hash = 'x'",
        "row_columns = '{\"name\":\"Else\"}'",
        "local_id = 'c2'",
    ] {
        let (world, hashes) = recorded().await;
        let sql = format!(
            "UPDATE content_type_versions SET {change} WHERE version_hash = '{}'",
            hashes[1]
        );
        state(&world).execute_batch(&sql).unwrap();
        let engine = world.engine();
        let damaged = engine.version(&hashes[1]).await.unwrap().unwrap();
        assert!(damaged.snapshot.is_none(), "{change}");
        let codes: Vec<&str> = damaged.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["VERSION_DAMAGED"], "{change}");
        let refused = engine.diff_versions(&hashes[0], &hashes[1]).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::StoreFailed, "{change}");
        assert!(engine.version(&hashes[2]).await.unwrap().unwrap().findings.is_empty());
    }
}

#[tokio::test]
async fn cycles_and_missing_parents_are_reported_and_the_rest_is_shown() {
    let (world, hashes) = recorded().await;
    let [first, second, third, fourth] = &hashes[..] else { panic!("four versions") };
    state(&world)
        .execute_batch(&format!(
            "INSERT INTO version_parents (version_hash, parent_hash, parent_order)
             VALUES ('{second}', '{third}', 1), ('{fourth}', 'nowhere', 1)"
        ))
        .unwrap();
    let engine = world.engine();
    let tree = engine.version_tree(&TypeRef::named("c1")).await.unwrap();
    assert_eq!(tree.versions.len(), 4);
    let codes: Vec<&str> = tree.findings.iter().map(|finding| finding.code).collect();
    let expected =
        ["VERSION_CYCLE", "VERSION_PARENT_MISSING", "VERSION_DAMAGED", "VERSION_DAMAGED"];
    assert_eq!(codes, expected, "{:?}", tree.findings);
    let lineage = engine.lineage(fourth).await.unwrap();
    assert_eq!(lineage.len(), 4);
    let common = engine.common_ancestor(first, fourth).await.unwrap().unwrap();
    assert_eq!(common.info.hash, *first);
    let drawn = serde_json::to_string(&tree).unwrap();
    let drawn = format_tree(&catalyst_sync::canonical::parse(&drawn).unwrap()).unwrap();
    assert_eq!(drawn.matches('*').count(), 4);
}

#[tokio::test]
async fn on_top_of_a_damaged_version_history_goes_on() {
    let (world, hashes) = recorded().await;
    let sql = format!(
        "UPDATE content_type_versions SET content_snapshot = '{{}}' WHERE version_hash = '{}'",
        hashes[3]
    );
    state(&world).execute_batch(&sql).unwrap();
    let engine = world.engine();
    world.change("c1", &with_field("later", "text"));
    let next = record(&engine, "c1").await.unwrap();
    assert!(next.findings.is_empty());
    // Nobody can say what stayed compatible.
    assert!(next.info.semver.unwrap().ends_with(".0.0"));
}
