//! The way home: what the platform says becomes edits of the studio's own rows (`design.md` §3.4).
//!
//! A wanted view of a document is reflected into its content type, and that is written into the row's
//! own dialect, so that what the view cannot express survives. The write is journalled before it is
//! made, made only if the row still is as it was read, and recorded after.

mod departures;
mod draft;
mod merge;
mod newcomer;
mod plan;
mod settle;
mod travel;

use crate::model::TargetIndex;

use super::locals::Locals;
use super::references::References;
use super::{Engine, Platform};
use crate::port::Scope;

pub(super) use departures::Departures;
pub(super) use draft::{Draft, part};
pub(super) use merge::Merged;
pub(super) use plan::{HomePlan, HomeStep, Source, Stays, homeward, paths_of, takes};
pub(super) use travel::{Arrival, Ruling, name_taken};

/// What documents of one scope are brought home with.
pub(super) struct Home<'h> {
    pub engine: &'h Engine,
    pub platform: &'h Platform,
    pub scope: &'h Scope,
    /// Which document is which on the platform.
    pub references: &'h References,
    /// The names by which rows refer to types.
    pub targets: &'h TargetIndex,
    pub locals: &'h Locals,
    /// What the writes are part of.
    pub run_id: &'h str,
    /// Who acts.
    pub actor: &'h str,
}
