//! The control over HTTP, and the log.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use super::client::{Bench, get, patch, post};
use crate::support::fake::{Kind, Version};

#[tokio::test]
async fn the_control_over_http_seeds_edits_and_shows() {
    let bench = Bench::start().await;
    let seed = json!({
        "version": "preview3", "groups": ["seo"],
        "types": [{ "key": "Made", "displayName": "Made", "baseType": "_page", "source": "serverModel",
                    "properties": { "title": { "type": "string", "localized": true } } }],
    });
    assert_eq!(bench.raw(&post("/_control/seed", &seed)).await.expect("an answer").status, 200);
    let edit = json!({ "key": "Made", "patch": { "displayName": "Edited" } });
    let before = bench.send(&get("/v1/contenttypes/Made")).await.etag();
    let edited = bench.raw(&post("/_control/edit", &edit)).await.expect("an answer");
    assert_eq!(edited.json()["found"], true);
    let read = bench.send(&get("/v1/contenttypes/Made")).await;
    assert_ne!(read.etag(), before);
    assert_eq!(read.json()["lastModifiedBy"], "colleague");
    let instances = json!({ "key": "Made", "count": 3 });
    bench.raw(&post("/_control/instances", &instances)).await.expect("an answer");
    let state =
        bench.raw(&get("/_control/state?version=preview3")).await.expect("an answer").json();
    assert_eq!(state["types"]["Made"]["properties"]["title"]["localized"], true);
    assert_eq!(
        (&state["instances"]["Made"], &state["types"]["Made"]["source"]),
        (&json!(3), &json!("serverModel"))
    );
    assert_eq!(state["groups"]["seo"]["displayName"], "seo");
    let removal = json!({ "key": "Made", "remove": true });
    bench.raw(&post("/_control/edit", &removal)).await.expect("an answer");
    assert_eq!(bench.send(&get("/v1/contenttypes/Made")).await.status, 404);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn the_control_over_http_sets_faults_and_switches() {
    let bench = Bench::start().await;
    let faults = json!({ "clear": true, "add": [
        { "when": { "method": "GET", "times": 1 }, "what": { "kind": "tooManyRequests", "retryAfter": { "seconds": 1 } } },
        { "what": { "kind": "reset", "moment": "after" } },
    ] });
    let set = bench.raw(&post("/_control/faults", &faults)).await.expect("an answer");
    assert_eq!(set.json()["faults"].as_array().map(Vec::len), Some(2));
    let cleared = bench.raw(&post("/_control/faults", &json!({ "clear": true }))).await;
    assert_eq!(cleared.expect("an answer").json()["faults"], json!([]));
    let wrong = json!({ "add": [{ "what": { "kind": "earthquake" } }] });
    let reply = bench.raw(&post("/_control/faults", &wrong)).await.expect("an answer");
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("earthquake"), "{}", reply.text);
    let switch = json!({ "preview3": "gone", "totals": "missing" });
    bench.raw(&post("/_control/behaviour", &switch)).await.expect("an answer");
    assert_eq!(bench.send(&get("/preview3/contenttypes")).await.status, 410);
    bench.raw(&post("/_control/tokens", &json!({ "expire": true }))).await.expect("an answer");
    assert_eq!(bench.send(&get("/v1/contenttypes")).await.status, 401);
    bench.raw(&post("/_control/reset", &json!({}))).await.expect("an answer");
    let log = bench.raw(&get("/_control/requests")).await.expect("an answer").json();
    assert_eq!(log["requests"], json!([]));
    assert_eq!(bench.fake.control().behaviour().page_size, 100);
}

#[tokio::test]
async fn the_log_holds_what_was_sent_and_answered() {
    let bench = Bench::start().await;
    bench.seed_article();
    bench.send(&get("/v1/contenttypes?pageSize=5")).await;
    let change = json!({ "displayName": "Story" });
    bench.send(&patch("/preview3/contenttypes/Article", &change).with("if-match", "\"x\"")).await;
    let log = bench.raw(&get("/_control/requests")).await.expect("an answer").json();
    assert_eq!(
        log["counts"],
        json!({ "token": 1, "list": 1, "get": 0, "post": 0, "patch": 1, "delete": 0 })
    );
    let last = &log["requests"][2];
    assert_eq!(last["path"], "/preview3/contenttypes/Article");
    assert_eq!((&last["version"], &last["key"]), (&json!("preview3"), &json!("Article")));
    assert_eq!((&last["status"], &last["rule"]), (&json!(412), &json!("stale-tag")));
    assert_eq!(
        (&last["headers"]["if-match"], &last["client"]),
        (&json!("\"x\""), &json!("test-client"))
    );
    assert_eq!(last["body"], change.to_string());
    bench.fake.control().clear_requests();
    assert_eq!(bench.fake.control().count(Kind::List), 0);
}

#[tokio::test]
async fn violations_fail_the_test_and_can_be_read() {
    let bench = Bench::start().await;
    bench.send(&get("/v1/contenttypes?limit=1")).await;
    let list = bench.raw(&get("/_control/violations")).await.expect("an answer").json();
    assert_eq!(list["violations"][0]["rule"], "query-documented");
    assert_eq!(list["violations"][0]["side"], "request");
    assert!(catch_unwind(AssertUnwindSafe(|| bench.fake.assert_clean())).is_err());
    assert_eq!(bench.fake.control().take_violations().len(), 1);
    bench.fake.assert_clean();
    assert!(bench.fake.url(Version::V1).ends_with("/v1"));
    assert!(bench.fake.token_url().ends_with("/oauth/token"));
}

#[tokio::test]
async fn a_dropped_fake_stops() {
    let bench = Bench::start().await;
    let origin = bench.fake.origin().to_owned();
    drop(bench);
    tokio::task::yield_now().await;
    let address = origin.trim_start_matches("http://").to_owned();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
