//! Carries out the steps of a plan: as many at once as allowed, each after what it needs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::error::{ErrorCode, SyncError};
use crate::plan::Verb;

use super::apply::Hands;
use super::complete::{Execution, Finished};
use super::outcome::planned;
use super::plan::Step;
use super::report::Outcome;

/// One piece of work: a step, or the second phase of one whose references form a cycle.
struct Item {
    step: usize,
    second: bool,
    /// Positions of other items.
    needs: Vec<usize>,
}

/// Where an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

enum Readiness {
    Ready,
    NotYet,
    /// What it needs failed.
    Blocked,
}

/// Carries out a plan. Returns one outcome per step, in the order of the plan, and what stopped the
/// run, if anything did.
pub(super) async fn execute(execution: &Execution<'_>) -> (Vec<Outcome>, Option<SyncError>) {
    let steps = &execution.plan.steps;
    let items = items_of(steps);
    let mut progress = vec![Progress::Waiting; items.len()];
    let mut waiting: BTreeSet<usize> = (0..items.len()).collect();
    let is_write =
        |item: &&Item| steps.get(item.step).is_some_and(|step| step.verb != Verb::Delete);
    // Deletions come last, so that nothing refers to what goes.
    let mut unwritten = items.iter().filter(is_write).count();
    let mut finished: BTreeMap<usize, Finished> = BTreeMap::new();
    let mut running = FuturesUnordered::new();
    let mut stopped: Option<SyncError> = None;
    let mut halted = !execution.begin;
    let hands: &Hands<'_> = execution.hands;
    // With none at once it would never come to its end.
    let at_once = hands.engine.settings.max_in_flight.max(1);
    loop {
        halted |= hands.cancel.is_cancelled();
        let mut blocked = false;
        let mut from = 0;
        while !halted
            && running.len() < at_once
            && let Some(at) = waiting.range(from..).next().copied()
        {
            from = at + 1;
            let Some(item) = items.get(at) else { continue };
            let Some(step) = steps.get(item.step) else { continue };
            match readiness(item, step, unwritten, &progress) {
                Readiness::Ready => {
                    waiting.remove(&at);
                    set(&mut progress, at, Progress::Running);
                    let first = finished.remove(&item.step);
                    running.push(async move {
                        let done = if item.second {
                            execution.complete(item.step, step, first).await
                        } else {
                            execution.carry_out(item.step, step).await
                        };
                        (at, done)
                    });
                }
                Readiness::Blocked => {
                    waiting.remove(&at);
                    set(&mut progress, at, Progress::Failed);
                    unwritten -= usize::from(is_write(&item));
                    blocked = true;
                    // The second phase of what failed in the first says nothing new.
                    if !has_failed(&finished, item.step) {
                        let done = execution.blocked(step, finished.remove(&item.step));
                        execution.narrator.end(&done.outcome);
                        finished.insert(item.step, done);
                    }
                }
                Readiness::NotYet => {}
            }
        }
        let Some((at, mut done)) = running.next().await else {
            // What was blocked may block more.
            if blocked && !halted {
                continue;
            }
            break;
        };
        let failed = done.outcome.status == "failed";
        set(&mut progress, at, if failed { Progress::Failed } else { Progress::Succeeded });
        halted |= failed && execution.stop_on_error;
        if let Some(error) = done.fatal.take() {
            halted = true;
            stopped.get_or_insert(error);
        }
        let Some(item) = items.get(at) else { continue };
        unwritten -= usize::from(is_write(&item));
        let is_halfway = |step: &Step| !item.second && !step.deferred.is_empty();
        let more = steps.get(item.step).is_some_and(is_halfway);
        if !more || failed {
            execution.narrator.end(&done.outcome);
        }
        finished.insert(item.step, done);
    }
    if stopped.is_none() && execution.begin && hands.cancel.is_cancelled() {
        stopped = Some(SyncError::new(ErrorCode::Cancelled, "cancelled by the user"));
    }
    let waits = |at: &usize| progress.get(*at) == Some(&Progress::Waiting);
    let seconds = items.iter().enumerate().filter(|(at, item)| item.second && waits(at));
    let halfway: HashSet<usize> = seconds.map(|(_, item)| item.step).collect();
    let outcomes = steps.iter().enumerate().filter_map(|(at, step)| {
        let one = execution.scoped.examined.get(step.at)?;
        let done = finished.remove(&at).map(|done| done.outcome);
        let mut outcome = done.unwrap_or_else(|| planned(step, one, "not_attempted"));
        if outcome.status == "success" && halfway.contains(&at) {
            // The references that were to follow were not sent; the next run sends them.
            "not_attempted".clone_into(&mut outcome.status);
        }
        Some(outcome)
    });
    (outcomes.collect(), stopped)
}

/// One item per step, and one more for each that defers references: it needs its own creation and
/// those of the whole cycle.
fn items_of(steps: &[Step]) -> Vec<Item> {
    let mut items: Vec<Item> = steps
        .iter()
        .enumerate()
        .map(|(at, step)| Item { step: at, second: false, needs: step.needs.clone() })
        .collect();
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| !step.deferred.is_empty()) {
        let needs = std::iter::once(at).chain(step.cycle.iter().copied()).collect();
        items.push(Item { step: at, second: true, needs });
    }
    items
}

fn readiness(item: &Item, step: &Step, unwritten: usize, progress: &[Progress]) -> Readiness {
    let state = |at: &usize| progress.get(*at).copied().unwrap_or(Progress::Succeeded);
    let open = |at: &usize| matches!(state(at), Progress::Waiting | Progress::Running);
    // A first phase that is under way has the next word, whatever became of the others.
    if item.second && item.needs.iter().any(open) {
        return Readiness::NotYet;
    }
    if (step.lacks.is_some() && !item.second)
        || item.needs.iter().any(|need| state(need) == Progress::Failed)
    {
        return Readiness::Blocked;
    }
    let is_early = step.verb == Verb::Delete && unwritten > 0;
    if is_early || item.needs.iter().any(open) { Readiness::NotYet } else { Readiness::Ready }
}

fn has_failed(finished: &BTreeMap<usize, Finished>, step: usize) -> bool {
    finished.get(&step).is_some_and(|done| matches!(&*done.outcome.status, "failed" | "blocked"))
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}
