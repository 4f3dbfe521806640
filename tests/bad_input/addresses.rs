//! Addresses that credentials must not go to.

use std::sync::Arc;

use catalyst_sync::compose::engine;
use catalyst_sync::engine::{ProviderRequest, Query, RunRequest};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::everything;
use crate::support::loopback::{Loopback, Reply, answer, token};
use crate::support::world::{Told, World, request};

fn to(config: &[(&str, &str)]) -> ProviderRequest {
    ProviderRequest {
        id: Some("optimizely".to_owned()),
        config: config.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    }
}

async fn listener() -> Loopback {
    Loopback::start(|received| match &*received.path {
        "/oauth/token" => token("other-token", 300),
        _ => answer(200, "", r#"{"items":[]}"#),
    })
    .await
}

/// A configuration, the hosts allowed, and the code of the refusal.
type Case<'c> = (&'c [(&'c str, &'c str)], &'c [&'c str], &'c str);

/// The environment's credentials are at hand in all of them, and go nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn that_are_not_trusted_get_nothing() {
    let other = listener().await;
    let at_other = format!("http://{}/v1", other.address);
    let with_user = format!("http://ann:hunter2@{}/v1", other.address);
    let with_query = format!("http://{}/v1?key=hunter2", other.address);
    let own = ("clientId", "own-client");
    let table: [Case<'_>; 10] = [
        (&[("apiUrl", &at_other)], &[], "HOST_NOT_ALLOWED"),
        (&[("apiUrl", &at_other), own, ("clientSecret", "own")], &[], "HOST_NOT_ALLOWED"),
        (&[("apiUrl", &at_other)], &["127.0.0.1"], "HOST_NOT_ALLOWED"),
        (&[("apiUrl", &at_other), own], &["127.0.0.1"], "CREDENTIALS_MISSING"),
        (&[("apiUrl", &with_user)], &["127.0.0.1"], "INVALID_ARGUMENT"),
        (&[("apiUrl", &with_query)], &["127.0.0.1"], "INVALID_ARGUMENT"),
        (&[("apiUrl", "http://cms.example/v1")], &["cms.example"], "INVALID_ARGUMENT"),
        (&[("apiUrl", "ftp://127.0.0.1/v1")], &["127.0.0.1"], "INVALID_ARGUMENT"),
        (&[("apiUrl", "//127.0.0.1/hunter2")], &["127.0.0.1"], "INVALID_ARGUMENT"),
        (&[("apiUrl", "hunter2")], &["127.0.0.1"], "INVALID_ARGUMENT"),
    ];
    for (config, allowed, code) in table {
        let mut world = World::new().await;
        world.options["allowedHosts"] = json!(allowed);
        let provider = to(config);
        let asked = RunRequest { provider: provider.clone(), ..request() };
        let run = world.run(&asked).await.error.unwrap();
        let query = Query { provider, ..Query::default() };
        let look = world.engine().detect(&query).await.unwrap_err();
        for error in [run, look] {
            assert_eq!(error.code.as_str(), code, "{config:?}: {error}");
            assert!(!everything(&error).contains("hunter2"), "{}", everything(&error));
        }
        assert_eq!(world.fake.control().requests().len(), 0);
    }
    assert_eq!(other.received().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_are_allowed_get_their_own_credentials_only() {
    let other = listener().await;
    let mut world = World::new().await;
    world.options["allowedHosts"] = json!(["127.0.0.1"]);
    let address = format!("http://{}", other.address);
    let config =
        [("apiUrl", &*address), ("clientId", "own-client"), ("clientSecret", "own-secret")];
    let report = world.run(&RunRequest { provider: to(&config), ..request() }).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert!(other.received()[0].body.contains("own-secret"));
    for received in other.received() {
        let all = format!("{received:?}");
        assert!(!all.contains("test-secret") && !all.contains("test-client"), "{all}");
    }
    assert_eq!(world.fake.control().requests().len(), 0);
}

/// The environment's own address is trusted, the one that it leads to is not.
#[tokio::test(flavor = "multi_thread")]
async fn that_a_redirect_leads_to_get_nothing() {
    for status in [301, 302, 303, 307, 308] {
        for path in ["/oauth/token", "/v1/contenttypes"] {
            let elsewhere = listener().await;
            let headers = format!("location: http://{}{path}\r\n", elsewhere.address);
            let first = Loopback::start(move |received| {
                if received.path.starts_with(path) {
                    answer(status, &headers, "")
                } else {
                    token("first-token", 300)
                }
            })
            .await;
            let world = World::new().await;
            let mut options = world.engine_options();
            let address = format!("http://{}/v1", first.address);
            options.environment.insert("OPTIMIZELY_API_URL".to_owned(), address);
            options.max_attempts = 1;
            let report = engine(&options)
                .unwrap()
                .deploy(&request(), Arc::new(Told::default()), &CancellationToken::new())
                .await;
            let error = report.error.unwrap();
            assert_eq!(error.code.as_str(), "PLATFORM_UNREACHABLE", "{error}");
            assert!(error.message.contains(&status.to_string()), "{error}");
            assert!(error.message.contains("a redirect, which credentials do not follow"));
            assert_eq!(elsewhere.received().len(), 0, "{status} on {path}");
        }
    }
}

/// An address that says https and speaks something else learns nothing.
#[tokio::test(flavor = "multi_thread")]
async fn that_speak_no_tls_get_nothing() {
    let plain = Loopback::start(|_| Reply::Cut).await;
    let world = World::new().await;
    let mut options = world.engine_options();
    let address = format!("https://{}/v1", plain.address);
    options.environment.insert("OPTIMIZELY_API_URL".to_owned(), address);
    options.max_attempts = 1;
    // A third of it is the longest wait for a connection, TLS included.
    options.request_timeout = std::time::Duration::from_millis(600);
    let report = engine(&options)
        .unwrap()
        .deploy(&request(), Arc::new(Told::default()), &CancellationToken::new())
        .await;
    let error = report.error.unwrap();
    assert_eq!(error.code.as_str(), "PLATFORM_UNREACHABLE", "{error}");
    assert_eq!(plain.received().len(), 0);
}
