//! Whether a deployment could run now.

use std::time::Duration;

use catalyst_sync::compose::engine_with;
use catalyst_sync::engine::{Health, PartStatus, ProviderRequest, Wellness};
use serde_json::json;

use crate::support::fake::{Fault, FaultKind, Kind, Match, Moment, Preview3, Version};
use crate::support::world::{World, to_files};

async fn health(world: &World) -> Wellness {
    world.engine().health(&ProviderRequest::default()).await
}

/// A sick part in short: how the whole is, and each part that is not well.
fn brief(health: &Wellness) -> String {
    let parts =
        [("database", &health.database), ("state", &health.state), ("platform", &health.platform)];
    let sick =
        parts.iter().filter(|(_, part)| part.status != PartStatus::Ok).map(|(name, part)| {
            assert!(part.message.as_ref().is_some_and(|message| !message.is_empty()), "{part:?}");
            format!(" {name} {:?} {}", part.status, part.code.unwrap_or_default())
        });
    let word = match health.status {
        Health::Healthy => "healthy",
        Health::Degraded => "degraded",
        Health::Unhealthy => "unhealthy",
    };
    std::iter::once(word.to_owned()).chain(sick).collect()
}

/// What is done to a world before it is looked at.
type Harm = Box<dyn Fn(&mut World)>;

/// What is wrong, and what is said of it.
#[tokio::test(flavor = "multi_thread")]
async fn each_part_says_what_is_wrong_with_it() {
    let credentials = |id: &str, secret: &str| json!({ "id": "optimizely", "config": { "clientId": id, "clientSecret": secret } });
    let cases: Vec<(Harm, &str)> = vec![
        (Box::new(|_| {}), "healthy"),
        (
            Box::new(move |world| world.options["provider"] = credentials("test-client", "wrong")),
            "unhealthy platform Failed AUTH_FAILED",
        ),
        (
            Box::new(|world| world.options["provider"] = json!("contentful")),
            "unhealthy platform Failed PROVIDER_UNAVAILABLE",
        ),
        (
            Box::new(|world| {
                world.version = Version::Preview3;
                let mut behaviour = world.fake.control().behaviour();
                behaviour.preview3 = Preview3::Gone;
                world.fake.control().set_behaviour(behaviour);
            }),
            "unhealthy platform Failed API_VERSION_GONE",
        ),
        (
            Box::new(|world| {
                let what =
                    FaultKind::Status { status: 403, moment: Moment::default(), retry_after: None };
                world.fake.control().add_fault(Fault { when: Match::default(), what });
            }),
            "unhealthy platform Failed AUTH_FAILED",
        ),
        (
            Box::new(|world| std::fs::remove_file(world.studio.path()).unwrap()),
            "unhealthy database Failed DATABASE_NOT_FOUND",
        ),
        (
            Box::new(|world| world.options["stateUrl"] = json!("file:./missing/state.db")),
            "degraded state ReadOnly STORE_READ_ONLY",
        ),
        (
            Box::new(|world| {
                std::fs::write(
                    world.beside("state.db"),
                    "no database, and long enough to be looked at",
                )
                .unwrap();
                world.options["stateUrl"] = json!("file:./state.db");
            }),
            "unhealthy state Failed STATE_INCOMPATIBLE",
        ),
    ];
    for (harm, expected) in cases {
        let mut world = World::new().await;
        harm(&mut world);
        assert_eq!(brief(&health(&world).await), expected);
    }
}

/// Who has no credentials yet can look, and not deploy.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_without_credentials_is_not_configured() {
    let world = World::new().await;
    let mut options = world.engine_options();
    for name in ["OPTIMIZELY_CLIENT_ID", "OPTIMIZELY_CLIENT_SECRET"] {
        options.environment.remove(name);
    }
    let engine = engine_with(&options, world.clock.clone(), None).unwrap();
    let told = engine.health(&ProviderRequest::default()).await;
    assert_eq!(told.status, Health::Degraded);
    assert_eq!(told.platform.status, PartStatus::NotConfigured);
    assert_eq!(world.fake.control().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_costs_one_request_and_leaves_no_trace() {
    let world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    let before: Vec<_> = files(&world);
    let told = health(&world).await;
    assert_eq!((told.success_rate24h, told.status), (None, Health::Healthy));
    let kinds: Vec<Kind> = world.fake.control().requests().iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Token, Kind::List]);
    assert_eq!(files(&world), before);
    world.fake.assert_clean();
}

fn files(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.folder.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A platform that does not answer holds nobody longer than one request may take.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_platform_is_waited_for_no_longer_than_a_request() {
    let mut world = World::new().await;
    world.options["requestTimeoutMs"] = json!(200);
    world.options["maxAttempts"] = json!(50);
    let what = FaultKind::Latency { ms: 60_000 };
    world.fake.control().add_fault(Fault { when: Match::default(), what });
    let told = tokio::time::timeout(Duration::from_secs(20), health(&world)).await.unwrap();
    assert_eq!(brief(&told), "unhealthy platform Failed PLATFORM_UNREACHABLE");
    let message = told.platform.message.unwrap();
    assert!(message.starts_with("the platform did not answer within 200 ms"), "{message}");
}

/// The rate is that of the last day.
#[tokio::test(flavor = "multi_thread")]
async fn the_rate_counts_what_succeeded() {
    let world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    world.deploy().await;
    let told = health(&world).await;
    assert_eq!((told.success_rate24h, brief(&told)), (Some(1.0), "healthy".to_owned()));

    for name in ["Page", "Note"] {
        world.add(name, name, &json!({ "name": name, "fields": [] }));
    }
    let when = Match {
        method: Some("POST".to_owned()),
        path: Some("contenttypes".to_owned()),
        ..Match::default()
    };
    let what = FaultKind::Status { status: 400, moment: Moment::default(), retry_after: None };
    world.fake.control().add_fault(Fault { when, what });
    world.deploy().await;
    let told = health(&world).await;
    assert_eq!((told.success_rate24h, told.status), (Some(1.0 / 3.0), Health::Unhealthy));

    let mut state = world.studio.path().as_os_str().to_owned();
    state.push(".catalyst-sync");
    let state = rusqlite::Connection::open(state).unwrap();
    state.execute("UPDATE sync_history SET created_at = created_at - 90000000", []).unwrap();
    assert_eq!(health(&world).await.success_rate24h, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_asked_like_any_platform() {
    let world = World::new().await;
    std::fs::create_dir(world.beside("model")).unwrap();
    let told = world.engine().health(&to_files("model").provider).await;
    assert_eq!(brief(&told), "healthy");
}
