//! The history of types, as JavaScript asks for it.

use std::sync::Arc;

use napi::bindgen_prelude::{Env, PromiseRaw};

use super::answer::Answer;
use super::engine::NativeEngine;
use super::error;
use super::history::period;
use super::type_ref::required_type;
use crate::argument::{Argument, parse_argument};
use crate::engine::{self, Actor, TypeRef, VersionNote, VersionQuery};
use crate::error::SyncError;
use crate::model::Json;
use crate::port::{ChangeType, VersionSource};

const SOURCES: &[(&str, VersionSource)] =
    &[("UI", VersionSource::Ui), ("AI", VersionSource::Ai), ("SYNC", VersionSource::Sync)];
const CHANGES: &[(&str, ChangeType)] = &[
    ("create", ChangeType::Create),
    ("update", ChangeType::Update),
    ("delete", ChangeType::Delete),
];

#[napi_derive::napi]
impl NativeEngine {
    /// Records the content of a type; `null` when it is known already.
    #[napi(catch_unwind)]
    pub fn record_version<'env>(
        &self,
        env: &'env Env,
        wanted: String,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (wanted, note) = (wanted_type(&wanted)?, note(&options, &shared.actor)?);
            error::json(&shared.open().await?.engine.record_version(&wanted, &note).await?)
        })
    }

    /// Makes an earlier content the present one; `null` when it is that already.
    #[napi(catch_unwind)]
    pub fn restore_version<'env>(
        &self,
        env: &'env Env,
        hash: String,
        options: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let hash = hash_named("hash", &hash)?;
            let (author, message) = signature(&options, &shared.actor)?;
            let engine = &shared.open().await?.engine;
            error::json(&engine.restore_version(&hash, &author, message.as_deref()).await?)
        })
    }

    /// The versions of a type, newest first.
    #[napi(catch_unwind)]
    pub fn version_history<'env>(
        &self,
        env: &'env Env,
        wanted: String,
        filter: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (wanted, query) = (wanted_type(&wanted)?, query(&filter)?);
            error::json(&shared.open().await?.engine.version_history(&wanted, &query).await?)
        })
    }

    /// A version by its hash, or `null`.
    #[napi(catch_unwind)]
    pub fn version<'env>(
        &self,
        env: &'env Env,
        hash: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let hash = hash_named("hash", &hash)?;
            error::json(&shared.open().await?.engine.version(&hash).await?)
        })
    }

    /// The history of a type as a graph.
    #[napi(catch_unwind)]
    pub fn version_tree<'env>(
        &self,
        env: &'env Env,
        wanted: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let wanted = wanted_type(&wanted)?;
            error::json(&shared.open().await?.engine.version_tree(&wanted).await?)
        })
    }

    /// A version and its ancestors, newest first.
    #[napi(catch_unwind)]
    pub fn lineage<'env>(
        &self,
        env: &'env Env,
        hash: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let hash = hash_named("hash", &hash)?;
            error::json(&shared.open().await?.engine.lineage(&hash).await?)
        })
    }

    /// The nearest common ancestor of two versions, or `null`.
    #[napi(catch_unwind)]
    pub fn common_ancestor<'env>(
        &self,
        env: &'env Env,
        a: String,
        b: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (a, b) = (hash_named("hashA", &a)?, hash_named("hashB", &b)?);
            error::json(&shared.open().await?.engine.common_ancestor(&a, &b).await?)
        })
    }

    /// What differs between two versions.
    #[napi(catch_unwind)]
    pub fn diff_versions<'env>(
        &self,
        env: &'env Env,
        a: String,
        b: String,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let shared = Arc::clone(&self.shared);
        error::promise(env, async move {
            let (a, b) = (hash_named("hashA", &a)?, hash_named("hashB", &b)?);
            error::json(&shared.open().await?.engine.diff_versions(&a, &b).await?)
        })
    }
}

/// Draws the answer of `versionTree` as text.
#[napi_derive::napi(catch_unwind)]
pub fn format_tree(tree: String) -> napi::Result<String> {
    formatted("tree", &tree, "a tree of versions", engine::format_tree)
}

/// Writes the answer of `diffVersions` as text.
#[napi_derive::napi(catch_unwind)]
pub fn format_diff(diff: String) -> napi::Result<String> {
    formatted("diff", &diff, "a difference of two versions", engine::format_diff)
}

fn formatted(
    name: &str,
    text: &str,
    what: &str,
    format: fn(&Json<'_>) -> Option<String>,
) -> napi::Result<String> {
    let read = || {
        let json = parse_argument(name, text)?;
        format(&json).ok_or_else(|| Argument::new(name, &json).expected(what))
    };
    read().map_err(|error| error::thrown(&error))
}

fn wanted_type(text: &str) -> Result<TypeRef, SyncError> {
    let json = parse_argument("type", text)?;
    required_type(&Argument::new("type", &json))
}

fn note(text: &str, actor: &Actor) -> Result<VersionNote, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    let source = options.member("source")?;
    let (author, message) = signed(&options, actor)?;
    Ok(VersionNote {
        source: source
            .one_of(SOURCES)?
            .ok_or_else(|| source.expected("\"UI\" or \"AI\" or \"SYNC\""))?,
        author,
        message,
    })
}

/// Reads who changes something and why.
fn signature(text: &str, actor: &Actor) -> Result<(String, Option<String>), SyncError> {
    let json = parse_argument("options", text)?;
    signed(&Argument::new("options", &json), actor)
}

fn signed(options: &Argument<'_>, actor: &Actor) -> Result<(String, Option<String>), SyncError> {
    let given = |name: &str| options.member(name)?.text().map(|text| text.map(str::to_owned));
    Ok((given("author")?.unwrap_or_else(|| actor.id.clone()), given("message")?))
}

fn query(text: &str) -> Result<VersionQuery, SyncError> {
    let json = parse_argument("options", text)?;
    let options = Argument::new("options", &json);
    let (from, to) = period(&options)?;
    Ok(VersionQuery {
        author: options.member("author")?.text()?.map(str::to_owned),
        source: options.member("source")?.one_of(SOURCES)?,
        change: options.member("changeType")?.one_of(CHANGES)?,
        from,
        to,
        limit: options.member("limit")?.whole(1, u32::MAX)?,
    })
}

fn hash_named(name: &str, text: &str) -> Result<String, SyncError> {
    let json = parse_argument(name, text)?;
    let argument = Argument::new(name, &json);
    let hash = argument.text()?.filter(|hash| !hash.is_empty());
    Ok(hash.ok_or_else(|| argument.expected("the hash of a version"))?.to_owned())
}
