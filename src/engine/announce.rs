//! What a run says of what it found, before it does anything.

use crate::model::Finding;

use super::detect::Detection;
use super::examine::Status;
use super::home::HomePlan;
use super::options::Mode;
use super::plan::ScopePlan;
use super::presence::stale_finding;
use super::run::{Found, Run};
use super::wanted::Wanted;

impl Run<'_> {
    /// Counts what is new and modified, and tells what there is to know.
    pub(super) fn announce(&self, detection: &Detection, wanted: &Wanted, mode: Mode) {
        let Wanted { selection, failed, .. } = wanted;
        let examined = || {
            detection
                .scopes
                .iter()
                .flat_map(|scoped| &scoped.examined)
                .filter(|one| selection.includes(one))
        };
        let count =
            |status: fn(Status) -> bool| examined().filter(|one| status(one.status)).count();
        let new = count(|status| status == Status::New);
        let modified = count(|status| matches!(status, Status::Modified | Status::Conflict(_)));
        self.narrator.step(
            20,
            format!(
                "Detecting changes ({new} new, {modified} modified, {failed} failed last sync)..."
            ),
        );
        for one in examined() {
            for finding in one.subject.findings.iter().filter(|finding| !finding.blocks()) {
                self.narrator.finding(finding);
            }
        }
        for one in detection.scopes.iter().flat_map(|scoped| &scoped.stale) {
            self.narrator.finding(&stale_finding(&one.key));
        }
        let moved: fn(Status) -> bool = match mode {
            Mode::Push => |status| matches!(status, Status::RemoteModified | Status::RemoteDeleted),
            Mode::Pull => {
                |status| matches!(status, Status::New | Status::Modified | Status::Deleted)
            }
            Mode::Bidirectional => |_| false,
        };
        let moved = examined().filter(|one| moved(one.status));
        let keys: Vec<&str> = moved.map(|one| &*one.key).collect();
        if !keys.is_empty() {
            let (code, side, remedy) = match mode {
                Mode::Pull => ("LOCAL_CHANGED", "in the studio", "a pull never sends them"),
                _ => ("REMOTE_CHANGED", "on the platform", "a push never overwrites them"),
            };
            self.narrator.finding(&Finding::info(
                code,
                format!("changed {side} only, and left as they are: {}", keys.join(", ")),
                format!("nothing to do; {remedy}"),
            ));
        }
        for finding in detection.findings.iter().chain(&wanted.finding()) {
            self.narrator.finding(finding);
        }
        if !detection.complete {
            self.narrator.finding(&Finding::warning(
                "LISTING_INCOMPLETE",
                "the platform's listing could not be read to its end",
                "nothing is taken for deleted; deploy again",
            ));
        }
    }

    /// Tells what there is to do, and what planning found.
    pub(super) fn tell_steps(&self, found: &Found, homes: &[HomePlan], plans: &[ScopePlan]) {
        let Found { detection, wanted, .. } = found;
        for (scoped, plan) in detection.scopes.iter().zip(plans) {
            for step in &plan.steps {
                let one = scoped.examined.get(step.at);
                let phases = one.map(|one| wanted.phases(one, step));
                self.narrator.expect(&phases.unwrap_or_default());
            }
        }
        for step in homes.iter().flat_map(|plan| &plan.steps) {
            self.narrator.expect(&[step.verb.into()]);
        }
        for finding in homes.iter().flat_map(|plan| &plan.findings) {
            self.narrator.finding(finding);
        }
        let of_scopes = detection.scopes.iter().flat_map(|scoped| &scoped.findings);
        for finding in plans.iter().flat_map(|plan| &plan.findings).chain(of_scopes) {
            self.narrator.finding(finding);
        }
    }
}
