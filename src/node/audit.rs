//! The audit as JavaScript asks for it.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::error;
use crate::engine::{Action, ExportCursor, Refusal};
use crate::error::{ErrorCode, SyncError};

#[napi_derive::napi]
impl NativeEngine {
    /// Follows the audit and looks at every row that it covers.
    #[napi(catch_unwind)]
    pub fn verify_history<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            error::json(&shared.open().await?.engine.verify_history().await?)
        })
    }

    /// A part of an export, `{ text, entries, cursor }`: the first, or the one at the cursor of the
    /// part before. The last has the cursor `null`.
    #[napi(catch_unwind)]
    pub fn export_history<'env>(
        &self,
        env: &'env Env,
        cursor: Option<String>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let cursor = cursor.as_deref().map(serde_json::from_str::<ExportCursor>).transpose();
            let cursor = cursor.map_err(|error| {
                SyncError::new(ErrorCode::Internal, "the cursor is none").caused_by(error)
            })?;
            error::json(&shared.open().await?.engine.export_history(cursor).await?)
        })
    }

    /// Audits a refusal that was told at once: to `cancel` a deployment, or to act `as` somebody.
    #[napi(catch_unwind)]
    pub fn note_refusal<'env>(
        &self,
        env: &'env Env,
        what: String,
        deployment: Option<String>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        // The engine may be closed in the same turn of the event loop.
        let held = shared.hold();
        error::promise(env, async move {
            let refusal = if what == "cancel" {
                Refusal { deployment_id: deployment, ..Refusal::of(Action::Cancel) }
            } else {
                // Which role would have done depends on the one that was to be given.
                Refusal { needed: None, ..Refusal::of(Action::HandUp) }
            };
            shared.made(held?).await?.engine.note_refusal(refusal).await?;
            Ok("null".to_owned())
        })
    }
}
