//! What there is to know before anything is done, as JavaScript asks for it.

use std::path::Path;
use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::{error, options};
use crate::canonical::write;
use crate::compose;
use crate::engine::Wellness;
use crate::error::ErrorClass;
use crate::model::Json;

#[napi_derive::napi]
impl NativeEngine {
    /// Says what is wrong with the types that a deployment would be about.
    #[napi(catch_unwind)]
    pub fn validate<'env>(
        &self,
        env: &'env Env,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (query, run) = options::rehearsal(&options, &shared.options)?;
            error::json(&shared.open().await?.engine.validate(&query, &run).await?)
        })
    }

    /// Whether a deployment could run now, part by part.
    #[napi(catch_unwind)]
    pub fn health<'env>(
        &self,
        env: &'env Env,
        provider: Option<String>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let asked = provider.as_deref().map(options::named_provider).transpose()?;
            let request = options::with_default(asked.unwrap_or_default(), &shared.options);
            let open = match shared.open().await {
                // A database that nobody named, or of another kind.
                Err(error) if error.class() == ErrorClass::State => {
                    return error::json(&Wellness::without_database(error, shared.counters.now()));
                }
                open => open?,
            };
            error::json(&open.engine.health(&request).await)
        })
    }

    /// Where the two databases are: `{ database, state }`, paths of files. Opens neither.
    #[napi(catch_unwind)]
    pub fn state_location(&self) -> napi::Result<String> {
        let location = compose::state_location(&self.shared.options);
        let location = location.map_err(|error| error::thrown(&error))?;
        let path = |path: &Path| Json::str(path.to_string_lossy().into_owned());
        let members = [("database", path(location.studio())), ("state", path(location.file()))];
        Ok(write(&Json::object(members)))
    }

    /// What the engine has done so far, in the text format of Prometheus.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn metrics(&self) -> String {
        self.shared.counters.text()
    }
}
