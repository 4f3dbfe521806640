//! Writes what a plan would send without sending it: what has no form on the platform is found before
//! anything is written.

use crate::canonical::View;
use crate::model::Finding;
use crate::plan::Verb;
use crate::port::Operation;

use super::Platform;
use super::detect::Scoped;
use super::examine::Examined;
use super::plan::{ScopePlan, Step};

/// What of a plan cannot be written down as the platform wants it.
pub(super) fn rehearse(scoped: &Scoped, plan: &ScopePlan, platform: &Platform) -> Vec<Finding> {
    // What lacks a reference is blocked anyway.
    let steps = plan.steps.iter().filter(|step| step.lacks.is_none() && step.verb != Verb::Delete);
    let refused = steps.filter_map(|step| {
        let one = scoped.examined.get(step.at)?;
        let error = platform.adapter.encode(&operation(scoped, one, step, platform)).err()?;
        let remedy = "change the definition, or what the platform has of it";
        Some(Finding::error("VALIDATION_FAILED", error.to_string(), remedy).of(&*one.key))
    });
    refused.collect()
}

/// A step as one operation, both phases together.
fn operation(scoped: &Scoped, one: &Examined, step: &Step, platform: &Platform) -> Operation {
    let shape = platform.dialect.capabilities().shape;
    let before = if step.verb == Verb::Create { View::new() } else { one.remote.clone() };
    let mut after = before.clone();
    for atom in step.ships.iter().chain(&step.deferred) {
        after.put(atom.path.clone(), atom.local.clone());
    }
    shape.follow(&mut after, &before, &one.local);
    Operation {
        verb: step.verb,
        id: one.subject.remote_id.clone(),
        before: one.subject.remote.as_deref().cloned().filter(|_| step.verb != Verb::Create),
        after: scoped.references.to_wire(&after, &shape),
        accept_loss: false,
        whole: false,
    }
}
