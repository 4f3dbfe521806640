//! Requests that the fake must refuse and record, however the client takes the refusal.

use serde_json::{Value, json};

use super::client::{Bench, Request, SECRET, delete, get, patch, post};
use crate::support::fake::{Version, Violation, official_path};

/// One wrong request: a name, the request, the status and the rule it is refused by.
pub type Case = (&'static str, Request, u16, &'static str);

const P3: &str = "/preview3/contenttypes";
const V1: &str = "/v1/contenttypes";

fn body(extra: &Value) -> Value {
    let mut body = json!({ "key": "Story", "displayName": "Story", "baseType": "_page" });
    for (name, value) in extra.as_object().expect("members") {
        body[name] = value.clone();
    }
    body
}

fn with_property(property: &Value) -> Value {
    body(&json!({ "properties": { "field": property } }))
}

/// Every wrong request.
pub fn cases() -> Vec<Case> {
    let mut cases = envelope();
    cases.extend(bodies());
    cases.extend(properties());
    cases
}

/// What is wrong around the body.
#[rustfmt::skip]
fn envelope() -> Vec<Case> {
    let whole = body(&json!({}));
    let story = format!("{V1}/Article");
    let title = json!({ "displayName": "x" });
    vec![
        ("PUT in preview3", Request { method: "PUT", ..post(format!("{P3}/Article"), &whole) }, 405, "method-unknown"),
        ("PUT in v1", Request { method: "PUT", ..post(&story, &whole) }, 405, "method-unknown"),
        ("PATCH on the collection", patch(V1, &title), 405, "method-unknown"),
        ("validate path of the seed code", post(format!("{P3}/validate"), &whole), 405, "method-unknown"),
        ("no such collection", get("/v1/types"), 404, "path-unknown"),
        ("no version at all", get("/contenttypes"), 404, "path-unknown"),
        ("token below a version", post("/v1/oauth/token", &json!({})), 404, "path-unknown"),
        ("manifest, which is not served", post("/v1/manifest", &json!({})), 501, "path-unknown"),
        ("pageSize 0", get(format!("{P3}?pageSize=0")), 400, "query-documented"),
        ("pageSize beyond 10000", get(format!("{V1}?pageSize=10001")), 400, "query-documented"),
        ("pageIndex that is no number", get(format!("{V1}?pageIndex=first")), 400, "query-documented"),
        ("pageSize twice", get(format!("{V1}?pageSize=1&pageSize=2")), 400, "query-documented"),
        ("undocumented query", get(format!("{V1}?limit=10")), 400, "query-documented"),
        ("paging on groups", get("/preview3/propertygroups?pageSize=10"), 400, "query-documented"),
        ("preview2's query switch", patch(format!("{story}?ignoreDataLossWarnings=true"), &title), 400, "query-documented"),
        ("data-loss header that is no boolean", patch(&story, &title).with("cms-ignore-data-loss-warnings", "yes"), 400, "header-documented"),
        ("data-loss header on DELETE", delete(&story).with("cms-ignore-data-loss-warnings", "true"), 400, "header-documented"),
        ("Prefer in preview3", patch(format!("{P3}/Article"), &title).with("prefer", "return=representation"), 400, "header-documented"),
        ("project header of the seed code", get(V1).with("x-project-id", "1"), 400, "header-documented"),
        ("entity tag without quotes", patch(&story, &title).with("if-match", "00000001"), 400, "header-documented"),
        ("date in ISO form", patch(&story, &title).with("if-unmodified-since", "2026-11-20T10:00:00Z"), 400, "header-documented"),
        ("If-Match on POST", post(V1, &whole).with("if-match", "\"1\""), 400, "header-documented"),
        ("PATCH as JSON", patch(&story, &title).with("content-type", "application/json"), 415, "media-type"),
        ("PATCH as json-patch", patch(&story, &json!([])).with("content-type", "application/json-patch+json"), 415, "media-type"),
        ("POST without media type", post(V1, &whole).without("content-type"), 415, "media-type"),
        ("POST with half a body", post(V1, &whole).text("{\"key\":"), 400, "body-schema"),
        ("body on GET", get(V1).text("{}"), 400, "body-schema"),
        ("no token", get(V1), 401, "token-present"),
        ("token with a wrong grant", post("/oauth/token", &json!({ "grant_type": "password", "client_id": SECRET.0, "client_secret": SECRET.1 })), 400, "token-request"),
        ("token with the credentials in the form", Request { method: "POST", ..get("/oauth/token") }.with("content-type", "application/x-www-form-urlencoded").text("grant_type=client_credentials&client_id=test-client&client_secret=test-secret"), 400, "token-request"),
    ]
}

/// What is wrong in the body of a content type.
#[rustfmt::skip]
fn bodies() -> Vec<Case> {
    let story = format!("{V1}/Article");
    vec![
        ("displayName taken away in v1", patch(&story, &json!({ "displayName": null })), 400, "merged-resource"),
        ("array as body", post(V1, &json!([])), 400, "body-schema"),
        ("key that starts with a digit", post(P3, &body(&json!({ "key": "9bad" }))), 400, "key-shape"),
        ("key with a dash", post(V1, &body(&json!({ "key": "my-type" }))), 400, "key-shape"),
        ("key of one character", post(V1, &body(&json!({ "key": "A" }))), 400, "key-shape"),
        ("key of 256 characters", post(P3, &body(&json!({ "key": "k".repeat(256) }))), 400, "key-shape"),
        ("displayName of 256 characters", post(V1, &body(&json!({ "displayName": "d".repeat(256) }))), 400, "body-schema"),
        ("no key", post(P3, &json!({ "displayName": "Story", "baseType": "_page" })), 400, "create-needs-key"),
        ("no baseType", post(V1, &json!({ "key": "Story", "displayName": "Story" })), 400, "create-needs-base-type"),
        ("no displayName in v1", post(V1, &json!({ "key": "Story", "baseType": "_page" })), 400, "create-needs-display-name"),
        ("preview2's base type", post(P3, &body(&json!({ "baseType": "page" }))), 400, "base-type-known"),
        ("_element as base type", post(V1, &body(&json!({ "baseType": "_element" }))), 400, "base-type-known"),
        ("read-only source", post(P3, &body(&json!({ "source": "system" }))), 400, "read-only-member"),
        ("read-only stamp in a patch", patch(&story, &json!({ "lastModified": "2026-11-20T10:00:00Z" })), 400, "read-only-member"),
        ("createdBy in preview3", post(P3, &body(&json!({ "createdBy": "ann" }))), 400, "read-only-member"),
        ("contracts in preview3", post(P3, &body(&json!({ "contracts": [] }))), 400, "unknown-member"),
        ("features of preview2", post(V1, &body(&json!({ "features": [] }))), 400, "unknown-member"),
        ("unknown member set to null", patch(&story, &json!({ "colour": null })), 400, "unknown-member"),
        ("key in a v1 patch", patch(&story, &json!({ "key": "Article" })), 400, "unknown-member"),
        ("baseType in a v1 patch", patch(&story, &json!({ "baseType": "_page" })), 400, "unknown-member"),
        ("another key in a preview3 patch", patch(format!("{P3}/Article"), &json!({ "key": "Other" })), 400, "key-immutable"),
        ("another baseType in a preview3 patch", patch(format!("{P3}/Article"), &json!({ "baseType": "_component" })), 400, "base-type-immutable"),
        ("* in mayContainTypes", post(V1, &body(&json!({ "mayContainTypes": ["*"] }))), 400, "body-schema"),
        ("unknown composition behavior", post(V1, &body(&json!({ "baseType": "_component", "compositionBehaviors": ["rowEnabled"] }))), 400, "body-schema"),
        ("behaviors on a page", post(V1, &body(&json!({ "compositionBehaviors": ["elementEnabled"] }))), 400, "behaviors-need-component"),
    ]
}

/// What is wrong with a property.
#[rustfmt::skip]
fn properties() -> Vec<Case> {
    let on = |path: &str, property: Value| post(path, &with_property(&property));
    vec![
        ("property without type in v1", on(V1, json!({ "displayName": "x" })), 400, "property-needs-type"),
        ("property without type in preview3", on(P3, json!({ "displayName": "x" })), 400, "property-needs-type"),
        ("unknown type", on(V1, json!({ "type": "text" })), 400, "body-schema"),
        ("binary in v1", on(V1, json!({ "type": "binary" })), 400, "body-schema"),
        ("v1 flag in preview3", on(P3, json!({ "type": "string", "isRequired": true })), 400, "unknown-member"),
        ("preview3 flag in v1", on(V1, json!({ "type": "string", "required": true })), 400, "unknown-member"),
        ("imageDescriptor in v1", on(V1, json!({ "type": "contentReference", "imageDescriptor": { "width": 1 } })), 400, "unknown-member"),
        ("negative maxLength", on(V1, json!({ "type": "string", "maxLength": -1 })), 400, "body-schema"),
        ("enum value without a name", on(P3, json!({ "type": "string", "enum": [{ "value": "a" }] })), 400, "body-schema"),
        ("list of lists", on(P3, json!({ "type": "array", "items": { "type": "array" } })), 400, "no-nested-arrays"),
        ("property name with a dash", post(V1, &body(&json!({ "properties": { "sub-title": { "type": "string" } } }))), 400, "property-name"),
        ("minLength on an integer", on(V1, json!({ "type": "integer", "minLength": 1 })), 400, "text-constraints"),
        ("pattern on a boolean", on(P3, json!({ "type": "boolean", "pattern": "a" })), 400, "text-constraints"),
        ("minimum on a text", on(V1, json!({ "type": "string", "minimum": 1 })), 400, "range-constraints"),
        ("fraction as minimum of an integer", on(P3, json!({ "type": "integer", "minimum": 1.5 })), 400, "range-value"),
        ("number as maximum of a date", on(V1, json!({ "type": "dateTime", "maximum": 5 })), 400, "range-value"),
        ("number in the enum of a text", on(V1, json!({ "type": "string", "enum": [{ "value": 1, "displayName": "one" }] })), 400, "enum-value"),
        ("items on a text", on(V1, json!({ "type": "string", "items": { "type": "string" } })), 400, "items-with-array"),
        ("list without items", on(V1, json!({ "type": "array" })), 400, "items-with-array"),
        ("minItems on a text", on(P3, json!({ "type": "string", "minItems": 1 })), 400, "items-with-array"),
        ("contentType with allowedTypes", on(V1, json!({ "type": "content", "contentType": "Article", "allowedTypes": ["_page"] })), 400, "reference-either-or"),
        ("queryable reference", on(V1, json!({ "type": "contentReference", "indexingType": "queryable" })), 400, "indexing-of-reference"),
    ]
}

/// What our own preview3 file refuses the official document must refuse too, and for the same
/// reason; otherwise our file says more than the vendor does.
fn both_documents_agree(name: &str, request: &Request, violations: &[Violation]) {
    let own = violations.iter().find(|held| held.contract == "own preview3");
    // The vendor's text says that these two are tags and dates, its schema does not.
    let prose = request.headers.iter().any(|(held, _)| held.starts_with("if-"));
    let (Some(own), Some(_), false) = (own, official_path(), prose) else { return };
    let official = violations.iter().find(|held| held.contract == "official preview3");
    assert_eq!(official.map(|held| held.rule), Some(own.rule), "{name}");
}

#[tokio::test]
async fn every_wrong_request_is_refused_and_recorded() {
    let cases = cases();
    assert!(cases.len() >= 30, "{} wrong requests", cases.len());
    let bench = Bench::start().await;
    bench.seed_article();
    for (name, request, status, rule) in cases {
        let before = bench.fake.control().state(Version::V1);
        let bare = rule.starts_with("token") || request.path.starts_with("/oauth");
        let reply = if bare { bench.raw(&request).await } else { bench.try_send(&request).await };
        let reply = reply.expect("an answer");
        let violations = bench.fake.control().take_violations();
        assert_eq!(reply.status, status, "{name}: {reply:?}");
        assert_eq!(bench.last_rule(), Some(rule), "{name}: {violations:?}");
        assert!(violations.iter().any(|held| held.rule == rule), "{name}: {violations:?}");
        both_documents_agree(name, &request, &violations);
        let after = bench.fake.control().state(Version::V1);
        assert_eq!(before, after, "{name} changed the store");
    }
    bench.fake.assert_clean();
}
