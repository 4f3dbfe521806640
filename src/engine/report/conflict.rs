//! What both sides changed apart.

use serde::Serialize;

use super::OutcomeError;
use crate::canonical::{Canonical, Path};

/// A type that both sides changed apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// Names it; the same until its three sides change.
    pub id: String,
    /// Key of the type.
    pub type_key: String,
    /// The website that owns it.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// Name of the type.
    pub name: String,
    /// `field`, `structural`, `delete`, `both_exist` or `in_doubt`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `pending`.
    pub status: &'static str,
    /// Digest of its three sides.
    pub digest: String,
    /// View hashes.
    pub local_hash: Option<String>,
    /// See `local_hash`.
    pub remote_hash: Option<String>,
    /// See `local_hash`.
    pub ancestor_hash: Option<String>,
    /// The three views, whole, nested for people.
    pub local: Option<Canonical>,
    /// See `local`.
    pub remote: Option<Canonical>,
    /// See `local`.
    pub ancestor: Option<Canonical>,
    /// One entry per overlap.
    pub fields: Vec<ConflictField>,
    /// Atoms that only one side moved, which ship or wait without anybody's decision.
    pub auto_merged: Vec<Path>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: i64,
}

/// A page of recorded conflicts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictPage {
    /// Each as [`Conflict`], with `resolution`, `resolvedBy` and `resolvedAt` once it ended.
    pub conflicts: Vec<Canonical>,
    /// How many there are without the limit.
    pub total: u64,
    /// Whether there are more after these.
    pub has_more: bool,
}

/// One overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictField {
    /// Where.
    pub path: Path,
    /// What both agreed on last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ancestor: Option<Canonical>,
    /// The studio's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Canonical>,
    /// The platform's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<Canonical>,
    /// What speaks for a side, where that can be told; JSON as `api.md` §4 has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Canonical>,
}

/// What became of a decision about one conflict.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    /// The conflict.
    pub conflict_id: String,
    /// Key of its type; empty when the conflict is not known.
    pub type_key: String,
    /// Nothing of it is open any more.
    pub success: bool,
    /// The strategy.
    pub strategy: &'static str,
    /// The studio's side after the decision, nested for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged: Option<Canonical>,
    /// What is still open.
    pub remaining: Vec<ConflictField>,
    /// Somebody has to decide what remains.
    pub requires_manual: bool,
    /// Why it was not decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<OutcomeError>,
}
