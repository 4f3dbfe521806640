//! Finds out what became of a request whose answer is not known: by the table of `design.md` §3.5, from
//! which it departs in three places, on purpose.
//!
//! * Some atoms as intended, and some not, is no evidence, and settled like none as intended: as in doubt.
//!   The table takes it for applied and edited since; but a colleague may have made one of the same edits
//!   while ours was refused, and the rest of ours would be lost.
//! * *Positive* evidence does not wait for request timeout plus read lag: every atom as intended, a
//!   definition under the key of a creation, none where one was to be changed or deleted. Whoever made it
//!   so, it is so.
//! * *Negative* evidence, every atom as before, may only mean that the request is still under way or that
//!   the read lags. It is trusted at once where acting on it is safe anyway: the studio still wants the
//!   same, and the next request carries a guard that fails if the first one took effect after all, an entity
//!   tag or a creation that refuses an existing key. Until that request has left, what became of the first
//!   one stays open.
//!
//! Everything else waits until the request can no longer take effect unseen (request timeout plus read
//! lag since it was sent), and is looked at again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::error::SyncError;
use crate::plan::{CreateMode, PreconditionMode, Verb};
use crate::port::{RemoteDefinition, RemoteId, Revision, TouchedAtom};

use super::apply::{Attempt, Hands, Task};
use super::failure::adapter_failure;
use super::verify::{Evidence, has_moved, weigh};

/// How long after the time in the journal a request may leave without its being noted anew. Not so
/// short that an ordinary wait for a turn costs a write, and not so long that recovery waits much longer
/// for it.
pub(super) const LATENESS: Duration = Duration::from_secs(10);

/// A request that was sent.
pub(super) struct Sent<'s> {
    pub verb: Verb,
    pub id: &'s RemoteId,
    /// The type's key, for people.
    pub key: &'s str,
    pub atoms: &'s [TouchedAtom],
    /// What it was sent under; `None` for a creation.
    pub precondition: Option<&'s Revision>,
    /// When, at the latest, in milliseconds.
    pub at: i64,
}

/// What became of it.
pub(super) enum Fate {
    /// Carried out.
    Applied(RemoteDefinition),
    /// Not carried out.
    NotApplied,
    /// Nothing shows that it was carried out, and it is safe to send it again.
    NotYet,
    /// The definition is not there: a deletion was carried out, an update has nothing to change.
    Gone,
    /// What was to be created exists, and differs from what was meant.
    Exists(RemoteDefinition),
    /// Not to be told from what somebody else did since.
    Undecided(RemoteDefinition),
}

impl Hands<'_> {
    /// Finds out what became of a request. `wanted` says that the studio still wants what it was for,
    /// so that it may just as well take effect later.
    pub(super) async fn find_out(&self, sent: &Sent<'_>, wanted: bool) -> Result<Fate, SyncError> {
        let fate = self.look(sent).await?;
        match fate {
            Fate::NotApplied if wanted && self.is_guarded(sent) => return Ok(Fate::NotYet),
            Fate::NotApplied | Fate::Undecided(_) => {}
            _ => return Ok(fate),
        }
        self.outwait(sent.at).await?;
        let fate = self.look(sent).await?;
        if matches!(fate, Fate::NotApplied) && !self.is_guarded(sent) {
            // Replicas that lag show old and new in turn, so absence is asked for twice.
            return self.look(sent).await;
        }
        Ok(fate)
    }

    async fn look(&self, sent: &Sent<'_>) -> Result<Fate, SyncError> {
        let Some(definition) = self.read_id(sent.id, sent.key).await? else {
            return Ok(if sent.verb == Verb::Create { Fate::NotApplied } else { Fate::Gone });
        };
        if sent.verb == Verb::Delete {
            return Ok(Fate::NotApplied);
        }
        let now = self.view_of(&definition)?;
        let moved = sent.precondition.is_some_and(|was| has_moved(was, &definition.revision));
        Ok(match weigh(sent.atoms, &now, moved) {
            Evidence::Applied => Fate::Applied(definition),
            _ if sent.verb == Verb::Create => Fate::Exists(definition),
            Evidence::NotApplied => Fate::NotApplied,
            Evidence::Undecided => Fate::Undecided(definition),
        })
    }

    /// Whether sending a request again fails if it was carried out after all.
    fn is_guarded(&self, sent: &Sent<'_>) -> bool {
        let capabilities = self.platform.dialect.capabilities();
        match sent.precondition {
            None => capabilities.create == CreateMode::Insert,
            Some(revision) => {
                capabilities.precondition != PreconditionMode::None
                    && (revision.etag.is_some() || revision.modified.is_some())
            }
        }
    }

    /// Waits until a request sent at some time can no longer take effect unseen.
    async fn outwait(&self, sent_at: i64) -> Result<(), SyncError> {
        let capabilities = self.platform.dialect.capabilities();
        let window = capabilities.in_flight + capabilities.read_lag;
        let age = self.engine.ports.clock.now().saturating_sub(sent_at);
        let age = Duration::from_millis(u64::try_from(age).unwrap_or_default());
        self.wait(window.saturating_sub(age)).await
    }

    /// Reads until the platform shows something else than before a write that it accepted, for as
    /// long as its reads may lag. `None` when it never does.
    pub(super) async fn see_what_was_stored(
        &self,
        sent: &Sent<'_>,
    ) -> Result<Option<Attempt>, SyncError> {
        let clock = &self.engine.ports.clock;
        let until = clock.elapsed() + self.platform.dialect.capabilities().read_lag;
        let mut pause = Duration::from_millis(500);
        loop {
            match self.read_id(sent.id, sent.key).await? {
                None if sent.verb == Verb::Delete => return Ok(Some(Attempt::Deleted)),
                Some(definition) if sent.verb != Verb::Delete => {
                    let moved = |was| has_moved(was, &definition.revision);
                    let now = self.view_of(&definition)?;
                    let is_before = !sent.precondition.is_none_or(moved)
                        && sent
                            .atoms
                            .iter()
                            .all(|atom| now.get(&atom.path) == atom.before.as_ref());
                    if !is_before {
                        return Ok(Some(Attempt::Stored(definition)));
                    }
                }
                _ => {}
            }
            if clock.elapsed() + pause > until || self.cancel.is_cancelled() {
                return Ok(None);
            }
            clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(8));
        }
    }

    pub(super) async fn read(
        &self,
        task: &Task<'_>,
    ) -> Result<Option<RemoteDefinition>, SyncError> {
        self.read_id(&task.one.subject.remote_id, &task.one.key).await
    }

    async fn read_id(
        &self,
        id: &RemoteId,
        key: &str,
    ) -> Result<Option<RemoteDefinition>, SyncError> {
        // A read that settles an answer must not be cut short by a cancellation.
        let never = CancellationToken::new();
        let read = self.platform.adapter.read(id, &never).await;
        read.map_err(|error| adapter_failure(error, "read").of(key))
    }

    /// Reads after a precondition failed. A read that still shows the state which was refused lags.
    pub(super) async fn reread(
        &self,
        task: &Task<'_>,
        wait: Duration,
    ) -> Result<Option<RemoteDefinition>, SyncError> {
        let shown = self.read(task).await?;
        let refused = task.current.as_ref().map(|current| &current.revision);
        if shown.as_ref().map(|shown| &shown.revision) != refused {
            return Ok(shown);
        }
        self.wait(wait).await?;
        self.read(task).await
    }
}
