//! States, history and analytics as JavaScript asks for them.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::error;
use super::type_ref::{required_type, type_ref};
use crate::argument::{Argument, parse_argument};
use crate::compose::provider_request;
use crate::engine::{AnalyticsQuery, HistoryQuery, Report, StateQuery, SyncState};
use crate::error::SyncError;
use crate::model::Json;

/// How attempts end.
const ENDS: [(&str, &str); 3] =
    [("SUCCESS", "SUCCESS"), ("FAILED", "FAILED"), ("PARTIAL", "PARTIAL")];

const REPORTS: [(&str, Report); 4] = [
    ("health", Report::Health),
    ("metrics", Report::Metrics),
    ("failures", Report::Failures),
    ("success-rate", Report::SuccessRate),
];

#[napi_derive::napi]
impl NativeEngine {
    /// Where a type stands.
    #[napi(catch_unwind)]
    pub fn sync_state<'env>(
        &self,
        env: &'env Env,
        wanted: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let json = parse_argument("type", &wanted)?;
            let wanted = required_type(&Argument::new("type", &json))?;
            error::json(&shared.open().await?.engine.sync_state(&wanted).await?)
        })
    }

    /// Where every type stands.
    #[napi(catch_unwind)]
    pub fn sync_states<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let query = state_query(&options)?;
            error::json(&shared.open().await?.engine.sync_states(&query).await?)
        })
    }

    /// A page of what was sent and what came back.
    #[napi(catch_unwind)]
    pub fn sync_history<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let query = history_query(&options)?;
            error::json(&shared.open().await?.engine.sync_history(&query).await?)
        })
    }

    /// One attempt, or `null`.
    #[napi(catch_unwind)]
    pub fn sync_record<'env>(
        &self,
        env: &'env Env,
        id: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = record_id(&id)?;
            error::json(&shared.open().await?.engine.sync_record(id).await?)
        })
    }

    /// The latest attempt at a type that succeeded, or `null`.
    #[napi(catch_unwind)]
    pub fn last_successful_sync<'env>(
        &self,
        env: &'env Env,
        wanted: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let json = parse_argument("type", &wanted)?;
            let wanted = required_type(&Argument::new("type", &json))?;
            error::json(&shared.open().await?.engine.last_successful_sync(&wanted).await?)
        })
    }

    /// The history added up.
    #[napi(catch_unwind)]
    pub fn analytics<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let query = analytics_query(&options)?;
            error::json(&shared.open().await?.engine.analytics(&query).await?)
        })
    }
}

fn state_query(text: &str) -> Result<StateQuery, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    let words = SyncState::STATUSES.map(|word| (word, word));
    Ok(StateQuery {
        status: options.member("status")?.one_of(&words)?,
        website_id: some_text(&options.member("websiteId")?)?,
        provider: provider_request(&options.member("provider")?)?.id,
    })
}

fn history_query(text: &str) -> Result<HistoryQuery, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    let (from, to) = period(&options)?;
    let default = HistoryQuery::default();
    Ok(HistoryQuery {
        wanted: type_ref(&options.member("type")?)?,
        platform: some_text(&options.member("platform")?)?,
        status: options.member("status")?.one_of(&ENDS)?,
        deployment_id: some_text(&options.member("deploymentId")?)?,
        from,
        to,
        limit: options.member("limit")?.whole(1, HistoryQuery::MOST)?.unwrap_or(default.limit),
        offset: options.member("offset")?.whole(0, u32::MAX)?.unwrap_or(default.offset),
    })
}

fn analytics_query(text: &str) -> Result<AnalyticsQuery, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    let (from, to) = period(&options)?;
    Ok(AnalyticsQuery {
        platform: some_text(&options.member("platform")?)?,
        wanted: type_ref(&options.member("type")?)?,
        report: options.member("report")?.one_of(&REPORTS)?.unwrap_or_default(),
        from,
        to,
    })
}

/// Two moments, the earlier one first.
pub(super) fn period(options: &Argument<'_>) -> Result<(Option<i64>, Option<i64>), SyncError> {
    let (first, last) = (options.member("from")?, options.member("to")?);
    let (from, to) = (first.moment()?, last.moment()?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(last.expected("no earlier than options.from"));
    }
    Ok((from, to))
}

/// A text; an empty one, as a form sends it, is none.
fn some_text(argument: &Argument<'_>) -> Result<Option<String>, SyncError> {
    Ok(argument.text()?.filter(|text| !text.is_empty()).map(str::to_owned))
}

/// The id of a record: a whole number, which a route may have as a text.
fn record_id(text: &str) -> Result<i64, SyncError> {
    let json = parse_argument("id", text)?;
    let id = Argument::new("id", &json);
    let read = match id.value() {
        Some(Json::String(text)) => text.as_str().and_then(|text| text.parse().ok()),
        Some(Json::Number(number)) if number.fract() == 0.0 && number.abs() < 9e15 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            Some(*number as i64)
        }
        _ => None,
    };
    read.ok_or_else(|| id.expected("the id of a record, a whole number"))
}
