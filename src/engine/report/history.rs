//! What was sent and what came back.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// A page of attempts, the latest first.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryReport {
    /// The attempts.
    pub data: Vec<SyncRecord>,
    /// How many pass the filters in all.
    pub total: u64,
    /// Length of the page asked for.
    pub limit: u32,
    /// How many come before it.
    pub offset: u32,
    /// Whether others come after it.
    pub has_more: bool,
}

/// An attempt to synchronize one type: the columns of `sync_history`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncRecord {
    /// Names it for ever.
    pub id: i64,
    /// The website; empty when an import did not say.
    pub website_id: String,
    /// The target; `None` for an import.
    pub target: Option<String>,
    /// What kind of document.
    pub kind: String,
    /// Its row id.
    pub local_id: String,
    /// Its key.
    pub type_key: String,
    /// The version that was sent or taken.
    pub version_hash: Option<String>,
    /// Platform id.
    pub target_platform: String,
    /// `PUSH` or `PULL`.
    pub sync_direction: String,
    /// `SUCCESS`, `FAILED` or `PARTIAL`.
    pub sync_status: String,
    /// `create`, `update` or `delete`; an import does not say.
    pub operation: Option<String>,
    /// What was sent; `null` for a deletion, a text when an import holds no JSON.
    pub pushed_data: Option<Box<RawValue>>,
    /// What came back.
    pub response_data: Option<Box<RawValue>>,
    /// Stable code of what went wrong.
    pub error_code: Option<String>,
    /// What went wrong, for people.
    pub error_message: Option<String>,
    /// Requests beyond the first.
    pub retry_count: i64,
    /// Requests.
    pub attempts: i64,
    /// What else is known.
    pub sync_metadata: Option<Box<RawValue>>,
    /// Who acted.
    pub actor: Option<String>,
    /// What they were allowed to do.
    pub role: Option<String>,
    /// The run.
    pub run_id: Option<String>,
    /// The id that the studio gave the deployment.
    pub deployment_id: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub started_at: Option<i64>,
    /// `None` when it was only found out later how it ended.
    pub completed_at: Option<i64>,
    /// From beginning to end, waits included.
    pub duration_ms: Option<i64>,
    /// When it was recorded.
    pub created_at: Option<i64>,
    /// Taken over from the studio's earlier attempt.
    pub imported: bool,
}

impl SyncRecord {
    /// A stored text as the JSON that it is, else as a text; nothing for an empty one.
    pub(in crate::engine) fn value(text: Option<String>) -> Option<Box<RawValue>> {
        let text = text.filter(|text| !text.is_empty())?;
        let parsed = serde_json::from_str::<Box<RawValue>>(&text);
        parsed.or_else(|_| to_raw_value(&text)).ok()
    }
}
