//! The rules about state: refusals that a client which keeps the contract can meet.

use serde_json::{Value, json};

use super::client::{Bench, Request, article, delete, get, patch, post};
use super::wrong_requests;
use crate::support::fake::{
    Behaviour, Breaks, CreateMode, EntityTags, FakeOptions, Kind, Preview3, RULES, References,
    Tenant, TokenErrors, Totals, Version, WriteAnswers,
};

const V1: &str = "/v1/contenttypes";
const P3: &str = "/preview3/contenttypes";

fn story(extra: &Value) -> Value {
    let mut body = json!({ "key": "Story", "displayName": "Story", "baseType": "_page" });
    for (name, value) in extra.as_object().expect("members") {
        body[name] = value.clone();
    }
    body
}

async fn bench_with(change: impl FnOnce(&mut Behaviour)) -> Bench {
    let mut options = FakeOptions::default();
    change(&mut options.behaviour);
    Bench::start_with(options).await
}

#[test]
fn the_table_names_each_rule_once_with_a_source() {
    let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len());
    assert!(RULES.iter().all(|rule| rule.source.starts_with('§') && !rule.versions.is_empty()));
}

/// Requests that are right and do not fit the state, with the status and rule of the refusal.
fn state_cases() -> Vec<(Request, u16, &'static str)> {
    let reference =
        json!({ "properties": { "teaser": { "type": "content", "allowedTypes": ["Teaser"] } } });
    let item = json!({ "properties": { "teasers": { "type": "array", "items": { "type": "component", "contentType": "Teaser" } } } });
    let grouped = json!({ "properties": { "text": { "type": "string", "group": "seo" } } });
    let old = "Fri, 01 Jan 2021 00:00:00 GMT";
    let removal = json!({ "properties": { "title": null } });
    vec![
        (post(V1, &article_named("Article")), 409, "duplicate-key"),
        (post(P3, &preview3_article("Article")), 409, "duplicate-key"),
        (post(V1, &article_named("ARTICLE")), 409, "key-in-other-case"),
        (get(format!("{V1}/Nothing")), 404, "not-found"),
        (patch(format!("{V1}/Nothing"), &json!({})), 404, "not-found"),
        (delete(format!("{P3}/Nothing")), 404, "not-found"),
        (delete(format!("{V1}/Article")), 409, "delete-in-use"),
        (delete(format!("{P3}/Article")), 400, "delete-in-use"),
        (delete(format!("{V1}/BlankSection")), 400, "system-type"),
        (delete(format!("{V1}/globalcontract%3A_Item")), 409, "system-type"),
        (patch(format!("{V1}/ImageMedia"), &json!({ "displayName": "x" })), 400, "system-type"),
        (patch(format!("{V1}/Article"), &json!({})).with("if-match", "\"old\""), 412, "stale-tag"),
        (delete(format!("{P3}/Article")).with("if-match", "\"old\""), 412, "stale-tag"),
        (
            patch(format!("{P3}/Article"), &json!({})).with("if-unmodified-since", old),
            412,
            "stale-date",
        ),
        (post(V1, &story(&reference)), 400, "unknown-type"),
        (post(P3, &story(&item)), 400, "unknown-type"),
        (post(V1, &story(&json!({ "mayContainTypes": ["Teaser"] }))), 400, "unknown-type"),
        (post(V1, &story(&grouped)), 400, "unknown-group"),
        (patch(format!("{V1}/Article"), &removal), 400, "breaking-change"),
        (
            post("/v1/propertygroups", &json!({ "key": "content", "displayName": "x" })),
            400,
            "group-reserved",
        ),
        (
            post("/v1/propertygroups", &json!({ "key": "Information", "displayName": "x" })),
            409,
            "group-exists",
        ),
    ]
}

#[tokio::test]
async fn state_refusals_name_their_rule_and_are_no_violations() {
    let bench = Bench::start().await;
    bench.seed_article();
    bench.fake.control().set_instances("Article", 2);
    for (request, status, rule) in state_cases() {
        let reply = bench.send(&request).await;
        assert_eq!(
            (reply.status, bench.last_rule()),
            (status, Some(rule)),
            "{request:?} {reply:?}"
        );
        let row = RULES.iter().find(|row| row.name == rule).expect("a row");
        assert!(row.statuses.contains(&status) && row.breach == Breaks::State, "{rule}");
        bench.fake.assert_clean();
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut tested: Vec<&str> = wrong_requests::cases().iter().map(|case| case.3).collect();
    tested.extend(state_cases().iter().map(|case| case.2));
    // Tests of their own: below, and for the fake's answers in `contracts`.
    tested.extend(["token-credentials", "token-valid", "preview3-retired"]);
    tested.extend(["answer-status", "answer-header", "answer-body"]);
    let untested: Vec<_> =
        RULES.iter().map(|rule| rule.name).filter(|name| !tested.contains(name)).collect();
    assert_eq!(untested, [""; 0]);
    let unknown = |name: &&str| RULES.iter().all(|rule| rule.name != *name);
    assert_eq!(tested.into_iter().find(unknown), None);
}

fn article_named(key: &str) -> Value {
    let mut body = article();
    body["key"] = json!(key);
    body
}

fn preview3_article(key: &str) -> Value {
    json!({ "key": key, "displayName": key, "baseType": "_page" })
}

#[tokio::test]
async fn breaking_changes_need_the_header() {
    let bench = Bench::start().await;
    for change in [
        json!({ "title": null }),
        json!({ "title": { "type": "url", "maxLength": null } }),
        json!({ "title": { "isLocalized": true } }),
        json!({ "title": { "indexingType": null } }),
    ] {
        bench.seed_article();
        let request = patch(format!("{V1}/Article"), &json!({ "properties": change }));
        let reply = bench.send(&request).await;
        assert_eq!(reply.status, 400, "{change}");
        assert!(reply.text.contains("ignoreDataLossWarnings"), "{}", reply.text);
        let unforced = request.clone().with("cms-ignore-data-loss-warnings", "false");
        assert_eq!(bench.send(&unforced).await.status, 400, "{change}");
        let forced = bench.send(&request.with("cms-ignore-data-loss-warnings", "true")).await;
        assert_eq!(forced.status, 200, "{change}");
    }
    let adding = json!({ "properties": { "intro": { "type": "string" } } });
    assert_eq!(bench.send(&patch(format!("{V1}/Article"), &adding)).await.status, 200);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn both_versions_show_one_store_in_their_own_words() {
    let bench = Bench::start().await;
    let body = story(&json!({ "properties": { "title": { "type": "string", "required": true } } }));
    let created = bench.send(&post(P3, &body)).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.header("location"), None);
    let shown = bench.send(&get(format!("{V1}/Story"))).await;
    let title = &shown.json()["properties"]["title"];
    assert_eq!(
        *title,
        json!({
            "type": "string", "isRequired": true, "isLocalized": false, "sortOrder": 0,
            "indexingType": "disabled", "group": "Information",
        })
    );
    assert_eq!(shown.json()["createdBy"], "test-client");
    let preview3 = bench.send(&get(format!("{P3}/Story"))).await.json();
    assert_eq!(preview3["properties"]["title"]["required"], true);
    assert_eq!(preview3.get("createdBy"), None);
    assert_eq!(preview3["source"], "");
    bench.fake.assert_clean();
}

#[tokio::test]
async fn a_patch_replaces_arrays_whole_and_nulls_remove() {
    let bench = Bench::start().await;
    let mut seeded = article();
    seeded["description"] = json!("old");
    seeded["mayContainTypes"] = json!(["_page", "_media"]);
    bench.fake.control().seed_types(Version::V1, [seeded]);
    let body = json!({ "description": null, "mayContainTypes": ["Article"], "properties": {} });
    let reply = bench.send(&patch(format!("{V1}/Article"), &body)).await;
    assert_eq!(reply.status, 200);
    let now = reply.json();
    assert_eq!(now.get("description"), None);
    assert_eq!(now["mayContainTypes"], json!(["Article"]));
    assert_eq!(now["properties"]["title"]["maxLength"], 80);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn conditions_follow_the_documented_precedence() {
    let bench = Bench::start().await;
    bench.seed_article();
    let path = format!("{P3}/Article");
    let read = bench.send(&get(&path)).await;
    let (tag, date) = (read.etag(), read.header("last-modified").expect("a date").to_owned());
    let old = "Fri, 01 Jan 2021 00:00:00 GMT";
    let unchanged = bench.send(&get(&path).with("if-none-match", &tag)).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    assert_eq!(bench.send(&get(&path).with("if-modified-since", &date)).await.status, 304);
    let both = get(&path).with("if-none-match", "\"other\"").with("if-modified-since", &date);
    assert_eq!(bench.send(&both).await.status, 200);
    let change = |text: &str| patch(&path, &json!({ "description": text }));
    let tag_wins = change("a").with("if-match", &tag).with("if-unmodified-since", old);
    let written = bench.send(&tag_wins).await;
    assert_eq!(written.status, 200);
    assert_ne!(written.etag(), tag);
    // Facts §2: weak tags "are always ignored", so they guard nothing, and the date counts again.
    let weak = change("b").with("if-match", &format!("W/{tag}"));
    assert_eq!(bench.send(&weak).await.status, 200);
    assert_eq!(bench.send(&weak.with("if-unmodified-since", old)).await.status, 412);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn listings_have_real_pages_filters_and_no_tags() {
    let bench = Bench::start().await;
    let many = (0..120).map(|number| article_named(&format!("Type{number:03}")));
    bench.fake.control().seed_types(Version::V1, many);
    let first = bench.send(&get(format!("{V1}?sources=DEFAULT"))).await;
    let second = bench.send(&get(format!("{V1}?sources=DEFAULT&pageIndex=1"))).await;
    assert_eq!(first.json()["items"].as_array().map(Vec::len), Some(100));
    assert_eq!(second.json()["items"].as_array().map(Vec::len), Some(21)); // with BlankExperience
    assert_eq!(second.json()["totalCount"], 121);
    assert_eq!(first.header("etag"), None);
    let of_two = get(format!("{P3}?sources=system&sources=DEFAULT&pageSize=10000"));
    assert_eq!(bench.send(&of_two).await.json()["totalItemCount"], 127);
    let groups = bench.send(&get("/preview3/propertygroups")).await.json();
    assert_eq!(groups["items"][1]["key"], "Information");
    let formats = bench.send(&get("/v1/propertyformats")).await.json();
    assert_eq!(formats["items"][0]["isDeleted"], false);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn two_phases_create_types_that_point_at_each_other() {
    let bench = Bench::start().await;
    for key in ["Alpha", "Beta"] {
        let body = json!({ "key": key, "displayName": key, "baseType": "_page" });
        assert_eq!(bench.send(&post(V1, &body)).await.status, 201);
    }
    for (key, other) in [("Alpha", "Beta"), ("Beta", "Alpha")] {
        let body = json!({ "mayContainTypes": [other, key, "_media"] });
        assert_eq!(bench.send(&patch(format!("{V1}/{key}"), &body)).await.status, 200);
    }
    bench.fake.assert_clean();
}

#[tokio::test]
async fn references_may_be_left_unchecked() {
    let bench = bench_with(|held| held.references = References::Unchecked).await;
    let body = story(&json!({ "mayContainTypes": ["Nowhere"] }));
    assert_eq!(bench.send(&post(V1, &body)).await.status, 201);
}

#[tokio::test]
async fn preview3_may_replace_on_post() {
    let bench = bench_with(|held| held.create = CreateMode::Replace).await;
    for name in ["First", "Second"] {
        let body = json!({ "key": "Story", "displayName": name, "baseType": "_page" });
        assert_eq!(bench.send(&post(P3, &body)).await.status, 201);
    }
    let held = bench.fake.control().content_type(Version::V1, "Story").expect("a type");
    assert_eq!(held["displayName"], "Second");
    assert_eq!(bench.send(&post(V1, &story(&json!({})))).await.status, 409);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn preview3_may_be_gone() {
    for (mode, status) in [(Preview3::NotFound, 404), (Preview3::Gone, 410)] {
        let bench = bench_with(|held| held.preview3 = mode).await;
        assert_eq!(bench.send(&get(P3)).await.status, status);
        assert_eq!(bench.last_rule(), Some("preview3-retired"));
        assert_eq!(bench.send(&get(V1)).await.status, 200);
        bench.fake.assert_clean();
    }
}

#[tokio::test]
async fn v1_writes_may_be_answered_without_a_body() {
    let bench = bench_with(|held| held.write_answers = WriteAnswers::NoContent).await;
    bench.seed_article();
    let request = patch(format!("{V1}/Article"), &json!({ "description": "x" }));
    assert_eq!(bench.send(&request).await.status, 204);
    let asked = bench.send(&request.with("prefer", "return=representation")).await;
    assert_eq!(
        (asked.status, asked.header("preference-applied")),
        (200, Some("return=representation"))
    );
    assert_eq!(bench.send(&delete(format!("{V1}/Article"))).await.status, 204);
    let mut behaviour = bench.fake.control().behaviour();
    behaviour.write_answers = WriteAnswers::Accepted;
    bench.fake.control().set_behaviour(behaviour);
    assert_eq!(bench.send(&post(V1, &article())).await.status, 202);
    assert!(bench.fake.control().content_type(Version::V1, "Article").is_some());
    bench.fake.assert_clean();
}

#[tokio::test]
async fn totals_and_tags_may_be_missing() {
    let bench = bench_with(|held| {
        held.totals = Totals::Missing;
        held.entity_tags = EntityTags::Missing;
    })
    .await;
    bench.seed_article();
    let page = bench.send(&get(V1)).await.json();
    assert_eq!(page.get("totalCount"), None);
    assert_eq!(bench.send(&get(format!("{V1}/Article"))).await.header("etag"), None);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn tokens_end_and_name_their_tenant() {
    let mut options = FakeOptions::default();
    options.tenants.push(Tenant::new("second", "other-secret"));
    let bench = Bench::start_with(options).await;
    bench.seed_article();
    let token = bench.token_of("second", "other-secret").await;
    let asked = get(format!("{V1}/Article")).with("authorization", &format!("Bearer {token}"));
    assert_eq!(bench.send(&asked).await.status, 404);
    assert_eq!(bench.send(&get(format!("{V1}/Article"))).await.status, 200);
    bench.fake.control().expire_tokens();
    assert_eq!(bench.send(&get(V1)).await.status, 401);
    assert_eq!(bench.last_rule(), Some("token-valid"));
    assert_eq!(bench.fake.control().count(Kind::Token), 2);
    bench.fake.assert_clean();
}

#[tokio::test]
async fn the_token_endpoint_takes_both_bodies_and_refuses_in_two_forms() {
    let bench = Bench::start().await;
    let form = post("/oauth/token", &json!(null))
        .with("content-type", "application/x-www-form-urlencoded")
        .with("authorization", "Basic dGVzdC1jbGllbnQ6dGVzdC1zZWNyZXQ=")
        .text("grant_type=client_credentials");
    let reply = bench.send(&form).await.json();
    assert_eq!((&reply["expires_in"], &reply["token_type"]), (&json!(300), &json!("Bearer")));
    let wrong = post(
        "/oauth/token",
        &json!({ "grant_type": "client_credentials", "client_id": "x", "client_secret": "y" }),
    );
    for (errors, member) in [(TokenErrors::Error, "error"), (TokenErrors::Code, "code")] {
        let control = bench.fake.control();
        control.set_behaviour(Behaviour { token_errors: errors, ..control.behaviour() });
        let reply = bench.raw(&wrong).await.expect("an answer");
        assert_eq!((reply.status, &reply.json()[member]), (400, &json!("invalid_client")));
    }
    bench.fake.assert_clean();
}

#[tokio::test]
async fn groups_are_made_changed_and_deleted() {
    let bench = Bench::start().await;
    let group = json!({ "key": "seo", "displayName": "SEO" });
    let tag = bench.send(&post("/v1/propertygroups", &group)).await.etag();
    let path = "/v1/propertygroups/seo";
    let renamed = patch(path, &json!({ "displayName": "Search" })).with("if-match", &tag);
    assert_eq!(bench.send(&renamed).await.json()["displayName"], "Search");
    assert_eq!(bench.send(&renamed).await.status, 412);
    assert_eq!(bench.send(&delete(path)).await.status, 200);
    assert_eq!(bench.send(&get(path)).await.status, 404);
    bench.fake.assert_clean();
}
