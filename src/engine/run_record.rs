//! What a run records before it sends anything: its plan, and what needs no write.

use std::collections::BTreeSet;

use crate::error::SyncError;
use crate::plan::Verb;
use crate::port::{Lease, PlannedRow};

use super::apply::Hands;
use super::detect::Scoped;
use super::failure::store_failure;
use super::outcome;
use super::plan::{ScopePlan, Step};
use super::run::Run;

impl Run<'_> {
    /// Records the operations of a plan, before the first of them is begun: what completes a step is one
    /// by itself.
    pub(super) async fn plan_rows(
        &self,
        lease: &Lease,
        scoped: &Scoped,
        plan: &ScopePlan,
    ) -> Result<(), SyncError> {
        if plan.steps.is_empty() {
            return Ok(());
        }
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
        let rows = firsts.chain(seconds).filter_map(row).collect();
        let planned = self.engine.ports.store.plan(lease, &self.id, rows).await;
        planned.map_err(store_failure)
    }

    /// Commits what both sides agree on without a write, and the conflicts that were seen.
    pub(super) async fn record_idle(
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
