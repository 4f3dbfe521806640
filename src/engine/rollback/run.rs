//! A rollback as a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::SyncError;
use crate::port::{Lease, RemoteId};

use super::effect::Effect;
use super::restoring::restore;
use super::{Undo, Undone};
use crate::engine::carried::Covered;
use crate::engine::detect::{Keep, Search};
use crate::engine::listing::Freshness;
use crate::engine::locals::Locals;
use crate::engine::plan::{Policy, plan_scope};
use crate::engine::run::{Found, Run, Tally};
use crate::engine::selection::Selection;
use crate::engine::sketch::sketch;
use crate::engine::wanted::Wanted;
use crate::engine::{Engine, Platform, RunOptions};

impl Policy {
    /// The terms of a rollback: it goes to the platform, and does no more than it has to.
    pub(super) fn of_rollback(options: &RunOptions) -> Result<Self, SyncError> {
        let push = RunOptions { mode: None, force: false, ..options.clone() };
        Ok(Self { preserve_data: options.preserve_data != Some(false), ..Self::of(&push)? })
    }
}

impl Run<'_> {
    /// Undoes a deployment.
    pub(in crate::engine) async fn roll_back(
        &self,
        tally: &mut Tally,
        (locals, platform): (&Arc<Locals>, &Platform),
        leases: &[Lease],
        (undo, found): (&Undo, &Undone),
    ) -> Result<(), SyncError> {
        let options = &self.request.options;
        let policy = Policy::of_rollback(options)?;
        let locals = self.settle(tally, platform, leases, locals, policy).await?;
        // Settling may have ended it.
        let undone = self.engine.undone(undo).await?;
        undone.check_same(found, undo)?;
        let effects = self.engine.effects(undo, &undone, options).await?;
        let message = format!("Rolling back {} ({} types)...", undo.job_id, effects.len());
        self.narrator.step(20, message);
        let shape = platform.dialect.capabilities().shape;
        let returns = self.engine.returns((&undone, undo.mode), &effects, (policy, &shape)).await?;
        let search = RollbackSearch { platform, leases, cancel: self.cancel, options };
        let found = self.engine.find_undone(locals, &undone, effects, &search).await?;
        let scopes = found.detection.scopes.iter();
        let selection = &found.wanted.selection;
        let plans: Vec<_> =
            scopes.map(|scoped| plan_scope(scoped, selection, policy, platform)).collect();
        let sketched = |policy| sketch(platform, None, policy, &found.detection, &[], &plans);
        let planned = sketched(policy);
        tally.plan_digest = Some(planned.digest.clone());
        if let Some(reviewed) = &options.plan_digest {
            // Whoever made the plan, it can be told when it is the studio's rows that make the difference.
            let other = sketched(Policy { preserve_data: !policy.preserve_data, ..policy });
            if other.digest == *reviewed {
                self.engine.remember_plan(other);
            }
            self.engine.check_reviewed(reviewed, &planned)?;
        }
        self.tell_steps(&found, &[], &plans);
        self.send(tally, platform, leases, (&found, &plans), policy, Ok(())).await?;
        self.follow(tally, (&search, leases), (&undone, returns), policy).await?;
        tally.covered = Covered::Everything;
        Ok(())
    }
}

/// With what a rollback looks at both sides.
pub(super) struct RollbackSearch<'s> {
    pub platform: &'s Platform,
    pub leases: &'s [Lease],
    pub cancel: &'s tokio_util::sync::CancellationToken,
    pub options: &'s RunOptions,
}

impl Engine {
    /// Looks at what a deployment changed, and puts what was there before in the studio's place.
    pub(super) async fn find_undone(
        &self,
        locals: Arc<Locals>,
        undone: &Undone,
        effects: Vec<Effect>,
        search: &RollbackSearch<'_>,
    ) -> Result<Found, SyncError> {
        let RollbackSearch { platform, leases, cancel, options } = *search;
        let ids: BTreeSet<RemoteId> =
            effects.iter().flat_map(|one| &one.changes).map(|one| one.remote_id.clone()).collect();
        let look = Search {
            platform,
            websites: undone.websites(),
            freshness: Freshness::Now,
            everything: false,
            keep: Keep::These(&ids),
            leases,
            tolerate_absence: options.allow_delete && options.plan_digest.is_some(),
            cancel,
        };
        let mut detection = self.search(&locals, &look).await?;
        let mut of_website: BTreeMap<String, Vec<Effect>> = BTreeMap::new();
        for effect in effects {
            let Some(first) = effect.changes.first() else { continue };
            of_website.entry(first.scope.website_id.clone()).or_default().push(effect);
        }
        let mut names = BTreeSet::new();
        for scoped in &mut detection.scopes {
            let own = of_website.remove(&scoped.scope.website_id).unwrap_or_default();
            names.extend(restore(scoped, own, &*platform.dialect));
        }
        let shape = platform.dialect.capabilities().shape;
        let items = self.appraise(&mut detection, &shape).await?;
        let wanted = Wanted::of(Selection::Documents(names));
        Ok(Found { locals, detection, wanted, items })
    }
}
