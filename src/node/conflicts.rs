//! Conflicts and decisions about them, as JavaScript asks for them.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::{NativeEngine, Shared};
use super::error;
use super::options::with_default;
use super::type_ref::{required_type, type_ref};
use crate::argument::{Argument, parse_argument};
use crate::canonical::{Canonical, Path};
use crate::compose::provider_request;
use crate::engine::{Choice, ConflictQuery, ConflictRef, ProviderRequest, Strategy, Values, Wish};
use crate::error::{ErrorCode, SyncError, quoted};
use crate::model::Json;

/// Conflicts of a page, unless the caller says how many, and at most.
const PAGE: (u32, u32) = (50, 1_000);

/// What the ids of conflicts begin with.
const ID: &str = "conflict_";

/// What a conflict may be named by.
const NAMES: &str = "a conflict, the id of one, or a type";

const STRATEGIES: [(&str, Strategy); 8] = [
    ("source_wins", Strategy::SourceWins),
    ("target_wins", Strategy::TargetWins),
    ("merge", Strategy::Merge),
    ("manual", Strategy::Manual),
    ("local_wins", Strategy::SourceWins),
    ("remote_wins", Strategy::TargetWins),
    ("auto_merge", Strategy::Merge),
    ("manual_merge", Strategy::Manual),
];

#[napi_derive::napi]
impl NativeEngine {
    /// Decides conflicts. `choices` are the answers of a callback, `{ choice }` or `{ failure }` for each
    /// conflict; without them all are decided as the options say.
    #[napi(catch_unwind)]
    pub fn resolve_conflicts<'env>(
        &self,
        env: &'env Env,
        conflicts: String,
        options: String,
        choices: Option<String>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let conflicts = conflict_refs(&conflicts)?;
            let Options { provider, by, choice } = options_of(&options, &shared)?;
            let choices = match choices {
                Some(choices) => answers(&choices)?,
                None => conflicts.iter().map(|_| Ok(Some(choice.clone()))).collect(),
            };
            let wishes = conflicts.into_iter().zip(choices);
            let wishes = wishes.map(|(conflict, choice)| Wish { conflict, choice }).collect();
            error::json(&shared.open().await?.engine.carry_out(&provider, &by, wishes).await?)
        })
    }

    /// The open conflicts that are meant, in their order; `null` for what is none.
    #[napi(catch_unwind)]
    pub fn open_conflicts<'env>(
        &self,
        env: &'env Env,
        conflicts: String,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let conflicts = conflict_refs(&conflicts)?;
            let provider = options_of(&options, &shared)?.provider;
            error::json(&shared.open().await?.engine.open_conflicts(&provider, conflicts).await?)
        })
    }

    /// A page of the conflicts that runs recorded.
    #[napi(catch_unwind)]
    pub fn conflicts<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let query = conflict_query(&options)?;
            error::json(&shared.open().await?.engine.conflicts(&query).await?)
        })
    }

    /// One conflict, or `null`.
    #[napi(catch_unwind)]
    pub fn conflict<'env>(
        &self,
        env: &'env Env,
        id: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = conflict_id(&id)?;
            error::json(&shared.open().await?.engine.conflict(&id).await?)
        })
    }

    /// Takes a conflict out of the log; tells whether there was one.
    #[napi(catch_unwind)]
    pub fn delete_conflict<'env>(
        &self,
        env: &'env Env,
        id: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = conflict_id(&id)?;
            error::json(&shared.open().await?.engine.delete_conflict(&id).await?)
        })
    }

    /// Takes what was decided long ago out of the log; tells how many.
    #[napi(catch_unwind)]
    pub fn clear_resolved<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let days = days(&options)?;
            error::json(&shared.open().await?.engine.clear_decided(days).await?)
        })
    }
}

/// How conflicts are decided that no callback is asked about, by whom, and with which target.
struct Options {
    provider: ProviderRequest,
    by: String,
    choice: Choice,
}

fn options_of(text: &str, shared: &Shared) -> Result<Options, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    options.refuse_misspelt(&["strategy", "values", "resolvedBy", "provider"])?;
    let by = options.member("resolvedBy")?.text()?.filter(|by| !by.is_empty());
    Ok(Options {
        provider: with_default(provider_request(&options.member("provider")?)?, &shared.options),
        by: by.unwrap_or(&shared.actor.id).to_owned(),
        choice: choice(&options, Some(Strategy::Merge))?,
    })
}

/// Reads `{ strategy, values }`. Whoever gives values decides by hand.
fn choice(argument: &Argument<'_>, default: Option<Strategy>) -> Result<Choice, SyncError> {
    let (named, given) = (argument.member("strategy")?, argument.member("values")?);
    let values = values(&given)?;
    let default = if given.value().is_some() { Some(Strategy::Manual) } else { default };
    let strategy = named.one_of(&STRATEGIES)?.or(default);
    let strategy = strategy.ok_or_else(|| named.expected("how the conflict is decided"))?;
    if strategy != Strategy::Manual && !values.is_empty() {
        return Err(named.expected("\"manual\", because there are values"));
    }
    Ok(Choice { strategy, values })
}

/// Reads values by path; `null` removes what is there.
fn values(argument: &Argument<'_>) -> Result<Values, SyncError> {
    let Some(given) = argument.value() else { return Ok(Values::new()) };
    let members =
        given.members().ok_or_else(|| argument.expected("an object of values by path"))?;
    let read = |name: &str, value: &Json<'_>| {
        let path = Path::parse(name).ok_or_else(|| {
            let message = format!("{} is no path of a conflict", quoted(name));
            SyncError::new(ErrorCode::InvalidArgument, message)
                .next_step("use the paths in `fields` of the conflict")
        })?;
        Ok((path, (!value.is_null()).then(|| Canonical::of(value))))
    };
    members.iter().map(|(name, value)| read(&name.to_lossy(), value)).collect()
}

fn conflict_refs(text: &str) -> Result<Vec<Result<ConflictRef, SyncError>>, SyncError> {
    let json = parse_argument("conflicts", text)?;
    let given = Argument::new("conflicts", &json);
    let given = json.elements().ok_or_else(|| given.expected("a list of conflicts"))?;
    let read = |(at, json)| conflict_ref(&Argument::new(format!("conflicts[{at}]"), json));
    Ok(given.iter().enumerate().map(read).collect())
}

/// Reads a conflict, its id, or a type. What names a key is a type, whatever else it brings.
fn conflict_ref(argument: &Argument<'_>) -> Result<ConflictRef, SyncError> {
    let value = argument.value().ok_or_else(|| argument.expected(NAMES))?;
    if value.as_str().is_none() && value.members().is_none() {
        return Err(argument.expected(NAMES));
    }
    let is_type = value.get("key").is_some_and(|key| !key.is_null());
    let id = value.as_str().or_else(|| value.get("id").and_then(Json::as_str));
    match id.filter(|id| id.starts_with(ID) && !is_type) {
        Some(id) => {
            let digest = value.get("digest").and_then(Json::as_str).map(str::to_owned);
            Ok(ConflictRef::Id { id: id.to_owned(), digest })
        }
        None => required_type(argument).map(ConflictRef::Type),
    }
}

/// Reads what a callback answered, conflict by conflict.
fn answers(text: &str) -> Result<Vec<Result<Option<Choice>, SyncError>>, SyncError> {
    let json = parse_argument("choices", text)?;
    let given = json.elements().unwrap_or_default();
    Ok(given.iter().map(answer).collect())
}

fn answer(json: &Json<'_>) -> Result<Option<Choice>, SyncError> {
    if let Some(failure) = json.get("failure").and_then(Json::as_str) {
        return Err(SyncError::new(ErrorCode::InvalidArgument, failure));
    }
    let answer = json.get("choice").map(|choice| Argument::new("onConflict()", choice));
    match answer.filter(|answer| answer.value().is_some()) {
        Some(answer) => {
            answer.refuse_misspelt(&["strategy", "values"])?;
            choice(&answer, None).map(Some)
        }
        None => Ok(None),
    }
}

fn conflict_query(text: &str) -> Result<ConflictQuery, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    let (page, most) = PAGE;
    Ok(ConflictQuery {
        wanted: type_ref(&options.member("type")?)?,
        open: options.member("status")?.one_of(&[("pending", true), ("resolved", false)])?,
        limit: Some(options.member("limit")?.whole(1, most)?.unwrap_or(page).into()),
        offset: options.member("offset")?.whole(0, u32::MAX)?.unwrap_or_default().into(),
    })
}

fn conflict_id(text: &str) -> Result<String, SyncError> {
    let json = parse_argument("id", text)?;
    let id = Argument::new("id", &json);
    let read = id.text()?.filter(|id| !id.is_empty());
    Ok(read.ok_or_else(|| id.expected("the id of a conflict"))?.to_owned())
}

fn days(text: &str) -> Result<u32, SyncError> {
    let json = parse_argument("options", text)?;
    let days = Argument::new("options", &json).member("olderThanDays")?;
    days.whole(0, 36_500)?.ok_or_else(|| days.expected("a whole number from 0 to 36500"))
}
