//! Brings home what a run found on the platform: one document after the other, because several may
//! lie in one row.

mod departures;
mod newcomers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::canonical::Path;
use crate::error::{ErrorCode, SyncError};
use crate::merge::{AtomMovement, Movement, Shape};
use crate::model::TargetIndex;
use crate::plan::Verb;
use crate::port::{Decision, Lease, RowWrite, TypeRow};

use self::newcomers::Newcomers;
use super::changes::conflict_digest;
use super::complete::stops_the_run;
use super::decide::Strategy;
use super::detect::{Scoped, root_id};
use super::examine::{Examined, Status};
use super::home::{
    Arrival, Departures, Draft, Home, HomePlan, HomeStep, Ruling, Source, Stays, homeward,
    name_taken, paths_of, takes,
};
use super::locals::Locals;
use super::narrate::Phase;
use super::outcome::{blank, conflicted, outcome_error};
use super::plan::Policy;
use super::references::References;
use super::report::{Outcome, OutcomeError};
use super::run::Run;
use super::{Engine, Platform};

/// How often a row that somebody keeps editing is looked at again.
const ATTEMPTS: u32 = 3;

/// What came home of one scope.
#[derive(Default)]
pub(super) struct Pulled {
    /// One per document that was to come home.
    pub outcomes: Vec<Outcome>,
    /// What the run cannot go on after.
    pub stopped: Option<SyncError>,
}

/// What became of a document, and what was written of it, if anything.
type Carried = (Outcome, Option<Draft>);

/// One scope on its way home.
struct Trip<'t> {
    engine: &'t Engine,
    platform: &'t Platform,
    lease: &'t Lease,
    scoped: &'t Scoped,
    policy: Policy,
    items: &'t BTreeMap<String, u64>,
    run_id: &'t str,
    actor: &'t str,
    locals: Arc<Locals>,
    references: References,
    targets: TargetIndex,
    newcomers: Newcomers,
    departures: Departures,
    /// Rows as this trip left them.
    written: BTreeMap<String, TypeRow>,
    /// Their names, in lower case.
    names: BTreeSet<String>,
}

impl Run<'_> {
    /// Carries out what is to come home of one scope.
    pub(super) async fn pull(
        &self,
        platform: &Platform,
        lease: &Lease,
        scoped: &Scoped,
        plan: &HomePlan,
        policy: Policy,
        items: &BTreeMap<String, u64>,
    ) -> Pulled {
        let mut pulled = Pulled::default();
        let locals = match self.engine.locals().await {
            Ok(locals) => locals,
            Err(error) => {
                let steps = plan.steps.iter();
                let outcomes = steps.map(|step| planned(scoped, step, "not_attempted")).collect();
                return Pulled { outcomes, stopped: Some(error) };
            }
        };
        let mut trip = Trip {
            engine: self.engine,
            platform,
            lease,
            scoped,
            policy,
            items,
            run_id: &self.id,
            actor: &self.engine.actor.id,
            references: scoped.references.clone(),
            targets: TargetIndex::default(),
            newcomers: Newcomers::default(),
            departures: Departures::default(),
            written: BTreeMap::new(),
            names: BTreeSet::new(),
            locals,
        };
        trip.name_newcomers(plan);
        // What is made comes first; and what was made before what it refers to is completed then.
        let made = plan.steps.partition_point(|step| step.verb == Verb::Create);
        let (makes, others) = plan.steps.split_at(made);
        for step in makes {
            self.take_step(&mut trip, &mut pulled, step).await;
        }
        for (at, step) in makes.iter().enumerate() {
            if trip.is_incomplete(step.of) && !self.is_over(&pulled) {
                self.complete_step(&mut trip, &mut pulled, step, at).await;
            }
        }
        let kept = others.partition_point(|step| step.verb != Verb::Delete);
        let (changes, deletions) = others.split_at(kept);
        for step in changes {
            self.take_step(&mut trip, &mut pulled, step).await;
        }
        let deletions = match trip.depart(deletions).await {
            Ok(deletions) => deletions,
            Err(error) => {
                pulled.stopped.get_or_insert(error);
                deletions.iter().collect()
            }
        };
        for step in deletions {
            self.take_step(&mut trip, &mut pulled, step).await;
        }
        if pulled.stopped.is_none() && self.cancel.is_cancelled() {
            pulled.stopped = Some(SyncError::new(ErrorCode::Cancelled, "cancelled by the user"));
        }
        pulled
    }

    /// Whether nothing more is to be begun.
    fn is_over(&self, pulled: &Pulled) -> bool {
        let failed = pulled.outcomes.iter().any(|one| one.status == "failed");
        self.cancel.is_cancelled()
            || pulled.stopped.is_some()
            || (failed && self.request.options.stop_on_error)
    }

    async fn take_step(&self, trip: &mut Trip<'_>, pulled: &mut Pulled, step: &HomeStep) {
        let scoped = trip.scoped;
        if self.is_over(pulled) {
            pulled.outcomes.push(planned(scoped, step, "not_attempted"));
            return;
        }
        let (key, name) = titles(scoped, step);
        self.narrator.begin(&[Phase::from(step.verb)], &key, &name);
        let carried = Box::pin(trip.carry_out(step)).await;
        let (outcome, draft) = told_of(carried, pulled, || planned(scoped, step, "failed"));
        // Of what is not complete yet nobody can say what it lacks, or how it ends.
        if trip.is_incomplete(step.of) {
            self.narrator.advance();
        } else {
            for finding in draft.iter().flat_map(|draft| &draft.findings) {
                self.narrator.finding(finding);
            }
            self.narrator.end(&outcome);
        }
        pulled.outcomes.push(outcome);
    }

    /// Completes a type that was made, and tells of it.
    async fn complete_step(
        &self,
        trip: &mut Trip<'_>,
        pulled: &mut Pulled,
        step: &HomeStep,
        at: usize,
    ) {
        let Some(first) = pulled.outcomes.get(at).cloned() else { return };
        let carried = Box::pin(trip.complete(step.of, first)).await;
        let scoped = trip.scoped;
        let (outcome, draft) = told_of(carried, pulled, || planned(scoped, step, "failed"));
        for finding in draft.iter().flat_map(|draft| &draft.findings) {
            self.narrator.finding(finding);
        }
        self.narrator.ended(&outcome);
        if let Some(told) = pulled.outcomes.get_mut(at) {
            *told = outcome;
        }
    }
}

/// What to tell of a document that was carried home or failed on the way.
fn told_of(
    carried: Result<Carried, SyncError>,
    pulled: &mut Pulled,
    failed: impl FnOnce() -> Outcome,
) -> Carried {
    match carried {
        Ok(done) => done,
        Err(error) => {
            let outcome = Outcome { error: Some(outcome_error(&error)), ..failed() };
            if stops_the_run(&error) {
                pulled.stopped = Some(error);
            }
            (outcome, None)
        }
    }
}

impl Trip<'_> {
    /// Reads the studio anew.
    async fn refresh(&mut self) -> Result<(), SyncError> {
        self.locals = self.engine.locals().await?;
        self.written.clear();
        self.names.clear();
        self.targets = self.index();
        Ok(())
    }

    fn home(&self) -> Home<'_> {
        Home {
            engine: self.engine,
            platform: self.platform,
            scope: &self.scoped.scope,
            references: &self.references,
            targets: &self.targets,
            locals: &self.locals,
            run_id: self.run_id,
            actor: self.actor,
        }
    }

    fn row(&self, id: &str) -> Option<&TypeRow> {
        let root = root_id(id);
        self.written.get(root).or_else(|| self.locals.row(root).map(|(row, _)| row))
    }

    async fn carry_out(&mut self, step: &HomeStep) -> Result<Carried, SyncError> {
        let outcome = planned(self.scoped, step, "success");
        let known = match step.of {
            Source::Known(at) => self.scoped.examined.get(at),
            Source::New(_) => None,
        };
        match (known, step.verb) {
            (Some(one), Verb::Update) => self.update(one, outcome).await,
            (Some(one), Verb::Delete) => Ok((self.delete(one, outcome).await?, None)),
            (Some(one), Verb::Create) => {
                let draft = self.home().draft_new(one).await?;
                self.make(one, draft, outcome).await
            }
            (None, _) => match step.of {
                Source::New(at) => self.welcome(at, outcome).await,
                Source::Known(_) => Ok((outcome, None)),
            },
        }
    }

    /// The decision that bringing a type in conflict home comes to: a run is told to, or leaves it.
    fn ruling(&self, one: &Examined) -> Option<Ruling> {
        let decision = Decision {
            resolution: Strategy::TargetWins.as_str().to_owned(),
            by: Some(self.actor.to_owned()),
            at: self.engine.ports.clock.now(),
        };
        Some((conflict_digest(one)?, decision))
    }

    async fn make(
        &mut self,
        one: &Examined,
        draft: Draft,
        outcome: Outcome,
    ) -> Result<Carried, SyncError> {
        let is_taken = self.names.contains(&draft.after.name.to_lowercase());
        let arrival = if is_taken {
            Arrival::Taken
        } else {
            self.home().bring(self.lease, one, &draft, self.ruling(one)).await?
        };
        if arrival == Arrival::Home {
            let outcome = arrived(&draft, outcome);
            self.keep(&draft);
            return Ok((outcome, Some(draft)));
        }
        Err(name_taken(&outcome.name))
    }

    /// Carries movements home. A row that somebody edited meanwhile is looked at again: what the
    /// edit overlaps is a conflict then, and stays open even where the platform wins: nobody who said so
    /// has seen the edit.
    async fn update(&mut self, one: &Examined, mut outcome: Outcome) -> Result<Carried, SyncError> {
        let shape = self.platform.dialect.capabilities().shape;
        let count = self.items.get(&one.subject.entity.id).copied().unwrap_or_default();
        let mut taken_name = None;
        for _ in 0..ATTEMPTS {
            let Some(row) = self.row(&one.subject.entity.id) else { break };
            let home = self.home();
            let Some(now) = home.with_row(one, row, one.subject.detail.clone()) else { break };
            if now.status == Status::Failed {
                break;
            }
            let mut taken = takes(&now, self.policy, count, &shape);
            let unseen = unseen(one, &now, &shape);
            taken.ships.retain(|atom| !unseen.contains(top(atom)));
            outcome.withheld = taken.withheld.iter().map(ToString::to_string).collect();
            let (view, base) = homeward(&now, &taken.ships, &shape);
            let draft = home.draft(&now, &view, base, row)?;
            let is_open = matches!(draft.after.status, Status::Conflict(_));
            let ruling = self.ruling(&now).filter(|_| !is_open);
            match home.bring(self.lease, &now, &draft, ruling).await? {
                Arrival::Home => {
                    let outcome = arrived(&draft, outcome);
                    self.keep(&draft);
                    return Ok((outcome, Some(draft)));
                }
                arrival => {
                    taken_name = (arrival == Arrival::Taken).then_some(draft.after.name);
                    self.refresh().await?;
                }
            }
        }
        if let Some(name) = taken_name {
            return Err(name_taken(&name));
        }
        let message = "edited in the studio meanwhile; detect the changes again".to_owned();
        let error = OutcomeError { code: ErrorCode::Conflict.as_str().to_owned(), message };
        Ok((Outcome { status: "conflict".to_owned(), error: Some(error), ..outcome }, None))
    }

    /// Deletes the row of a type that is gone from the platform, unless content items or other types
    /// still need it.
    async fn delete(&mut self, one: &Examined, outcome: Outcome) -> Result<Outcome, SyncError> {
        let deleted = self.try_to_delete(one, outcome).await;
        if !deleted.as_ref().is_ok_and(|outcome| outcome.status == "success") {
            self.departures.stay(&one.subject.entity.id);
        }
        deleted
    }

    async fn try_to_delete(&self, one: &Examined, outcome: Outcome) -> Result<Outcome, SyncError> {
        let id = &one.subject.entity.id;
        let refused = |message: String| Outcome {
            status: "skipped".to_owned(),
            error: Some(OutcomeError { code: "DELETE_REFUSED".to_owned(), message }),
            ..outcome.clone()
        };
        let holder = self.departures.holder(id).and_then(|holder| self.row(holder));
        if let Some(TypeRow { name, .. }) = holder {
            return Ok(refused(Stays::Referred(name.clone()).to_string()));
        }
        let Some(row) = self.row(id) else { return Ok(outcome) };
        Ok(match self.home().remove(self.lease, one, row, self.ruling(one)).await? {
            Arrival::Home => outcome,
            Arrival::InUse(items) => refused(Stays::InUse(items).to_string()),
            Arrival::Moved | Arrival::Taken => {
                let message = "edited in the studio meanwhile; detect the changes again".to_owned();
                let error = OutcomeError { code: ErrorCode::Conflict.as_str().to_owned(), message };
                Outcome { status: "conflict".to_owned(), error: Some(error), ..outcome }
            }
        })
    }

    fn keep(&mut self, draft: &Draft) {
        if let Some(RowWrite::Update { row, .. } | RowWrite::Insert { row }) = &draft.write {
            self.names.insert(row.name.to_lowercase());
            self.written.insert(row.id.clone(), (**row).clone());
        }
    }
}

/// Where conflicts are of what the studio says otherwise than when the document was looked at.
fn unseen(looked_at: &Examined, now: &Examined, shape: &Shape) -> BTreeSet<Path> {
    let is_new =
        |atom: &&AtomMovement| now.local.get(&atom.path) != looked_at.local.get(&atom.path);
    let mut unseen = BTreeSet::new();
    for atom in now.merge.of(Movement::Conflict).filter(is_new) {
        unseen.insert(top(atom).clone());
        // Limits that allow nothing together conflict as one.
        unseen.extend(shape.other_limit(&atom.path));
    }
    unseen
}

/// Where the conflict is that an atom belongs to.
fn top(atom: &AtomMovement) -> &Path {
    atom.under.as_ref().unwrap_or(&atom.path)
}

/// The outcome of a document that is home.
fn arrived(draft: &Draft, mut outcome: Outcome) -> Outcome {
    outcome.dropped = paths_of(&draft.findings);
    outcome.name.clone_from(&draft.after.name);
    match draft.after.status {
        Status::Conflict(_) => conflicted(&draft.after, outcome),
        _ => outcome,
    }
}

/// The outcome of a document that is to come home.
pub(super) fn planned(scoped: &Scoped, step: &HomeStep, status: &str) -> Outcome {
    let withheld = step.withheld.iter().map(ToString::to_string).collect();
    let operation = step.verb.as_str();
    match step.of {
        Source::Known(at) => {
            let one = scoped.examined.get(at);
            let outcome = one.map(|one| blank(one, operation, status));
            Outcome { withheld, direction: PULL.to_owned(), ..outcome.unwrap_or_default() }
        }
        Source::New(_) => {
            let (type_key, name) = titles(scoped, step);
            Outcome {
                type_key,
                name,
                website_id: scoped.scope.website_id.clone(),
                operation: operation.to_owned(),
                status: status.to_owned(),
                direction: PULL.to_owned(),
                withheld,
                ..Outcome::default()
            }
        }
    }
}

/// The outcomes of documents that stay as they are in the studio, for want of consent or because of
/// their content.
pub(super) fn of_staying(scoped: &Scoped, plan: &HomePlan) -> Vec<Outcome> {
    let refused =
        |code: &str, message: String| Some(OutcomeError { code: code.to_owned(), message });
    let one = |at: &usize, operation: &str| {
        let one = scoped.examined.get(*at)?;
        Some(Outcome { direction: PULL.to_owned(), ..blank(one, operation, "skipped") })
    };
    let stays = plan.stays.iter().filter_map(|(at, stays)| {
        let message = stays.to_string();
        Some(Outcome { error: refused("DELETE_REFUSED", message), ..one(at, "delete")? })
    });
    let waiting = plan.waiting.iter().filter_map(|(at, withheld)| {
        let message = "the change loses content; pull with allowDataLoss to accept it".to_owned();
        Some(Outcome {
            withheld: withheld.iter().map(ToString::to_string).collect(),
            error: refused("DATA_LOSS_REFUSED", message),
            ..one(at, "none")?
        })
    });
    let unsaid = plan.unsaid.iter().filter_map(|(at, paths)| {
        let message = "what changed on the platform is nothing that the studio can say".to_owned();
        Some(Outcome {
            dropped: paths.clone(),
            error: refused("NOT_REPRESENTABLE", message),
            ..one(at, "none")?
        })
    });
    stays.chain(waiting).chain(unsaid).collect()
}

/// Key and name of a document that is to come home.
pub(super) fn titles(scoped: &Scoped, step: &HomeStep) -> (String, String) {
    match step.of {
        Source::Known(at) => {
            let one = scoped.examined.get(at);
            one.map(|one| (one.key.clone(), one.name.clone())).unwrap_or_default()
        }
        Source::New(at) => {
            let definition = scoped.remote_new.get(at);
            definition.map(|it| (it.id.key(), it.name.clone())).unwrap_or_default()
        }
    }
}

/// What an outcome says of a document that came home.
const PULL: &str = "pull";

/// Documents whose outcome says already what became of them.
pub(super) fn told(outcomes: &[Outcome]) -> BTreeSet<(String, String)> {
    let named = outcomes.iter().map(|one| (one.website_id.clone(), one.type_key.clone()));
    named.collect()
}
