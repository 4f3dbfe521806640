//! Rollbacks and backups, as JavaScript asks for them.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::deployment::{Asked, Deployment};
use super::engine::{NativeEngine, Refusal};
use super::error;
use super::options::{named_provider, with_default};
use super::type_ref::type_ref;
use crate::argument::{Argument, parse_argument};
use crate::compose::EngineOptions;
use crate::engine::{BackupQuery, ProviderRequest, RunOptions, RunRequest, Undo, UndoMode};
use crate::error::SyncError;

const MODES: [(&str, UndoMode); 2] =
    [("failed-only", UndoMode::FailedOnly), ("full", UndoMode::Full)];

/// Backups of a page, unless the caller says how many, and at most.
const PAGE: (u32, u32) = (50, 1_000);

/// The options of a rollback.
const OPTIONS: [&str; 9] = [
    "mode",
    "planDigest",
    "dryRun",
    "stopOnError",
    "allowDelete",
    "allowDataLoss",
    "conflictStrategy",
    "preserveData",
    "provider",
];

/// Which deployment is undone, and how.
pub(super) struct RollBack {
    pub(super) undo: Undo,
    options: RunOptions,
    /// The provider, where it is not the one of the deployment.
    provider: Option<String>,
}

impl RollBack {
    fn read(id: &str, options: &str, provider: Option<String>) -> Result<Self, SyncError> {
        let (id_json, json) = (parse_argument("id", id)?, parse_argument("options", options)?);
        let named = Argument::new("id", &id_json);
        let id = named.text()?.filter(|id| !id.is_empty());
        let job_id = id.ok_or_else(|| named.expected("the id of a deployment"))?.to_owned();
        let options = Argument::new("options", &json);
        options.refuse_misspelt(&OPTIONS)?;
        let flag = |name: &str| options.member(name)?.flag();
        let text =
            |name: &str| Ok::<_, SyncError>(options.member(name)?.text()?.map(str::to_owned));
        let mode = options.member("mode")?.one_of(&MODES)?.unwrap_or_default();
        let read = RunOptions {
            dry_run: flag("dryRun")?,
            plan_digest: text("planDigest")?,
            stop_on_error: flag("stopOnError")?,
            allow_delete: flag("allowDelete")?,
            allow_data_loss: flag("allowDataLoss")?,
            conflict_strategy: text("conflictStrategy")?,
            preserve_data: options.member("preserveData")?.choice()?,
            ..RunOptions::default()
        };
        read.check()?;
        if let Some(provider) = &provider {
            named_provider(provider)?;
        }
        Ok(Self { undo: Undo { job_id, mode }, options: read, provider })
    }

    /// The provider that is meant: that of the deployment, unless another one is named.
    fn target(
        &self,
        stored_provider: &str,
        defaults: &EngineOptions,
    ) -> Result<ProviderRequest, SyncError> {
        let asked = match &self.provider {
            Some(provider) => named_provider(provider)?,
            None => ProviderRequest { id: Some(stored_provider.to_owned()), config: Vec::new() },
        };
        Ok(with_default(asked, defaults))
    }

    /// The run that undoes it.
    pub(super) fn request(
        self,
        stored_provider: &str,
        defaults: &EngineOptions,
    ) -> Result<RunRequest, SyncError> {
        let provider = self.target(stored_provider, defaults)?;
        Ok(RunRequest {
            job_id: self.undo.id(),
            job: self.undo.job(&self.options),
            provider,
            options: self.options,
            undo: Some(self.undo),
            ..RunRequest::default()
        })
    }
}

/// The deployment that a job undoes, if it is a rollback.
pub(super) fn undo_of(job: &Argument<'_>) -> Result<Option<Undo>, SyncError> {
    let Some(job_id) = job.member("rollbackOf")?.text()?.filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let mode = job.member("rollbackMode")?.one_of(&MODES)?.unwrap_or_default();
    Ok(Some(Undo { job_id: job_id.to_owned(), mode }))
}

#[napi_derive::napi]
impl NativeEngine {
    /// Prepares the rollback of a stored deployment. Never fails, as [`NativeEngine::prepare`].
    #[napi(catch_unwind)]
    #[must_use]
    pub fn roll_back(
        &self,
        id: String,
        options: String,
        provider: Option<String>,
        refusal: Option<Refusal>,
    ) -> Deployment {
        let asked = match refusal {
            Some(Refusal { code, message }) => Err(error::named(&code, message)),
            None => RollBack::read(&id, &options, provider).map(Asked::RollBack),
        };
        Deployment::new(Arc::clone(&self.shared), asked, 0)
    }

    /// Plans the rollback of a stored deployment.
    #[napi(catch_unwind)]
    pub fn plan_rollback<'env>(
        &self,
        env: &'env Env,
        id: String,
        options: String,
        provider: Option<String>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let asked = RollBack::read(&id, &options, provider)?;
            let engine = shared.open().await?.engine;
            let (_, stored_provider) = engine.job(&asked.undo.job_id).await?;
            let target = asked.target(&stored_provider, &shared.options)?;
            error::json(&engine.plan_rollback(&target, &asked.undo, &asked.options).await?)
        })
    }

    /// Lists the definitions that are kept.
    #[napi(catch_unwind)]
    pub fn list_backups<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let json = parse_argument("options", &options)?;
            let options = Argument::new("options", &json);
            let deployment_id = options.member("deploymentId")?.text()?.map(str::to_owned);
            let query = BackupQuery {
                deployment_id,
                wanted: type_ref(&options.member("type")?)?,
                limit: options.member("limit")?.whole(1, PAGE.1)?.unwrap_or(PAGE.0),
                offset: options.member("offset")?.whole(0, u32::MAX)?.unwrap_or(0),
            };
            error::json(&shared.open().await?.engine.list_backups(&query).await?)
        })
    }
}
