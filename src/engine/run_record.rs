//! What a run records before it sends anything: its plan, and what needs no write.

use std::collections::BTreeSet;

use crate::error::SyncError;
use crate::port::{Lease, PlannedRow};

use super::apply::Hands;
use super::detect::Scoped;
use super::failure::store_failure;
use super::outcome;
use super::plan::ScopePlan;
use super::run::Run;

impl Run<'_> {
    /// Records the operations of a plan, before the first of them is begun.
    pub(super) async fn plan_rows(
        &self,
        lease: &Lease,
        scoped: &Scoped,
        plan: &ScopePlan,
    ) -> Result<(), SyncError> {
        if plan.steps.is_empty() {
            return Ok(());
        }
        let rows = plan.steps.iter().enumerate().filter_map(|(sequence, step)| {
            let one = scoped.examined.get(step.at)?;
            Some(PlannedRow {
                sequence: u32::try_from(sequence).unwrap_or(u32::MAX),
                entity: one.subject.entity.clone(),
                type_key: one.key.clone(),
                verb: step.verb,
            })
        });
        let planned = self.engine.ports.store.plan(lease, &self.id, rows.collect()).await;
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
