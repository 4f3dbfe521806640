//! A connection to one target.

use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::RemoteId;
use crate::canonical::View;
use crate::digest::Digest;
use crate::model::Finding;
use crate::plan::Verb;

/// A definition as the platform holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteDefinition {
    /// Identity.
    pub id: RemoteId,
    /// Name shown to people on the platform.
    pub name: String,
    /// Which state of it this is.
    pub revision: Revision,
    /// Whether it is ours to change.
    pub ownership: Ownership,
    /// The definition as received, JSON text with everything in it, ours or not.
    pub body: Box<str>,
}

impl RemoteDefinition {
    /// Digest of the body as received: equal means that nothing moved; unequal means nothing yet.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.body.as_bytes())
    }
}

/// What identifies one state of a definition. Listings usually know less than single reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// A strong entity tag, as sent in `If-Match`; a weak one guards nothing and is not kept.
    pub etag: Option<String>,
    /// Time of the last modification, as the platform writes it.
    pub modified: Option<String>,
}

/// Who may change a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ownership {
    /// Made through the API or by people.
    Open,
    /// Belongs to the platform or to code, as the reason says; never touched.
    System(String),
}

/// What a listing was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// It was read to its end, every definition in it, and nothing moved between its pages as far as
    /// can be told.
    pub complete: bool,
    /// What of it could not be read.
    pub findings: Vec<Finding>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What is done.
    pub verb: Verb,
    /// To which definition.
    pub id: RemoteId,
    /// The definition that the change was computed from, with the revision that guards it. For a
    /// creation, what the type was before it was deleted: what is not ours of it comes back as it was.
    pub before: Option<RemoteDefinition>,
    /// The document as it shall be, references bound to keys of the platform; empty for a deletion.
    pub after: View,
    /// The user accepts that content may be lost.
    pub accept_loss: bool,
    /// Send every attribute that we own, not only those that differ.
    pub whole: bool,
}

/// What a write left on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// The definition as stored, which may differ from what was sent.
    Definition(RemoteDefinition),
    /// Done, or accepted, without an answer that shows it; to be read.
    Unseen,
    /// Deleted.
    Gone,
}

/// What is known of the effect of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It had none.
    None,
    /// It may have been carried out.
    Unknown,
}

/// Why a platform refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The definition is not acceptable (400, 422).
    Invalid,
    /// The change would lose content and was not allowed to.
    Breaking,
    /// Content of this type exists, or other types refer to it.
    InUse,
    /// Not with these credentials (403).
    Forbidden,
    /// No such definition (404).
    NotFound,
    /// The identity exists already (409 on create).
    Duplicate,
    /// Another conflict (409).
    Conflict,
    /// The precondition does not hold (412).
    Stale,
    /// Too many requests (429).
    RateLimited,
    /// The platform failed, or its answer cannot be read (408, 425, 5xx, broken body).
    Failed,
    /// The API version answers nothing any more (404 or 410 on the collection).
    VersionGone,
}

/// What went wrong on the way to the platform. Messages are for people and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdapterError {
    /// The platform answered, and not as hoped.
    #[error("{message}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// HTTP status; 0 where there is none.
        status: u16,
        /// What the platform said.
        message: String,
        /// The platform's id of the request.
        request_id: Option<String>,
        /// How long the platform asks to wait.
        retry_after: Option<Duration>,
        /// What the request may have done all the same.
        effect: Effect,
    },
    /// There was no answer.
    #[error("{message}")]
    Unreachable {
        /// What failed.
        message: String,
        /// What the request may have done all the same.
        effect: Effect,
    },
    /// The credentials are not accepted.
    #[error("{message}")]
    Unauthorized {
        /// What the platform said.
        message: String,
    },
    /// The document cannot be written in the platform's form, or read from it.
    #[error("{message}")]
    Unrepresentable {
        /// What and why.
        message: String,
    },
    /// Cancelled before anything was sent.
    #[error("cancelled")]
    Cancelled,
}

/// Requests and bytes so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests sent, retries and tokens included.
    pub requests: u64,
    /// Bytes of bodies, both ways.
    pub bytes: u64,
}

/// A connection to one target. Knows the wire, decides nothing.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// Lists every definition, giving each to `sink` as soon as its page is read, so that no more
    /// than a page is ever held. One that cannot be identified is left out and makes the listing
    /// incomplete.
    ///
    /// # Errors
    ///
    /// When a page cannot be read; what the sink got until then is no listing.
    async fn list(
        &self,
        sink: &mut (dyn FnMut(RemoteDefinition) + Send),
        cancel: &CancellationToken,
    ) -> Result<Listing, AdapterError>;

    /// Asks the target for as little as shows that it answers, and to these credentials.
    ///
    /// # Errors
    ///
    /// When it does not.
    async fn probe(&self, cancel: &CancellationToken) -> Result<(), AdapterError>;

    /// Reads one definition with its revision; `None` when the platform says it does not exist.
    ///
    /// # Errors
    ///
    /// When there is no such answer.
    async fn read(
        &self,
        id: &RemoteId,
        cancel: &CancellationToken,
    ) -> Result<Option<RemoteDefinition>, AdapterError>;

    /// Writes the body of an operation, so that it can be journalled before it is sent: for a
    /// creation the whole document, for an update only what differs from
    /// [`Operation::before`] (everything that we own where [`Operation::whole`] asks for it), for a
    /// deletion nothing. An empty text for an update says that nothing differs.
    ///
    /// # Errors
    ///
    /// When the platform has no form for it.
    fn encode(&self, operation: &Operation) -> Result<String, AdapterError>;

    /// Sends an operation once, under its precondition. Safe to repeat.
    ///
    /// # Errors
    ///
    /// When it was refused or its effect is not known.
    async fn apply(
        &self,
        operation: &Operation,
        body: &str,
        cancel: &CancellationToken,
    ) -> Result<Stored, AdapterError>;

    /// Traffic of this connection so far.
    fn traffic(&self) -> Traffic;
}
