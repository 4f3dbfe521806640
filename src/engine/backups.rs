//! The definitions that are kept as they were before a deployment changed them.

use crate::error::SyncError;
use crate::port::{Backup, BackupFilter};

use super::failure::store_failure;
use super::report::{BackupInfo, BackupPage};
use super::{Engine, TypeRef};

/// Which backups a caller wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackupQuery {
    /// Of this deployment; of all without it.
    pub deployment_id: Option<String>,
    /// Of this type; of all without it.
    pub wanted: Option<TypeRef>,
    /// How many at most.
    pub limit: u32,
    /// How many to pass over.
    pub offset: u32,
}

impl Engine {
    /// The definitions that are kept, newest first, without what is in them.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`], and when the state cannot be read.
    pub async fn list_backups(&self, query: &BackupQuery) -> Result<BackupPage, SyncError> {
        let document = match &query.wanted {
            Some(wanted) => {
                let named = self.named_type(&*self.locals().await?, wanted).await?;
                Some((named.website_id, named.entity))
            }
            None => None,
        };
        let filter = BackupFilter {
            job_id: query.deployment_id.clone(),
            document,
            limit: query.limit,
            offset: query.offset,
        };
        let (found, total) = self.ports.store.backups(filter).await.map_err(store_failure)?;
        let seen = u64::from(query.offset) + u64::try_from(found.len()).unwrap_or(u64::MAX);
        let backups = found.into_iter().map(shown).collect();
        Ok(BackupPage { backups, total, has_more: seen < total })
    }
}

fn shown(one: Backup) -> BackupInfo {
    BackupInfo {
        id: format!("backup_{}", one.id),
        deployment_id: one.job_id,
        type_key: one.type_key,
        website_id: one.scope.website_id,
        target: one.scope.target,
        operation: one.verb.as_str(),
        size: one.size,
        compressed: one.is_compressed,
        taken_at: one.taken_at,
    }
}
