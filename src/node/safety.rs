//! What there is to know before anything is done, as JavaScript asks for it.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::{error, options};

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
}
