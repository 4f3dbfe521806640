//! What earlier runs left open, and what is open still after it was settled.

use std::collections::BTreeMap;

use crate::error::{ErrorClass, ErrorCode, SyncError};
use crate::model::Finding;
use crate::port::{DialectError, Entity, Intent, Record, RemoteId};

use super::examine::Subject;
use super::outcome::outcome_error;
use super::report::OutcomeError;

/// What is open still.
#[derive(Default)]
pub(super) struct Pending {
    /// Requests that may still take effect, or did so without being shown yet: what closes each when
    /// another one took its place.
    pub lost: BTreeMap<Entity, Vec<Record>>,
    /// Documents that cannot be read, so that nobody knows what a request came to.
    unread: Vec<Unread>,
}

/// A document that cannot be read.
struct Unread {
    entity: Entity,
    remote_id: RemoteId,
    why: OutcomeError,
}

impl Pending {
    /// Leaves a request open, because the document that it is about cannot be read.
    pub fn leave(&mut self, intent: &Intent, error: SyncError) -> Finding {
        let message =
            format!("an interrupted write to {} cannot be settled: {error}", intent.type_key);
        let step = match error.class() {
            ErrorClass::Forbidden => Some("give the API key the right to read the type"),
            _ => is_unreadable(&error).then_some("repair the definition on the platform"),
        };
        let mut error = SyncError { message, ..error };
        if let Some(step) = step {
            error = error.next_step(step);
        }
        self.unread.push(Unread {
            entity: intent.entity.clone(),
            remote_id: intent.remote_id.clone(),
            why: outcome_error(&error),
        });
        let remedy = error.details.next_step.unwrap_or_default();
        Finding::warning("NOT_RECOVERED", error.message, remedy)
    }

    /// Why a document is not to be written: what would be sent rests on what is not known. Its row may
    /// have been made anew or have another key by now, so either name will do.
    pub fn refusal(&self, subject: &Subject) -> Option<&OutcomeError> {
        let is_it =
            |one: &&Unread| one.entity == subject.entity || one.remote_id == subject.remote_id;
        self.unread.iter().find(is_it).map(|one| &one.why)
    }
}

/// Whether an error is that of one type: the platform answers, and does not show this one, or not so
/// that it can be read.
pub(super) fn is_of_one_type(error: &SyncError) -> bool {
    match error.class() {
        ErrorClass::Validation | ErrorClass::Forbidden | ErrorClass::NotFound => true,
        ErrorClass::Conflict | ErrorClass::Duplicate => error.code != ErrorCode::LeaseLost,
        _ => is_unreadable(error),
    }
}

fn is_unreadable(error: &SyncError) -> bool {
    error.source.as_ref().is_some_and(|source| source.is::<DialectError>())
}
