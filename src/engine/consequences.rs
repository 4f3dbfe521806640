//! What a plan destroys, or would if somebody agreed to it, in findings.

use crate::canonical::Path;
use crate::model::Finding;
use crate::plan::Verb;

use super::detect::Scoped;
use super::examine::Examined;
use super::plan::ScopePlan;
use super::warned::warned_paths;

/// What there is to know of deletions and losses, whether they are done or not.
pub(super) fn consequences(scoped: &Scoped, plan: &ScopePlan) -> Vec<Finding> {
    let kept = plan.kept.iter().filter_map(|(at, kept)| {
        let one = scoped.examined.get(*at)?;
        let (message, remedy) = kept.reason(one.undoing.is_some());
        Some(Finding::warning("DELETE_REFUSED", message, remedy).of(&*one.key))
    });
    let deleted = plan.steps.iter().filter(|step| step.verb == Verb::Delete).filter_map(|step| {
        let key = &scoped.examined.get(step.at)?.key;
        let message = format!(
            "the type {key} is deleted; the platform does not say how much content of it there is, and refuses while there is any"
        );
        let remedy = "delete or move its content on the platform first, that in the trash included";
        Some(Finding::warning("DELETION", message, remedy).of(&**key))
    });
    let losing = plan.waiting.iter().filter_map(|(at, withheld)| {
        let one = scoped.examined.get(*at)?;
        let warned = warned_paths(one);
        let losing = withheld.iter().map(Path::as_str).filter(|path| !warned.contains(path));
        let losing: Vec<&str> = losing.collect();
        (!losing.is_empty()).then(|| {
            let paths = losing.join(", ");
            let message = format!("what changed loses content, and waits for consent: {paths}");
            Finding::warning("DATA_LOSS_REFUSED", message, loss_remedy(one)).of(&*one.key)
        })
    });
    kept.chain(deleted).chain(losing).collect()
}

/// How a loss is consented to.
pub(super) fn loss_remedy(one: &Examined) -> &'static str {
    if one.undoing.is_some() {
        "roll back with allowDataLoss to accept it"
    } else {
        "deploy with allowDataLoss to accept it"
    }
}
