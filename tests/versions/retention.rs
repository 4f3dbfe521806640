//! How much of a history is kept.

use super::*;

async fn edit(world: &World, engine: &Engine, count: usize) -> Vec<String> {
    let mut hashes = Vec::new();
    for at in 0..count {
        world.change("c1", &with_field(&format!("n{at}"), "text"));
        hashes.push(record(engine, "c1").await.unwrap().info.hash);
    }
    hashes
}

#[tokio::test]
async fn the_oldest_go_and_what_stays_has_no_hole() {
    let mut world = world().await;
    world.options["retention"] = json!({ "versions": { "count": 3 } });
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    let hashes = edit(&world, &engine, 6).await;
    let kept = history(&engine, "c1").await;
    let names: Vec<&str> = kept.iter().map(|version| &*version.info.hash).collect();
    assert_eq!(names, [&hashes[5], &hashes[4], &hashes[3]]);
    // Each still names its parent, and one that was let go is no damage.
    assert_eq!(kept[2].info.parents, [&*hashes[2]]);
    assert!(kept.iter().all(|version| version.findings.is_empty()));
    let tree = engine.version_tree(&TypeRef::named("c1")).await.unwrap();
    assert_eq!((tree.roots, tree.findings.len()), (vec![hashes[3].clone()], 0));
}

#[tokio::test]
async fn what_is_too_old_goes_but_never_the_latest() {
    let mut world = World::new().await;
    let clock = TestClock::new();
    world.clock = clock.clone();
    world.options["retention"] = json!({ "versions": { "days": 10 } });
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    edit(&world, &engine, 3).await;
    clock.advance(std::time::Duration::from_hours(11 * 24));
    assert_eq!(history(&engine, "c1").await.len(), 3);
    world.change("c1", &simple("Post"));
    record(&engine, "c1").await.unwrap();
    assert_eq!(history(&engine, "c1").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_base_was_made_from_stays_and_so_does_what_came_after() {
    let mut world = world().await;
    world.options["retention"] = json!({ "versions": { "count": 1 } });
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    world.deploy().await;
    edit(&world, &engine, 3).await;
    assert_eq!(history(&engine, "c1").await.len(), 4, "the platform has the first");
    world.deploy().await;
    world.change("c1", &simple("Post"));
    record(&engine, "c1").await.unwrap();
    // The update can be undone, so the version that it sent stays as well.
    assert_eq!(history(&engine, "c1").await.len(), 2);
}
