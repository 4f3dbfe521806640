//! What a rollback would do.

use tokio_util::sync::CancellationToken;

use crate::error::SyncError;

use super::Undo;
use super::run::RollbackSearch;
use crate::engine::plan::{Looked, Policy};
use crate::engine::report::PlanReport;
use crate::engine::run::Found;
use crate::engine::{Engine, ProviderRequest, Purpose, RunOptions};

impl Engine {
    /// Plans the rollback of a deployment. Writes nothing.
    ///
    /// # Errors
    ///
    /// `DEPLOYMENT_NOT_FOUND`, `DEPLOYMENT_IN_PROGRESS`, `ROLLED_BACK`, `TARGET_MISMATCH` when the
    /// provider is not the one that the deployment had; and as [`Engine::plan`].
    pub async fn plan_rollback(
        &self,
        provider: &ProviderRequest,
        undo: &Undo,
        options: &RunOptions,
    ) -> Result<PlanReport, SyncError> {
        let policy = Policy::of_rollback(options)?;
        let undone = self.undone(undo).await?;
        let effects = self.effects(undo, &undone, options).await?;
        let platform = self.connect(provider, Purpose::Look).await?;
        undone.check_target(&platform)?;
        let cancel = CancellationToken::new();
        let search = RollbackSearch { platform: &platform, leases: &[], cancel: &cancel, options };
        let locals = self.locals().await?;
        let shape = platform.dialect.capabilities().shape;
        let returns = self.returns((&undone, undo.mode), &effects, (policy, &shape)).await?;
        let rows = self.foretell(&locals, (&undone, &returns), &search, policy).await?;
        let Found { detection, wanted, items, .. } =
            self.find_undone(locals, &undone, effects, &search).await?;
        let selection = wanted.selection;
        let found = Looked { website_id: None, policy, detection, selection, items };
        let (mut report, sketch) = self.tell_plan(&platform, &found, &[]).await;
        report.findings.extend(rows);
        self.remember_plan(sketch);
        Ok(report)
    }
}
