//! The contracts: our own files, the vendor's document, and that they agree.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{Bench, Request, get, patch, post};
use crate::support::fake::{
    OFFICIAL_FILE, OFFICIAL_SHA256, Side, TOLERATED_STATUSES, Version, judge_example,
    official_path, own_document,
};

/// The rows of the table in facts §6, in its order.
const ROWS: [&str; 12] = [
    "base",
    "property flags",
    "page total",
    "formats",
    "PATCH body",
    "create",
    "write answers",
    "status codes",
    "new members",
    "dropped",
    "new resources",
    "v1.1",
];

/// Reads the official document, or says that its checks are skipped.
fn official() -> Option<String> {
    let path = official_path();
    if path.is_none() {
        println!("skipped: {OFFICIAL_FILE} is not here");
    }
    path.map(|path| std::fs::read_to_string(path).expect("the official document reads"))
}

#[test]
fn the_official_document_is_the_one_we_know() {
    let Some(text) = official() else { return };
    let digest = Sha256::digest(text.as_bytes());
    let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex.concat(), OFFICIAL_SHA256);
}

#[test]
fn our_preview3_file_offers_nothing_that_the_official_one_lacks() {
    let Some(text) = official() else { return };
    let official: Value = serde_json::from_str(&text).expect("JSON");
    for (path, method, operation) in operations(Version::Preview3) {
        let theirs = &official["paths"][&path][&method];
        assert!(theirs.is_object(), "{method} {path}");
        assert_eq!(names(&operation["responses"]), names(&theirs["responses"]), "{method} {path}");
        let content = |held: &Value| names(&held["requestBody"]["content"]);
        assert_eq!(content(&operation), content(theirs), "{method} {path}");
        assert_eq!(parameters(&operation), parameters(theirs), "{method} {path}");
    }
    let ours = own_document(Version::Preview3);
    for (name, schema) in ours["components"]["schemas"].as_object().expect("schemas") {
        let theirs = &official["components"]["schemas"][name];
        assert_eq!(names(&schema["properties"]), names(&theirs["properties"]), "{name}");
        let read_only = |held: &Value| {
            let members = held["properties"].as_object().into_iter().flatten();
            let mut marked: Vec<_> = members
                .filter(|(_, member)| member["readOnly"] == true)
                .map(|(name, _)| name.clone())
                .collect();
            marked.sort();
            marked
        };
        if !name.ends_with("Page") {
            assert_eq!(read_only(schema), read_only(theirs), "{name}");
        }
    }
}

fn operations(version: Version) -> Vec<(String, String, Value)> {
    let document = own_document(version);
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            all.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    all
}

fn names(held: &Value) -> Vec<String> {
    let mut names: Vec<String> =
        held.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

fn parameters(operation: &Value) -> Vec<String> {
    let held = operation["parameters"].as_array().into_iter().flatten();
    let mut names: Vec<String> = held.map(|one| one["name"].to_string()).collect();
    names.sort();
    names
}

#[test]
fn the_v1_file_has_a_check_for_each_row_of_the_facts() {
    let document = own_document(Version::V1);
    let checks = document["x-checks"].as_array().expect("checks");
    let rows: Vec<_> = checks.iter().map(|check| check["row"].as_str().expect("a row")).collect();
    assert_eq!(rows, ROWS);
    for check in checks {
        for example in check["accepts"].as_array().expect("examples") {
            assert_eq!(judge_example(example), [], "{}: {example}", check["row"]);
        }
        let refused = check["refuses"].as_array().expect("examples");
        assert!(!refused.is_empty(), "{}", check["row"]);
        for example in refused {
            assert_ne!(judge_example(example), [], "{}: {example}", check["row"]);
        }
    }
}

#[test]
fn every_tolerated_status_has_a_reason() {
    assert!(TOLERATED_STATUSES.iter().all(|(_, _, reason)| !reason.is_empty()));
}

#[test]
fn an_answer_that_departs_is_seen() {
    let to = json!({ "method": "GET", "path": "/preview3/contenttypes" });
    let total = json!({ "answer": {
        "to": to, "status": 200, "headers": { "content-type": "application/json" },
        "body": { "items": [], "totalCount": 0 },
    } });
    assert_eq!(judge_example(&total)[0].rule, "answer-body");
    let teapot = json!({ "answer": { "to": to, "status": 418 } });
    assert_eq!(judge_example(&teapot)[0].rule, "answer-status");
    let untagged = json!({ "answer": {
        "to": { "method": "GET", "path": "/preview3/contenttypes/Article" }, "status": 200,
        "headers": { "content-type": "application/json" }, "body": {},
    } });
    assert_eq!(judge_example(&untagged)[0].rule, "answer-header");
}

#[tokio::test]
async fn every_operation_of_our_files_has_a_handler() {
    let bench = Bench::start().await;
    for version in Version::ALL {
        for (path, method, operation) in operations(version) {
            let path = format!("/{}{}", version.segment(), path.replace("{key}", "Nothing"));
            let mut request = Request { method: capitals(&method), ..get(path) };
            if let Some(media) = operation["requestBody"]["content"].as_object() {
                let media = media.keys().next().expect("a media type");
                let body = json!({ "displayName": "Thing" });
                request = request.with("content-type", media).text(&body.to_string());
            }
            let reply = bench.send(&request).await;
            assert_ne!(reply.status, 501, "{method} {request:?}");
        }
    }
    let violations = bench.fake.control().take_violations();
    assert!(violations.iter().all(|held| held.side == Side::Request), "{violations:?}");
}

fn capitals(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "post" => "POST",
        "patch" => "PATCH",
        "delete" => "DELETE",
        other => panic!("{other}"),
    }
}

/// Each repair of the official document (R1 to R4, facts §7) lets something legal through.
#[tokio::test]
async fn legal_bodies_pass_the_repaired_official_document() {
    let bench = Bench::start().await;
    let body = json!({
        "key": "Product_1", "displayName": "Product", "baseType": "_component",
        "mayContainTypes": ["_page"], "compositionBehaviors": ["elementEnabled"],
        "properties": {
            "price": { "type": "float", "minimum": 0, "maximum": 9.5 },
            "stock": { "type": "integer", "minimum": null, "enum": [
                { "value": 1, "displayName": "one" }, { "value": 2, "displayName": "two" },
            ] },
            "since": { "type": "dateTime", "minimum": "2026-11-20T10:00:00Z" },
            "photo": { "type": "contentReference", "format": null, "allowedTypes": ["_image"],
                       "imageDescriptor": { "width": 10, "height": 10, "pregenerated": true } },
            "parts": { "type": "array", "maxItems": 4, "items": { "type": "component", "contentType": "_component" } },
            "raw": { "type": "binary" },
        },
    });
    let made = bench.send(&post("/preview3/contenttypes", &body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let change = json!({
        "description": null,
        "properties": { "price": { "maximum": null }, "raw": null, "more": { "type": "string", "pattern": "a+" } },
    });
    let change = patch("/preview3/contenttypes/Product_1", &change)
        .with("cms-ignore-data-loss-warnings", "true")
        .with("if-match", &made.etag());
    let changed = bench.send(&change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let list = bench.send(&get("/preview3/contenttypes?sources=DEFAULT&sources=system")).await;
    assert_eq!(list.status, 200);
    assert_eq!(bench.send(&get("/v1/contenttypes/Product_1")).await.status, 200);
    bench.fake.assert_clean();
}
