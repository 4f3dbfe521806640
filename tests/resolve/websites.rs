//! Conflicts of several websites in one call: each website is settled, decided and told by itself.

use catalyst_sync::engine::Resolution;

use super::*;

/// A conflict in each of three websites, and its id by website.
async fn three() -> (World, Vec<(String, String)>) {
    let world = World::new().await;
    let types = [("w1", "a", "Alpha"), ("w2", "b", "Beta"), ("w3", "c", "Gamma")];
    let named = |name: &str, label: &str| {
        let mut definition = article(label);
        definition["name"] = json!(name);
        definition
    };
    for (website, id, name) in types {
        if website != "w1" {
            world.website(website);
        }
        world.add_to(website, id, name, &named(name, "A"));
    }
    world.deploy().await;
    for (_, id, name) in types {
        let theirs = json!({ "properties": { "title": { "displayName": "C" } } });
        assert!(world.fake.control().edit(Version::V1, name, theirs));
        world.change(id, &named(name, "B"));
    }
    world.deploy().await;
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let mut open: Vec<(String, String)> =
        open(&world).await.iter().map(|one| (text(one, "websiteId"), text(one, "id"))).collect();
    open.sort();
    assert_eq!(open.len(), 3, "{open:?}");
    (world, open)
}

async fn decide(world: &World, ids: &[(String, String)], strategy: Strategy) -> Vec<Resolution> {
    let verdicts = ids.iter().map(|(_, id)| verdict(id, strategy)).collect();
    world.engine().resolve(&ProviderRequest::default(), verdicts).await.unwrap()
}

/// What an interrupted decision left open in one website cannot be settled.
#[tokio::test(flavor = "multi_thread")]
async fn a_website_that_cannot_be_settled_hides_no_decision_about_another() {
    let (world, ids) = three().await;
    let state = rusqlite::Connection::open(world.state_path()).unwrap();
    let death = "CREATE TRIGGER death BEFORE INSERT ON sync_history WHEN new.website_id = 'w2'
                 BEGIN SELECT abs(-9223372036854775807 - 1); END";
    state.execute_batch(death).unwrap();
    assert!(!decide(&world, &ids[1..2], Strategy::TargetWins).await[0].success);

    let resolutions = decide(&world, &ids, Strategy::SourceWins).await;
    let told: Vec<(&str, bool, &str)> = resolutions
        .iter()
        .map(|one| {
            let code = one.error.as_ref().map_or("", |error| &error.code);
            (&*one.type_key, one.success, code)
        })
        .collect();
    assert_eq!(
        told,
        [("Alpha", true, ""), ("Beta", false, "STORE_FAILED"), ("Gamma", true, "")],
        "{resolutions:?}"
    );
    let left = open(&world).await;
    assert_eq!((left.len(), &left[0]["websiteId"]), (1, &json!("w2")));

    // Once it can be settled, the decision that was under way holds.
    state.execute_batch("DROP TRIGGER death").unwrap();
    let late = decide(&world, &ids[1..2], Strategy::SourceWins).await;
    assert_eq!((late[0].success, open(&world).await.len()), (false, 0), "{late:?}");
    assert_eq!(definition(&world, "b")["fields"][0]["label"], "C");
}
