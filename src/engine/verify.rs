//! Compares what a platform stored with what was meant.

use crate::canonical::{Path, View};
use crate::port::{Revision, TouchedAtom};

/// What a platform did to what it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Verdict {
    /// Values that it did not keep.
    pub dropped: Vec<Path>,
    /// Values that it changed, or kept although they were to go.
    pub rewritten: Vec<Path>,
}

/// Compares the touched atoms with a view of what was stored. Both speak in symbolic references.
pub(super) fn verify(touched: &[TouchedAtom], stored: &View) -> Verdict {
    let mut verdict = Verdict::default();
    for atom in touched {
        match (stored.get(&atom.path), &atom.intended) {
            (now, intended) if now == intended.as_ref() => {}
            (None, Some(_)) => verdict.dropped.push(atom.path.clone()),
            _ => verdict.rewritten.push(atom.path.clone()),
        }
    }
    verdict
}

/// What a read shows of a write whose answer was lost; see [`super::doubt`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Every touched atom is as intended.
    Applied,
    /// All are as before, and nothing else moved either.
    NotApplied,
    /// Not to be told from somebody else's edit: some atoms are as intended and some are not, or all
    /// are as before and yet the definition moved.
    Undecided,
}

/// Whether a definition is in another state than it was. Entity tags tell more than times, and a tag
/// that only one side has tells nothing.
pub(super) fn has_moved(was: &Revision, is: &Revision) -> bool {
    match (&was.etag, &is.etag) {
        (Some(was), Some(is)) => was != is,
        _ => matches!((&was.modified, &is.modified), (Some(was), Some(is)) if was != is),
    }
}

/// Weighs what a read shows. `revision_moved` tells whether the definition is in another state than
/// the precondition named.
pub(super) fn weigh(touched: &[TouchedAtom], now: &View, revision_moved: bool) -> Evidence {
    let is_intended = |atom: &TouchedAtom| now.get(&atom.path) == atom.intended.as_ref();
    let is_before = |atom: &TouchedAtom| now.get(&atom.path) == atom.before.as_ref();
    if touched.iter().all(is_intended) {
        Evidence::Applied
    } else if touched.iter().all(is_before) && !revision_moved {
        Evidence::NotApplied
    } else {
        Evidence::Undecided
    }
}
