//! What it means that documents are gone: a mistake, a deletion, or neither.

use std::collections::BTreeSet;

use crate::error::{ErrorCode, SyncError};
use crate::model::Finding;
use crate::plan::{Disappearance, check_presence};
use crate::port::{Claim, Entity, RemoteId, Scope, StateRow};

use super::bindings::Bindings;
use super::detect::{Pass, root_id};
use super::failure::store_failure;
use super::parse::parse_row;

/// What becomes of the documents whose row is gone.
#[derive(Default)]
pub(super) struct Gone {
    /// To be looked at as deletions.
    pub deleted: Vec<Entity>,
    /// Their key belongs to a living type of another website now; their state is of no use.
    pub released: Vec<Entity>,
}

impl Pass<'_> {
    /// A website that lost most of its types, or a target that did, is a mistake; where it was
    /// reviewed, or is shown to be reviewed, a finding.
    pub(super) async fn check_absence(
        &self,
        scope: &Scope,
        states: &[StateRow],
        bindings: &Bindings,
    ) -> Result<Option<Finding>, SyncError> {
        let agreed: Vec<&StateRow> = states.iter().filter(|state| state.agreed).collect();
        let gone_here = agreed
            .iter()
            .filter(|state| !bindings.took_over(&state.entity))
            .filter(|state| self.locals.row(root_id(&state.entity.id)).is_none())
            .count();
        // A listing that was not read to its end is no evidence; each absence is confirmed alone.
        let is_gone = |id: &RemoteId| !self.remotes.seen.contains_key(id) && self.remotes.complete;
        let mut unseen: Vec<Entity> = agreed
            .iter()
            .filter(|state| state.remote_id.as_ref().is_none_or(is_gone))
            .map(|state| state.entity.clone())
            .collect();
        if check_presence(agreed.len(), unseen.len()).is_err() {
            // What we wrote a moment ago may not be listed yet.
            let details = self.engine.ports.store.details(scope, unseen.clone()).await;
            let details = details.map_err(store_failure)?;
            unseen.retain(|entity| !self.within_lag(details.get(entity)));
        }
        let (code, side, gone, step) = if let Err(gone) = check_presence(agreed.len(), gone_here) {
            let step = "check that databaseUrl names the right database";
            (ErrorCode::StudioMismatch, "studio", gone, step)
        } else if let Err(gone) = check_presence(agreed.len(), unseen.len()) {
            let step = "check that the credentials belong to the right instance";
            (ErrorCode::TargetMismatch, "platform", gone, step)
        } else {
            return Ok(None);
        };
        let Disappearance { gone, bound } = gone;
        let message = format!(
            "{gone} of the {bound} types that website {} deploys to {} are gone from the {side}",
            scope.website_id, scope.target
        );
        if self.search.tolerate_absence {
            let step = format!("{step} before you deploy this plan");
            return Ok(Some(Finding::warning(code.as_str(), message, step)));
        }
        let step = format!("{step}; nothing was changed");
        Err(SyncError::new(code, message).next_step(step).during("detect"))
    }

    /// Sorts the documents whose row is gone, and whose place no other row took. What a living type
    /// claims is never deleted: a claim of this website keeps the state, because it still has to be
    /// decided whose it is.
    pub(super) fn sort_gone(
        &self,
        scope: &Scope,
        orphans: &[&StateRow],
        bindings: &Bindings,
        claims: &[Claim],
    ) -> Gone {
        let mut gone = Gone::default();
        let orphans: Vec<&&StateRow> = orphans
            .iter()
            .filter(|state| state.agreed && !bindings.took_over(&state.entity))
            .collect();
        if orphans.is_empty() {
            return gone;
        }
        let claimed_here: BTreeSet<String> =
            bindings.new.values().map(|binding| binding.remote_id.key().to_lowercase()).collect();
        let claimed_elsewhere = self.claimed_elsewhere(scope, claims);
        for state in orphans {
            let key =
                state.remote_id.as_ref().map(RemoteId::key).unwrap_or_default().to_lowercase();
            if claimed_elsewhere.contains(&key) {
                gone.released.push(state.entity.clone());
            } else if !claimed_here.contains(&key) {
                gone.deleted.push(state.entity.clone());
            }
        }
        gone
    }

    /// Keys, in lower case, that living types of other websites have or would get.
    fn claimed_elsewhere(&self, scope: &Scope, claims: &[Claim]) -> BTreeSet<String> {
        let bound: BTreeSet<&str> = claims.iter().map(|claim| &*claim.entity.id).collect();
        let others = self
            .locals
            .rows
            .types
            .iter()
            .filter(|row| row.website_id != scope.website_id && !bound.contains(&*row.id));
        others
            .map(|row| parse_row(row, self.index).content)
            .map(|content| self.search.platform.dialect.type_keys(&content).preferred)
            .map(|key| key.to_lowercase())
            .collect()
    }
}
