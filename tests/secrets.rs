//! Secrets: planted wherever they can be given, and looked for wherever anything is told or kept.

use std::sync::Arc;

use catalyst_sync::compose::{EngineOptions, engine_with};
use catalyst_sync::engine::{ProviderRequest, Query, RunOptions, RunRequest};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{FakeOptions, Fault, FaultKind, Match, Moment, RetryAfter, Tenant};
use crate::support::loopback::{Loopback, answer, token};
use crate::support::matrix::each;
use crate::support::planted::{
    Heard, PASSWORD, SECRET, TOKEN, clean, clean_below, remembered, told,
};
use crate::support::world::{World, request, to_files};

const AUDIT_KEY: &str = "pl4nted-aud1t-key-4";
/// 32 bytes in Base64.
const KEY: &str = "pl4ntedKpl4ntedKpl4ntedKpl4ntedKpl4ntedKAAA";

/// The same configuration in a call, as the engine's own, and in the environment.
fn configured(options: &mut Value, way: &str) -> ProviderRequest {
    let config = [("clientId", "own-client"), ("clientSecret", SECRET), ("apiKey", PASSWORD)];
    let pairs = |count: usize| {
        config.map(|(name, value)| (name.to_owned(), value.to_owned()))[..count].to_vec()
    };
    match way {
        "call" => ProviderRequest { id: Some("optimizely".to_owned()), config: pairs(3) },
        "kept" => ProviderRequest { id: Some("optimizely".to_owned()), config: pairs(2) },
        "engine" => {
            let config: serde_json::Map<_, _> =
                config.map(|(name, value)| (name.to_owned(), json!(value))).into_iter().collect();
            options["provider"] = json!({ "id": "optimizely", "config": config });
            ProviderRequest::default()
        }
        _ => ProviderRequest::default(),
    }
}

/// A job into which a host copied everything it had.
fn careless_job() -> String {
    json!({
        "id": "job",
        "details": "\u{1f680}",
        "provider": { "id": "optimizely", "config": {
            "clientSecret": SECRET, "client_secret": SECRET, "apiKey": PASSWORD,
            "password": PASSWORD, "accessToken": TOKEN, "Authorization": format!("Bearer {TOKEN}"),
        } },
        "logs": [{ "message": format!("connecting with {SECRET}"), "details": [[{ "token": TOKEN }]] }],
    })
    .to_string()
}

/// Faults whose answers echo what they were asked with, and all the others.
fn faults() -> Vec<Option<Fault>> {
    let every = Match::default;
    let status = |status| FaultKind::Status { status, moment: Moment::Before, retry_after: None };
    let reset = |moment| FaultKind::Reset { moment };
    let mut faults: Vec<Option<Fault>> = vec![None];
    for code in [400, 401, 403, 404, 409, 412, 422, 500, 503] {
        faults.push(Some(Fault { when: Match::method("POST"), what: status(code) }));
        faults.push(Some(Fault { when: every(), what: status(code) }));
        faults.push(Some(Fault { when: Match::token(), what: status(code) }));
    }
    for what in [
        FaultKind::TooManyRequests { retry_after: Some(RetryAfter::Seconds(1)) },
        reset(Moment::Before),
        reset(Moment::After),
        FaultKind::TruncatedBody,
        FaultKind::HtmlBody { status: 502, moment: Moment::Before },
        FaultKind::EmptyBody { status: 500 },
        FaultKind::ExpireTokens,
    ] {
        faults.push(Some(Fault { when: Match::method("POST"), what: what.clone() }));
        faults.push(Some(Fault { when: every(), what }));
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn are_nowhere_after_any_run() {
    let ways = ["call", "engine", "environment", "stored"].into_iter();
    each(
        ways.flat_map(|way| faults().into_iter().map(move |fault| (way, fault))),
        |(way, fault)| stays_clean(way, fault),
    )
    .await;
}

async fn stays_clean(way: &'static str, fault: Option<Fault>) {
    let case = format!("{way} {fault:?}");
    let tenants = vec![Tenant::new("own-client", SECRET)];
    let mut world = World::with(FakeOptions { tenants, ..FakeOptions::default() }).await;
    world.add(
        "c1",
        "Article",
        &json!({ "name": "Article", "fields": [
        { "name": "title", "type": "text" }] }),
    );
    world.options["maxAttempts"] = json!(2);
    let mut given = world.options.clone();
    let provider = configured(&mut given, way);
    world.options = given;
    let mut options = world.engine_options();
    options.environment.insert("OPTIMIZELY_CLIENT_ID".to_owned(), "own-client".to_owned());
    options.environment.insert("OPTIMIZELY_CLIENT_SECRET".to_owned(), SECRET.to_owned());
    options.environment.insert("CATALYST_SYNC_AUDIT_KEY".to_owned(), AUDIT_KEY.to_owned());
    let heard = Arc::new(Heard::default());
    let observer = Some(heard.observer());
    if way == "stored" {
        options.environment.insert("OPTIMIZELY_CLIENT_SECRET".to_owned(), "none".to_owned());
        options.environment.insert("CATALYST_SYNC_KEY".to_owned(), KEY.to_owned());
        let keeper = engine_with(&options, TestClock::new(), observer.clone()).unwrap();
        keeper.set_credentials(&configured(&mut json!({}), "kept")).await.unwrap();
    }
    if let Some(fault) = fault {
        world.fake.control().add_fault(fault);
    }
    let engine = engine_with(&options, TestClock::new(), observer).unwrap();
    let asked = RunRequest { provider: provider.clone(), job: careless_job(), ..request() };
    clean("Debug of the request", &format!("{asked:?}"));
    let report = engine.deploy(&asked, heard.clone(), &CancellationToken::new()).await;
    clean(&case, &told(&report));
    clean(&case, &heard.text());
    let query = Query { provider, include_details: true, ..Query::default() };
    clean("Debug of the query", &format!("{query:?}"));
    match engine.detect(&query).await {
        Ok(changes) => clean(&case, &serde_json::to_string(&changes).unwrap()),
        Err(error) => clean(&case, &format!("{error:?}")),
    }
    match engine.plan(&query, &RunOptions::default()).await {
        Ok(plan) => clean(&case, &serde_json::to_string(&plan).unwrap()),
        Err(error) => clean(&case, &format!("{error:?}")),
    }
    match engine.validate(&query, &RunOptions::default()).await {
        Ok(findings) => clean(&case, &serde_json::to_string(&findings).unwrap()),
        Err(error) => clean(&case, &format!("{error:?}")),
    }
    clean(&case, &remembered(&engine, "job").await);
    drop(engine);
    let mut looked_at = Vec::new();
    clean_below(world.folder.path(), &mut looked_at);
    assert!(looked_at.contains(&"dev.db".to_owned()), "{looked_at:?}");
}

/// The job keeps everything else, and is readable afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn are_masked_in_the_kept_job_and_nothing_else_is() {
    let world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let job = format!(
        r#"{{"id":"job","title":"a\ud800b","tokens":5,"deep":{deep},"provider":{{"config":{{"clientSecret":"{PASSWORD}"}},"name":"Own"}},"apiKey":"{PASSWORD}"}}"#
    );
    let report = world.run(&RunRequest { job, ..request() }).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    let stored = world.engine().deployment("job").await.unwrap().unwrap();
    let stored = catalyst_sync::canonical::parse(&stored).unwrap();
    let text = |name: &str| catalyst_sync::canonical::write(stored.get(name).unwrap());
    assert_eq!(text("title"), r#""a\ud800b""#);
    assert_eq!(text("tokens"), "5");
    assert_eq!(text("deep"), deep);
    assert_eq!(text("provider"), r#"{"config":{"clientSecret":"***"},"name":"Own"}"#);
    assert_eq!(text("apiKey"), r#""***""#);
    assert_eq!(text("status"), r#""completed""#);
}

/// A platform that repeats in its refusals what it was sent: headers, bodies, and the token.
#[tokio::test(flavor = "multi_thread")]
async fn are_masked_in_what_the_platform_echoes() {
    for status in [400, 403, 409, 422, 500] {
        for at in ["/oauth/token", "/v1/contenttypes?", "POST"] {
            let server = Loopback::start(move |received| {
                let hit = received.method == at || received.path.starts_with(at);
                let is_token = received.path == "/oauth/token";
                let bearer = received.header("authorization").unwrap_or_default();
                let echo = json!({
                    "title": format!("no: {bearer} {SECRET} {TOKEN}"),
                    "detail": received.body,
                    "errors": [{ "field": SECRET, "detail": bearer }, { "detail": received.body }],
                    "error": SECRET,
                    "code": TOKEN,
                    "traceId": TOKEN,
                });
                // Before it is given out, a token is nobody's secret.
                let id = if is_token { SECRET } else { TOKEN };
                let header = format!("x-request-id: {id}\r\n");
                match (hit && !(at == "POST" && is_token), is_token) {
                    (true, _) => answer(status, &header, &echo.to_string()),
                    (false, true) => token(TOKEN, 300),
                    (false, false) => answer(200, &header, r#"{"items":[]}"#),
                }
            })
            .await;
            let case = format!("{status} at {at}");
            let world = World::new().await;
            world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
            let mut options = world.engine_options();
            let address = format!("http://{}/v1", server.address);
            for (name, value) in
                [("API_URL", &*address), ("CLIENT_ID", "own-client"), ("CLIENT_SECRET", SECRET)]
            {
                options.environment.insert(format!("OPTIMIZELY_{name}"), value.to_owned());
            }
            let heard = Arc::new(Heard::default());
            let engine = engine_with(&options, TestClock::new(), Some(heard.observer())).unwrap();
            let report = engine.deploy(&request(), heard.clone(), &CancellationToken::new()).await;
            assert!(
                report.error.is_some() || report.outcomes.iter().any(|one| one.error.is_some()),
                "{case}"
            );
            clean(&case, &told(&report));
            clean(&case, &heard.text());
            clean(&case, &format!("{:?}", engine.deployment("job").await.unwrap()));
            drop(engine);
            clean_below(world.folder.path(), &mut Vec::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn are_in_no_file_of_the_files_platform() {
    let world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    let mut asked = to_files("model");
    asked.provider.config.push(("clientSecret".to_owned(), SECRET.to_owned()));
    asked.job = careless_job();
    let mut options = world.engine_options();
    options.environment.insert("OPTIMIZELY_CLIENT_SECRET".to_owned(), SECRET.to_owned());
    let heard = Arc::new(Heard::default());
    let engine = engine_with(&options, TestClock::new(), None).unwrap();
    let report = engine.deploy(&asked, heard.clone(), &CancellationToken::new()).await;
    clean("the run", &told(&report));
    clean("the log", &heard.text());
    drop(engine);
    let mut looked_at = Vec::new();
    clean_below(world.folder.path(), &mut looked_at);
    looked_at.sort();
    for file in ["Article.json", "catalyst-sync.json", "dev.db", "dev.db.catalyst-sync"] {
        assert!(looked_at.iter().any(|name| name == file), "{looked_at:?}");
    }
}

/// Options that cannot be read say what is wrong, and never the value that may be a secret.
#[test]
fn are_not_repeated_by_refused_options() {
    for options in [
        json!({ "provider": SECRET.repeat(2).split_at(3).1, "environment": [SECRET] }),
        json!({ "provider": { "id": "optimizely", "config": [SECRET] } }),
        json!({ "provider": { "id": "optimizely", "config": { "clientSecret": [SECRET] } } }),
        json!({ "provider": { "id": "optimizely", "config": { "clientSecret": { "a": SECRET } } } }),
        json!({ "provider": { "id": [SECRET], "config": {} } }),
        json!({ "provider": [SECRET] }),
        json!({ "environment": { "OPTIMIZELY_CLIENT_SECRET": [SECRET] } }),
        json!({ "environment": SECRET }),
    ] {
        let error = EngineOptions::from_json(&options.to_string()).err().unwrap();
        clean("the refusal", &format!("{error} {error:?}"));
    }
}
