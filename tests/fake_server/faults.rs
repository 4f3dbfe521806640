//! One test per fault switch.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::client::{Bench, Reply, article, get, patch, post};
use crate::support::fake::{Fault, FaultKind, Match, Moment, RetryAfter, Shift, Version};

const V1: &str = "/v1/contenttypes";
const ARTICLE: &str = "/v1/contenttypes/Article";

async fn bench_with(what: FaultKind) -> Bench {
    let bench = Bench::start().await;
    bench.seed_article();
    bench.fake.control().add_fault(Fault::always(what));
    bench
}

fn stored(bench: &Bench, member: &str) -> Value {
    bench.fake.control().content_type(Version::V1, "Article").expect("a type")[member].clone()
}

fn describe(text: &str) -> super::client::Request {
    patch(ARTICLE, &json!({ "description": text }))
}

fn keys(reply: &Reply) -> Vec<String> {
    let page = reply.json();
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["key"].as_str().expect("a key").to_owned()).collect()
}

#[tokio::test]
async fn latency_delays_and_lets_requests_overlap() {
    let bench = bench_with(FaultKind::Latency { ms: 150 }).await;
    let begun = Instant::now();
    let (request, other) = (get(V1), get(ARTICLE));
    tokio::join!(bench.send(&request), bench.send(&other));
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert_eq!(bench.fake.control().max_in_flight(), 2);
    assert_eq!(bench.fake.control().in_flight(), 0);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn statuses_strike_one_type_or_the_nth_request() {
    let bench = Bench::start().await;
    bench.seed_article();
    for status in [401, 403, 409, 412, 500, 502, 503] {
        let fault = FaultKind::Status { status, moment: Moment::Before, retry_after: None };
        bench.fake.control().clear_faults();
        bench.fake.control().add_fault(Fault::once(Match::on("PATCH", "Article"), fault));
        assert_eq!(bench.send(&get(ARTICLE)).await.status, 200);
        let reply = bench.send(&describe("struck")).await;
        assert_eq!((reply.status, reply.json()["status"].as_u64()), (status, Some(status.into())));
        assert_ne!(stored(&bench, "description"), "struck");
        assert_eq!(bench.send(&describe("again")).await.status, 200);
    }
    bench.fake.control().clear_faults();
    let third = Match { nth: Some(3), times: Some(1), ..Match::method("GET") };
    let fault = FaultKind::Status { status: 503, moment: Moment::Before, retry_after: None };
    bench.fake.control().add_fault(Fault { when: third, what: fault });
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(bench.send(&get(V1)).await.status);
    }
    assert_eq!(statuses, [200, 200, 503, 200]);
    let records = bench.fake.control().requests();
    assert_eq!(records[records.len() - 2].faults, ["status"]);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn a_server_error_may_come_after_the_effect() {
    let what = FaultKind::Status { status: 502, moment: Moment::After, retry_after: None };
    let bench = bench_with(what).await;
    assert_eq!(bench.send(&describe("kept")).await.status, 502);
    assert_eq!(stored(&bench, "description"), "kept");
}

#[tokio::test]
async fn too_many_requests_tells_when_to_come_back_in_both_forms() {
    let forms = [Some(RetryAfter::Seconds(2)), Some(RetryAfter::DateIn(30)), None];
    for retry_after in forms {
        let bench = bench_with(FaultKind::TooManyRequests { retry_after }).await;
        let reply = bench.send(&get(V1)).await;
        assert_eq!((reply.status, reply.header("content-type")), (429, Some("application/json")));
        match (retry_after, reply.header("retry-after")) {
            (Some(RetryAfter::Seconds(2)), Some("2")) | (None, None) => {}
            (Some(RetryAfter::DateIn(_)), Some(date)) => {
                let date = httpdate::parse_http_date(date).expect("a date");
                assert!(date > SystemTime::now() + Duration::from_secs(20));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_token_endpoint_is_struck_only_by_name() {
    let bench = Bench::start().await;
    let what = FaultKind::TooManyRequests { retry_after: None };
    bench.fake.control().add_fault(Fault { when: Match::token(), what });
    let body = json!({
        "grant_type": "client_credentials", "client_id": "test-client", "client_secret": "test-secret",
    });
    assert_eq!(bench.raw(&post("/oauth/token", &body)).await.expect("an answer").status, 429);
    assert_eq!(bench.send(&get(V1)).await.status, 200);
}

#[tokio::test]
async fn a_reset_strikes_before_or_after_the_effect() {
    for (moment, kept) in [(Moment::Before, false), (Moment::After, true)] {
        let bench = Bench::start().await;
        bench.seed_article();
        let fault = Fault::once(Match::method("PATCH"), FaultKind::Reset { moment });
        bench.fake.control().add_fault(fault);
        let error = bench.try_send(&describe("cut")).await.expect_err("a reset");
        assert!(format!("{error:?}").contains("reset"), "{error:?}");
        assert_eq!(stored(&bench, "description") == "cut", kept);
        assert_eq!(bench.send(&get(ARTICLE)).await.status, 200);
        let records = bench.fake.control().requests();
        let struck = records.iter().find(|record| !record.faults.is_empty()).expect("a record");
        assert_eq!(struck.status, None);
        assert_eq!(bench.fake.control().in_flight(), 0);
        bench.fake.assert_clean();
    }
}

#[tokio::test]
async fn a_truncated_body_ends_early() {
    let bench = bench_with(FaultKind::TruncatedBody).await;
    assert!(bench.try_send(&get(ARTICLE)).await.expect_err("half a body").is_decode());
}

#[tokio::test]
async fn gateways_answer_html_or_nothing() {
    let bench = bench_with(FaultKind::HtmlBody { status: 502, moment: Moment::Before }).await;
    let reply = bench.send(&get(ARTICLE)).await;
    assert_eq!(reply.status, 502);
    assert!(reply.header("content-type").is_some_and(|media| media.starts_with("text/html")));
    bench.fake.control().clear_faults();
    bench.fake.control().add_fault(Fault::always(FaultKind::EmptyBody { status: 504 }));
    let reply = bench.send(&get(ARTICLE)).await;
    assert_eq!((reply.status, reply.text.as_str()), (504, ""));
}

#[tokio::test]
async fn reads_lag_behind_writes() {
    let bench = bench_with(FaultKind::Lag { reads: 2, ms: 0 }).await;
    let written = bench.send(&describe("new")).await;
    assert_eq!(written.json()["description"], "new");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let reply = bench.send(&get(ARTICLE)).await;
        seen.push((reply.json()["description"].clone(), reply.etag() == written.etag()));
    }
    assert_eq!(seen, [(json!(null), false), (json!(null), false), (json!("new"), true)]);
    let body = json!({ "key": "Story", "displayName": "Story", "baseType": "_page" });
    bench.send(&post(V1, &body)).await;
    assert_eq!(bench.send(&get("/v1/contenttypes/Story")).await.status, 404);
    assert!(!keys(&bench.send(&get(V1)).await).contains(&"Story".to_owned()));
    assert!(keys(&bench.send(&get(V1)).await).contains(&"Story".to_owned()));
    bench.fake.assert_clean();
}

#[tokio::test]
async fn reads_lag_for_a_time_until_settled() {
    let bench = bench_with(FaultKind::Lag { reads: 0, ms: 60_000 }).await;
    bench.send(&describe("new")).await;
    assert_eq!(bench.send(&get(ARTICLE)).await.json().get("description"), None);
    bench.fake.control().settle();
    assert_eq!(bench.send(&get(ARTICLE)).await.json()["description"], "new");
}

#[tokio::test]
async fn reads_of_a_replica_that_is_cut_off_lag_behind_every_write() {
    let bench = bench_with(FaultKind::Lag { reads: 9, ms: 0 }).await;
    bench.fake.control().cut_off("Article");
    for text in ["new", "newer"] {
        bench.send(&describe(text)).await;
        assert_eq!(bench.send(&get(ARTICLE)).await.json().get("description"), None);
    }
    bench.fake.control().settle();
    assert_eq!(bench.send(&get(ARTICLE)).await.json()["description"], "newer");
}

#[tokio::test]
async fn reads_flap_between_old_and_new() {
    let bench = bench_with(FaultKind::Flap { reads: 4 }).await;
    bench.send(&describe("new")).await;
    let mut fresh = Vec::new();
    for _ in 0..5 {
        fresh.push(bench.send(&get(ARTICLE)).await.json()["description"] == "new");
    }
    assert_eq!(fresh, [false, true, false, true, true]);
}

#[tokio::test]
async fn pages_end_early_with_and_without_a_total() {
    let bench = bench_with(FaultKind::TruncatedPages { items: 3 }).await;
    let first = bench.send(&get(format!("{V1}?pageSize=2"))).await;
    let second = bench.send(&get(format!("{V1}?pageSize=2&pageIndex=1"))).await;
    assert_eq!((keys(&first).len(), keys(&second).len()), (2, 1));
    assert_eq!(second.json()["totalCount"], 8);
    bench.fake.control().add_fault(Fault::always(FaultKind::MissingTotal));
    assert_eq!(bench.send(&get(V1)).await.json().get("totalCount"), None);
}

#[tokio::test]
async fn pages_shift_when_something_comes_or_goes() {
    let new = json!({ "key": "Aardvark", "displayName": "Aardvark", "baseType": "_page" });
    let pages = [format!("{V1}?pageSize=3"), format!("{V1}?pageSize=3&pageIndex=1")];
    let bench = bench_with(FaultKind::ShiftingPages { shift: Shift::Insert(new) }).await;
    let (first, second) = (bench.send(&get(&pages[0])).await, bench.send(&get(&pages[1])).await);
    assert_eq!(keys(&first)[2], keys(&second)[0], "one item is seen twice");
    let shift = Shift::Remove("Article".to_owned());
    let bench = bench_with(FaultKind::ShiftingPages { shift }).await;
    let (first, second) = (bench.send(&get(&pages[0])).await, bench.send(&get(&pages[1])).await);
    assert_eq!(keys(&first), ["Article", "BlankExperience", "BlankSection"]);
    assert_eq!(keys(&second)[0], "ImageMedia", "GenericMedia is never seen");
    bench.fake.assert_clean();
}

#[tokio::test]
async fn tokens_expire_in_the_middle_of_a_run() {
    let mut bench = Bench::start().await;
    let second = Match { nth: Some(2), times: Some(1), ..Match::default() };
    bench.fake.control().add_fault(Fault { when: second, what: FaultKind::ExpireTokens });
    assert_eq!(bench.send(&get(V1)).await.status, 200);
    assert_eq!(bench.send(&get(V1)).await.status, 401);
    bench.renew().await;
    assert_eq!(bench.send(&get(V1)).await.status, 200);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn writes_lose_or_change_members_silently() {
    let members = vec!["properties.title.maxLength".to_owned(), "description".to_owned()];
    let bench = bench_with(FaultKind::DropMembers { members }).await;
    let reply = bench.send(&describe("lost")).await;
    assert_eq!((reply.status, reply.json().get("description")), (200, None));
    assert_eq!(stored(&bench, "properties")["title"].get("maxLength"), None);
    bench.fake.assert_clean();

    let member = "properties.*.allowedTypes".to_owned();
    let bench = bench_with(FaultKind::RewriteMember { member, value: json!([]) }).await;
    let body = json!({ "properties": { "image": { "type": "contentReference", "allowedTypes": ["_image"] } } });
    let reply = bench.send(&patch(ARTICLE, &body)).await;
    assert_eq!(reply.json()["properties"]["image"]["allowedTypes"], json!([]));
    assert_eq!(reply.json()["properties"]["title"].get("allowedTypes"), None);
}

#[tokio::test]
async fn entity_tags_go_weak_or_missing() {
    let bench = bench_with(FaultKind::WeakEntityTag).await;
    assert!(bench.send(&get(ARTICLE)).await.etag().starts_with("W/\""));
    let bench = bench_with(FaultKind::MissingEntityTag).await;
    assert_eq!(bench.send(&get(ARTICLE)).await.header("etag"), None);
}

#[tokio::test]
async fn answers_carry_undocumented_members() {
    let bench = bench_with(FaultKind::ExtraMembers).await;
    assert!(bench.send(&get(ARTICLE)).await.json()["undocumented"].is_object());
    assert!(bench.send(&get(V1)).await.json()["items"][0]["undocumented"].is_object());
    bench.fake.assert_clean();
}

#[tokio::test]
async fn writes_are_accepted_or_answered_with_nothing() {
    for (what, status) in [(FaultKind::Accepted, 202), (FaultKind::NoContent, 204)] {
        let bench = bench_with(what).await;
        let reply = bench.send(&describe("kept")).await;
        assert_eq!((reply.status, reply.text.as_str()), (status, ""));
        assert_eq!(stored(&bench, "description"), "kept");
        assert_eq!(bench.send(&get(ARTICLE)).await.status, 200);
    }
}

#[tokio::test]
async fn a_slow_answer_comes_whole() {
    let bench = bench_with(FaultKind::SlowAnswer { ms: 40, pieces: 4 }).await;
    let begun = Instant::now();
    let reply = bench.send(&get(ARTICLE)).await;
    assert!(begun.elapsed() >= Duration::from_millis(160));
    assert_eq!(reply.json()["key"], article()["key"]);
    bench.fake.assert_clean();
}
