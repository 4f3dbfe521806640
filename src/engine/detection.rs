//! What a search found, and how much of it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::Finding;
use crate::port::{Entity, Record, RemoteDefinition, RemoteId, Scope};

use super::examine::{Examined, Glimpse, Status};
use super::references::References;

/// What a search keeps of a document once it is known what became of it. Definitions, views and
/// movements take many times the room of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep<'k> {
    /// Everything of every document.
    All,
    /// Everything of what is not the same on both sides, or has something to tell.
    Changes,
    /// What became of each.
    Counts,
    /// As [`Keep::Changes`], and these with everything that refers to others, settled or not.
    These(&'k BTreeSet<RemoteId>),
}

impl Keep<'_> {
    /// Whether a document is looked at although nothing moved.
    pub fn asks_for(self, id: &RemoteId, refers: bool) -> bool {
        matches!(self, Self::These(ids) if refers || ids.contains(id))
    }

    /// Whether a document is kept.
    pub fn keeps(self, one: &Examined) -> bool {
        match self {
            Self::All => true,
            Self::Changes => {
                one.status != Status::Same || one.refers || !one.subject.findings.is_empty()
            }
            Self::Counts => false,
            Self::These(ids) => Self::Changes.keeps(one) || ids.contains(&one.subject.remote_id),
        }
    }
}

/// A document that was not looked at.
#[derive(Debug, Clone)]
pub(super) struct Unseen {
    /// Its key on the platform.
    pub key: String,
    /// Its row id.
    pub id: String,
}

/// What was found in one scope.
pub(super) struct Scoped {
    /// The scope.
    pub scope: Scope,
    /// Documents that were not looked at, because nothing moved.
    pub settled: Vec<Unseen>,
    /// Which document is which on the platform.
    pub references: References,
    /// Everything looked at and kept.
    pub examined: Vec<Examined>,
    /// Everything looked at and not kept.
    pub glimpsed: Vec<Glimpse>,
    /// What is to be recorded of the documents not kept.
    pub agreed: Vec<Record>,
    /// Documents on the platform that nobody in the studio has, by key.
    pub remote_new: Vec<Arc<RemoteDefinition>>,
    /// By id of a document that is gone from the studio: the keys of those on the platform that refer
    /// to it and are none of this scope.
    pub held_elsewhere: BTreeMap<String, BTreeSet<String>>,
    /// Documents whose state is of no use any more: gone on both sides, or another website's.
    pub vanished: Vec<Entity>,
    /// Documents that still show what was there before our own last write.
    pub stale: Vec<Unseen>,
    /// What is to be known of the scope as a whole.
    pub findings: Vec<Finding>,
}

impl Scoped {
    /// Key and id of every document of the studio that was found on the platform or belongs there.
    pub fn identities(&self) -> impl Iterator<Item = (&str, &str)> {
        let unseen = self.settled.iter().chain(&self.stale).map(|one| (&*one.key, &*one.id));
        let examined = self.examined.iter().map(|one| (&*one.key, &*one.subject.entity.id));
        let glimpsed = self.glimpsed.iter().map(|one| (&*one.key, &*one.entity.id));
        unseen.chain(examined).chain(glimpsed)
    }
}

/// What was found.
pub(super) struct Detection {
    /// The listing was read to its end.
    pub complete: bool,
    /// What of the listing could not be read.
    pub findings: Vec<Finding>,
    /// Per website, in order.
    pub scopes: Vec<Scoped>,
}
