//! What is no obstacle and still worth knowing.

use catalyst_sync::engine::{Query, RunOptions};
use serde_json::json;

use super::{brief, validate};
use crate::support::fake::Kind;
use crate::support::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn names_losses_and_limits_are_told_errors_first() {
    let world = World::new().await;
    let fields = json!([
        { "name": "hero-image", "type": "text", "unique": true },
        { "name": "count", "type": "number", "label": "x".repeat(256) },
    ]);
    world.add("c1", "blog post", &json!({ "name": "blog post", "icon": "b", "fields": fields }));
    assert_eq!(
        brief(&validate(&world, &RunOptions::default()).await),
        [
            "error TEXT_TOO_LONG blogpost /properties/count/displayName",
            "warning NAME_RULE blogpost /fields/hero-image",
            "warning NAME_RULE blogpost /name",
            "info LOSS blogpost",
            "info LOSS blogpost /fields/count",
            "info LOSS blogpost /fields/hero-image",
        ]
    );
}

/// Unlike a plan, validation looks at what is settled, too; and it writes nothing anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn settled_types_are_looked_at_and_nothing_is_written() {
    let world = World::new().await;
    let fields = json!([{ "name": "title", "type": "text", "unique": true }]);
    world.add("c1", "Article", &json!({ "name": "Article", "fields": fields }));
    world.deploy().await;
    world.fake.control().clear_requests();
    let before = world.state("SELECT count(*) || ' ' || total_changes() FROM sync_history");
    let found = validate(&world, &RunOptions::default()).await;
    assert_eq!(brief(&found), ["info LOSS Article /fields/title"]);
    assert_eq!(world.state("SELECT count(*) || ' ' || total_changes() FROM sync_history"), before);
    let counts = world.fake.control().counts();
    let writes = [Kind::Post, Kind::Patch, Kind::Delete].map(|kind| counts.get(&kind).copied());
    assert_eq!(writes, [Some(0); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_asked_for_is_validated() {
    let world = World::new().await;
    for (id, name) in [("c1", "Alpha"), ("c2", "Beta")] {
        let fields = json!([{ "name": "title", "type": "text", "unique": true }]);
        world.add(id, name, &json!({ "name": name, "fields": fields }));
    }
    let query = Query { types: vec!["Beta".to_owned()], ..Query::default() };
    let found = world.engine().validate(&query, &RunOptions::default()).await.unwrap();
    assert_eq!(brief(&found), ["info LOSS Beta /fields/title"]);
    let unknown = Query { types: vec!["Gamma".to_owned()], ..Query::default() };
    let error = world.engine().validate(&unknown, &RunOptions::default()).await.unwrap_err();
    assert_eq!(error.code.as_str(), "TYPE_NOT_FOUND");
}
