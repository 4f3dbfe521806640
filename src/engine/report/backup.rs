//! Definitions that are kept, as they are listed.

use serde::Serialize;

/// A definition that is kept as it was before a deployment changed or deleted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupInfo {
    /// Its id.
    pub id: String,
    /// The deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<String>,
    /// Key of the type.
    pub type_key: String,
    /// The website.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// What the deployment did: `update` or `delete`.
    pub operation: &'static str,
    /// Bytes of the definition.
    pub size: u64,
    /// It takes less room than that.
    pub compressed: bool,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub taken_at: i64,
}

/// Some of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupPage {
    /// Newest first.
    pub backups: Vec<BackupInfo>,
    /// How many there are in all.
    pub total: u64,
    /// There are more after these.
    pub has_more: bool,
}
