//! What JavaScript asks for, checked.

use super::rollback::undo_of;
use crate::argument::{Argument, parse_argument};
use crate::compose::{EngineOptions, provider_request};
use crate::engine::{Actor, ProviderRequest, Query, Repeat, Role, RunOptions, RunRequest};
use crate::error::{ErrorCode, SyncError};
use crate::model::Json;

const ROLES: [(&str, Role); 3] =
    [("viewer", Role::Viewer), ("editor", Role::Editor), ("admin", Role::Admin)];

/// What a call can say of what it looks at and of how a run behaves; `job.options` may hold all of it,
/// because `synchronize` passes on there what it was given.
const OPTIONS: [&str; 15] = [
    "provider",
    "websiteId",
    "contentTypeKeys",
    "includeDetails",
    "dryRun",
    "mode",
    "planDigest",
    "stopOnError",
    "force",
    "allowDelete",
    "allowDataLoss",
    "conflictStrategy",
    "rollback",
    "preserveData",
    "bypassValidation",
];

/// Bytes of an actor's id, which is kept with everything they do.
const LONGEST_ID: usize = 200;

/// Reads the website that an extraction is limited to.
pub(super) fn extraction(text: &str) -> Result<Option<String>, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    options.refuse_misspelt(&OPTIONS)?;
    website(&options)
}

/// Reads who acts, on behalf of somebody who may do at least as much. Without a role, they may look.
pub(super) fn actor(text: &str, by: &Actor) -> Result<Actor, SyncError> {
    let json = parse_argument("actor", text)?;
    let given = Argument::new("actor", &json);
    let id = given.member("id")?;
    let named = id.text()?.filter(|id| !id.trim().is_empty() && id.len() <= LONGEST_ID);
    let named = named.ok_or_else(|| id.expected("the id of somebody, of at most 200 bytes"))?;
    let role = given.member("role")?.one_of(&ROLES)?.unwrap_or(Role::Viewer);
    by.hand_down(Actor { id: named.to_owned(), role })
}

/// Reads what to look at.
pub(super) fn query(text: &str, defaults: &EngineOptions) -> Result<Query, SyncError> {
    let json = parse_argument("options", text)?;
    query_of(&Argument::new("options", &json), defaults)
}

/// Reads what to look at and how a run would behave.
pub(super) fn rehearsal(
    text: &str,
    defaults: &EngineOptions,
) -> Result<(Query, RunOptions), SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    Ok((query_of(&options, defaults)?, run_options(&options, defaults)?))
}

/// Reads a job and its provider; without one, the engine's own is meant. The plan of a job that is
/// repeated is past, so a digest that it quoted is, too, and with it what was agreed to in that plan only.
pub(super) fn run_request(
    job_text: String,
    provider_text: Option<&str>,
    retry_of: Option<String>,
    defaults: &EngineOptions,
) -> Result<RunRequest, SyncError> {
    let job_json = parse_argument("job", &job_text)?;
    let job = Argument::new("job", &job_json);
    if job.value().is_none() {
        return Err(job.expected("an object"));
    }
    let id = job.member("id")?;
    let job_id = id.text()?.filter(|id| !id.is_empty()).ok_or_else(|| id.expected("a text"))?;
    let asked = provider_text.map_or(Ok(ProviderRequest::default()), named_provider)?;
    let mut options = run_options(&job.member("options")?, defaults)?;
    if retry_of.is_some() && options.plan_digest.take().is_some() {
        options.withdraw_consents();
    }
    Ok(RunRequest {
        job_id: job_id.to_owned(),
        provider: with_default(asked, defaults),
        website_id: website(&job)?,
        selected_types: job.member("selectedTypes")?.texts()?,
        retry_of,
        repeat: Repeat::Open,
        undo: undo_of(&job)?,
        options,
        job: job_text,
    })
}

pub(super) fn named_provider(text: &str) -> Result<ProviderRequest, SyncError> {
    let json = parse_argument("provider", text)?;
    let provider = Argument::new("provider", &json);
    if provider.value().is_none() {
        return Err(provider.expected("a provider or the id of one"));
    }
    provider_request(&provider)
}

/// The progress that a job starts with: its own, as a whole number. One that ran to its end starts
/// again.
pub(super) fn own_progress(job_text: &str) -> u8 {
    let Ok(job) = parse_argument("job", job_text) else { return 0 };
    let own = job.get("progress").and_then(Json::as_f64).unwrap_or(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be between 0 and 100"
    )]
    if own > 0.0 && own < 100.0 { own as u8 } else { 0 }
}

fn query_of(options: &Argument<'_>, defaults: &EngineOptions) -> Result<Query, SyncError> {
    options.refuse_misspelt(&OPTIONS)?;
    Ok(Query {
        provider: with_default(provider_request(&options.member("provider")?)?, defaults),
        website_id: website(options)?,
        types: options.member("contentTypeKeys")?.texts()?,
        include_details: options.member("includeDetails")?.flag()?,
    })
}

fn website(options: &Argument<'_>) -> Result<Option<String>, SyncError> {
    Ok(options.member("websiteId")?.text()?.filter(|id| !id.is_empty()).map(str::to_owned))
}

/// Fills in the provider that the engine was made with, where the call names none, or names it
/// without configuring it.
pub(super) fn with_default(asked: ProviderRequest, defaults: &EngineOptions) -> ProviderRequest {
    let same = asked.id.is_none() || asked.id == defaults.provider.id;
    if same && asked.config.is_empty() { defaults.provider.clone() } else { asked }
}

fn run_options(options: &Argument<'_>, defaults: &EngineOptions) -> Result<RunOptions, SyncError> {
    options.refuse_misspelt(&OPTIONS)?;
    let flag = |name: &str| options.member(name)?.flag();
    let text = |name: &str| Ok::<_, SyncError>(options.member(name)?.text()?.map(str::to_owned));
    let read = RunOptions {
        dry_run: flag("dryRun")?,
        mode: text("mode")?.or_else(|| defaults.mode.clone()),
        plan_digest: text("planDigest")?,
        stop_on_error: flag("stopOnError")?,
        force: flag("force")?,
        allow_delete: flag("allowDelete")?,
        allow_data_loss: flag("allowDataLoss")?,
        conflict_strategy: text("conflictStrategy")?.or_else(|| defaults.conflict_strategy.clone()),
        rollback: text("rollback")?,
        preserve_data: options.member("preserveData")?.choice()?,
        bypass_validation: flag("bypassValidation")?,
    };
    read.check()?;
    Ok(read)
}

/// Reads the id of a deployment.
pub(super) fn deployment_id(id: &str) -> Result<&str, SyncError> {
    if id.is_empty() {
        return Err(SyncError::new(
            ErrorCode::InvalidArgument,
            "id is empty, and should be the id of a deployment",
        ));
    }
    Ok(id)
}
