//! Engines for tests, with the fake platform behind them as JavaScript has it: texts out, texts in.

use std::sync::Arc;

use catalyst_sync::compose::{Calls, EngineOptions, TestBed, VirtualClock};
use catalyst_sync::engine::{Engine, RunReport};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::Clock as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::support::clock::START;
use crate::support::fake::{Call, Control, Fake, FakeOptions, Fault, FaultKind, Match, RetryAfter};
use crate::support::studio_db::UI_FIELDS;
use crate::support::world::{Told, brief, request};

const ADDRESS: &str = "https://api.cms.optimizely.com";

/// A bed, and the fake that it asks.
struct World {
    bed: Arc<TestBed>,
    control: Control,
}

impl World {
    fn new() -> Self {
        let (fake, direct) = Fake::detached(FakeOptions::default(), ADDRESS);
        let (bell, mut rings) = mpsc::unbounded_channel();
        let calls = Arc::new(Calls::default());
        let ring = move || bell.send(()).is_ok();
        let clock = VirtualClock::new(Some(START), 1);
        let bed = TestBed::new(clock, Arc::clone(&calls), Box::new(ring)).unwrap();
        let bed = Arc::new(bed);
        let answering = Arc::downgrade(&bed);
        tokio::spawn(async move {
            while rings.recv().await.is_some() {
                let (Some(bed), Some(text)) = (answering.upgrade(), calls.next()) else { continue };
                let number = serde_json::from_str::<Value>(&text).unwrap()["number"].clone();
                let call: Call = serde_json::from_str(&text).unwrap();
                let answer = match direct.exchange(&call).await {
                    Ok(answer) => {
                        let headers: serde_json::Map<String, Value> =
                            answer.headers.into_iter().map(|(k, v)| (k, json!(v))).collect();
                        let (status, body) = (answer.status, answer.body);
                        json!({ "number": number, "status": status, "headers": headers, "body": body })
                    }
                    Err(_) => json!({ "number": number, "lost": "the answer was lost" }),
                };
                bed.answer(&answer.to_string()).unwrap();
            }
        });
        let world = Self { bed, control: fake.control().clone() };
        world.sql("CREATE TABLE Website (id TEXT PRIMARY KEY, name TEXT, settings TEXT)", "");
        world.sql(
            "CREATE TABLE ContentType (id TEXT PRIMARY KEY, websiteId TEXT, name TEXT, fields TEXT,
               settings TEXT, createdAt DATETIME, updatedAt DATETIME)",
            "",
        );
        world.sql("INSERT INTO Website VALUES ('w1', 'Site', NULL)", "");
        world.sql(
            "INSERT INTO ContentType VALUES ('ct_1', 'w1', 'Event', ?1, NULL, 1, 1)",
            UI_FIELDS,
        );
        world
    }

    fn sql(&self, sql: &str, given: &str) {
        self.bed.query(sql, given).unwrap();
    }

    fn engine(&self) -> Engine {
        let options = json!({
            "requestsPerMinute": 100_000,
            "cacheTtlMs": 0,
            "environment": {
                "OPTIMIZELY_CLIENT_ID": "test-client",
                "OPTIMIZELY_CLIENT_SECRET": "test-secret",
            },
        });
        let options = EngineOptions::from_json(&options.to_string()).unwrap();
        self.bed.engine(&options, self.bed.counters()).unwrap()
    }

    async fn deploy(&self) -> RunReport {
        let told = Arc::new(Told::default());
        self.engine().deploy(&request(), told, &CancellationToken::new()).await
    }
}

#[tokio::test]
async fn a_deployment_needs_no_file_and_no_network() {
    let world = World::new();
    let report = world.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Event create success"]);
    assert!(world.control.keys().contains(&"Event".to_owned()));
    // Another engine over the same bed remembers it, and does nothing.
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

#[tokio::test]
async fn nobody_waits_for_what_the_platform_asks_for() {
    let world = World::new();
    let retry_after = Some(RetryAfter::Seconds(30));
    let fault = FaultKind::TooManyRequests { retry_after };
    world.control.add_fault(Fault::once(Match::method("POST"), fault));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Event create success"]);
    assert_eq!(world.bed.clock().now(), START + 30_000);
}

#[tokio::test]
async fn beds_share_no_token_although_address_and_credentials_are_the_same() {
    for world in [World::new(), World::new()] {
        world.deploy().await;
        let kinds: Vec<String> = world
            .control
            .requests()
            .iter()
            .map(|one| format!("{} {:?}", one.path, one.status))
            .collect();
        assert_eq!(kinds[0], "/oauth/token Some(200)");
    }
}

#[tokio::test]
async fn what_is_closed_or_wrong_is_refused() {
    let world = World::new();
    let code = |text: &str| world.bed.answer(text).unwrap_err().code;
    assert_eq!(code(r#"{"number":1}"#), ErrorCode::InvalidArgument);
    assert_eq!(code(r#"{"number":1,"status":7}"#), ErrorCode::InvalidArgument);
    let query = |sql: &str| world.bed.query(sql, "a").map_err(|error| error.code);
    assert_eq!(query("SELECT ?1"), Ok(vec!["a".to_owned()]));
    world.bed.close();
    assert_eq!(query("SELECT ?1"), Err(ErrorCode::EngineClosed));
}
