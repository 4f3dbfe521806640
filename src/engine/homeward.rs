//! The way home of a run: before it sends anything, and it may end there.

use std::time::Duration;

use crate::error::SyncError;
use crate::port::Lease;

use super::Platform;
use super::home::HomePlan;
use super::listing::Freshness;
use super::plan::{Policy, ScopePlan};
use super::pull::{of_staying, planned};
use super::run::{Found, Run, Tally};
use super::sketch::Sketch;

impl Run<'_> {
    /// Brings home what is to come home, and looks again at what is to be sent then, which must be what
    /// was reviewed; `None` when nothing was to come.
    pub(super) async fn come_home(
        &self,
        tally: &mut Tally,
        (platform, websites, leases): (&Platform, &[String], &[Lease]),
        (found, homes): (&Found, &[HomePlan]),
        reviewed: Option<&Sketch>,
        (policy, began): (Policy, Duration),
    ) -> Result<Option<(Found, Vec<ScopePlan>)>, SyncError> {
        if !self.bring_home(tally, platform, leases, (found, homes), policy).await? {
            return Ok(None);
        }
        let locals = self.engine.locals().await?;
        // Only the studio was written since.
        let again = (policy, Freshness::Since(began));
        let found = self.find(locals, platform, websites, leases, again).await?;
        let (homes, plans) = self.plan_both(platform, &found, policy);
        if let Some(reviewed) = reviewed {
            reviewed.check_outward(&self.sketched(platform, &found, &homes, &plans, policy))?;
        }
        Ok(Some((found, plans)))
    }

    /// Brings home what is to come home; tells whether anything was done.
    async fn bring_home(
        &self,
        tally: &mut Tally,
        platform: &Platform,
        leases: &[Lease],
        (found, homes): (&Found, &[HomePlan]),
        policy: Policy,
    ) -> Result<bool, SyncError> {
        let (mut is_done, mut stopped) = (false, None);
        for (at, (scoped, plan)) in found.detection.scopes.iter().zip(homes).enumerate() {
            tally.outcomes.extend(of_staying(scoped, plan));
            let status = match (leases.get(at), &stopped) {
                _ if plan.steps.is_empty() => continue,
                (None, _) => "success",
                (_, Some(_)) => "not_attempted",
                (Some(lease), None) => {
                    is_done = true;
                    let pulled =
                        self.pull(platform, lease, scoped, plan, policy, &found.items).await;
                    tally.count(scoped, &found.items, &pulled.outcomes);
                    tally.outcomes.extend(pulled.outcomes);
                    stopped = pulled.stopped;
                    continue;
                }
            };
            tally.outcomes.extend(plan.steps.iter().map(|step| planned(scoped, step, status)));
        }
        stopped.map_or(Ok(is_done), Err)
    }
}
