//! Stands in for the verbs until they are merged.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{
    ChangeSet, Engine, Extraction, Metrics, PlanReport, Query, Reporter, RunOptions, RunReport,
    RunRequest, RunStatus, TypeMapping,
};
use crate::error::{ErrorCode, SyncError};

fn later() -> SyncError {
    SyncError::new(ErrorCode::NotAvailable, "not available yet")
}

#[expect(missing_docs, clippy::missing_errors_doc, clippy::unused_async, reason = "a placeholder")]
impl Engine {
    pub async fn extract(&self, _website_id: Option<&str>) -> Result<Extraction, SyncError> {
        Err(later())
    }

    pub async fn detect(&self, _query: &Query) -> Result<ChangeSet, SyncError> {
        Err(later())
    }

    pub async fn plan(&self, _query: &Query, _: &RunOptions) -> Result<PlanReport, SyncError> {
        Err(later())
    }

    pub async fn preview_mapping(&self, _query: &Query) -> Result<Vec<TypeMapping>, SyncError> {
        Err(later())
    }

    pub async fn deploy(
        &self,
        _request: &RunRequest,
        _reporter: Arc<dyn Reporter>,
        _cancel: &CancellationToken,
    ) -> RunReport {
        RunReport {
            status: RunStatus::Failed,
            error: Some(later()),
            outcomes: Vec::new(),
            metrics: Metrics::default(),
            recovery: None,
        }
    }

    pub async fn deployment(&self, _job_id: &str) -> Result<Option<String>, SyncError> {
        Err(later())
    }
}

#[expect(missing_docs, clippy::missing_errors_doc, reason = "a placeholder")]
pub fn hash_content_type(text: &str) -> Result<String, SyncError> {
    crate::canonical::parse(text)
        .map(|definition| crate::canonical::content_hash(definition).to_string())
        .map_err(|error| {
            SyncError::new(ErrorCode::InvalidArgument, "the definition is not JSON")
                .caused_by(error)
        })
}
