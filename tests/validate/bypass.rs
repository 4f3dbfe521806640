//! Warnings that hold something back, and going past them.

use catalyst_sync::engine::RunOptions;
use serde_json::{Value, json};

use super::{brief, plan, validate, writes};
use crate::support::world::{World, brief as outcomes};

const PATTERN: &str = "/properties/title/pattern";

fn article(pattern: &str, longest: u32) -> Value {
    let validation = json!({ "pattern": pattern, "maxLength": longest });
    let field = json!({ "name": "title", "type": "text", "validation": validation });
    json!({ "name": "Article", "fields": [field] })
}

fn bypass() -> RunOptions {
    RunOptions { bypass_validation: true, ..RunOptions::default() }
}

/// A pattern that only JavaScript understands would keep editors from saving on the platform.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_may_misunderstand_waits_and_the_rest_ships() {
    let world = World::new().await;
    world.add("c1", "Article", &article(r"^\p{Script=Greek}+$", 80));
    let warned = format!("warning PATTERN_FLAVOUR Article {PATTERN}");
    assert!(brief(&validate(&world, &RunOptions::default()).await).contains(&warned));
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(planned.operations[0].withheld[0].as_str(), PATTERN);

    let report = world.deploy().await;
    assert_eq!(outcomes(&report.outcomes), ["Article create success"]);
    assert_eq!(report.outcomes[0].withheld, [PATTERN]);
    let sent: Value = serde_json::from_str(&writes(&world, "Article")[0].body).unwrap();
    assert_eq!(sent["properties"]["title"]["maxLength"], 80);
    assert_eq!(sent["properties"]["title"]["pattern"], Value::Null);

    let again = world.deploy().await;
    assert_eq!(outcomes(&again.outcomes), ["Article none skipped VALIDATION_FAILED"]);
    let message = &again.outcomes[0].error.as_ref().unwrap().message;
    assert!(message.ends_with("or deploy with bypassValidation"), "{message}");

    let past = world.deploy_with(bypass()).await;
    assert_eq!(outcomes(&past.outcomes), ["Article update success"]);
    assert_eq!(past.outcomes[0].withheld, [""; 0]);
    assert_eq!(outcomes(&world.deploy().await.outcomes), [""; 0]);
    world.fake.assert_clean();
}

/// An error is none the less one for being warned of.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_past_an_error() {
    let world = World::new().await;
    let mut own = article("^a+$", 80);
    own["description"] = json!("x".repeat(256));
    world.add("c1", "Article", &own);
    let found = brief(&validate(&world, &bypass()).await);
    assert!(found.contains(&"error TEXT_TOO_LONG Article /description".to_owned()), "{found:?}");
    let report = world.deploy_with(bypass()).await;
    assert_eq!(outcomes(&report.outcomes), ["Article none failed TEXT_TOO_LONG"]);
    assert_eq!(writes(&world, "Article").len(), 0);
}
