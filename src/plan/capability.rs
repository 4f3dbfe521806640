//! What a platform can do, as a value, so that the planner never guesses.

use std::time::Duration;

use crate::merge::Shape;

/// What a platform can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Who chooses identities.
    pub identity: IdentityMode,
    /// What guards a write.
    pub precondition: PreconditionMode,
    /// What create does when the identity exists.
    pub create: CreateMode,
    /// How long a read may show what was there before a write.
    pub read_lag: Duration,
    /// How long a request that got no answer may still take effect.
    pub in_flight: Duration,
    /// Structure of the views.
    pub shape: Shape,
}

/// Who chooses the identity of a new document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityMode {
    /// We do.
    Chosen,
    /// The platform does, in its answer.
    Assigned,
}

/// What guards a write against a change that nobody saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreconditionMode {
    /// An entity tag.
    Etag,
    /// A version number in the document.
    Version,
    /// Nothing; the README says so.
    None,
}

/// What a platform's create does when the identity exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateMode {
    /// Refuses with a duplicate.
    Insert,
    /// Replaces what is there.
    Replace,
    /// Not documented.
    Unknown,
}
