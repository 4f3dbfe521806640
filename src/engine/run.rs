//! A deployment: extract, detect, plan, apply, verify, record.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::collect::map_of;
use crate::error::{ErrorCode, SyncError};
use crate::port::{Lease, RunRow, Scope, Traffic, VersionSource};

use super::apply::Hands;
use super::carried::Covered;
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
use super::pending::Pending;
use super::plan::{Policy, ScopePlan, plan_scope};
use super::pull::told;
use super::references::References;
use super::report::{LogLevel, Outcome, Reporter, RunReport, RunStatus};
use super::scopes::Scopes;
use super::see::wanted_websites;
use super::sketch::{Sketch, sketch};
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
    /// What earlier runs left under way, by scope in the order of the leases.
    pub pending: Vec<Pending>,
    /// What it has looked at to its end.
    pub covered: Covered,
    /// The store knows of the run.
    began: bool,
    /// The run did not get to its end.
    pub stopped: Option<SyncError>,
}

impl Tally {
    /// Counts the content items of what succeeded.
    pub(super) fn count(
        &mut self,
        scoped: &Scoped,
        items: &BTreeMap<String, u64>,
        outcomes: &[Outcome],
    ) {
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
        let mut result = run.carry_out(&mut tally, &mut scopes).await;
        let is_whole = outcome::is_whole(&tally.outcomes);
        match self.earlier_outcomes(&run.id, request).await {
            Ok(earlier) => tally.carry_over(earlier),
            Err(error) => result = result.and(Err(error)),
        }
        if let Err(error) = result.and_then(|()| run.conclude(&tally.outcomes, is_whole)) {
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
        self.engine.check_earlier_target(self.request, &platform).await?;
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
            result = match self.request.undo.as_ref().zip(undone.as_ref()) {
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
        let locals = self.settle(tally, platform, leases, locals, *policy).await?;
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
        let reviewed = self.request.options.plan_digest.as_deref();
        let planned = self.sketched(platform, &found, &homes, &plans, *policy);
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
        let reviewed = reviewed.is_some().then_some(&planned);
        let way = (platform, &*websites, leases);
        let came = self.come_home(tally, way, (&found, &homes), reviewed, (*policy, began)).await;
        let ready = came.map(|again| {
            if let Some(again) = again {
                (found, plans) = again;
            }
        });
        self.send(tally, platform, leases, (&found, &plans), *policy, ready).await?;
        tally.covered = found.wanted.covered();
        Ok(())
    }

    /// Looks at both sides.
    pub(super) async fn find(
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

    /// What the run would do, in the words of what was reviewed, where something was.
    pub(super) fn sketched(
        &self,
        platform: &Platform,
        found: &Found,
        homes: &[HomePlan],
        plans: &[ScopePlan],
        policy: Policy,
    ) -> Sketch {
        let website_id = self.request.website_id.as_deref().filter(|id| !id.is_empty());
        let detection = &found.detection;
        let sketched = |on: &Platform| sketch(on, website_id, policy, detection, homes, plans);
        let now = sketched(platform);
        let Some(reviewed) = &self.request.options.plan_digest else { return now };
        let unborn = || platform.as_unborn().map(|unborn| sketched(&unborn));
        self.engine.in_words_of(reviewed, now, unborn)
    }

    /// What comes home, and what goes to the platform.
    pub(super) fn plan_both(
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

    /// Sends what is to be sent, and records what is not. A run that was stopped before tells what it
    /// would have done, so that it can be carried on.
    pub(super) async fn send(
        &self,
        tally: &mut Tally,
        platform: &Platform,
        leases: &[Lease],
        (found, plans): (&Found, &[ScopePlan]),
        policy: Policy,
        ready: Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        let Found { detection, wanted, items, .. } = found;
        let told = told(&tally.outcomes);
        let stop_on_error = self.request.options.stop_on_error;
        let nothing = Pending::default();
        let mut result = match ready {
            Ok(()) => self.record_plans((platform, leases), &detection.scopes, plans, policy).await,
            stopped => stopped,
        };
        for (at, (scoped, plan)) in detection.scopes.iter().zip(plans).enumerate() {
            let mut outcomes = outcome::of_idle(scoped, plan, &wanted.selection);
            outcomes.retain(|one| !told.contains(&(one.website_id.clone(), one.type_key.clone())));
            if let Some(lease) = leases.get(at) {
                let hands = self.hands(platform, lease, policy, &scoped.references);
                let execution = Execution {
                    hands: &hands,
                    scoped,
                    plan,
                    narrator: self.narrator,
                    wanted,
                    pending: tally.pending.get(at).unwrap_or(&nothing),
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
        tally: &mut Tally,
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
            let (open, pending) = self.engine.settle_open(&hands, lease, &locals).await?;
            tally.pending.push(pending);
            for finding in settled.iter().chain(&open) {
                self.narrator.finding(finding);
            }
        }
        // Only now is it known of every scope what became of a run of several.
        let settled: Vec<Scope> = leases.iter().map(|lease| lease.scope.clone()).collect();
        for scope in &settled {
            for run in self.engine.close_interrupted(scope, &settled, &self.id).await? {
                let message = format!("The deployment {} was interrupted and is closed", run.id);
                self.narrator.log(LogLevel::Info, message, None, None);
            }
        }
        Ok(locals)
    }

    pub(super) fn hands<'h>(
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
