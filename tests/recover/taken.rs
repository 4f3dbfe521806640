//! An interrupted creation whose type another website deployed since: that website has it.

use catalyst_sync::engine::{RunOptions, RunRequest};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_another_website_took_meanwhile_blocks_nothing_else() {
    let bench = Bench::with(None).await;
    let world = &bench.world;
    let made = event("Title", 120, None);
    world.add("c1", "Event", &made);
    bench.interrupt(Verb::Create, Guard::None, &creation()).await;
    let there = json!({ "key": "Event", "displayName": "Event", "baseType": "_component",
                        "properties": { "title": { "type": "string", "displayName": "Title",
                                                   "maxLength": 120, "sortOrder": 10 } } });
    world.fake.control().seed_types(Version::V1, [there]);
    world.website("w2");
    world.add_to("w2", "d1", "Event", &made);
    let deploy = async |website: &str| {
        let website_id = Some(website.to_owned());
        let asked = RunRequest { website_id, options: RunOptions::default(), ..request() };
        let engine = world.engine_on(bench.clock.clone());
        engine.deploy(&asked, Arc::new(Told::default()), &CancellationToken::new()).await
    };
    let other = deploy("w2").await;
    assert!(other.error.is_none(), "{:?}", other.error);
    let holder = "SELECT group_concat(website_id) FROM sync_state WHERE type_key = 'Event'";
    assert_eq!(world.state(holder), "w2");

    world.change("keep", &json!([{ "id": "k", "name": "a", "label": "B", "type": "text" }]));
    let report = deploy("w1").await;
    let told = ["Event none failed KEY_CLAIMED", "Keep update success"];
    assert_eq!(brief(&report.outcomes), told, "{:?}", report.error);
    let open = "SELECT count(*) FROM sync_operations WHERE state = 'started'";
    assert_eq!((world.state(open), world.state(holder)), ("0".to_owned(), "w2".to_owned()));
}
