//! What faults make of an answer.

use std::time::Duration;

use serde_json::{Value, json};

use super::Answer;
use super::fault::{FaultKind, Moment, RetryAfter};
use super::time::Time;

/// Gives the answer that a fault puts in the place of the handler's, with nothing written.
pub fn instead(faults: &[FaultKind], time: &Time) -> Option<Answer> {
    faults.iter().find_map(|fault| match fault {
        FaultKind::Status { moment: Moment::Before, .. }
        | FaultKind::TooManyRequests { .. }
        | FaultKind::HtmlBody { moment: Moment::Before, .. }
        | FaultKind::EmptyBody { .. } => told(fault, time),
        _ => None,
    })
}

/// Changes the handler's answer once the effect is made.
pub fn after(mut answer: Answer, method: &str, faults: &[FaultKind], time: &Time) -> Answer {
    let writes = method != "GET" && answer.status < 300;
    for fault in faults {
        answer = match fault {
            FaultKind::Status { moment: Moment::After, .. }
            | FaultKind::HtmlBody { moment: Moment::After, .. } => {
                told(fault, time).unwrap_or(answer)
            }
            FaultKind::WeakEntityTag => weaken(answer),
            FaultKind::MissingEntityTag => answer.without("etag"),
            FaultKind::ExtraMembers => edit_body(answer, &add_members),
            FaultKind::MissingTotal => edit_body(answer, &drop_total),
            FaultKind::Accepted if writes => Answer::empty(202),
            FaultKind::NoContent if writes => Answer::empty(204),
            _ => answer,
        };
    }
    answer
}

fn told(fault: &FaultKind, time: &Time) -> Option<Answer> {
    let (answer, retry_after) = match fault {
        FaultKind::Status { status, retry_after, .. } => {
            (Answer::problem(*status, "A fault was switched on."), *retry_after)
        }
        FaultKind::TooManyRequests { retry_after } => {
            let answer = Answer::problem(429, "Too many requests.");
            (answer.with("content-type", "application/json"), *retry_after)
        }
        FaultKind::HtmlBody { status, .. } => {
            let page = "<!DOCTYPE html><html><body><h1>Gateway</h1></body></html>";
            (Answer::text(*status, "text/html; charset=utf-8", page.to_owned()), None)
        }
        FaultKind::EmptyBody { status } => (Answer::empty(*status), None),
        _ => return None,
    };
    Some(match retry_after {
        Some(RetryAfter::Seconds(seconds)) => answer.with("retry-after", seconds.to_string()),
        Some(RetryAfter::DateIn(seconds)) => {
            let date = time.now() + Duration::from_secs(seconds);
            answer.with("retry-after", httpdate::fmt_http_date(date))
        }
        None => answer,
    })
}

fn weaken(answer: Answer) -> Answer {
    match answer.header("etag").map(str::to_owned) {
        Some(tag) if !tag.starts_with("W/") => answer.with("etag", format!("W/{tag}")),
        _ => answer,
    }
}

fn edit_body(mut answer: Answer, edit: &dyn Fn(&mut Value)) -> Answer {
    let parsed = answer.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    if let Some(mut body) = parsed {
        edit(&mut body);
        answer.body = Some(body.to_string());
    }
    answer
}

fn add_members(body: &mut Value) {
    let members = body.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten();
    for item in members {
        item["undocumented"] = json!({ "since": "tomorrow" });
    }
    body["undocumented"] = json!({ "since": "tomorrow" });
}

fn drop_total(body: &mut Value) {
    if let Some(body) = body.as_object_mut() {
        body.remove("totalItemCount");
        body.remove("totalCount");
    }
}
