//! Checks one request against one contract, before any handler sees it (facts §7, rule 2).

use serde_json::{Value, json};

use super::super::Call;
use super::contract::{Found, Operation, Parameter};
use super::{Breach, Contract};

/// Headers that any HTTP client may send; every other one must be documented.
const ORDINARY_HEADERS: [&str; 15] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "host",
    "pragma",
    "sec-fetch-mode",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "user-agent",
];

/// Checks a request whose path is already below the version.
pub fn check(contract: &Contract, call: &Call, path: &str) -> Vec<Breach> {
    let operation = match contract.find(&call.method, path) {
        Found::Operation(operation, _) => operation,
        Found::OtherMethods => {
            let message = format!("{} is not offered here", call.method);
            return vec![Breach::new("method-unknown", path, message).answered(405)];
        }
        Found::Nothing if contract.unserved.iter().any(|known| path.starts_with(known)) => {
            let message = "exists in this version, but the fake does not serve it";
            return vec![Breach::new("path-unknown", path, message).answered(501)];
        }
        Found::Nothing => {
            return vec![Breach::new("path-unknown", path, "no such path").answered(404)];
        }
    };
    let mut breaches = check_query(operation, call);
    breaches.extend(check_headers(operation, call));
    breaches.extend(check_body(contract, operation, call));
    breaches
}

fn check_query(operation: &Operation, call: &Call) -> Vec<Breach> {
    let pairs = call.query_pairs();
    let mut breaches = Vec::new();
    for (position, (name, value)) in pairs.iter().enumerate() {
        let at = format!("query {name}");
        let Some(parameter) = operation.query.iter().find(|held| held.name == *name) else {
            breaches.push(Breach::new("query-documented", at, "is not documented here"));
            continue;
        };
        let repeated = pairs[..position].iter().any(|(earlier, _)| earlier == name);
        if repeated && parameter.schema["type"] != "array" {
            breaches.push(Breach::new("query-documented", at.clone(), "is given twice"));
        }
        if let Some(message) = misfit(parameter, value) {
            breaches.push(Breach::new("query-documented", at, message));
        }
    }
    breaches
}

fn check_headers(operation: &Operation, call: &Call) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, value) in &call.headers {
        let at = format!("header {name}");
        match operation.headers.iter().find(|held| held.name.eq_ignore_ascii_case(name)) {
            Some(parameter) => {
                let misfit = misfit(parameter, value);
                breaches.extend(misfit.map(|text| Breach::new("header-documented", at, text)));
            }
            None if ORDINARY_HEADERS.contains(&name.as_str()) => {}
            None => breaches.push(Breach::new("header-documented", at, "is not documented here")),
        }
    }
    breaches
}

fn check_body(contract: &Contract, operation: &Operation, call: &Call) -> Vec<Breach> {
    if operation.bodies.is_empty() {
        let sent = !call.body.is_empty();
        let breach = || Breach::new("body-schema", "body", "there should be none");
        return sent.then(breach).into_iter().collect();
    }
    let media = call.media_type().unwrap_or_default();
    let Some((_, validator)) = operation.bodies.iter().find(|(held, _)| *held == media) else {
        let message = format!("{media:?} is not taken here");
        return vec![Breach::new("media-type", "header content-type", message).answered(415)];
    };
    let body = match body_value(&media, &call.body) {
        Ok(body) => body,
        Err(message) => return vec![Breach::new("body-schema", "body", message)],
    };
    validator.breaches(contract, &body)
}

/// Reads a body as JSON; a form becomes an object of strings.
fn body_value(media: &str, body: &str) -> Result<Value, String> {
    if media == "application/x-www-form-urlencoded" {
        let pairs = url::form_urlencoded::parse(body.as_bytes()).into_owned();
        return Ok(Value::Object(pairs.map(|(name, value)| (name, json!(value))).collect()));
    }
    serde_json::from_str(body).map_err(|error| format!("is not JSON: {error}"))
}

/// Says how a parameter's text departs from its schema.
fn misfit(parameter: &Parameter, text: &str) -> Option<String> {
    let schema = &parameter.schema;
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer"), _) => {
            let Ok(number) = text.parse::<i64>() else { return Some("is not a number".into()) };
            let below = schema["minimum"].as_i64().is_some_and(|least| number < least);
            let above = schema["maximum"].as_i64().is_some_and(|most| number > most);
            (below || above).then(|| format!("{number} is out of range"))
        }
        (Some("boolean"), _) if text != "true" && text != "false" => {
            Some(format!("{text:?} is not a boolean"))
        }
        (_, Some("http-date")) if httpdate::parse_http_date(text).is_err() => {
            Some(format!("{text:?} is not an HTTP date"))
        }
        (_, Some("entity-tag")) if !is_entity_tags(text) => {
            Some(format!("{text:?} is not an entity tag"))
        }
        _ => None,
    }
}

/// RFC 9110 §8.8.3: `*`, or a list of quoted tags, each perhaps weak.
fn is_entity_tags(text: &str) -> bool {
    text == "*"
        || text.split(',').map(str::trim).all(|tag| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"')
        })
}
