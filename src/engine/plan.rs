//! Turns what was found into ordered operations. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use crate::canonical::Path;
use crate::collect::map_of;
use crate::error::SyncError;
use crate::merge::{AtomMovement, Merge, Movement, Shape};
use crate::model::Finding;
use crate::plan::{Consent, Risk, Verb, Withholding, withhold};

use super::arrange::{arrange, trim};
use super::changes::ChangeReader;
use super::consequences::consequences;
use super::detect::{Detection, Keep, Scoped, Search};
use super::examine::{Examined, Status};
use super::home::{HomePlan, HomeStep, Source};
use super::listing::Freshness;
use super::options::Mode;
use super::presence::stale_finding;
use super::pull::titles;
use super::references::referred;
use super::rehearse::rehearse;
use super::report::{AtomChange, PlanReport, PlanSummary, PlannedOperation};
use super::see::wanted_websites;
use super::selection::Selection;
use super::sketch::{Sketch, sketch};
use super::unmet::open_conflict;
use super::warned::hold_back;
use super::{ConflictStrategy, Engine, Platform, Purpose, Query, RunOptions};

/// One operation of a run.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Which document: position in [`Scoped::examined`].
    pub at: usize,
    /// What is done.
    pub verb: Verb,
    /// What is sent.
    pub ships: Vec<AtomMovement>,
    /// What is sent afterwards, because it refers to a document of the same cycle.
    pub deferred: Vec<AtomMovement>,
    /// What waits for consent.
    pub withheld: Vec<Path>,
    /// What it may cost.
    pub risk: Risk,
    /// Steps that must succeed first.
    pub needs: Vec<usize>,
    /// Steps that must succeed before what is deferred can be sent.
    pub cycle: Vec<usize>,
    /// Key of a document that it refers to and that cannot be created.
    pub lacks: Option<String>,
}

/// What is to be done in one scope.
#[derive(Debug, Clone, Default)]
pub(super) struct ScopePlan {
    /// In the order in which they are begun.
    pub steps: Vec<Step>,
    /// Documents that are gone from the studio and stay on the platform, by position in
    /// [`Scoped::examined`].
    pub kept: BTreeMap<usize, Kept>,
    /// Documents that only wait for consent, by position, with what waits.
    pub waiting: BTreeMap<usize, Vec<Path>>,
    /// What to know.
    pub findings: Vec<Finding>,
}

impl ScopePlan {
    /// The place of what completes a step, which comes after those of all steps.
    pub fn second(&self, at: usize) -> usize {
        self.steps.len() + at
    }
}

/// Why a document that is gone from the studio is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nobody allowed it.
    NotAllowed,
    /// The types of these keys still refer to it, and go on doing so.
    ReferredTo(BTreeSet<String>),
}

impl Kept {
    /// Why, and what to do about it; of what a rollback would delete, or a deployment.
    pub fn reason(&self, is_undoing: bool) -> (String, String) {
        let whence = if is_undoing { "made by the deployment" } else { "gone from the studio" };
        let verb = if is_undoing { "roll back" } else { "deploy" };
        match self {
            Self::NotAllowed => (
                format!("{whence}, and left on the platform"),
                format!("{verb} with allowDelete to delete it"),
            ),
            Self::ReferredTo(keys) => {
                let refer = if keys.len() == 1 { "refers" } else { "refer" };
                let keys = keys.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                (
                    format!(
                        "{whence}, and left on the platform because {keys} still {refer} to it"
                    ),
                    format!("take the reference out of {keys} first"),
                )
            }
        }
    }
}

/// Terms of a run that planning must know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    /// What the user allowed.
    pub consent: Consent,
    /// What becomes of overlaps.
    pub strategy: ConflictStrategy,
    /// Send every type again.
    pub force: bool,
    /// Which way.
    pub mode: Mode,
    /// Go past warnings that hold something back.
    pub bypass: bool,
    /// The studio keeps its rows when a deployment is undone.
    pub preserve_data: bool,
}

impl Policy {
    /// Reads the options of a run.
    pub fn of(options: &RunOptions) -> Result<Self, SyncError> {
        let strategy = options.check()?;
        let consent = Consent { delete: options.allow_delete, data_loss: options.allow_data_loss };
        Ok(Self {
            consent,
            strategy,
            force: options.force,
            mode: options.direction()?,
            bypass: options.bypass_validation,
            preserve_data: true,
        })
    }
}

/// Both sides as a plan sees them.
pub(super) struct Looked<'l> {
    /// The website that was asked for.
    pub website_id: Option<&'l str>,
    pub policy: Policy,
    pub detection: Detection,
    pub selection: Selection,
    /// Content items of what is not the same.
    pub items: BTreeMap<String, u64>,
}

/// A plan with what it was made of.
pub(super) struct Rehearsal {
    pub report: PlanReport,
    pub detection: Detection,
    pub selection: Selection,
    sketch: Sketch,
}

impl Engine {
    /// Plans a deployment. Writes nothing.
    ///
    /// # Errors
    ///
    /// As [`Engine::detect`], and when an option does not exist.
    pub async fn plan(&self, query: &Query, options: &RunOptions) -> Result<PlanReport, SyncError> {
        let keep = if options.force { Keep::All } else { Keep::Changes };
        let rehearsal = self.plan_of(query, options, keep).await?;
        self.remember_plan(rehearsal.sketch);
        Ok(rehearsal.report)
    }

    /// Plans a deployment, keeping what was looked at.
    pub(super) async fn plan_of(
        &self,
        query: &Query,
        options: &RunOptions,
        keep: Keep<'_>,
    ) -> Result<Rehearsal, SyncError> {
        let policy = Policy::of(options)?;
        let platform = self.connect(&query.provider, Purpose::Look).await?;
        let locals = self.locals().await?;
        let cancel = CancellationToken::new();
        let search = Search {
            platform: &platform,
            websites: wanted_websites(&locals, query.website_id.as_deref())?,
            freshness: Freshness::Cached,
            everything: keep == Keep::All,
            keep,
            leases: &[],
            tolerate_absence: options.allow_delete,
            cancel: &cancel,
        };
        let mut detection = self.search(&locals, &search).await?;
        let selection = Selection::new(&query.types, &locals, &detection)?;
        let shape = platform.dialect.capabilities().shape;
        let items = self.appraise(&mut detection, &shape).await?;
        let website_id = query.website_id.as_deref().filter(|id| !id.is_empty());
        let homes = self.plan_home(&platform, &locals, &detection, &selection, policy, &items);
        let found = Looked { website_id, policy, detection, selection, items };
        let (report, sketch) = self.tell_plan(&platform, &found, &homes).await;
        let Looked { detection, selection, .. } = found;
        Ok(Rehearsal { report, detection, selection, sketch })
    }

    /// Says what would be done about what was found.
    pub(super) async fn tell_plan(
        &self,
        platform: &Platform,
        found: &Looked<'_>,
        homes: &[HomePlan],
    ) -> (PlanReport, Sketch) {
        let Looked { website_id, policy, detection, selection, items } = found;
        let (website_id, policy) = (*website_id, *policy);
        let shape = platform.dialect.capabilities().shape;
        let now = self.ports.clock.now();
        let mut report = PlanReport {
            digest: String::new(),
            target: platform.target.clone(),
            website_id: website_id.map(str::to_owned),
            mode: policy.mode.as_str(),
            created_at: now,
            operations: Vec::new(),
            findings: Vec::new(),
            conflicts: Vec::new(),
            summary: PlanSummary::default(),
        };
        let mut plans = Vec::new();
        for (at, scoped) in detection.scopes.iter().enumerate() {
            for step in homes.get(at).iter().flat_map(|home| &home.steps) {
                report.operations.push(planned_home(scoped, step, items, &shape));
                report.summary.count(step.verb);
            }
            report.findings.extend(homes.get(at).iter().flat_map(|home| &home.findings).cloned());
            let plan = plan_scope(scoped, selection, policy, platform);
            for step in &plan.steps {
                let Some(one) = scoped.examined.get(step.at) else { continue };
                let count = items.get(&one.subject.entity.id).copied().unwrap_or_default();
                report.operations.push(planned(scoped, &plan, step, one, count, &shape));
                report.summary.count(step.verb);
            }
            let wanted = || scoped.examined.iter().filter(|one| selection.includes(one));
            let same = wanted().filter(|one| one.status == Status::Same).count();
            let settled = scoped.settled.iter().filter(|one| selection.has(one)).count();
            let glimpsed = scoped.glimpsed.iter().filter(|one| selection.glimpses(one)).count();
            report.summary.unchanged += same + settled + glimpsed;
            for one in wanted() {
                report.conflicts.extend(open_conflict(one, scoped, &*platform.dialect, now));
                report.findings.extend(one.subject.findings.iter().cloned());
            }
            report.findings.extend(plan.findings.iter().chain(&scoped.findings).cloned());
            let stale = scoped.stale.iter().filter(|one| selection.has(one));
            report.findings.extend(stale.map(|one| stale_finding(&one.key)));
            plans.push(plan);
        }
        report.findings.extend(detection.findings.iter().cloned());
        report.findings.extend(self.state_finding().await);
        report.summary.conflicts = report.conflicts.len();
        let sketch = sketch(platform, website_id, policy, detection, homes, &plans);
        report.digest.clone_from(&sketch.digest);
        (report, sketch)
    }
}

/// Plans one scope.
pub(super) fn plan_scope(
    scoped: &Scoped,
    selection: &Selection,
    policy: Policy,
    platform: &Platform,
) -> ScopePlan {
    let mut plan = ScopePlan::default();
    if policy.mode == Mode::Pull {
        return plan;
    }
    let shape = &platform.dialect.capabilities().shape;
    let chosen = chosen(scoped, selection, shape);
    let mut steps = Vec::new();
    for at in chosen {
        let Some(one) = scoped.examined.get(at) else { continue };
        let Some(verb) = verb_of(one, policy) else { continue };
        if verb == Verb::Delete && !policy.consent.delete {
            plan.kept.insert(at, Kept::NotAllowed);
            continue;
        }
        let shipping = shipping(one, policy);
        let mut parted = if verb == Verb::Delete {
            // The consent to delete a type covers everything in it.
            Withholding { ships: shipping.movements, withheld: Vec::new(), lossy: true }
        } else {
            withhold(&shipping, shape, policy.consent)
        };
        if !policy.bypass {
            hold_back(one, &mut parted);
        }
        let creates = verb == Verb::Create;
        let forced = policy.force && one.status != Status::Failed;
        if verb == Verb::Update && parted.ships.is_empty() && !forced {
            if !parted.withheld.is_empty() {
                plan.waiting.insert(at, parted.withheld);
            }
            continue;
        }
        let risk = match verb {
            Verb::Delete => Risk::Lossy,
            _ if parted.lossy && !creates => Risk::Lossy,
            _ => Risk::Safe,
        };
        steps.push(Step {
            at,
            verb,
            ships: parted.ships,
            deferred: Vec::new(),
            withheld: parted.withheld,
            risk,
            needs: Vec::new(),
            cycle: Vec::new(),
            lacks: None,
        });
    }
    let steps = trim(steps, scoped, shape, &mut plan.kept);
    plan.steps = arrange(steps, scoped, shape, &mut plan.findings);
    plan.findings.extend(consequences(scoped, &plan));
    plan.findings.extend(rehearse(scoped, &plan, platform));
    plan
}

/// What has to be done about a document, if anything.
fn verb_of(one: &Examined, policy: Policy) -> Option<Verb> {
    let wins = policy.strategy == ConflictStrategy::SourceWins;
    let (here, there) = (one.subject.local.is_some(), one.subject.remote.is_some());
    match one.status {
        Status::New => Some(Verb::Create),
        Status::Modified => Some(Verb::Update),
        Status::Deleted => Some(Verb::Delete),
        Status::Conflict(_) => match (here, there) {
            (true, true) if policy.strategy == ConflictStrategy::Skip => None,
            (true, true) => Some(Verb::Update),
            (true, false) if wins => Some(Verb::Create),
            (false, true) if wins => Some(Verb::Delete),
            _ => None,
        },
        Status::Same | Status::RemoteModified if policy.force && here && there => {
            Some(Verb::Update)
        }
        Status::Same | Status::RemoteModified | Status::RemoteDeleted | Status::Failed => None,
    }
}

/// The movements that a run ships: the studio's, and with `source_wins` what overlaps, too. What is
/// made, for the first time or again, is sent whole.
fn shipping(one: &Examined, policy: Policy) -> Merge {
    let wins = policy.strategy == ConflictStrategy::SourceWins;
    if one.subject.local.is_some() && one.subject.remote.is_none() {
        let whole = one.local.iter().map(|(path, value)| AtomMovement {
            path: path.clone(),
            base: None,
            local: Some(value.clone()),
            remote: None,
            movement: Movement::Local,
            under: None,
        });
        return Merge { movements: whole.collect() };
    }
    let movements = one.merge.movements.iter().filter_map(|atom| {
        let ships = match atom.movement {
            Movement::Local => true,
            Movement::Conflict => wins,
            Movement::Remote | Movement::Same | Movement::Unchanged => false,
        };
        ships.then(|| AtomMovement { movement: Movement::Local, under: None, ..atom.clone() })
    });
    Merge { movements: movements.collect() }
}

/// Positions of what is asked for, with what it refers to and must be created.
fn chosen(scoped: &Scoped, selection: &Selection, shape: &Shape) -> BTreeSet<usize> {
    let by_id: BTreeMap<&str, usize> =
        map_of(scoped.examined.iter().enumerate().map(|(at, one)| (&*one.subject.entity.id, at)));
    let mut queue: Vec<usize> = scoped
        .examined
        .iter()
        .enumerate()
        .filter(|(_, one)| selection.includes(one))
        .map(|(at, _)| at)
        .collect();
    let mut chosen = BTreeSet::new();
    while let Some(at) = queue.pop() {
        if !chosen.insert(at) {
            continue;
        }
        let Some(one) = scoped.examined.get(at) else { continue };
        for (path, value) in one.local.iter() {
            for id in referred(path, Some(value), shape) {
                let found = by_id.get(&*id).copied();
                let needed = |at: &usize| {
                    scoped.examined.get(*at).is_some_and(|other| other.status == Status::New)
                };
                queue.extend(found.filter(needed));
            }
        }
    }
    chosen
}

fn planned(
    scoped: &Scoped,
    plan: &ScopePlan,
    step: &Step,
    one: &Examined,
    content_items: u64,
    shape: &Shape,
) -> PlannedOperation {
    let mut atoms: Vec<&AtomMovement> = step.ships.iter().chain(&step.deferred).collect();
    atoms.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let reader = ChangeReader::new(one, shape);
    let key = |need: &usize| {
        let other = plan.steps.get(*need)?;
        Some(scoped.examined.get(other.at)?.key.clone())
    };
    PlannedOperation {
        type_key: one.key.clone(),
        name: one.name.clone(),
        operation: step.verb.as_str(),
        risk: if step.lacks.is_some() { Risk::Blocked } else { step.risk }.as_str(),
        changes: atoms.into_iter().map(|atom| reader.change(atom)).collect(),
        withheld: step.withheld.clone(),
        depends_on: step.needs.iter().filter_map(key).collect(),
        content_items,
        direction: Mode::Push.as_str(),
    }
}

/// An operation on the studio's own row.
fn planned_home(
    scoped: &Scoped,
    step: &HomeStep,
    items: &BTreeMap<String, u64>,
    shape: &Shape,
) -> PlannedOperation {
    let (type_key, name) = titles(scoped, step);
    let known = match step.of {
        Source::Known(at) => scoped.examined.get(at),
        Source::New(_) => None,
    };
    let count = known.and_then(|one| items.get(&one.subject.entity.id).copied());
    let taken = |atom: &AtomMovement| AtomChange {
        path: atom.path.clone(),
        kind: if atom.remote.is_some() { "added" } else { "removed" },
        before: None,
        after: atom.remote.clone(),
    };
    let changes = match known {
        Some(one) => {
            let reader = ChangeReader::new(one, shape);
            // What is written over is what the studio has, whatever was agreed on.
            let over = |atom: &AtomMovement| AtomChange {
                before: atom.local.clone(),
                ..reader.change(atom)
            };
            step.takes.iter().map(over).collect()
        }
        None => step.takes.iter().map(taken).collect(),
    };
    PlannedOperation {
        type_key,
        name,
        operation: step.verb.as_str(),
        risk: step.risk.as_str(),
        changes,
        withheld: step.withheld.clone(),
        depends_on: Vec::new(),
        content_items: count.unwrap_or_default(),
        direction: Mode::Pull.as_str(),
    }
}
