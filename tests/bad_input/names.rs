//! Names that no key and no file can have.

use std::collections::BTreeSet;

use catalyst_sync::error::ErrorCode;
use serde_json::json;

use crate::support::world::{World, brief, to_files};

fn hostile() -> Vec<String> {
    let long = "long ".repeat(60);
    [
        "..",
        ".",
        "../../etc/passwd",
        "..\\..\\windows",
        "/absolute",
        "C:\\absolute",
        "a/b",
        "nul",
        "COM1",
        "catalyst-sync",
        "catalyst-sync.json",
        ".hidden",
        "a\0b",
        "a\nb\r\u{1b}[31m",
        "\u{202e}gpj.elcitra",
        "\u{645}\u{642}\u{627}\u{644}\u{629}",
        "\u{1f680}\u{1f680}",
        "\u{200b}",
        "",
        "   ",
        "%2e%2e%2f",
        "a?b#c",
        "'; DROP TABLE ContentType; --",
        "__proto__",
        "123",
        "-",
        long.trim(),
    ]
    .map(str::to_owned)
    .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_types_make_safe_files_and_keys() {
    let world = World::new().await;
    for (at, name) in hostile().iter().enumerate() {
        let field = json!({ "name": "title", "type": "text" });
        world.add(&format!("c{at}"), name, &json!({ "name": name, "fields": [field] }));
    }
    let optimizely = world.deploy().await;
    let files = world.run(&to_files("model")).await;
    for report in [&optimizely, &files] {
        assert!(report.error.is_none(), "{:?}", report.error);
        assert_eq!(report.outcomes.len(), hostile().len());
        for outcome in &report.outcomes {
            let told = outcome.error.as_ref().is_none_or(|error| error.message.contains("; "));
            assert!(
                outcome.status == "success" || (outcome.status == "failed" && told),
                "{outcome:?}"
            );
            assert!(!outcome.type_key.chars().any(char::is_control), "{outcome:?}");
        }
        let done = report.outcomes.iter().filter(|one| one.status == "success").count();
        assert!(done > hostile().len() / 2, "{:?}", brief(&report.outcomes));
    }
    // Every file is in the folder, ordinary, and named for what was deployed.
    let entries = std::fs::read_dir(world.beside("model")).unwrap();
    let names: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let deployed: BTreeSet<String> = files
        .outcomes
        .iter()
        .filter(|one| one.status == "success")
        .map(|one| format!("{}.json", one.type_key))
        .chain(["catalyst-sync.json".to_owned()])
        .collect();
    assert_eq!(names, deployed);
    for name in &names {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        assert!(name.bytes().all(plain) && !name.starts_with('.') && name.len() < 210, "{name}");
    }
    let beside: BTreeSet<String> = std::fs::read_dir(world.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("dev.db"))
        .collect();
    assert_eq!(beside, BTreeSet::from(["model".to_owned()]));
    world.fake.assert_clean();
    let again = world.deploy().await;
    assert!(
        again.outcomes.iter().all(|one| one.operation == "none"),
        "{:?}",
        brief(&again.outcomes)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fields_make_safe_keys() {
    let world = World::new().await;
    let names = hostile();
    for (at, name) in names.iter().enumerate() {
        let field = json!({ "id": "f1", "name": name, "type": "text" });
        let own = format!("Type {at}");
        world.add(&format!("c{at}"), &own, &json!({ "name": own, "fields": [field] }));
    }
    for report in [world.deploy().await, world.run(&to_files("model")).await] {
        assert!(report.error.is_none(), "{:?}", report.error);
        assert_eq!(report.outcomes.len(), names.len());
        for outcome in &report.outcomes {
            let told = outcome.error.as_ref().is_none_or(|error| error.message.contains("; "));
            assert!(
                outcome.status == "success" || (outcome.status == "failed" && told),
                "{outcome:?}"
            );
        }
    }
    world.fake.assert_clean();
}

/// Both are told of each other, and neither is deployed over the other.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_types_that_collide_are_a_finding() {
    for (first, second) in [("Blog Post", "BlogPost"), ("Blog Post", "blog post"), ("News", "news")]
    {
        let world = World::new().await;
        world.add("c1", first, &json!({ "name": first, "fields": [] }));
        world.add(
            "c2",
            second,
            &json!({ "name": second, "fields": [{ "name": "a", "type": "text" }] }),
        );
        for report in [world.deploy().await, world.run(&to_files("model")).await] {
            assert_eq!(report.error.as_ref().unwrap().code, ErrorCode::ValidationFailed);
            let failed: Vec<_> =
                report.outcomes.iter().filter(|one| one.status == "failed").collect();
            assert_eq!(failed.len(), 2, "{first}/{second}: {:?}", brief(&report.outcomes));
            for one in failed {
                let error = one.error.as_ref().unwrap();
                assert_eq!(error.code, "COLLIDING_KEYS");
                let other = if one.name == first { second } else { first };
                assert!(error.message.contains(&format!("{other:?}")), "{}", error.message);
            }
        }
    }
}
