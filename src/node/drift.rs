//! Drift, as JavaScript decides about it.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::error;
use super::options::with_default;
use super::type_ref::required_type;
use crate::argument::{Argument, parse_argument};
use crate::canonical::Path;
use crate::compose::{EngineOptions, provider_request};
use crate::engine::{ProviderRequest, TypeRef};
use crate::error::SyncError;
use crate::model::Json;

#[napi_derive::napi]
impl NativeEngine {
    /// Takes what moved on the platform for no change; tells the paths.
    #[napi(catch_unwind)]
    pub fn accept_drift<'env>(
        &self,
        env: &'env Env,
        wanted: String,
        path: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (provider, wanted) = type_and_target(&wanted, &shared.options)?;
            let path = pointer(&path)?;
            let engine = &shared.open().await?.engine;
            error::json(&engine.accept_drift(&provider, &wanted, &path).await?)
        })
    }
}

/// A type, and the provider that it names, else the engine's own.
fn type_and_target(
    text: &str,
    defaults: &EngineOptions,
) -> Result<(ProviderRequest, TypeRef), SyncError> {
    let json = parse_argument("type", text)?;
    let argument = Argument::new("type", &json);
    let wanted = required_type(&argument)?;
    let named = match json {
        Json::Object(_) => provider_request(&argument.member("provider")?)?,
        _ => ProviderRequest::default(),
    };
    Ok((with_default(named, defaults), wanted))
}

fn pointer(text: &str) -> Result<Path, SyncError> {
    let json = parse_argument("path", text)?;
    let argument = Argument::new("path", &json);
    let path = argument.text()?.and_then(Path::parse);
    path.ok_or_else(|| argument.expected("a path as in `changes`, or \"\" for the whole type"))
}
