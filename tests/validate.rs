//! What is wrong with the studio's types is found before anything is sent.

mod advice;
mod bypass;
mod offenders;
mod rules;
mod stakes;

use catalyst_sync::engine::{PlanReport, Query, RunOptions};
use catalyst_sync::model::Finding;

use crate::support::fake::{Kind, RequestRecord};
use crate::support::world::World;

async fn validate(world: &World, options: &RunOptions) -> Vec<Finding> {
    world.engine().validate(&Query::default(), options).await.unwrap()
}

async fn plan(world: &World, options: &RunOptions) -> PlanReport {
    world.engine().plan(&Query::default(), options).await.unwrap()
}

/// Findings in short: `error INVALID_KEY Article /properties/_`.
fn brief(findings: &[Finding]) -> Vec<String> {
    let word = |finding: &Finding| serde_json::to_value(finding.severity).unwrap();
    let shown = findings.iter().map(|finding| {
        let severity = word(finding);
        let place = [finding.type_key.as_deref(), finding.path.as_deref()];
        let words = [severity.as_str(), Some(finding.code)].into_iter().chain(place).flatten();
        words.collect::<Vec<_>>().join(" ")
    });
    shown.collect()
}

/// The requests that meant to write a type.
fn writes(world: &World, key: &str) -> Vec<RequestRecord> {
    let requests = world.fake.control().requests().into_iter();
    let is_write =
        |one: &RequestRecord| matches!(one.kind, Kind::Post | Kind::Patch | Kind::Delete);
    let is_of = |one: &RequestRecord| {
        one.key.as_deref() == Some(key) || one.body.contains(&format!("\"key\":\"{key}\""))
    };
    requests.filter(|one| is_write(one) && is_of(one)).collect()
}
