//! Where a type stands.

use serde::Serialize;

/// Where a type stands towards a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncState {
    /// Its key.
    pub type_key: String,
    /// Its row id.
    pub type_id: String,
    /// Its website.
    pub website_id: String,
    /// The target; `None` for a type that was never sent anywhere.
    pub target: Option<String>,
    /// One of [`SyncState::STATUSES`].
    pub status: &'static str,
    /// `none`, `detected` or `resolved`.
    pub conflict_status: String,
    /// View hashes at the last look that recorded something.
    pub local_hash: Option<String>,
    /// See `local_hash`.
    pub remote_hash: Option<String>,
    /// The studio's content hash at the last agreement.
    pub last_synced_hash: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub last_sync_at: Option<i64>,
    /// When a deployment last looked.
    pub last_checked_at: Option<i64>,
    /// When a deployment first saw the studio's side as it is recorded.
    pub local_changed_at: Option<i64>,
    /// When a deployment first saw the platform's side as it is recorded.
    pub remote_changed_at: Option<i64>,
    /// Semantic version.
    pub semver: Option<String>,
    /// Key on the platform.
    pub remote_id: Option<String>,
    /// Direction of the deployment that last looked.
    pub mode: Option<String>,
}

impl SyncState {
    /// The words for where a type stands.
    pub const STATUSES: [&'static str; 9] = [
        "new",
        "modified",
        "conflict",
        "in_sync",
        "deleted",
        "remote_new",
        "remote_modified",
        "remote_deleted",
        "failed",
    ];
}
