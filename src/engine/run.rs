//! A deployment: extract, detect, plan, apply, verify, record.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::collect::map_of;
use crate::error::{ErrorCode, SyncError};
use crate::port::{Lease, RunRow, Traffic, VersionSource};

use super::apply::Hands;
use super::complete::Execution;
use super::detect::{Detection, Keep, Scoped, Search};
use super::execute::execute;
use super::failure::store_failure;
use super::home::HomePlan;
use super::job::kept_job;
use super::listing::Freshness;
use super::locals::Locals;
use super::metrics::Underway;
use super::narrate::Narrator;
use super::options::Mode;
use super::outcome;
use super::plan::{Policy, ScopePlan, plan_scope};
use super::pull::{of_staying, planned, told};
use super::references::References;
use super::report::{LogLevel, Outcome, Reporter, RunReport, RunStatus};
use super::scopes::Scopes;
use super::see::wanted_websites;
use super::sketch::sketch;
use super::wanted::Wanted;
use super::{Engine, Platform, Purpose, RunRequest, VersionNote};

/// What is known of a run while it goes.
pub(super) struct Run<'r> {
    pub engine: &'r Engine,
    pub request: &'r RunRequest,
    pub id: String,
    pub narrator: &'r Narrator,
    pub cancel: &'r CancellationToken,
    /// Counts it as running; nothing for a rehearsal.
    pub underway: Option<Underway<'r>>,
}

/// What a run came to before its report is written.
#[derive(Default)]
pub(super) struct Tally {
    pub outcomes: Vec<Outcome>,
    pub plan_digest: Option<String>,
    pub traffic: Traffic,
    pub items: u64,
    /// The store knows of the run.
    began: bool,
    /// The run did not get to its end.
    pub stopped: Option<SyncError>,
}

impl Tally {
    /// Counts the content items of what succeeded.
    fn count(&mut self, scoped: &Scoped, items: &BTreeMap<String, u64>, outcomes: &[Outcome]) {
        let ids: BTreeMap<&str, &str> =
            map_of(scoped.examined.iter().map(|one| (&*one.key, &*one.subject.entity.id)));
        self.items += outcomes
            .iter()
            .filter(|outcome| outcome.status == "success" && outcome.operation != "none")
            .filter_map(|outcome| items.get(*ids.get(&*outcome.type_key)?))
            .sum::<u64>();
    }
}

/// Both sides as a run sees them.
pub(super) struct Found {
    pub locals: Arc<Locals>,
    pub detection: Detection,
    pub wanted: Wanted,
    /// Content items of what is not the same.
    pub items: BTreeMap<String, u64>,
}

impl Engine {
    /// Deploys. Never fails: what went wrong is in the report.
    pub async fn deploy(
        &self,
        request: &RunRequest,
        reporter: Arc<dyn Reporter>,
        cancel: &CancellationToken,
    ) -> RunReport {
        self.deploy_holding(request, reporter, cancel, Scopes::default()).await
    }

    /// As [`Engine::deploy`], taking over the scopes of a run before it.
    pub(super) async fn deploy_holding(
        &self,
        request: &RunRequest,
        reporter: Arc<dyn Reporter>,
        cancel: &CancellationToken,
        mut scopes: Scopes,
    ) -> RunReport {
        let began = self.ports.clock.elapsed();
        let narrator = Narrator::new(Arc::clone(&reporter), Arc::clone(&self.ports.clock));
        let run = Run {
            engine: self,
            request,
            id: format!("run_{:013x}_{:016x}", self.ports.clock.now(), self.ports.clock.random()),
            narrator: &narrator,
            cancel,
            underway: (!request.options.dry_run).then(|| self.counters.begin(narrator.progress())),
        };
        let mut tally = Tally::default();
        if let Err(error) = run.carry_out(&mut tally, &mut scopes).await {
            tally.stopped = Some(self.stopped(error, request).await);
        }
        let known = tally.began;
        let taken = self.ports.clock.elapsed().saturating_sub(began);
        let (mut report, plan_digest) = run.report(tally, taken);
        if known && let Err(error) = run.finish(&report, plan_digest.clone()).await {
            report.error.get_or_insert(error);
            report.status = RunStatus::Failed;
            report.progress = narrator.shown();
            report.recovery = None;
        }
        run.count(&report, taken).await;
        // The rollback takes the scopes over, so that nobody builds on what is about to be undone.
        let to_undo = (&reporter, &mut scopes);
        if known
            && Box::pin(self.undo_failure(request, &mut report, to_undo, cancel)).await
            && let Err(error) = run.finish(&report, plan_digest).await
        {
            report.error.get_or_insert(error);
        }
        // Only now: whoever holds a scope takes a run of it that did not end for interrupted.
        self.give_back(scopes, &narrator).await;
        if known && let Err(error) = self.cut_audit().await {
            narrator.log(LogLevel::Warning, error.to_string(), None, None);
        }
        report
    }
}

impl Run<'_> {
    /// Does the work. The scopes that it takes are given back by the caller.
    async fn carry_out(&self, tally: &mut Tally, scopes: &mut Scopes) -> Result<(), SyncError> {
        if let Some(action) = self.request.action() {
            self.engine.actor.permit(action)?;
        }
        let policy = Policy::of(&self.request.options)?;
        let dry = self.request.options.dry_run;
        self.narrator.step(10, "Extracting content types from database...");
        let mut locals = self.engine.locals().await?;
        let undone = match &self.request.undo {
            Some(undo) => Some(self.engine.undone(undo).await?),
            None => None,
        };
        let websites = match &undone {
            Some(undone) => undone.websites(),
            None => wanted_websites(&locals, self.request.website_id.as_deref())?,
        };
        let purpose = if dry { Purpose::Look } else { Purpose::Deploy };
        let platform = self.engine.connect(&self.request.provider, purpose).await?;
        if let Some(undone) = &undone {
            undone.check_target(&platform)?;
        }
        self.stop_if_cancelled()?;
        let count: usize = websites.iter().map(|id| locals.of_website(id).count()).sum();
        self.narrator.step(10, format!("Found {count} content types to sync..."));

        let mut result = Ok(());
        if !dry {
            self.engine.ports.store.check_writable().await.map_err(store_failure)?;
            result = self.acquire_all(&websites, &platform, scopes).await;
        }
        let leases = &scopes.own[..];
        if !dry && result.is_ok() {
            // Whoever held the scopes until now may have written to the studio.
            locals = self.engine.locals().await?;
        }
        // What a living run holds is refused before anything of this one is recorded.
        if result.is_ok() && !dry {
            result = self.begin(&platform, leases).await;
            tally.began = result.is_ok();
            if result.is_ok() {
                result = self.link(undone.as_ref()).await;
            }
        }
        if result.is_ok() {
            result = match &self.request.undo {
                Some(undo) => {
                    let undone = self.roll_back(tally, (&locals, &platform), leases, undo);
                    Box::pin(undone).await
                }
                None => self.deploy_all(tally, &locals, &platform, websites, leases, &policy).await,
            };
            tally.traffic = platform.adapter.traffic();
        }
        if !dry {
            self.engine.forget_listing(&platform.target).await;
        }
        result
    }

    async fn begin(&self, platform: &Platform, leases: &[Lease]) -> Result<(), SyncError> {
        let row = RunRow {
            run_id: self.id.clone(),
            job_id: self.request.job_id.clone(),
            provider: platform.provider.clone(),
            actor: self.engine.actor.id.clone(),
            options: serde_json::to_string(&self.request.options).unwrap_or_default(),
            job: kept_job(self.request, &*self.engine.ports.platforms),
            started_at: self.engine.ports.clock.now(),
            scopes: leases.iter().map(|lease| lease.scope.clone()).collect(),
        };
        self.engine.ports.store.begin_run(row).await.map_err(store_failure)?;
        self.narrator.recorded(&self.id);
        Ok(())
    }

    fn stop_if_cancelled(&self) -> Result<(), SyncError> {
        if self.cancel.is_cancelled() {
            return Err(SyncError::new(ErrorCode::Cancelled, "cancelled by the user"));
        }
        Ok(())
    }

    async fn deploy_all(
        &self,
        tally: &mut Tally,
        locals: &Arc<Locals>,
        platform: &Platform,
        websites: Vec<String>,
        leases: &[Lease],
        policy: &Policy,
    ) -> Result<(), SyncError> {
        let locals = self.settle(platform, leases, locals, *policy).await?;
        let began = self.engine.ports.clock.elapsed();
        let first = match policy.mode {
            Mode::Push => Freshness::Now,
            Mode::Pull | Mode::Bidirectional => Freshness::Kept,
        };
        let mut found = self.find(locals, platform, &websites, leases, (*policy, first)).await?;
        self.announce(&found.detection, &found.wanted, policy.mode);
        self.narrator
            .step(20, format!("Transforming to {} schema...", schema_name(&platform.provider)));
        let (homes, mut plans) = self.plan_both(platform, &found, *policy);
        let website_id = self.request.website_id.as_deref().filter(|id| !id.is_empty());
        let detection = &found.detection;
        let reviewed = self.request.options.plan_digest.as_deref();
        let planned = sketch(platform, website_id, *policy, detection, &homes, &plans);
        tally.plan_digest = Some(planned.digest.clone());
        if let Some(reviewed) = reviewed {
            self.engine.check_reviewed(reviewed, &planned)?;
        }
        if !leases.is_empty() {
            // After the search, which takes a mass disappearance for the mistake that it is.
            let note = VersionNote {
                source: VersionSource::Sync,
                author: self.engine.actor.id.clone(),
                message: Some(format!("seen by the deployment {}", self.request.job_id)),
            };
            self.engine.record_seen(&found.locals, &websites, &note).await?;
        }
        self.tell_steps(&found, &homes, &plans);
        if self.bring_home(tally, platform, leases, &found, &homes, *policy).await? {
            let locals = self.engine.locals().await?;
            // Only the studio was written since.
            let again = (*policy, Freshness::Since(began));
            found = self.find(locals, platform, &websites, leases, again).await?;
            let homes;
            (homes, plans) = self.plan_both(platform, &found, *policy);
            if reviewed.is_some() {
                let now = sketch(platform, website_id, *policy, &found.detection, &homes, &plans);
                planned.check_outward(&now)?;
            }
        }
        self.send(tally, platform, leases, &found, &plans, *policy).await?;
        self.conclude(&tally.outcomes)
    }

    /// Looks at both sides.
    async fn find(
        &self,
        locals: Arc<Locals>,
        platform: &Platform,
        websites: &[String],
        leases: &[Lease],
        (policy, freshness): (Policy, Freshness),
    ) -> Result<Found, SyncError> {
        let options = &self.request.options;
        let search = Search {
            platform,
            websites: websites.to_vec(),
            freshness,
            everything: policy.force,
            keep: if policy.force { Keep::All } else { Keep::Changes },
            leases,
            tolerate_absence: options.allow_delete && options.plan_digest.is_some(),
            cancel: self.cancel,
        };
        let mut detection = self.engine.search(&locals, &search).await?;
        let wanted = self.engine.wanted((&self.id, self.request), &locals, &detection).await?;
        let shape = platform.dialect.capabilities().shape;
        let items = self.engine.appraise(&mut detection, &shape).await?;
        Ok(Found { locals, detection, wanted, items })
    }

    /// What comes home, and what goes to the platform.
    fn plan_both(
        &self,
        platform: &Platform,
        found: &Found,
        policy: Policy,
    ) -> (Vec<HomePlan>, Vec<ScopePlan>) {
        let Found { locals, detection, wanted, items } = found;
        let selection = &wanted.selection;
        let homes = self.engine.plan_home(platform, locals, detection, selection, policy, items);
        let scopes = detection.scopes.iter();
        let plans = scopes.map(|scoped| plan_scope(scoped, selection, policy, platform)).collect();
        (homes, plans)
    }

    /// Brings home what is to come home; tells whether anything was done.
    async fn bring_home(
        &self,
        tally: &mut Tally,
        platform: &Platform,
        leases: &[Lease],
        found: &Found,
        homes: &[HomePlan],
        policy: Policy,
    ) -> Result<bool, SyncError> {
        let mut is_done = false;
        for (at, (scoped, plan)) in found.detection.scopes.iter().zip(homes).enumerate() {
            tally.outcomes.extend(of_staying(scoped, plan));
            let Some(lease) = leases.get(at) else {
                let steps = plan.steps.iter();
                tally.outcomes.extend(steps.map(|step| planned(scoped, step, "success")));
                continue;
            };
            if plan.steps.is_empty() {
                continue;
            }
            is_done = true;
            let pulled = self.pull(platform, lease, scoped, plan, policy, &found.items).await;
            tally.count(scoped, &found.items, &pulled.outcomes);
            tally.outcomes.extend(pulled.outcomes);
            if let Some(error) = pulled.stopped {
                return Err(error);
            }
        }
        Ok(is_done)
    }

    /// Sends what is to be sent, and records what is not.
    pub(super) async fn send(
        &self,
        tally: &mut Tally,
        platform: &Platform,
        leases: &[Lease],
        found: &Found,
        plans: &[ScopePlan],
        policy: Policy,
    ) -> Result<(), SyncError> {
        let Found { detection, wanted, items, .. } = found;
        let told = told(&tally.outcomes);
        let stop_on_error = self.request.options.stop_on_error;
        let mut result = Ok(());
        for (at, (scoped, plan)) in detection.scopes.iter().zip(plans).enumerate() {
            let mut outcomes = outcome::of_idle(scoped, plan, &wanted.selection);
            outcomes.retain(|one| !told.contains(&(one.website_id.clone(), one.type_key.clone())));
            if let Some(lease) = leases.get(at) {
                let hands = self.hands(platform, lease, policy, &scoped.references);
                // What a rollback is not about is looked at only to be referred to.
                if result.is_ok() && self.request.undo.is_none() {
                    result = self.record_idle(&hands, scoped, plan).await;
                }
                if result.is_ok() {
                    result = self.plan_rows(lease, scoped, plan).await;
                }
                let execution = Execution {
                    hands: &hands,
                    scoped,
                    plan,
                    narrator: self.narrator,
                    wanted,
                    stop_on_error,
                    provider: &platform.provider,
                    actor: &self.engine.actor.id,
                    begin: result.is_ok() && !(stop_on_error && failed(&tally.outcomes)),
                };
                let (done, stopped) = execute(&execution).await;
                outcomes.extend(done);
                if result.is_ok()
                    && let Some(error) = stopped
                {
                    result = Err(error);
                }
            } else {
                outcomes.extend(outcome::of_dry_run(scoped, plan));
            }
            tally.count(scoped, items, &outcomes);
            tally.outcomes.extend(outcomes);
        }
        result
    }

    /// Finishes or closes what an interrupted run left open: first in the studio, then on the
    /// platform. Returns the studio as it is then.
    pub(super) async fn settle(
        &self,
        platform: &Platform,
        leases: &[Lease],
        locals: &Arc<Locals>,
        policy: Policy,
    ) -> Result<Arc<Locals>, SyncError> {
        let mut locals = Arc::clone(locals);
        for lease in leases {
            let settled = self.engine.settle_rows(platform, lease).await?;
            if !settled.is_empty() {
                locals = self.engine.locals().await?;
            }
            let references = self.engine.known_references(&lease.scope).await?;
            let hands = self.hands(platform, lease, policy, &references);
            let open = self.engine.settle_open(&hands, lease, &locals).await?;
            for finding in settled.iter().chain(&open) {
                self.narrator.finding(finding);
            }
            for run in self.engine.close_interrupted(&lease.scope, &self.id).await? {
                let message = format!("The deployment {} was interrupted and is closed", run.id);
                self.narrator.log(LogLevel::Info, message, None, None);
            }
        }
        Ok(locals)
    }

    /// Ends a run that nothing stopped but perhaps a failure of a type.
    pub(super) fn conclude(&self, outcomes: &[Outcome]) -> Result<(), SyncError> {
        if let Some(error) = outcome::failure(outcomes) {
            return Err(error);
        }
        let (succeeded, failed) = outcome::counts(outcomes);
        let came_to = format!("{succeeded} succeeded, {failed} failed");
        if outcome::is_whole(outcomes) {
            self.narrator.step(80, "Verifying synchronization...");
            self.narrator.step(99, format!("Sync completed: {came_to}"));
        } else {
            let message = format!("Sync stopped at the first failure: {came_to}");
            self.narrator.log(LogLevel::Warning, message, None, None);
        }
        Ok(())
    }

    fn hands<'h>(
        &'h self,
        platform: &'h Platform,
        lease: &'h Lease,
        policy: Policy,
        references: &'h References,
    ) -> Hands<'h> {
        Hands {
            engine: self.engine,
            platform,
            lease,
            run_id: &self.id,
            references,
            accept_loss: policy.consent.data_loss,
            force: policy.force,
            cancel: self.cancel,
        }
    }
}

/// Whether an operation failed.
fn failed(outcomes: &[Outcome]) -> bool {
    outcomes.iter().any(|outcome| outcome.status == "failed" && outcome.operation != "none")
}

fn schema_name(provider: &str) -> String {
    let mut letters = provider.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
