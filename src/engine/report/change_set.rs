//! What differs between the studio and a target.

use serde::Serialize;

use crate::canonical::{Canonical, Path};
use crate::model::Finding;

use super::Conflict;

/// What differs between the studio and a target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// `platform:host:tenant`.
    pub target: String,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub timestamp: i64,
    /// The platform's listing was read to its end.
    pub complete: bool,
    /// Counts.
    pub summary: ChangeSummary,
    /// The changes themselves, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<ChangeDetails>,
    /// Findings that belong to no type.
    pub findings: Vec<Finding>,
}

/// Counts of a change set. `total` is `created + updated + deleted + conflicts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSummary {
    /// All changes.
    pub total: usize,
    /// In the studio only.
    pub created: usize,
    /// Changed in the studio.
    pub updated: usize,
    /// Gone from the studio.
    pub deleted: usize,
    /// The same on both sides.
    pub unchanged: usize,
    /// Changed on both sides, apart.
    pub conflicts: usize,
    /// Changed on the platform only.
    pub remote_changed: usize,
    /// Could not be compared.
    pub failed: usize,
}

/// The changes themselves, each list ordered by key.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDetails {
    /// In the studio only.
    pub created: Vec<TypeChange>,
    /// Changed in the studio.
    pub updated: Vec<TypeChange>,
    /// Gone from the studio.
    pub deleted: Vec<TypeChange>,
    /// Changed on the platform only.
    pub remote_changed: Vec<TypeChange>,
    /// Changed on both sides, apart.
    pub conflicts: Vec<Conflict>,
    /// Could not be compared.
    pub failed: Vec<FailedType>,
    /// Keys of the rest.
    pub unchanged: Vec<String>,
}

/// A type that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedType {
    /// Its key.
    pub key: String,
    /// Error code.
    pub code: String,
    /// What happened.
    pub error: String,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub at: i64,
}

/// How one type changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeChange {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The website that owns it.
    pub website_id: String,
    /// `new`, `modified`, `deleted`, `remote_new`, `remote_modified` or `remote_deleted`.
    pub status: &'static str,
    /// View hashes, comparable with each other.
    pub local_hash: Option<String>,
    /// See `local_hash`.
    pub remote_hash: Option<String>,
    /// See `local_hash`.
    pub base_hash: Option<String>,
    /// The studio's own hash.
    pub content_hash: Option<String>,
    /// Number of its fields.
    pub fields_count: usize,
    /// Names of fields that came, changed and went.
    pub field_changes: FieldChanges,
    /// Every atom that moved.
    pub changes: Vec<AtomChange>,
    /// `safe`, `lossy` or `blocked`.
    pub risk: &'static str,
    /// Content items of the type.
    pub content_items: u64,
    /// The worst of what moved on the platform: `text`, `addition` or `breaking`.
    pub drift: Option<&'static str>,
    /// What to know about it.
    pub findings: Vec<Finding>,
}

/// Names of fields that came, changed and went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FieldChanges {
    /// New ones.
    pub added: Vec<String>,
    /// Changed ones.
    pub modified: Vec<String>,
    /// Removed ones.
    pub removed: Vec<String>,
}

/// How one atom changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AtomChange {
    /// Where, as a JSON pointer into the view.
    pub path: Path,
    /// `added`, `modified`, `removed`, `renamed` or `moved`.
    pub kind: &'static str,
    /// The platform's value now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Canonical>,
    /// The studio's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Canonical>,
}
