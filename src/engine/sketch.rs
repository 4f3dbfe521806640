//! Plans as they were shown to somebody, so that a run can say what moved since.
//!
//! A plan is not stored, because planning writes nothing: an engine remembers the last ones that it
//! made. Of a plan that another process showed, only the digest can be compared.

use std::collections::{BTreeMap, HashSet};

use crate::digest::Digest;
use crate::error::{ErrorCode, StaleOperation, SyncError};
use crate::plan::{DigestedOperation, PlanTerms, Verb, plan_digest};

use super::detect::Detection;
use super::home::{HomePlan, HomeStep};
use super::plan::{Policy, ScopePlan};
use super::pull::titles;
use super::{Engine, Platform};

/// How many plans an engine remembers.
const REMEMBERED: usize = 16;

/// How many operations a message names.
const NAMED: usize = 5;

/// What a plan would do, as far as its digest covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sketch {
    /// The digest of all of it.
    pub digest: String,
    /// Under which terms, by name.
    terms: [(&'static str, String); 5],
    /// What comes home, then what goes to the platform.
    operations: Vec<Part>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    type_key: String,
    verb: Verb,
    is_outward: bool,
    digest: Digest,
}

/// Sketches what a run would do.
pub(super) fn sketch(
    platform: &Platform,
    website_id: Option<&str>,
    policy: Policy,
    detection: &Detection,
    homes: &[HomePlan],
    plans: &[ScopePlan],
) -> Sketch {
    let profile = platform.dialect.fingerprint();
    let terms = PlanTerms {
        target: &platform.target,
        website_id,
        mode: policy.mode.as_str(),
        profile: &profile,
        consent: policy.consent,
        preserve_data: policy.preserve_data,
    };
    let keys: Vec<Vec<(String, &HomeStep)>> = detection
        .scopes
        .iter()
        .zip(homes)
        .map(|(scoped, plan)| {
            plan.steps.iter().map(|step| (titles(scoped, step).0, step)).collect()
        })
        .collect();
    let homeward = keys.iter().flatten().map(|(type_key, step)| DigestedOperation {
        type_key,
        verb: step.verb,
        movements: step
            .takes
            .iter()
            .map(|atom| (&atom.path, atom.local.as_ref(), atom.remote.as_ref()))
            .collect(),
    });
    let outward = detection
        .scopes
        .iter()
        .zip(plans)
        .flat_map(|(scoped, plan)| plan.steps.iter().map(move |step| (scoped, step)))
        .filter_map(|(scoped, step)| {
            Some(DigestedOperation {
                type_key: &scoped.examined.get(step.at)?.key,
                verb: step.verb,
                movements: step
                    .ships
                    .iter()
                    .chain(&step.deferred)
                    .map(|atom| (&atom.path, atom.remote.as_ref(), atom.local.as_ref()))
                    .collect(),
            })
        });
    let mut operations: Vec<DigestedOperation<'_>> = homeward.collect();
    let at_home = operations.len();
    operations.extend(outward);
    let parts = operations.iter().enumerate().map(|(at, operation)| Part {
        type_key: operation.type_key.to_owned(),
        verb: operation.verb,
        is_outward: at >= at_home,
        digest: operation.digest(),
    });
    let consent = policy.consent;
    Sketch {
        digest: plan_digest(&terms, &operations).to_string(),
        terms: [
            ("target", platform.target.clone()),
            ("websiteId", website_id.unwrap_or_default().to_owned()),
            ("mode", format!("{}, {profile}", policy.mode.as_str())),
            (
                "consent",
                format!("allowDelete {}, allowDataLoss {}", consent.delete, consent.data_loss),
            ),
            ("preserveData", policy.preserve_data.to_string()),
        ],
        operations: parts.collect(),
    }
}

impl Engine {
    /// Remembers a plan that is shown to somebody.
    pub(super) fn remember_plan(&self, sketch: Sketch) {
        let Ok(mut plans) = self.shown_plans.lock() else { return };
        plans.retain(|plan| plan.digest != sketch.digest);
        while plans.len() >= REMEMBERED {
            plans.pop_front();
        }
        plans.push_back(sketch);
    }

    /// A run's sketch in the words of the plan that was reviewed: one that was made before its target
    /// had an id calls it `unborn`. What would be done, and on top of which values, is covered by the
    /// digest either way.
    pub(super) fn in_words_of(
        &self,
        reviewed: &str,
        now: Sketch,
        unborn: impl FnOnce() -> Option<Sketch>,
    ) -> Sketch {
        let known = self.shown(reviewed);
        let is_meant = |unborn: &Sketch| {
            unborn.digest == reviewed
                || known.is_some_and(|then| then.terms.first() == unborn.terms.first())
        };
        let differs = now.digest != reviewed;
        differs.then(unborn).flatten().filter(is_meant).unwrap_or(now)
    }

    fn shown(&self, digest: &str) -> Option<Sketch> {
        let plans = self.shown_plans.lock().ok()?;
        plans.iter().find(|plan| plan.digest == digest).cloned()
    }

    /// Refuses a plan that is not the one that was reviewed, and says what moved.
    pub(super) fn check_reviewed(&self, reviewed: &str, now: &Sketch) -> Result<(), SyncError> {
        if now.digest == reviewed {
            return Ok(());
        }
        Err(match self.shown(reviewed) {
            Some(then) => stale(&then, now),
            None => unknown(now),
        })
    }
}

impl Sketch {
    /// Refuses what goes to the platform now, and was no part of this plan.
    pub(super) fn check_outward(&self, now: &Self) -> Result<(), SyncError> {
        // The digest of an operation covers which type it is of, and what is done.
        let meant = self.operations.iter().filter(|part| part.is_outward);
        let meant: HashSet<Digest> = meant.map(|part| part.digest).collect();
        let is_new = |part: &&Part| part.is_outward && !meant.contains(&part.digest);
        let moved: Vec<StaleOperation> =
            now.operations.iter().filter(is_new).map(|part| part.stale("changed")).collect();
        if moved.is_empty() { Ok(()) } else { Err(refusal("", moved)) }
    }
}

impl Part {
    fn stale(&self, change: &'static str) -> StaleOperation {
        let type_key = self.type_key.clone();
        StaleOperation { type_key, operation: self.verb.as_str(), change }
    }

    fn name(&self) -> (bool, &str) {
        (self.is_outward, &self.type_key)
    }
}

/// What moved between two plans.
fn stale(then: &Sketch, now: &Sketch) -> SyncError {
    let by_name = |sketch: &'_ Sketch| -> BTreeMap<(bool, String), Part> {
        let named = sketch.operations.iter().map(|part| {
            let (is_outward, key) = part.name();
            ((is_outward, key.to_owned()), part.clone())
        });
        named.collect()
    };
    let (before, after) = (by_name(then), by_name(now));
    let mut moved = Vec::new();
    for (name, part) in &after {
        match before.get(name) {
            None => moved.push(part.stale("added")),
            Some(old) if old != part => moved.push(part.stale("changed")),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(name, _)| !after.contains_key(name));
    moved.extend(gone.map(|(_, part)| part.stale("removed")));
    let terms = then.terms.iter().zip(&now.terms).filter(|(old, new)| old != new);
    let terms: Vec<String> =
        terms.map(|((name, old), (_, new))| format!("{name} was {old:?} and is {new:?}")).collect();
    refusal(&terms.join("; "), moved)
}

/// A plan that this engine did not show, or not lately.
fn unknown(now: &Sketch) -> SyncError {
    let planned = now.operations.iter().map(|part| part.stale("planned")).collect();
    refusal("which operations differ cannot be told, because the plan was made elsewhere", planned)
}

fn refusal(terms: &str, moved: Vec<StaleOperation>) -> SyncError {
    let named = moved.iter().take(NAMED);
    let named = named.map(|one| format!("{} {} of {}", one.change, one.operation, one.type_key));
    let mut said: Vec<String> =
        Some(terms.to_owned()).filter(|terms| !terms.is_empty()).into_iter().chain(named).collect();
    if moved.len() > NAMED {
        said.push(format!("{} more", moved.len() - NAMED));
    }
    if said.is_empty() {
        said.push("the order of the operations".to_owned());
    }
    let message = format!("the plan is not the one that was reviewed: {}", said.join(", "));
    let mut error = SyncError::new(ErrorCode::PlanStale, message);
    error.details.operations = moved;
    error
}
