//! Reading never waits for whoever writes.

use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::engine::{
    ConflictQuery, Engine, HistoryQuery, Query, RunOptions, RunReport, RunStatus, StateQuery,
    TypeRef,
};
use catalyst_sync::error::{ErrorCode, SyncError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Kind, Match, Version};
use crate::support::scenario::{definition, simple};
use crate::support::world::{Told, World, request};

/// Far less than what the deployment waits for, and far more than an answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What each verb that only looks says.
async fn seen(engine: &Engine) -> Result<Vec<(&'static str, usize)>, SyncError> {
    let (query, options) = (Query::default(), RunOptions::default());
    let changes = engine.detect(&query).await?.summary;
    let states = StateQuery::default();
    Ok(vec![
        ("changes", changes.total),
        ("planned", engine.plan(&query, &options).await?.operations.len()),
        ("findings", engine.validate(&query, &options).await?.len()),
        ("types", engine.extract(None).await?.types.len()),
        ("mappings", engine.preview_mapping(&query).await?.len()),
        ("conflicts", engine.conflicts(&ConflictQuery::default()).await?.conflicts.len()),
        ("history", engine.sync_history(&HistoryQuery::default()).await?.data.len()),
        ("states", engine.sync_states(&states).await?.len()),
        ("tree", engine.version_tree(&TypeRef::named("Post")).await?.versions.len()),
        ("deployment", usize::from(engine.deployment("job").await?.is_some())),
    ])
}

async fn deploy(engine: Engine) -> RunReport {
    engine.deploy(&request(), Arc::new(Told::default()), &CancellationToken::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_while_a_deployment_hangs() {
    let world = World::new().await;
    let labelled = |label: &str| {
        definition(
            "Post",
            &[json!({ "id": "f1", "name": "title", "type": "text", "label": label })],
        )
    };
    world.add("Post", "Post", &labelled("Title"));
    assert_eq!(world.deploy().await.status, RunStatus::Completed);
    world.let_time_pass();
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Post", theirs));
    world.change("Post", &labelled("Ours"));
    assert_eq!(world.deploy().await.outcomes[0].status, "conflict");

    // From then on the platform answers no write.
    world.fake.control().clear_requests();
    let what = FaultKind::Latency { ms: 600_000 };
    world.fake.control().add_fault(Fault { when: Match::method("POST"), what });
    world.add("News", "News", &simple("News"));
    let (engine, other) = (world.engine(), world.engine());
    let hanging = tokio::spawn(deploy(engine.clone()));
    while world.fake.control().count(Kind::Post) == 0 {
        assert!(!hanging.is_finished());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }

    for (whose, engine) in [("its own engine", &engine), ("another engine", &other)] {
        let answer = tokio::time::timeout(PATIENCE, seen(engine)).await;
        let seen = answer.unwrap_or_else(|_| panic!("{whose} waits")).unwrap();
        assert_eq!(
            seen,
            [
                ("changes", 2),
                ("planned", 1),
                ("findings", 0),
                ("types", 2),
                ("mappings", 2),
                ("conflicts", 1),
                ("history", 1),
                ("states", 2),
                ("tree", 2),
                ("deployment", 1)
            ],
            "{whose}"
        );
    }
    // And it hangs indeed, in a scope that is held.
    let refused = deploy(other).await.error.unwrap();
    assert_eq!(refused.code, ErrorCode::DeploymentInProgress);
    assert!(!hanging.is_finished());
    hanging.abort();
}
