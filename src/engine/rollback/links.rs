//! What a run is to earlier ones, recorded before it does anything.

use crate::error::SyncError;
use crate::port::RunLink;

use super::Undone;
use crate::engine::failure::store_failure;
use crate::engine::run::Run;

impl Run<'_> {
    /// Links the run with those that it undoes, or with the one that it carries on.
    pub(in crate::engine) async fn link(&self, undone: Option<&Undone>) -> Result<(), SyncError> {
        let store = &self.engine.ports.store;
        let request = self.request;
        let links = match (&request.undo, undone) {
            (Some(undo), Some(undone)) => undone.links(undo.mode),
            _ if request.retry_of.as_deref() == Some(&*request.job_id) => {
                let earlier = store.run(&request.job_id, Some(&self.id)).await;
                let earlier = earlier.map_err(store_failure)?;
                earlier.map(|(run, _)| (run.run_id, RunLink::Continues)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        if links.is_empty() {
            return Ok(());
        }
        store.link_run(&self.id, links).await.map_err(store_failure)
    }
}
