//! Checks one answer of the fake against one contract (facts §7, rule 3).

use serde_json::Value;

use super::super::{Answer, Version};
use super::contract::{Found, Promise};
use super::{Breach, Contract};

/// Statuses that the documents lack and reality has, each with its source (facts §7, rule 4).
pub const TOLERATED_STATUSES: [(Version, u16, &str); 15] = [
    (Version::Preview3, 400, "facts §7, rule 2: the gate refuses any wrong request"),
    (Version::Preview3, 202, "facts §2: a 200 may become 202 in the future"),
    (Version::Preview3, 401, "facts §1: tokens end after 300 s; preview3 documents no 401"),
    (Version::Preview3, 404, "facts §0: preview3 is being switched off"),
    (Version::Preview3, 405, "facts §2: PUT is undefined, expect 405"),
    (Version::Preview3, 409, "facts §2: 'already exists' was seen [3P]"),
    (Version::Preview3, 410, "facts §0: preview3 is being switched off"),
    (Version::Preview3, 415, "facts §2: undocumented; the answer of any HTTP server"),
    (Version::Preview3, 501, "the fake's own: a known resource that it does not serve"),
    (Version::V1, 400, "facts §7, rule 2: the gate refuses any wrong request"),
    (Version::V1, 202, "facts §2: a 200 may become 202 in the future"),
    (Version::V1, 404, "an unknown path"),
    (Version::V1, 405, "facts §2: PUT is undefined, expect 405"),
    (Version::V1, 415, "facts §2: undocumented; the answer of any HTTP server"),
    (Version::V1, 501, "the fake's own: a known resource that it does not serve"),
];

/// Checks the answer to a request whose path is already below the version.
pub fn check(
    contract: &Contract,
    version: Option<Version>,
    (method, path): (&str, &str),
    answer: &Answer,
) -> Vec<Breach> {
    let operation = match contract.find(method, path) {
        Found::Operation(operation, _) => Some(operation),
        Found::OtherMethods | Found::Nothing => None,
    };
    if let Some(promise) = operation.and_then(|held| held.answers.get(&answer.status)) {
        return check_promise(contract, promise, answer);
    }
    let tolerated = TOLERATED_STATUSES
        .iter()
        .any(|(held, status, _)| Some(*held) == version && *status == answer.status);
    if tolerated {
        return check_problem(answer);
    }
    let message = format!("{} is not documented for {method} {path}", answer.status);
    vec![Breach::new("answer-status", "status", message)]
}

fn check_promise(contract: &Contract, promise: &Promise, answer: &Answer) -> Vec<Breach> {
    let mut breaches: Vec<Breach> = promise
        .headers
        .iter()
        .filter(|name| answer.header(name).is_none())
        .map(|name| Breach::new("answer-header", format!("header {name}"), "is missing"))
        .collect();
    let Some(body) = &answer.body else {
        if !promise.bodies.is_empty() {
            breaches.push(Breach::new("answer-body", "body", "is missing"));
        }
        return breaches;
    };
    let media = answer.header("content-type").unwrap_or_default();
    let Some((_, validator)) = promise.bodies.iter().find(|(held, _)| held == media) else {
        let message = format!("{media:?} is not documented for {}", answer.status);
        breaches.push(Breach::new("answer-body", "header content-type", message));
        return breaches;
    };
    match serde_json::from_str::<Value>(body) {
        Ok(body) => {
            let found = validator.breaches(contract, &body).into_iter();
            breaches.extend(found.map(|breach| Breach { rule: "answer-body", ..breach }));
        }
        Err(error) => breaches.push(Breach::new("answer-body", "body", error.to_string())),
    }
    breaches
}

/// A tolerated status still carries problem details, or nothing.
fn check_problem(answer: &Answer) -> Vec<Breach> {
    let Some(body) = &answer.body else { return Vec::new() };
    let told = serde_json::from_str::<Value>(body).ok();
    let told = told.and_then(|body| body.get("status").and_then(Value::as_u64));
    if told == Some(u64::from(answer.status)) {
        return Vec::new();
    }
    vec![Breach::new("answer-body", "/status", "problem details must repeat the status")]
}
