//! Credentials on their way in; nothing leads out.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::error;
use crate::argument::{Argument, parse_argument};
use crate::compose::texts_by_name;
use crate::engine::ProviderRequest;
use crate::error::SyncError;

#[napi_derive::napi]
impl NativeEngine {
    /// Keeps the credentials of a provider.
    #[napi(catch_unwind)]
    pub fn set_credentials<'env>(
        &self,
        env: &'env Env,
        provider: String,
        values: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = provider_id(&provider)?;
            let json = parse_argument("values", &values)?;
            let values = Argument::new("values", &json);
            if values.value().is_none() {
                return Err(values.expected_unseen("an object with clientId and clientSecret"));
            }
            let request = ProviderRequest { id: Some(id), config: texts_by_name(&values)? };
            shared.open().await?.engine.set_credentials(&request).await?;
            Ok("null".to_owned())
        })
    }

    /// Forgets the credentials of a provider; tells whether there were any.
    #[napi(catch_unwind)]
    pub fn remove_credentials<'env>(
        &self,
        env: &'env Env,
        provider: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let id = provider_id(&provider)?;
            error::json(&shared.open().await?.engine.remove_credentials(&id).await?)
        })
    }

    /// Encrypts all that is kept with the next key; tells how much.
    #[napi(catch_unwind)]
    pub fn rotate_credentials<'env>(
        &self,
        env: &'env Env,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            error::json(&shared.open().await?.engine.rotate_credentials().await?)
        })
    }
}

fn provider_id(text: &str) -> Result<String, SyncError> {
    let json = parse_argument("providerId", text)?;
    let argument = Argument::new("providerId", &json);
    let id = argument.text()?.ok_or_else(|| argument.expected("the id of a provider"))?;
    Ok(id.to_owned())
}
