//! One step from its beginning to its record.

use std::sync::Arc;

use crate::canonical::write;
use crate::error::{ErrorCode, SyncError};
use crate::model::Json;
use crate::plan::Verb;
use crate::port::{Decision, Direction, HistoryRow, Record, RemoteDefinition, TouchedAtom};

use super::apply::{Done, Hands, Task};
use super::binding::Origin;
use super::decide::Strategy;
use super::detect::Scoped;
use super::examine::{Examined, Status};
use super::failure::store_failure;
use super::fields::write_bindings;
use super::narrate::Narrator;
use super::outcome::{conflicted, had_conflict, outcome_error, planned};
use super::pending::Pending;
use super::plan::{ScopePlan, Step};
use super::record::{Standing, awaits_decision, conflict_row, seen_since, state_after};
use super::report::{Outcome, OutcomeError};
use super::verify::verify;
use super::wanted::Wanted;

/// A plan being carried out.
pub(super) struct Execution<'e> {
    pub hands: &'e Hands<'e>,
    pub scoped: &'e Scoped,
    pub plan: &'e ScopePlan,
    pub narrator: &'e Narrator,
    pub wanted: &'e Wanted,
    pub pending: &'e Pending,
    pub stop_on_error: bool,
    pub provider: &'e str,
    pub actor: &'e str,
    /// Whether to begin at all; if not, every step is one that was not attempted.
    pub begin: bool,
}

/// A step that ended, for better or worse.
pub(super) struct Finished {
    pub outcome: Outcome,
    /// What the run cannot go on after.
    pub fatal: Option<SyncError>,
    /// What it left behind, for a second phase.
    done: Option<Done>,
}

impl Execution<'_> {
    /// Carries out a step and records it.
    pub async fn carry_out(&self, at: usize, step: &Step) -> Finished {
        let Some(one) = self.scoped.examined.get(step.at) else { return missing() };
        if let Some(why) = self.pending.refusal(&one.subject) {
            let outcome = Outcome { error: Some(why.clone()), ..planned(step, one, "failed") };
            return Finished { outcome, fatal: None, done: None };
        }
        self.narrator.begin(&self.wanted.phases(one, step), &one.key, &one.name);
        let task = Task {
            sequence: sequence(at),
            earlier: 0,
            one,
            verb: step.verb,
            ships: step.ships.clone(),
            current: Self::current(one, step.verb),
            bindings: write_bindings(&one.bindings),
            lost: self.pending.lost.get(&one.subject.entity).cloned().unwrap_or_default(),
        };
        let began = self.hands.engine.ports.clock.now();
        let done = self.hands.perform(task).await;
        let sent = Sending { verb: step.verb, requests: done.attempts, began };
        self.record(step, one, done, planned(step, one, "success"), sent).await
    }

    /// Adds the references that had to wait until every document of their cycle exists.
    pub async fn complete(&self, at: usize, step: &Step, first: Option<Finished>) -> Finished {
        let Some(one) = self.scoped.examined.get(step.at) else { return missing() };
        let Some(Finished { outcome, done: Some(first), .. }) = first else {
            return Finished {
                outcome: planned(step, one, "not_attempted"),
                fatal: None,
                done: None,
            };
        };
        let task = Task {
            sequence: sequence(self.plan.second(at)),
            earlier: outcome.attempts,
            one,
            verb: Verb::Update,
            ships: step.deferred.clone(),
            current: first.stored.clone(),
            bindings: write_bindings(&one.bindings),
            lost: Vec::new(),
        };
        let began = self.hands.engine.ports.clock.now();
        let mut done = self.hands.perform(task).await;
        let sent = Sending { verb: Verb::Update, requests: done.attempts, began };
        done.attempts += outcome.attempts;
        if done.error.is_none() {
            let later: Vec<TouchedAtom> = std::mem::take(&mut done.touched);
            done.touched = first.touched;
            done.touched.extend(later);
        }
        self.record(step, one, done, outcome, sent).await
    }

    /// A step whose dependency failed.
    pub fn blocked(&self, step: &Step, first: Option<Finished>) -> Finished {
        let Some(one) = self.scoped.examined.get(step.at) else { return missing() };
        let keys: Vec<&str> = step
            .lacks
            .as_deref()
            .into_iter()
            .chain(step.needs.iter().chain(&step.cycle).filter_map(|need| {
                Some(&*self.scoped.examined.get(self.plan.steps.get(*need)?.at)?.key)
            }))
            .collect();
        let mut outcome =
            first.map_or_else(|| planned(step, one, "blocked"), |first| first.outcome);
        "blocked".clone_into(&mut outcome.status);
        outcome.error = Some(OutcomeError {
            code: ErrorCode::DependencyFailed.as_str().to_owned(),
            message: format!(
                "{} {}, which could not be deployed; deploy again when it can",
                if step.verb == Verb::Delete { "is referred to by" } else { "refers to" },
                keys.join(", ")
            ),
        });
        Finished { outcome, fatal: None, done: None }
    }

    /// The definition to start from: as listed, with the entity tag that the state knows for it when
    /// nothing moved since, which saves a read.
    fn current(one: &Examined, verb: Verb) -> Option<RemoteDefinition> {
        let listed = one.subject.remote.as_deref().filter(|_| verb != Verb::Create)?;
        let mut current = listed.clone();
        if let Some(old) = &one.subject.detail
            && current.revision.etag.is_none()
            && current.revision.modified.is_some()
            && current.revision.modified == old.revision.modified
            && old.row.remote_digest == Some(current.digest())
        {
            current.revision.etag.clone_from(&old.revision.etag);
        }
        Some(current)
    }

    async fn record(
        &self,
        step: &Step,
        one: &Examined,
        mut done: Done,
        outcome: Outcome,
        sent: Sending,
    ) -> Finished {
        let mut outcome = Outcome { attempts: done.attempts, ..outcome };
        let verdict = verify(&done.touched, &done.view);
        let saw = done.stored.is_some();
        if saw {
            // The second phase of a step verifies the first once more.
            outcome.dropped = verdict.dropped.iter().map(ToString::to_string).collect();
            outcome.rewritten = verdict.rewritten.iter().map(ToString::to_string).collect();
        }
        if let Some(error) = &done.error {
            let status = match error.code {
                ErrorCode::Cancelled => "not_attempted",
                ErrorCode::InDoubt => "conflict",
                _ => "failed",
            };
            status.clone_into(&mut outcome.status);
            outcome.error = Some(outcome_error(error));
        } else if !done.overtaken.is_empty() {
            let paths: Vec<&str> = done.overtaken.iter().map(|atom| atom.path.as_str()).collect();
            "conflict".clone_into(&mut outcome.status);
            outcome.error = Some(OutcomeError {
                code: ErrorCode::Conflict.as_str().to_owned(),
                message: format!(
                    "changed on the platform while it was deployed: {}; detect the changes again and decide",
                    paths.join(", ")
                ),
            });
        } else if matches!(one.status, Status::Conflict(_)) && still_conflicts(one, step) {
            outcome = conflicted(one, outcome);
        }
        let record = self.record_of(step, one, &mut done, &outcome, sent);
        let mut records = std::mem::take(&mut done.found);
        records.extend(Some(record).filter(|record| *record != Record::default()));
        let mut fatal = done.error.take().filter(stops_the_run);
        if !records.is_empty() {
            let recorded = self.hands.engine.ports.store.record(self.hands.lease, records).await;
            if let Err(error) = recorded {
                let error = store_failure(error).of(&one.key);
                "failed".clone_into(&mut outcome.status);
                outcome.error = Some(outcome_error(&error));
                fatal.get_or_insert(error);
            }
        }
        Finished { outcome, fatal, done: Some(done) }
    }

    fn record_of(
        &self,
        step: &Step,
        one: &Examined,
        done: &mut Done,
        outcome: &Outcome,
        sent: Sending,
    ) -> Record {
        let hands = self.hands;
        let now = hands.engine.ports.clock.now();
        let shape = hands.platform.dialect.capabilities().shape;
        let mut record = Record { closes: std::mem::take(&mut done.closes), ..Record::default() };
        record.seen_at = (!record.closes.is_empty()).then_some(now);
        if done.deleted && step.verb == Verb::Delete {
            record.forget = Some(one.subject.entity.clone());
        } else if let Some(stored) = &done.stored
            && (done.error.is_none() || !done.doubted.is_empty())
        {
            let standing = Standing {
                remote: stored,
                view: &done.view,
                sent: &done.touched,
                doubted: &done.doubted,
                undone: one.undoing.as_ref().and_then(|undoing| undoing.base.as_ref()),
                last_write: done.last_write,
                at: now,
            };
            let dialect = &*hands.platform.dialect;
            record.state = Some(state_after(one.as_it_is(), &standing, dialect));
            if let Origin::Rebound(old) = &one.subject.origin {
                record.forget = Some(old.clone());
            }
        }
        if sent.requests > 0 {
            record.history = Some(self.attempt_of(one, done, outcome, sent, now));
        }
        if let Some(state) = &record.state {
            let waits = awaits_decision(state);
            // It may be one that the plan did not know, or not so.
            if waits && let Some(stored) = done.stored.clone() {
                let dialect = &*hands.platform.dialect;
                let references = &self.scoped.references;
                let seen = seen_since(one.as_it_is(), Arc::new(stored), state, references, dialect);
                record.conflict = conflict_row(&seen, &self.scoped.scope, &shape, now);
            } else if !waits && had_conflict(one) {
                record.settled_conflict = Some(one.subject.entity.clone());
            }
        } else if record.forget.is_some() && had_conflict(one) {
            record.settled_conflict = Some(one.subject.entity.clone());
        }
        let is_overruled = one.undoing.is_none()
            && matches!(one.status, Status::Conflict(_))
            && (step.verb == Verb::Delete || !still_conflicts(one, step));
        record.decision = is_overruled.then(|| Decision {
            resolution: Strategy::SourceWins.as_str().to_owned(),
            by: Some(self.actor.to_owned()),
            at: now,
        });
        record
    }

    /// What the history tells of the requests of a phase.
    fn attempt_of(
        &self,
        one: &Examined,
        done: &mut Done,
        outcome: &Outcome,
        sent: Sending,
        now: i64,
    ) -> HistoryRow {
        HistoryRow {
            run_id: self.hands.run_id.to_owned(),
            entity: one.subject.entity.clone(),
            type_key: one.key.clone(),
            platform: self.provider.to_owned(),
            direction: Direction::Push,
            verb: sent.verb,
            status: match &*outcome.status {
                "success" if outcome.dropped.is_empty() => "SUCCESS",
                "success" | "conflict" => "PARTIAL",
                _ => "FAILED",
            },
            pushed: done.body.clone(),
            response: done.response.take(),
            previous: done.previous.take(),
            code: outcome.error.as_ref().map(|error| error.code.clone()),
            error: outcome.error.as_ref().map(|error| error.message.clone()),
            retries: sent.requests.saturating_sub(1),
            metadata: metadata_of(outcome),
            actor: Some(self.actor.to_owned()),
            started_at: sent.began,
            completed_at: Some(now),
            recorded_at: now,
        }
    }
}

/// The requests of one phase of a step.
#[derive(Clone, Copy)]
struct Sending {
    verb: Verb,
    /// How many there were.
    requests: u32,
    /// When the phase began, in milliseconds.
    began: i64,
}

/// Paths of what was not sent, not kept, or kept otherwise; `None` when there are none.
fn metadata_of(outcome: &Outcome) -> Option<String> {
    let paths = |paths: &[String]| Json::Array(paths.iter().cloned().map(Json::str).collect());
    let lists = [
        ("withheld", &outcome.withheld),
        ("dropped", &outcome.dropped),
        ("rewritten", &outcome.rewritten),
    ];
    let some: Vec<_> = lists.into_iter().filter(|(_, list)| !list.is_empty()).collect();
    let members = some.iter().map(|(name, list)| (*name, paths(list)));
    (!some.is_empty()).then(|| write(&Json::object(members)))
}

/// Whether an overlap is left after what the step sent.
fn still_conflicts(one: &Examined, step: &Step) -> bool {
    one.merge.overlaps().any(|atom| !step.ships.iter().any(|sent| sent.path == atom.path))
}

fn sequence(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Positions in a plan always name an examined document; should one not, nothing is done.
fn missing() -> Finished {
    let outcome = Outcome {
        operation: "none".to_owned(),
        status: "not_attempted".to_owned(),
        ..Outcome::default()
    };
    Finished { outcome, fatal: None, done: None }
}

/// Errors after which no other type could do better.
pub(super) fn stops_the_run(error: &SyncError) -> bool {
    error.class().stops() || error.code == ErrorCode::LeaseLost
}
