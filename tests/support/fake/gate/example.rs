//! Examples in a contract file: requests and answers that it must accept or refuse.
//!
//! `{"request": {"method", "path", "headers", "body"}}`, or
//! `{"answer": {"to": {"method", "path"}, "status", "headers", "body"}}`.

use serde_json::Value;

use super::super::{Answer, Call, Version};
use super::{Breach, Contracts, check_request, check_response};

/// Judges one example by our own contract of the version in its path.
pub fn judge_example(example: &Value) -> Vec<Breach> {
    let (request, answer) = match example.get("answer") {
        Some(answer) => (&answer["to"], Some(answer)),
        None => (&example["request"], None),
    };
    let text = |member: &str| request[member].as_str().unwrap_or_default().to_owned();
    let call = Call {
        method: text("method"),
        path: text("path"),
        query: String::new(),
        headers: headers(request),
        body: body(request).unwrap_or_default(),
    };
    let (version, below) = Version::of_path(&call.path).expect("an example names a version");
    let contract = Contracts::shared().own(version);
    let Some(held) = answer else { return check_request(contract, &call, below) };
    let status = held["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let answer = Answer {
        headers: headers(held),
        body: body(held),
        ..Answer::empty(status.expect("an example answer has a status"))
    };
    check_response(contract, Some(version), (&call.method, below), &answer)
}

fn headers(held: &Value) -> Vec<(String, String)> {
    let headers = held["headers"].as_object().into_iter().flatten();
    headers
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn body(held: &Value) -> Option<String> {
    held.get("body").map(Value::to_string)
}
