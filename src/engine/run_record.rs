//! What a run records before it sends anything: its plan, and what needs no write.

use std::collections::BTreeSet;

use crate::error::SyncError;
use crate::plan::Verb;
use crate::port::{Lease, PlannedRow};

use super::Platform;
use super::apply::Hands;
use super::detect::Scoped;
use super::failure::store_failure;
use super::outcome;
use super::plan::{Policy, ScopePlan, Step};
use super::run::Run;

impl Run<'_> {
    /// Records what needs no write, and then the operations of every plan, before the first of them is
    /// begun: whoever carries the run on asks the journal what it was about.
    pub(super) async fn record_plans(
        &self,
        (platform, leases): (&Platform, &[Lease]),
        scopes: &[Scoped],
        plans: &[ScopePlan],
        policy: Policy,
    ) -> Result<(), SyncError> {
        let mut rows = Vec::new();
        for ((lease, scoped), plan) in leases.iter().zip(scopes).zip(plans) {
            // What a rollback is not about is looked at only to be referred to.
            if self.request.undo.is_none() {
                let hands = self.hands(platform, lease, policy, &scoped.references);
                self.record_idle(&hands, scoped, plan).await?;
            }
            if !plan.steps.is_empty() {
                rows.push((lease.clone(), planned_rows(scoped, plan)));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.engine.ports.store.plan(&self.id, rows).await.map_err(store_failure)
    }

    /// Commits what both sides agree on without a write, and the conflicts that were seen.
    async fn record_idle(
        &self,
        hands: &Hands<'_>,
        scoped: &Scoped,
        plan: &ScopePlan,
    ) -> Result<(), SyncError> {
        let busy: BTreeSet<usize> = plan.steps.iter().map(|step| step.at).collect();
        let records = outcome::idle_records(hands, scoped, &busy, self.engine.ports.clock.now());
        if records.is_empty() {
            return Ok(());
        }
        self.engine.ports.store.record(hands.lease, records).await.map_err(store_failure)
    }
}

/// The operations of a plan: what completes a step is one by itself.
fn planned_rows(scoped: &Scoped, plan: &ScopePlan) -> Vec<PlannedRow> {
    let row = |(sequence, step, verb): (usize, &Step, Verb)| {
        let one = scoped.examined.get(step.at)?;
        Some(PlannedRow {
            sequence: u32::try_from(sequence).unwrap_or(u32::MAX),
            entity: one.subject.entity.clone(),
            type_key: one.key.clone(),
            verb,
        })
    };
    let steps = plan.steps.iter().enumerate();
    // Or nobody could tell that it is missing after the process was killed in between.
    let seconds = steps.clone().filter(|(_, step)| !step.deferred.is_empty());
    let seconds = seconds.map(|(at, step)| (plan.second(at), step, Verb::Update));
    let firsts = steps.map(|(at, step)| (at, step, step.verb));
    firsts.chain(seconds).filter_map(row).collect()
}
