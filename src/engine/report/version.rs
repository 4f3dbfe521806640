//! Versions of a type as they are answered.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::canonical::{Canonical, Path};
use crate::model::Finding;

/// A version without its content.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionInfo {
    /// Its name: SHA-256 over what it belongs to, its content hash and its parents. One that was
    /// imported is named by its content alone.
    pub hash: String,
    /// The type's key when it was recorded.
    pub type_key: String,
    /// The website; empty for what was imported of a type that was gone already.
    pub website_id: String,
    /// The studio's content hash; `null` for a deletion.
    pub content_hash: Option<String>,
    /// Names of its parents; the first is what it was made from.
    pub parents: Vec<String>,
    /// `UI`, `AI` or `SYNC`.
    pub source: &'static str,
    /// Who made it.
    pub author: Option<String>,
    /// Why.
    pub message: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: Option<i64>,
    /// `1.0.0` and on; `null` for what was imported.
    pub semver: Option<String>,
    /// `create`, `update` or `delete`.
    pub change_type: &'static str,
    /// Taken over from the studio's earlier attempt.
    pub imported: bool,
}

/// A version.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// All but the content.
    #[serde(flatten)]
    pub info: VersionInfo,
    /// The content as the studio's own history keeps it, `{key: <row id>, ...definition}`; `null`
    /// for a deletion, and for one that is not what its hash says.
    pub snapshot: Option<Box<RawValue>>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// A version in its graph.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionNode {
    /// The version.
    #[serde(flatten)]
    pub info: VersionInfo,
    /// Names of the versions made from it.
    pub children: Vec<String>,
}

/// The whole history of a type.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionTree {
    /// The type's key.
    pub type_key: String,
    /// The website.
    pub website_id: String,
    /// The latest version.
    pub head: Option<String>,
    /// Versions without a parent that is there.
    pub roots: Vec<String>,
    /// Versions from which none was made.
    pub heads: Vec<String>,
    /// All versions, parents before their children.
    pub versions: Vec<VersionNode>,
    /// Cycles, parents that are missing, and versions that are not what their hash says.
    pub findings: Vec<Finding>,
}

/// What differs between two versions.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionDiff {
    /// The type's key at the later version.
    pub type_key: String,
    /// The first version.
    pub from: VersionInfo,
    /// The second version.
    pub to: VersionInfo,
    /// `major`, `minor` or `patch`; `null` when nothing differs.
    pub level: Option<&'static str>,
    /// What differs, in the order of paths.
    pub changes: Vec<VersionChange>,
    /// Names of fields, by what became of them.
    pub fields: VersionFields,
}

/// One attribute or element that differs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionChange {
    /// A JSON pointer in the studio's terms: `/fields/title/label`.
    pub path: Path,
    /// `added`, `modified`, `removed`, `renamed` or `moved`.
    pub kind: &'static str,
    /// The value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Canonical>,
    /// The value after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Canonical>,
    /// `major`, `minor` or `patch`.
    pub level: &'static str,
}

/// Names of fields, by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionFields {
    /// Not there before.
    pub added: Vec<String>,
    /// Something in them differs.
    pub modified: Vec<String>,
    /// Not there any more.
    pub removed: Vec<String>,
    /// The same.
    pub unchanged: Vec<String>,
}
