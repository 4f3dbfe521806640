//! The job as it is kept: as given, without secrets, with how it ended.

use crate::canonical::{parse, write};
use crate::model::{Json, Text};
use crate::port::{RunRow, Told};

use super::narrate::KEPT_ENTRIES;
use super::outcome::status_word;
use super::report::{ErrorReport, RunReport, RunStatus};
use super::{Platforms, RunRequest};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Names of members that hold a secret contain one of these, in lower case and without separators.
const SECRETS: [&str; 7] =
    ["secret", "password", "passwd", "token", "apikey", "authorization", "credential"];

/// The job as given, without secrets. A host may hand over whatever its own objects hold, and the
/// state is no place for what the provider was configured with.
pub(super) fn kept_job(request: &RunRequest, platforms: &dyn Platforms) -> String {
    write(&members_of(request, platforms))
}

/// The job with how it ended; `log` is what the run told, JSON objects.
pub(super) fn stored_result(
    request: &RunRequest,
    report: &RunReport,
    log: &[String],
    platforms: &dyn Platforms,
    at: i64,
) -> String {
    let outcome = match report.status {
        RunStatus::Completed => Some("success"),
        RunStatus::Partial => Some("partial"),
        RunStatus::Failed => Some("failed"),
        RunStatus::Cancelled => None,
    };
    let told = [
        ("id", serde_json::to_string(&request.job_id)),
        ("status", serde_json::to_string(status_word(report.status))),
        ("progress", serde_json::to_string(&report.progress)),
        ("outcome", serde_json::to_string(&outcome)),
        ("completedAt", serde_json::to_string(&at)),
        ("outcomes", serde_json::to_string(&report.outcomes)),
        ("metrics", serde_json::to_string(&report.metrics)),
        ("recovery", serde_json::to_string(&report.recovery)),
        ("error", serde_json::to_string(&report.shortfall())),
        ("errorInfo", serde_json::to_string(&report.failure().map(ErrorReport::from))),
    ];
    let mut job = members_of(request, platforms);
    if let Json::Object(members) = &mut job {
        // What an earlier run of the same job said must not stay beside it.
        members.retain(|(own, _)| told.iter().all(|(name, _)| own.as_str() != Some(*name)));
        for (name, text) in &told {
            if let Some(value) = text.as_ref().ok().and_then(|text| parse(text).ok())
                && !value.is_null()
            {
                members.push((Text::from(*name), value.into_owned()));
            }
        }
        add_to_log(members, log);
    }
    write(&job)
}

/// A job as it was given, with how far its run is.
pub(super) fn running(job: &str, told: &Told) -> String {
    let mut job = parse(job).map_or(Json::Object(Vec::new()), Json::into_owned);
    if let Json::Object(members) = &mut job {
        for (name, value) in
            [("status", Json::str("running")), ("progress", Json::Number(told.progress.into()))]
        {
            members.retain(|(own, _)| own.as_str() != Some(name));
            members.push((Text::from(name), value));
        }
        add_to_log(members, &told.entries);
    }
    write(&job)
}

/// A kept job with what its run knows of it: one that undoes a deployment was not given by anybody, and
/// says neither where it went nor when it began.
pub(super) fn with_run(job: &str, run: &RunRow) -> String {
    let mut job = parse(job).map_or(Json::Object(Vec::new()), Json::into_owned);
    if let Json::Object(members) = &mut job {
        let has = |members: &[(Text<'_>, Json<'_>)], name| {
            members.iter().any(|(own, value)| own.as_str() == Some(name) && !value.is_null())
        };
        if !has(members, "providerId") {
            members.push((Text::from("providerId"), Json::str(run.provider.clone())));
            if let [scope] = &*run.scopes {
                members.push((Text::from("websiteId"), Json::str(scope.website_id.clone())));
            }
        }
        if !has(members, "startedAt") {
            #[expect(clippy::cast_precision_loss, reason = "no moment comes near 2^53")]
            let began = run.started_at as f64;
            members.push((Text::from("startedAt"), Json::Number(began)));
        }
    }
    write(&job)
}

/// Adds to the log of a job, of which the last entries are kept.
fn add_to_log(members: &mut Vec<(Text<'static>, Json<'static>)>, entries: &[String]) {
    let at = members.iter().position(|(name, _)| name.as_str() == Some("logs"));
    let mut log = match at.map(|at| members.remove(at).1) {
        Some(Json::Array(own)) => own,
        _ => Vec::new(),
    };
    log.extend(entries.iter().filter_map(|entry| Some(parse(entry).ok()?.into_owned())));
    log.drain(..log.len().saturating_sub(KEPT_ENTRIES));
    members.push((Text::from("logs"), Json::Array(log)));
}

/// The members of the job; none when it is no object, which the boundary has refused before.
fn members_of(request: &RunRequest, platforms: &dyn Platforms) -> Json<'static> {
    let conceal = |text: &str| platforms.conceal(&request.provider, text);
    match parse(&request.job) {
        Ok(job @ Json::Object(_)) => masked(job.into_owned(), &conceal),
        _ => Json::Object(Vec::new()),
    }
}

fn masked(value: Json<'static>, conceal: &dyn Fn(&str) -> String) -> Json<'static> {
    match value {
        Json::String(Text::Str(text)) => Json::str(conceal(&text)),
        Json::Array(elements) => {
            Json::Array(elements.into_iter().map(|element| masked(element, conceal)).collect())
        }
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| match value {
                    Json::String(_) if names_secret(&name.to_lossy()) => (name, Json::str(MASK)),
                    value => (name, masked(value, conceal)),
                })
                .collect(),
        ),
        other => other,
    }
}

fn names_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    SECRETS.iter().any(|word| plain.contains(word))
}
