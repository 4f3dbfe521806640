//! What was sent and what came back.

use crate::error::SyncError;
use crate::port::{HistoryEntry, HistoryFilter};

use super::Engine;
use super::failure::store_failure;
use super::report::{HistoryReport, SyncRecord};
use super::type_ref::TypeRef;

/// Which attempts are wanted: those that pass every filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// One type.
    pub wanted: Option<TypeRef>,
    /// One platform.
    pub platform: Option<String>,
    /// `SUCCESS`, `FAILED` or `PARTIAL`.
    pub status: Option<&'static str>,
    /// The id of a deployment.
    pub deployment_id: Option<String>,
    /// Recorded at this time or later, in milliseconds.
    pub from: Option<i64>,
    /// Recorded at this time or earlier.
    pub to: Option<i64>,
    /// Length of the page.
    pub limit: u32,
    /// How many come before it.
    pub offset: u32,
}

impl HistoryQuery {
    /// Length of a page that nobody asked for otherwise.
    pub const LIMIT: u32 = 50;
    /// The longest page: each attempt comes with what was sent and what came back.
    pub const MOST: u32 = 1_000;
}

impl Default for HistoryQuery {
    fn default() -> Self {
        Self {
            wanted: None,
            platform: None,
            status: None,
            deployment_id: None,
            from: None,
            to: None,
            limit: Self::LIMIT,
            offset: 0,
        }
    }
}

impl Engine {
    /// A page of attempts, the latest first.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`], and when the state cannot be read.
    pub async fn sync_history(&self, query: &HistoryQuery) -> Result<HistoryReport, SyncError> {
        let of_type = self.history_of(query.wanted.as_ref()).await?;
        let filter = HistoryFilter {
            platforms: of_type.platforms.into_iter().chain(query.platform.clone()).collect(),
            status: query.status.map(str::to_owned),
            deployment_id: query.deployment_id.clone(),
            from: query.from,
            to: query.to,
            ..of_type
        };
        let (limit, offset) = (query.limit, query.offset);
        let page = self.ports.store.attempts(filter, limit, offset).await.map_err(store_failure)?;
        let data: Vec<SyncRecord> = page.entries.into_iter().map(SyncRecord::from).collect();
        let end = u64::from(offset) + u64::try_from(data.len()).unwrap_or(u64::MAX);
        Ok(HistoryReport { has_more: end < page.total, data, total: page.total, limit, offset })
    }

    /// One attempt; `None` when there is none of this id.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn sync_record(&self, id: i64) -> Result<Option<SyncRecord>, SyncError> {
        let found = self.ports.store.attempts_by_id(vec![id]).await.map_err(store_failure)?;
        Ok(found.into_iter().next().map(SyncRecord::from))
    }

    /// The latest attempt at a type that did all that it was meant to; `None` when there was none.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`], and when the state cannot be read.
    pub async fn last_successful_sync(
        &self,
        wanted: &TypeRef,
    ) -> Result<Option<SyncRecord>, SyncError> {
        let of_type = self.history_of(Some(wanted)).await?;
        let filter = HistoryFilter { status: Some("SUCCESS".to_owned()), ..of_type };
        let page = self.ports.store.attempts(filter, 1, 0).await.map_err(store_failure)?;
        Ok(page.entries.into_iter().next().map(SyncRecord::from))
    }

    /// The filter for all that was ever done to a type: under its row, under rows that had its key
    /// before it, and in imports that name the key and no website.
    pub(super) async fn history_of(
        &self,
        wanted: Option<&TypeRef>,
    ) -> Result<HistoryFilter, SyncError> {
        let Some(wanted) = wanted else { return Ok(HistoryFilter::default()) };
        let locals = self.locals().await?;
        let named = self.named_type(&locals, wanted).await?;
        let known = self.ports.store.known_types(&named.key).await.map_err(store_failure)?;
        let same = known.into_iter().filter(|one| {
            let here = one.website_id.is_empty() || one.website_id == named.website_id;
            here && one.type_key == named.key
        });
        let mut documents: Vec<(String, String)> =
            same.map(|one| (one.website_id, one.entity.id)).collect();
        documents.push((named.website_id, named.entity.id));
        documents.sort_unstable();
        documents.dedup();
        let platforms = wanted.provider.clone().into_iter().collect();
        Ok(HistoryFilter { documents, platforms, ..HistoryFilter::default() })
    }
}

impl From<HistoryEntry> for SyncRecord {
    fn from(entry: HistoryEntry) -> Self {
        let duration =
            entry.started_at.zip(entry.completed_at).map(|(from, to)| (to - from).max(0));
        Self {
            id: entry.id,
            website_id: entry.website_id,
            target: Some(entry.target).filter(|target| !target.is_empty()),
            kind: entry.kind,
            local_id: entry.local_id,
            type_key: entry.type_key,
            version_hash: entry.version_hash,
            target_platform: entry.platform,
            sync_direction: entry.direction,
            sync_status: entry.status,
            operation: entry.operation,
            pushed_data: SyncRecord::value(Some(entry.pushed)),
            response_data: SyncRecord::value(entry.response),
            error_code: entry.code,
            error_message: entry.error,
            retry_count: entry.retries,
            attempts: entry.retries.saturating_add(1),
            sync_metadata: SyncRecord::value(entry.metadata),
            actor: entry.actor,
            role: entry.role,
            run_id: entry.run_id,
            deployment_id: entry.deployment_id,
            started_at: entry.started_at,
            completed_at: entry.completed_at,
            duration_ms: duration,
            created_at: entry.created_at,
            imported: entry.imported,
        }
    }
}
