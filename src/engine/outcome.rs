//! What became of each type, and what a run leaves behind for those it did not write.

use std::collections::BTreeSet;
use std::fmt;

use crate::canonical::Path;
use crate::error::{ErrorCode, SyncError};
use crate::port::{Check, Dialect, Record, Scope, StateDetail, StateRow};

use super::apply::Hands;
use super::binding::Origin;
use super::changes::{describe, failed_type};
use super::consequences::loss_remedy;
use super::detect::Scoped;
use super::examine::{Examined, Status};
use super::plan::{ScopePlan, Step};
use super::presence::stale_finding;
use super::record::{Standing, awaits_decision, conflict_after, state_after};
use super::references::References;
use super::report::{Outcome, OutcomeError, Recovery, RecoveryError, RunStatus};
use super::see;
use super::selection::Selection;
use super::warned::warnings_on;

/// What an outcome says of a document that goes to the platform.
pub(super) const PUSH: &str = "push";

/// The outcome of a type before anything is done about it.
pub(super) fn blank(one: &Examined, operation: &str, status: &str) -> Outcome {
    Outcome {
        type_key: one.key.clone(),
        name: one.name.clone(),
        website_id: one.subject.website_id.clone(),
        operation: operation.to_owned(),
        direction: PUSH.to_owned(),
        status: status.to_owned(),
        ..Outcome::default()
    }
}

/// An error as an outcome carries it: what happened and what to do.
pub(super) fn outcome_error(error: &SyncError) -> OutcomeError {
    let message = match &error.details.next_step {
        Some(step) => format!("{}; {step}", error.message),
        None => error.message.clone(),
    };
    OutcomeError { code: error.code.as_str().to_owned(), message }
}

/// The outcomes of types that the plan does nothing about, and that are not simply the same.
pub(super) fn of_idle(scoped: &Scoped, plan: &ScopePlan, selection: &Selection) -> Vec<Outcome> {
    let busy: BTreeSet<usize> = plan.steps.iter().map(|step| step.at).collect();
    let mut outcomes = Vec::new();
    for (at, one) in scoped.examined.iter().enumerate() {
        if busy.contains(&at) || !selection.includes(one) {
            continue;
        }
        if let Some(kept) = plan.kept.get(&at) {
            let mut outcome = blank(one, "delete", "skipped");
            let (message, remedy) = kept.reason(one.undoing.is_some());
            let message = format!("{message}; {remedy}");
            let code = "DELETE_REFUSED".to_owned();
            outcome.error = Some(OutcomeError { code, message });
            outcomes.push(outcome);
        } else if let Some(withheld) = plan.waiting.get(&at) {
            let mut outcome = blank(one, "none", "skipped");
            outcome.withheld = withheld.iter().map(ToString::to_string).collect();
            outcome.error = Some(held_back(one, withheld).unwrap_or_else(|| {
                let what = if one.undoing.is_some() { "undoing it" } else { "the change" };
                OutcomeError {
                    code: "DATA_LOSS_REFUSED".to_owned(),
                    message: format!("{what} loses content; {}", loss_remedy(one)),
                }
            }));
            if matches!(one.status, Status::Conflict(_)) {
                outcome = conflicted(one, outcome);
            }
            outcomes.push(outcome);
        } else if matches!(one.status, Status::Conflict(_)) {
            outcomes.push(conflicted(one, blank(one, "none", "conflict")));
        } else if one.status == Status::Failed {
            let failed = failed_type(one, 0);
            let mut outcome = blank(one, "none", "failed");
            outcome.error = Some(OutcomeError { code: failed.code, message: failed.error });
            outcomes.push(outcome);
        }
    }
    for one in scoped.stale.iter().filter(|one| selection.has(one)) {
        let finding = stale_finding(&one.key);
        outcomes.push(Outcome {
            type_key: one.key.clone(),
            name: one.key.clone(),
            website_id: scoped.scope.website_id.clone(),
            operation: "none".to_owned(),
            direction: PUSH.to_owned(),
            status: "skipped".to_owned(),
            error: Some(OutcomeError {
                code: finding.code.to_owned(),
                message: describe(&finding),
            }),
            ..Outcome::default()
        });
    }
    outcomes
}

/// Why everything that waits of a type does, when a warning holds all of it back.
fn held_back(one: &Examined, withheld: &[Path]) -> Option<OutcomeError> {
    let warnings = warnings_on(one);
    let of = |path: &Path| {
        warnings.iter().find(|warning| warning.path.as_deref() == Some(path.as_str()))
    };
    let first = withheld.first().and_then(of)?;
    withheld.iter().all(|path| of(path).is_some()).then(|| OutcomeError {
        code: "VALIDATION_FAILED".to_owned(),
        message: format!("{}, or deploy with bypassValidation", describe(first)),
    })
}

/// Says that a type waits for a decision.
pub(super) fn conflicted(one: &Examined, outcome: Outcome) -> Outcome {
    let paths: Vec<String> = one
        .merge
        .overlaps()
        .map(|atom| atom.path.to_string())
        .filter(|path| !path.is_empty())
        .collect();
    let message = if one.undoing.is_some() {
        let what = if paths.is_empty() { "the type".to_owned() } else { paths.join(", ") };
        format!(
            "changed since the deployment, and left as it is: {what}; roll back with conflictStrategy source_wins to undo it all the same"
        )
    } else if paths.is_empty() || one.subject.local.is_none() || one.subject.remote.is_none() {
        "deleted on one side and changed on the other; decide which holds".to_owned()
    } else {
        format!("changed on both sides: {}; decide which holds", paths.join(", "))
    };
    let error = Some(OutcomeError { code: "CONFLICT".to_owned(), message });
    Outcome { status: "conflict".to_owned(), error, ..outcome }
}

/// The outcomes that a run would have.
pub(super) fn of_dry_run(scoped: &Scoped, plan: &ScopePlan) -> Vec<Outcome> {
    plan.steps
        .iter()
        .filter_map(|step| Some((step, scoped.examined.get(step.at)?)))
        .map(|(step, one)| {
            let mut outcome = planned(step, one, "success");
            if step.lacks.is_some() {
                "blocked".clone_into(&mut outcome.status);
            }
            if matches!(one.status, Status::Conflict(_)) {
                outcome = conflicted(one, outcome);
            }
            outcome
        })
        .collect()
}

/// The outcome of a planned operation.
pub(super) fn planned(step: &Step, one: &Examined, status: &str) -> Outcome {
    let mut outcome = blank(one, step.verb.as_str(), status);
    outcome.withheld = step.withheld.iter().map(ToString::to_string).collect();
    outcome
}

/// What types leave behind that are not written: what both sides agree on, and open conflicts.
/// Nothing for a type whose state would stay what it is, and one record for having looked.
pub(super) fn idle_records(
    hands: &Hands<'_>,
    scoped: &Scoped,
    busy: &BTreeSet<usize>,
    at: i64,
) -> Vec<Record> {
    let dialect = &*hands.platform.dialect;
    let idle = scoped.examined.iter().enumerate().filter(|(n, _)| !busy.contains(n));
    let mut records: Vec<Record> = idle
        .filter_map(|(_, one)| idle_record(one, &scoped.scope, &scoped.references, dialect, at))
        .collect();
    let vanished = scoped.vanished.iter().cloned();
    records.extend(vanished.map(|entity| Record { forget: Some(entity), ..Record::default() }));
    let check = Check { run_id: hands.run_id.to_owned(), at };
    records.push(Record { check: Some(check), ..Record::default() });
    records
}

/// What one type leaves behind that is not written, if anything.
pub(super) fn idle_record(
    one: &Examined,
    scope: &Scope,
    references: &References,
    dialect: &dyn Dialect,
    at: i64,
) -> Option<Record> {
    let mut record = Record::default();
    if let (Some(_), Some(remote)) = (&one.subject.local, &one.subject.remote)
        && one.status != Status::Failed
    {
        let standing = Standing {
            remote,
            view: &one.remote,
            sent: &[],
            doubted: &[],
            undone: None,
            last_write: None,
            at,
        };
        let mut state = state_after(one, &standing, dialect);
        if let Some(old) = &one.subject.detail {
            state.revision.etag = old
                .revision
                .etag
                .clone()
                .filter(|_| old.revision.modified == state.revision.modified);
        }
        let is_news = one.subject.detail.as_ref().is_none_or(|old| {
            (&old.row, &old.base, &old.bindings) != (&state.row, &state.base, &state.bindings)
        });
        record.state = is_news.then_some(state);
    } else if let (Some(old), Origin::Known) = (&one.subject.detail, &one.subject.origin) {
        record.state = marked(one, old);
    }
    // What was agreed on under the old row is kept until it is recorded under the new one.
    if let Origin::Rebound(old) = &one.subject.origin
        && record.state.is_some()
    {
        record.forget = Some(old.clone());
    }
    let state = record.state.as_ref();
    record.conflict = conflict_after(one, state, scope, (references, dialect), at);
    if record.conflict.is_none() && had_conflict(one) {
        record.settled_conflict = Some(one.subject.entity.clone());
    }
    (record != Record::default()).then_some(Record { seen_at: Some(at), ..record })
}

/// The state of a type that cannot be agreed on, because a side of it is gone or cannot be read: as it
/// was, under another word. It has to be looked at again even if it comes back as it was.
fn marked(one: &Examined, old: &StateDetail) -> Option<StateDetail> {
    let word = see::status_word(one);
    // A write that could not be settled stays known as the reason.
    let is_said = old.row.status == word || (old.row.status == "in_doubt" && word == "conflict");
    let row = || StateRow { status: word.to_owned(), settled: false, ..old.row.clone() };
    (!is_said).then(|| StateDetail { row: row(), ..old.clone() })
}

/// Whether the state knows of an open conflict.
pub(super) fn had_conflict(one: &Examined) -> bool {
    one.subject.detail.as_ref().is_some_and(awaits_decision)
}

/// How many types came to what. What waits for consent counts as nothing, and so does what nobody can
/// do anything about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub succeeded: usize,
    /// They were attempted.
    pub failed: usize,
    pub not_attempted: usize,
}

impl Counts {
    pub fn of(outcomes: &[Outcome]) -> Self {
        let count = |is_it: fn(&Outcome) -> bool| outcomes.iter().filter(|one| is_it(one)).count();
        Self {
            succeeded: count(|one| one.status == "success"),
            failed: count(has_failed),
            not_attempted: count(|one| one.status == "not_attempted"),
        }
    }

    /// How many are left to do.
    pub fn left(self) -> usize {
        self.failed + self.not_attempted
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} succeeded, {} failed", self.succeeded, self.failed)?;
        match self.not_attempted {
            0 => Ok(()),
            count => write!(f, ", {count} not attempted"),
        }
    }
}

/// Whether a type was attempted and did not succeed.
fn has_failed(outcome: &Outcome) -> bool {
    let is_neither =
        |code: &str| matches!(code, "DELETE_REFUSED" | "DATA_LOSS_REFUSED" | "NOT_REPRESENTABLE");
    match &*outcome.status {
        "success" | "not_attempted" => false,
        "skipped" => !outcome.error.as_ref().is_some_and(|error| is_neither(&error.code)),
        _ => true,
    }
}

/// Whether everything was attempted that was to be.
pub(super) fn is_whole(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| outcome.status != "not_attempted")
}

/// Why a run failed of which nothing was carried out, not even the undisputed part of a conflict;
/// `None` when something was, or nothing failed: a conflict waits for a decision, and is no failure.
pub(super) fn failure(outcomes: &[Outcome]) -> Option<SyncError> {
    let carried_out = |outcome: &Outcome| match &*outcome.status {
        "success" => true,
        "conflict" => outcome.operation != "none",
        _ => false,
    };
    if outcomes.iter().any(carried_out) {
        return None;
    }
    let of_status = |status: &str| outcomes.iter().find(|outcome| outcome.status == status);
    let first = of_status("failed").or_else(|| of_status("blocked"))?;
    let error = first.error.as_ref()?;
    // What is wrong with a definition has a code of its own.
    let code = ErrorCode::ALL.iter().copied().find(|code| code.as_str() == error.code);
    let code = code.unwrap_or(ErrorCode::ValidationFailed);
    // What to do next is told apart.
    let why = error.message.strip_suffix(&format!("; {}", code.next_step()));
    let why = why.unwrap_or(&error.message);
    let message = match Counts::of(outcomes).left() {
        1 => format!("{} was not deployed: {why}", first.name),
        all => format!("none of {all} types was deployed; {}: {why}", first.name),
    };
    Some(SyncError::new(code, message).of(&first.type_key))
}

/// The recovery dialog of the requirements; none where nothing is left to do.
pub(super) fn recovery(outcomes: &[Outcome], status: RunStatus) -> Option<Recovery> {
    let counts = Counts::of(outcomes);
    if counts.left() == 0 || matches!(status, RunStatus::Cancelled | RunStatus::Completed) {
        return None;
    }
    let error_of = |outcome: &Outcome| {
        let error = outcome.error.as_ref();
        RecoveryError {
            type_key: outcome.type_key.clone(),
            code: error
                .map_or(ErrorCode::DependencyFailed.as_str(), |error| &error.code)
                .to_owned(),
            error: error.map_or_else(|| outcome.status.clone(), |error| error.message.clone()),
        }
    };
    let message = match (status, counts.succeeded) {
        (RunStatus::Failed, 0) => "Sync failed",
        _ => "Sync partially completed",
    };
    let of_failures: &[&str] =
        if counts.failed == 0 { &[] } else { &["retry_failed", "view_errors"] };
    let of_all = ["continue_later", "force_full", "manual_fix"];
    Some(Recovery {
        message: message.to_owned(),
        successful: counts.succeeded,
        failed: counts.failed,
        not_attempted: counts.not_attempted,
        errors: outcomes.iter().filter(|one| has_failed(one)).map(error_of).collect(),
        can_resume: true,
        actions: of_failures.iter().copied().chain(of_all).collect(),
    })
}

/// The word for how a run ended.
pub(super) fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Completed => "completed",
        RunStatus::Partial => "partial",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
    }
}
