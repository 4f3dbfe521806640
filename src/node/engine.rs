//! The engine as JavaScript holds it.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};
use tokio::sync::{OnceCell, OwnedRwLockReadGuard, RwLock};
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::deployment::{Asked, Deployment};
use super::resume::Resume;
use super::{error, options, stored};
use crate::compose::{self, EngineOptions, TestBed};
use crate::engine::{Action, Actor, Counters, Engine};
use crate::error::{ErrorCode, SyncError};

/// An engine and its options. Every answer is JSON in pieces; every error is one whose message is
/// the JSON of an error report.
#[napi_derive::napi]
pub struct NativeEngine {
    pub(super) shared: Arc<Shared>,
}

/// What an engine and its runs have in common.
pub(super) struct Shared {
    pub(super) options: Arc<EngineOptions>,
    /// Who everything is done for.
    pub(super) actor: Actor,
    /// What it has done, whether it was opened or closed.
    pub(super) counters: Arc<Counters>,
    closed: CancellationToken,
    /// Of an engine that acts for somebody: whether the one that it was made of is closed.
    host: Option<CancellationToken>,
    /// Only of a test engine: what it lives by.
    bed: Option<Arc<TestBed>>,
    /// Made by the first call that needs it, on the runtime; `None` once closed.
    engine: Arc<RwLock<Option<OnceCell<Engine>>>>,
}

/// An engine in use: it is not taken down before this is dropped.
pub(super) struct InUse {
    pub(super) engine: Engine,
    open: Held,
}

/// An engine that is not taken down, made or not.
type Held = OwnedRwLockReadGuard<Option<OnceCell<Engine>>>;

impl InUse {
    /// The engine, acting for somebody whom the server named.
    pub(super) fn acting(&self, actor: Actor) -> Result<Engine, SyncError> {
        self.open.as_ref().and_then(OnceCell::get).ok_or_else(closed)?.acting(actor)
    }
}

impl Shared {
    /// The engine, made when this is the first use of it. The composition root runs on a thread that
    /// may block.
    pub(super) async fn open(&self) -> Result<InUse, SyncError> {
        if self.closed.is_cancelled() {
            return Err(closed());
        }
        self.made(Arc::clone(&self.engine).read_owned().await).await
    }

    /// Keeps the engine from being taken down, at once: whoever closes it waits from now on.
    pub(super) fn hold(&self) -> Result<Held, SyncError> {
        let held = Arc::clone(&self.engine).try_read_owned();
        let is_closed = self.closed.is_cancelled();
        held.ok().filter(|_| !is_closed).ok_or_else(closed)
    }

    /// The engine that is held.
    pub(super) async fn made(&self, open: Held) -> Result<InUse, SyncError> {
        let cell = open.as_ref().ok_or_else(closed)?;
        let compose = || async {
            let (options, counters) = (Arc::clone(&self.options), Arc::clone(&self.counters));
            let bed = self.bed.clone();
            tokio::task::spawn_blocking(move || match bed {
                Some(bed) => bed.engine(&options, counters),
                None => compose::engine_counting(&options, counters),
            })
            .await
            .map_err(error::crashed)?
        };
        let engine = cell.get_or_try_init(compose).await?.acting(self.actor.clone())?;
        Ok(InUse { engine, open })
    }
}

impl NativeEngine {
    /// An engine that is made when it is first needed, on a test bed where there is one.
    pub(super) fn over(
        options: EngineOptions,
        counters: Arc<Counters>,
        bed: Option<Arc<TestBed>>,
    ) -> Self {
        let shared = Shared {
            options: Arc::new(options),
            actor: Actor::default(),
            counters,
            closed: CancellationToken::new(),
            host: None,
            bed,
            engine: Arc::new(RwLock::new(Some(OnceCell::new()))),
        };
        Self { shared: Arc::new(shared) }
    }
}

#[napi_derive::napi]
impl NativeEngine {
    /// Checks options and keeps them; nothing is opened yet.
    #[napi(factory, catch_unwind)]
    pub fn configure(options: String) -> napi::Result<Self> {
        let options = EngineOptions::from_json(&options).map_err(|error| error::thrown(&error))?;
        Ok(Self::over(options, compose::counters(), None))
    }

    /// The same engine, acting for somebody.
    #[napi(js_name = "as", catch_unwind)]
    pub fn acting(&self, actor: String) -> napi::Result<Self> {
        let actor = options::actor(&actor, &self.shared.actor);
        let host = self.shared.host.as_ref().unwrap_or(&self.shared.closed);
        let shared = Shared {
            options: Arc::clone(&self.shared.options),
            actor: actor.map_err(|error| error::thrown(&error))?,
            counters: Arc::clone(&self.shared.counters),
            closed: host.child_token(),
            host: Some(host.clone()),
            bed: self.shared.bed.clone(),
            engine: Arc::clone(&self.shared.engine),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Prepares a deployment. Never fails: a job that cannot run ends failed. Without a provider, the
    /// engine's own is meant. A refusal is the report of an error that the face found.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn prepare(
        &self,
        job: String,
        provider: Option<String>,
        retry_of: Option<String>,
        refusal: Option<Refusal>,
    ) -> Deployment {
        let own_progress = options::own_progress(&job);
        let request = match refusal {
            Some(Refusal { code, message }) => Err(error::named(&code, message)),
            None => options::run_request(job, provider.as_deref(), retry_of, &self.shared.options),
        };
        let asked = request.map(|request| Asked::Run(Box::new(request)));
        Deployment::new(Arc::clone(&self.shared), asked, own_progress)
    }

    /// Prepares the rest of a stored deployment. Never fails, as [`NativeEngine::prepare`].
    #[napi(catch_unwind)]
    #[must_use]
    pub fn resume(
        &self,
        id: String,
        options: String,
        provider: Option<String>,
        refusal: Option<Refusal>,
    ) -> Deployment {
        let asked = match refusal {
            Some(Refusal { code, message }) => Err(error::named(&code, message)),
            None => Resume::read(&id, &options, provider).map(Asked::Resume),
        };
        Deployment::new(Arc::clone(&self.shared), asked, 0)
    }

    /// Settles what interrupted deployments left open.
    #[napi(catch_unwind)]
    pub fn recover<'env>(
        &self,
        env: &'env Env,
        provider: Option<String>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let asked = provider.as_deref().map(options::named_provider).transpose()?;
            let request = options::with_default(asked.unwrap_or_default(), &shared.options);
            error::json(&shared.open().await?.engine.recover(&request).await?)
        })
    }

    /// The provider of calls that name none.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn provider_id(&self) -> String {
        self.shared.options.settings().default_provider
    }

    /// Refuses those who may not cancel.
    #[napi(catch_unwind)]
    pub fn may_cancel(&self) -> napi::Result<()> {
        self.shared.actor.permit(Action::Cancel).map_err(|error| error::thrown(&error))
    }

    /// Asks whichever process runs a deployment to stop it; `false` when none does.
    #[napi(catch_unwind)]
    pub fn cancel_elsewhere<'env>(
        &self,
        env: &'env Env,
        id: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = options::deployment_id(&id)?;
            error::json(&shared.open().await?.engine.ask_to_cancel(id).await?)
        })
    }

    /// Reads the studio's content types.
    #[napi(catch_unwind)]
    pub fn extract<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let website = options::extraction(&options)?;
            error::json(&shared.open().await?.engine.extract(website.as_deref()).await?)
        })
    }

    /// Compares the studio with a target.
    #[napi(catch_unwind)]
    pub fn detect<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let query = options::query(&options, &shared.options)?;
            error::json(&shared.open().await?.engine.detect(&query).await?)
        })
    }

    /// Plans a deployment.
    #[napi(catch_unwind)]
    pub fn plan<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (query, run) = options::rehearsal(&options, &shared.options)?;
            error::json(&shared.open().await?.engine.plan(&query, &run).await?)
        })
    }

    /// Says how each type is expressed on a target.
    #[napi(catch_unwind)]
    pub fn preview_mapping<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let query = options::query(&options, &shared.options)?;
            error::json(&shared.open().await?.engine.preview_mapping(&query).await?)
        })
    }

    /// The stored job of the latest run with this id, or `null`.
    #[napi(catch_unwind)]
    pub fn deployment<'env>(
        &self,
        env: &'env Env,
        id: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = options::deployment_id(&id)?;
            match shared.open().await?.engine.deployment(id).await? {
                Some(job) => stored::shown(&job, shared.options.partial_status),
                None => Ok("null".to_owned()),
            }
        })
    }

    /// Refuses later calls and resolves when the ones in progress are through and nothing is open. One
    /// that acts for somebody leaves what is open to the engine that it was made of.
    #[napi(catch_unwind)]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, Answer>> {
        self.shared.closed.cancel();
        let is_host = self.shared.host.is_none();
        let engine = Arc::clone(&self.shared.engine);
        error::promise(env, async move {
            if !is_host {
                return Ok("null".to_owned());
            }
            let taken = engine.write().await.take();
            // Dropping it closes files, which may block.
            tokio::task::spawn_blocking(move || drop(taken)).await.map_err(error::crashed)?;
            Ok("null".to_owned())
        })
    }
}

/// Why the face refuses a deployment that it was asked for.
#[napi_derive::napi(object)]
pub struct Refusal {
    /// Code of the table of errors.
    pub code: String,
    /// For people.
    pub message: String,
}

/// The studio's content hash of a definition.
#[napi_derive::napi(catch_unwind)]
pub fn hash_content_type(definition: String) -> napi::Result<String> {
    crate::engine::hash_content_type(&definition).map_err(|error| error::thrown(&error))
}

fn closed() -> SyncError {
    SyncError::new(ErrorCode::EngineClosed, "the engine was closed")
}
