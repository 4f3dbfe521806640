//! What a run is about: what was asked for, or what did not succeed in an earlier run.

use std::collections::BTreeSet;

use crate::error::SyncError;
use crate::model::Finding;

use super::carried::{Covered, known_outcomes, was_interrupted};
use super::detection::{Detection, Scoped};
use super::examine::Examined;
use super::failure::store_failure;
use super::locals::Locals;
use super::narrate::Phase;
use super::plan::Step;
use super::report::Outcome;
use super::see::stored_outcomes;
use super::selection::Selection;
use super::{Engine, Repeat, RunRequest};

/// A type by its website and its key.
pub(super) type Named = (String, String);

/// What a run is about.
pub(super) struct Wanted {
    /// Which types.
    pub selection: Selection,
    /// How many types failed in the last run.
    pub failed: usize,
    /// Types that did not succeed when they were last attempted.
    open: BTreeSet<Named>,
    /// What is repeated of an earlier run; `None` for everything that the job asks for.
    repeated: Option<BTreeSet<Named>>,
    /// Keys of types that were to be repeated, and are not there any more.
    gone: Vec<String>,
}

impl Engine {
    /// Says what a run is about. A retry is about no more than the job that it repeats.
    pub(super) async fn wanted(
        &self,
        (run_id, request): (&str, &RunRequest),
        locals: &Locals,
        detection: &Detection,
    ) -> Result<Wanted, SyncError> {
        let mut failed = 0;
        let mut open = BTreeSet::new();
        for scoped in &detection.scopes {
            let last = self.ports.store.last_run(&scoped.scope).await.map_err(store_failure)?;
            let outcomes = last.map(|end| stored_outcomes(&end.result)).unwrap_or_default();
            let failures = outcomes
                .into_iter()
                .filter(|one| one.status == "failed" && one.website_id == scoped.scope.website_id);
            for one in failures {
                failed += 1;
                open.insert((one.website_id, one.type_key));
            }
        }
        let mut gone = Vec::new();
        let repeated = self.repeated(run_id, request).await?;
        let selection = if let Some(repeated) = &repeated {
            let (ids, missing) = find(repeated, &detection.scopes);
            gone = missing;
            open.extend(repeated.iter().cloned());
            Selection::Documents(ids)
        } else if request.retry_of.is_some() {
            let (selection, missing) = Selection::still(&request.selected_types, locals, detection);
            gone = missing;
            selection
        } else {
            Selection::new(&request.selected_types, locals, detection)?
        };
        Ok(Wanted { selection, failed, open, repeated, gone })
    }

    /// What a retry repeats; `None` for a run that is no retry, and for the retry of one of which it
    /// is not known what it would have done: it never ended, never came to a plan, or died.
    async fn repeated(
        &self,
        run_id: &str,
        request: &RunRequest,
    ) -> Result<Option<BTreeSet<Named>>, SyncError> {
        let Some(job_id) = request.retry_of.as_ref().filter(|_| request.repeat != Repeat::All)
        else {
            return Ok(None);
        };
        // A run that resumes another one has its id.
        let earlier = self.ports.store.run(job_id, Some(run_id)).await.map_err(store_failure)?;
        let Some((_, Some(end))) = earlier else { return Ok(None) };
        let Some(outcomes) = known_outcomes(&end) else { return Ok(None) };
        // Of a run that died the journal tells what it was to send, and nothing of what it could not
        // read or take home: whoever goes on with it looks at all of it again.
        if request.repeat != Repeat::Failed && was_interrupted(&end) {
            return Ok(None);
        }
        // What was undone is as if it had never been attempted.
        let status = |one: &Outcome| {
            let status = if one.rolled_back { "not_attempted" } else { &one.status };
            request.repeat.includes(status)
        };
        let repeated = outcomes.into_iter().filter(status);
        Ok(Some(repeated.map(|one| (one.website_id, one.type_key)).collect()))
    }
}

impl Wanted {
    /// A run about these types, of which nothing is repeated.
    pub fn of(selection: Selection) -> Self {
        Self { selection, failed: 0, open: BTreeSet::new(), repeated: None, gone: Vec::new() }
    }

    /// What a run about it has looked at once it came to its end.
    pub fn covered(&self) -> Covered {
        self.repeated.clone().map_or(Covered::Everything, Covered::These)
    }

    /// What a step is called in the log.
    pub fn phases(&self, one: &Examined, step: &Step) -> Vec<Phase> {
        let named = (one.subject.website_id.clone(), one.key.clone());
        let again = self.open.contains(&named).then_some(Phase::Retry);
        std::iter::once(step.verb.into()).chain(again).collect()
    }

    /// What a retry cannot repeat.
    pub fn finding(&self) -> Option<Finding> {
        (!self.gone.is_empty()).then(|| {
            Finding::warning(
                "RETRY_GONE",
                format!("asked for then, and not to be found any more: {}", self.gone.join(", ")),
                "start a new deployment if they were renamed",
            )
        })
    }
}

/// The ids of the documents that are to be repeated, and the keys of those that are not there.
fn find(repeated: &BTreeSet<Named>, scopes: &[Scoped]) -> (BTreeSet<String>, Vec<String>) {
    let wanted: BTreeSet<(&str, &str)> =
        repeated.iter().map(|(website_id, key)| (&**website_id, &**key)).collect();
    let mut ids = BTreeSet::new();
    let mut missing = wanted.clone();
    for scoped in scopes {
        for (key, id) in scoped.identities() {
            let named = (&*scoped.scope.website_id, key);
            if wanted.contains(&named) {
                ids.insert(id.to_owned());
                missing.remove(&named);
            }
        }
        // What only the platform has is known by its key alone.
        let new: Vec<String> = scoped.remote_new.iter().map(|one| one.id.key()).collect();
        missing.retain(|(website_id, key)| {
            let is_new = *website_id == scoped.scope.website_id && new.iter().any(|own| own == key);
            if is_new {
                ids.insert((*key).to_owned());
            }
            !is_new
        });
    }
    (ids, missing.into_iter().map(|(_, key)| key.to_owned()).collect())
}
