//! What there is to know before anything is done, as JavaScript asks for it.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::{error, options};
use crate::engine::Wellness;
use crate::error::ErrorClass;

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

    /// What the engine has done so far, in the text format of Prometheus.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn metrics(&self) -> String {
        self.shared.counters.text()
    }
}
