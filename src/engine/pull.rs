//! Brings home what a run found on the platform: one document after the other, because several may
//! lie in one row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{ErrorCode, SyncError};
use crate::model::TargetIndex;
use crate::plan::Verb;
use crate::port::{Entity, Lease, RowWrite, TypeRow};

use super::complete::stops_the_run;
use super::detect::{Scoped, root_id};
use super::examine::{Examined, Status};
use super::home::{Arrival, Draft, Home, HomePlan, HomeStep, Source, Stays, homeward, takes};
use super::locals::Locals;
use super::narrate::Phase;
use super::outcome::{blank, conflicted, outcome_error};
use super::parse::parse_row;
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
    /// Ids of the types that are to be made, by position in [`Scoped::remote_new`].
    ids: BTreeMap<usize, String>,
    /// Rows as this trip left them.
    written: BTreeMap<String, TypeRow>,
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
            Err(error) => return Pulled { stopped: Some(error), ..pulled },
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
            ids: BTreeMap::new(),
            written: BTreeMap::new(),
            locals,
        };
        trip.name_newcomers(plan);
        for step in &plan.steps {
            let (key, name) = titles(scoped, step);
            let failed = pulled.outcomes.iter().any(|one| one.status == "failed");
            let is_over = self.cancel.is_cancelled()
                || pulled.stopped.is_some()
                || (failed && self.request.options.stop_on_error);
            if is_over {
                pulled.outcomes.push(planned(scoped, step, "not_attempted"));
                continue;
            }
            self.narrator.begin(&[Phase::from(step.verb)], &key, &name);
            let (outcome, draft) = match Box::pin(trip.carry_out(step)).await {
                Ok(done) => done,
                Err(error) => {
                    let mut outcome = planned(scoped, step, "failed");
                    outcome.error = Some(outcome_error(&error));
                    if stops_the_run(&error) {
                        pulled.stopped = Some(error);
                    }
                    (outcome, None)
                }
            };
            for finding in draft.iter().flat_map(|draft| &draft.findings) {
                self.narrator.finding(finding);
            }
            self.narrator.end(&outcome);
            pulled.outcomes.push(outcome);
        }
        if pulled.stopped.is_none() && self.cancel.is_cancelled() {
            pulled.stopped = Some(SyncError::new(ErrorCode::Cancelled, "cancelled by the user"));
        }
        pulled
    }
}

impl Trip<'_> {
    /// Gives types that are to be made their ids, so that others can refer to them.
    fn name_newcomers(&mut self, plan: &HomePlan) {
        for step in &plan.steps {
            let Source::New(at) = step.of else { continue };
            let Some(definition) = self.scoped.remote_new.get(at) else { continue };
            let id = self.engine.new_row_id();
            self.references.bind(&Entity::content_type(id.clone()), &definition.id.key());
            self.ids.insert(at, id);
        }
        self.targets = self.index();
    }

    /// The names by which rows refer to types, with those that are to be made.
    fn index(&self) -> TargetIndex {
        let website_id = &*self.scoped.scope.website_id;
        let known = self.locals.rows.types.iter();
        let known = known.map(|row| (&*row.website_id, &*row.id, row.key.as_deref(), &*row.name));
        let new = self.ids.values().filter(|id| self.locals.row(id).is_none());
        TargetIndex::new(known.chain(new.map(|id| (website_id, &**id, None, &**id))))
    }

    /// Reads the studio anew.
    async fn refresh(&mut self) -> Result<(), SyncError> {
        self.locals = self.engine.locals().await?;
        self.written.clear();
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

    async fn carry_out(&mut self, step: &HomeStep) -> Result<(Outcome, Option<Draft>), SyncError> {
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
            (None, _) => {
                let Source::New(at) = step.of else { return Ok((outcome, None)) };
                let (Some(definition), Some(id)) =
                    (self.scoped.remote_new.get(at), self.ids.get(&at).cloned())
                else {
                    return Ok((outcome, None));
                };
                let one = self.home().newcomer(definition, &id);
                let draft = self.home().draft_new(&one).await;
                let made = match draft {
                    Ok(draft) => self.make(&one, draft, outcome).await,
                    Err(error) => Err(error),
                };
                if made.is_err() {
                    // Nothing may refer to what was not made.
                    self.ids.remove(&at);
                    self.references = self.scoped.references.clone();
                    for (at, id) in &self.ids {
                        let Some(definition) = self.scoped.remote_new.get(*at) else { continue };
                        let entity = Entity::content_type(id.clone());
                        self.references.bind(&entity, &definition.id.key());
                    }
                    self.targets = self.index();
                }
                made
            }
        }
    }

    async fn make(
        &mut self,
        one: &Examined,
        draft: Draft,
        outcome: Outcome,
    ) -> Result<(Outcome, Option<Draft>), SyncError> {
        let name = draft.after.name.to_lowercase();
        let is_taken = self.written.values().any(|row| row.name.to_lowercase() == name);
        let arrival = if is_taken {
            Arrival::Taken
        } else {
            self.home().bring(self.lease, one, &draft, None).await?
        };
        if arrival == Arrival::Home {
            let outcome = arrived(&draft, outcome);
            self.keep(&draft);
            return Ok((outcome, Some(draft)));
        }
        Err(SyncError::new(
            ErrorCode::ValidationFailed,
            format!("the studio has another type with the name or key of {}", outcome.name),
        )
        .next_step("rename one of the two"))
    }

    /// Carries movements home. A row that somebody edited meanwhile is looked at again: what the
    /// edit overlaps is a conflict then, and stays open.
    async fn update(
        &mut self,
        one: &Examined,
        outcome: Outcome,
    ) -> Result<(Outcome, Option<Draft>), SyncError> {
        let shape = self.platform.dialect.capabilities().shape;
        let count = self.items.get(&one.subject.entity.id).copied().unwrap_or_default();
        for _ in 0..ATTEMPTS {
            let Some(row) = self.row(&one.subject.entity.id) else { break };
            let home = self.home();
            let Some(now) = home.with_row(one, row, one.subject.detail.clone()) else { break };
            if now.status == Status::Failed {
                break;
            }
            let taken = takes(&now, self.policy, count, &shape);
            let (view, base) = homeward(&now, &taken.ships, &shape);
            let draft = home.draft(&now, &view, base, row)?;
            match home.bring(self.lease, &now, &draft, None).await? {
                Arrival::Home => {
                    let outcome = arrived(&draft, outcome);
                    self.keep(&draft);
                    return Ok((outcome, Some(draft)));
                }
                Arrival::Moved | Arrival::Taken | Arrival::InUse(_) => self.refresh().await?,
            }
        }
        let message = "edited in the studio meanwhile; detect the changes again".to_owned();
        let error = OutcomeError { code: ErrorCode::Conflict.as_str().to_owned(), message };
        Ok((Outcome { status: "conflict".to_owned(), error: Some(error), ..outcome }, None))
    }

    /// Deletes the row of a type that is gone from the platform, unless content items or other types
    /// still need it.
    async fn delete(&mut self, one: &Examined, outcome: Outcome) -> Result<Outcome, SyncError> {
        if !self.written.is_empty() {
            self.refresh().await?;
        }
        let id = &one.subject.entity.id;
        let refused = |message: String| Outcome {
            status: "skipped".to_owned(),
            error: Some(OutcomeError { code: "DELETE_REFUSED".to_owned(), message }),
            ..outcome.clone()
        };
        if let Some(name) = self.referring(id) {
            return Ok(refused(format!(
                "gone from the platform, and left in the studio because {name} still refers to it"
            )));
        }
        let Some(row) = self.row(id) else { return Ok(outcome) };
        Ok(match self.home().remove(self.lease, one, row, None).await? {
            Arrival::Home => outcome,
            Arrival::InUse(items) => refused(in_use(items)),
            Arrival::Moved | Arrival::Taken => {
                let message = "edited in the studio meanwhile; detect the changes again".to_owned();
                let error = OutcomeError { code: ErrorCode::Conflict.as_str().to_owned(), message };
                Outcome { status: "conflict".to_owned(), error: Some(error), ..outcome }
            }
        })
    }

    /// The name of a type of the website that refers to another one.
    fn referring(&self, id: &str) -> Option<&str> {
        let mut rows = self.locals.of_website(&self.scoped.scope.website_id);
        let refers = |row: &TypeRow| {
            let content = parse_row(row, &self.targets).content;
            content.fields.iter().any(|field| field.targets.iter().any(|target| target == id))
        };
        rows.find(|(row, _)| row.id != id && refers(row)).map(|(row, _)| &*row.name)
    }

    fn keep(&mut self, draft: &Draft) {
        if let Some(RowWrite::Update { row, .. } | RowWrite::Insert { row }) = &draft.write {
            self.written.insert(row.id.clone(), (**row).clone());
        }
    }
}

/// The outcome of a document that is home.
fn arrived(draft: &Draft, mut outcome: Outcome) -> Outcome {
    outcome.dropped = draft.findings.iter().filter_map(|finding| finding.path.clone()).collect();
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
        let message = match stays {
            Stays::NotAllowed => {
                "gone from the platform, and left in the studio; pull with allowDelete to delete it"
                    .to_owned()
            }
            Stays::InUse(items) => in_use(*items),
        };
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
    stays.chain(waiting).collect()
}

fn in_use(items: u64) -> String {
    format!(
        "gone from the platform, and left in the studio because {items} content items are of it"
    )
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
