//! Carries out one operation: journal, request, journal, verify.
//!
//! Every request is an attempt of its own: its intent is committed before it is sent and closed after
//! its answer. What a lost answer means is settled by a read, never guessed.

use std::time::Duration;

use backon::BackoffBuilder as _;
use tokio_util::sync::CancellationToken;

use crate::canonical::View;
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError};
use crate::merge::{AtomMovement, Shape};
use crate::plan::{CreateMode, PreconditionMode, Verb};
use crate::port::{
    AdapterError, Closing, Effect, Intent, Lease, Operation, OperationState, Refusal,
    RemoteDefinition, Stored, TouchedAtom,
};

use super::examine::Examined;
use super::failure::{adapter_failure, store_failure};
use super::references::References;
use super::verify::{Evidence, weigh};
use super::{Engine, Platform};

/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What an operation is carried out with.
pub(super) struct Hands<'h> {
    pub engine: &'h Engine,
    pub platform: &'h Platform,
    pub lease: &'h Lease,
    pub run_id: &'h str,
    pub references: &'h References,
    pub accept_loss: bool,
    pub force: bool,
    pub cancel: &'h CancellationToken,
}

/// An operation to be carried out.
pub(super) struct Task<'t> {
    /// Position in the plan.
    pub sequence: u32,
    /// Requests that an earlier phase of the same operation made; attempts are counted on.
    pub earlier: u32,
    pub one: &'t Examined,
    pub verb: Verb,
    /// What is sent.
    pub ships: Vec<AtomMovement>,
    /// The definition as last seen; `None` for a creation.
    pub current: Option<RemoteDefinition>,
    /// Bindings of fields that the operation establishes.
    pub bindings: String,
}

/// What an operation left behind.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The definition as stored; `None` after a deletion, or when nothing could be seen.
    pub stored: Option<RemoteDefinition>,
    /// Its view, references symbolic.
    pub view: View,
    /// The definition was deleted.
    pub deleted: bool,
    /// What was sent, in symbolic references.
    pub touched: Vec<TouchedAtom>,
    /// Movements that were not sent, because the platform moved the same atoms meanwhile.
    pub overtaken: Vec<AtomMovement>,
    /// When the last request was sent, and the view before it.
    pub last_write: Option<(i64, Digest)>,
    /// Journal entries that the record closes.
    pub closes: Vec<Closing>,
    /// Requests that wrote, or tried to.
    pub attempts: u32,
    /// Body of the last request.
    pub body: String,
    /// The definition before.
    pub previous: Option<Box<str>>,
    /// What went wrong.
    pub error: Option<SyncError>,
}

/// What one attempt came to.
enum Attempt {
    Stored(Option<RemoteDefinition>),
    Deleted,
    /// Nothing was done; the same again after a while.
    Again(Duration, SyncError),
    /// The definition moved: read it and look again.
    Reread,
    /// A creation found that something has the key.
    Exists,
    Fail(SyncError),
}

impl Hands<'_> {
    /// Carries out an operation.
    pub async fn perform(&self, mut task: Task<'_>) -> Done {
        let mut done = Done::default();
        if let Err(error) = self.attempts(&mut task, &mut done).await {
            done.error = Some(error.of(&task.one.key).during(task.verb.as_str()));
        }
        done
    }

    fn shape(&self) -> Shape {
        self.platform.dialect.capabilities().shape
    }

    /// What the platform holds, in symbolic references.
    pub fn view_of(&self, definition: &RemoteDefinition) -> Result<View, SyncError> {
        let view = self.platform.dialect.normalize(definition).map_err(|error| {
            SyncError::new(
                ErrorCode::PlatformFailed,
                format!("the stored definition cannot be read: {error}"),
            )
            .caused_by(error)
        })?;
        Ok(self.references.to_symbolic(&view, &self.shape()))
    }

    async fn attempts(&self, task: &mut Task<'_>, done: &mut Done) -> Result<(), SyncError> {
        let mut waits = backon::ExponentialBuilder::default()
            .with_min_delay(Duration::from_secs(1))
            .with_max_delay(LONGEST_WAIT)
            .with_jitter()
            .with_jitter_seed(self.engine.ports.clock.random())
            .without_max_times()
            .build();
        let mut last = None;
        // A precondition that fails costs a read and another request, so it counts as an attempt.
        while done.attempts < self.engine.settings.max_attempts {
            if !self.prepare(task, done).await? {
                return Ok(());
            }
            let wait = waits.next().unwrap_or(LONGEST_WAIT);
            match self.attempt(task, done, wait).await? {
                Attempt::Stored(Some(definition)) => {
                    done.view = self.view_of(&definition)?;
                    done.stored = Some(definition);
                    return Ok(());
                }
                Attempt::Stored(None) => return Ok(()),
                Attempt::Deleted => {
                    done.deleted = true;
                    return Ok(());
                }
                Attempt::Again(wait, error) => {
                    last = Some(error);
                    if done.attempts < self.engine.settings.max_attempts {
                        self.wait(wait).await?;
                    }
                }
                Attempt::Reread => task.current = self.reread(task, wait).await?,
                Attempt::Exists => return self.adopt(task, done).await,
                Attempt::Fail(error) => {
                    last = Some(error);
                    break;
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            SyncError::new(
                ErrorCode::PlatformFailed,
                format!("{} was not accepted in {} attempts", task.one.key, done.attempts),
            )
            .next_step("deploy again later")
        }))
    }

    /// Makes sure that the operation is computed from a definition whose state is known, and that
    /// the platform still holds what the plan expects. Returns whether anything is left to send.
    async fn prepare(&self, task: &mut Task<'_>, done: &mut Done) -> Result<bool, SyncError> {
        if task.verb == Verb::Create {
            return Ok(true);
        }
        let guarded = self.platform.dialect.capabilities().precondition != PreconditionMode::None;
        let known = task.current.as_ref().is_some_and(|current| current.revision.etag.is_some());
        if task.current.is_none() || (guarded && !known) {
            task.current = self.read(task).await?;
        }
        let Some(current) = &task.current else {
            if task.verb == Verb::Delete {
                done.deleted = true;
                return Ok(false);
            }
            return Err(SyncError::new(
                ErrorCode::RemoteGone,
                format!("{} was deleted on the platform meanwhile", task.one.key),
            )
            .next_step("detect the changes again and decide"));
        };
        let now = self.view_of(current)?;
        if task.verb == Verb::Delete {
            if now == task.one.remote {
                return Ok(true);
            }
            return Err(SyncError::new(
                ErrorCode::Conflict,
                format!(
                    "{} was changed on the platform since it was planned to be deleted",
                    task.one.key
                ),
            )
            .next_step("detect the changes again and decide"));
        }
        let (overtaken, ships) =
            std::mem::take(&mut task.ships).into_iter().partition::<Vec<_>, _>(|atom| {
                let value = now.get(&atom.path);
                value != atom.remote.as_ref() && value != atom.local.as_ref()
            });
        task.ships = ships;
        done.overtaken.extend(overtaken);
        if task.ships.is_empty() && !self.force {
            done.view = now;
            done.stored = Some(current.clone());
            return Ok(false);
        }
        Ok(true)
    }

    /// One request, journalled.
    async fn attempt(
        &self,
        task: &Task<'_>,
        done: &mut Done,
        wait: Duration,
    ) -> Result<Attempt, SyncError> {
        let clock = &self.engine.ports.clock;
        let store = &self.engine.ports.store;
        let shape = self.shape();
        let before = match &task.current {
            Some(current) => self.view_of(current)?,
            None => View::new(),
        };
        let mut after = before.clone();
        let mut touched = Vec::new();
        for atom in &task.ships {
            after.put(atom.path.clone(), atom.local.clone());
            touched.push(TouchedAtom {
                path: atom.path.clone(),
                before: before.get(&atom.path).cloned(),
                intended: atom.local.clone(),
                local: atom.local.clone(),
            });
        }
        let operation = Operation {
            verb: task.verb,
            id: task.one.subject.remote_id.clone(),
            before: task.current.clone(),
            after: if task.verb == Verb::Delete {
                View::new()
            } else {
                self.references.to_wire(&after, &shape)
            },
            accept_loss: self.accept_loss,
            whole: self.force,
        };
        let adapter = &self.platform.adapter;
        let body = adapter
            .encode(&operation)
            .map_err(|error| adapter_failure(error, task.verb.as_str()))?;
        if self.cancel.is_cancelled() {
            return Err(SyncError::new(ErrorCode::Cancelled, "cancelled before it was sent"));
        }
        done.attempts += 1;
        let sent_at = clock.now();
        let raw_before =
            task.current.as_ref().map(|current| self.platform.dialect.normalize(current));
        let before_digest = raw_before
            .and_then(Result::ok)
            .map_or_else(|| View::new().digest(), |view| view.digest());
        let previous = task.current.as_ref().map(|current| current.body.clone());
        let journal = store
            .intend(
                self.lease,
                Intent {
                    run_id: self.run_id.to_owned(),
                    sequence: task.sequence,
                    attempt: task.earlier + done.attempts,
                    entity: task.one.subject.entity.clone(),
                    type_key: task.one.key.clone(),
                    verb: task.verb,
                    remote_id: operation.id.clone(),
                    precondition: task.current.as_ref().map(|current| current.revision.clone()),
                    atoms: touched.clone(),
                    body_digest: Digest::of(&body),
                    body: body.clone(),
                    previous: previous.clone(),
                    bindings: task.bindings.clone(),
                    sent_at,
                },
            )
            .await
            .map_err(store_failure)?;
        store.check(self.lease).await.map_err(store_failure)?;

        let answer = adapter.apply(&operation, &body, self.cancel).await;
        done.touched = touched;
        done.body = body;
        done.previous = previous;
        done.last_write = Some((sent_at, before_digest));
        let closing = |state, response: Option<String>| Closing {
            id: journal,
            state,
            response,
            at: clock.now(),
        };
        match answer {
            Ok(Stored::Definition(definition)) => {
                let response = Some(definition.body.to_string());
                done.closes.push(closing(OperationState::Applied, response));
                Ok(Attempt::Stored(Some(definition)))
            }
            Ok(Stored::Gone) => {
                done.closes.push(closing(OperationState::Applied, None));
                Ok(Attempt::Deleted)
            }
            Ok(Stored::Unseen) => {
                done.closes.push(closing(OperationState::Applied, None));
                self.see_what_was_stored(task, &done.touched).await.map(Attempt::Stored)
            }
            Err(AdapterError::Cancelled) => {
                let closed = closing(OperationState::Failed, None);
                store.close(self.lease, closed).await.map_err(store_failure)?;
                Err(SyncError::new(ErrorCode::Cancelled, "cancelled before it was sent"))
            }
            Err(error) => {
                let lost = is_lost(&error);
                if !lost {
                    let closed = closing(OperationState::Failed, Some(error.to_string()));
                    store.close(self.lease, closed).await.map_err(store_failure)?;
                    return Ok(after_refusal(error, task.verb, wait));
                }
                let failure = adapter_failure(error, task.verb.as_str());
                let settled = self.settle_lost(task, &done.touched, failure, wait).await?;
                let state = match &settled {
                    Attempt::Stored(_) | Attempt::Deleted => OperationState::Applied,
                    Attempt::Again(..) | Attempt::Reread | Attempt::Exists => {
                        OperationState::Failed
                    }
                    // Left open: the next run settles it.
                    Attempt::Fail(_) => return Ok(settled),
                };
                let closed = closing(state, Some("answer lost, settled by a read".to_owned()));
                store.close(self.lease, closed).await.map_err(store_failure)?;
                Ok(settled)
            }
        }
    }

    /// Finds out what became of a request whose answer was lost.
    async fn settle_lost(
        &self,
        task: &Task<'_>,
        touched: &[TouchedAtom],
        failure: SyncError,
        wait: Duration,
    ) -> Result<Attempt, SyncError> {
        let Ok(shown) = self.read(task).await else { return Ok(Attempt::Fail(failure)) };
        match (task.verb, shown) {
            (Verb::Delete, None) => Ok(Attempt::Deleted),
            // The precondition of the next request is the guard; the read only saved one.
            (Verb::Delete, Some(_)) => Ok(Attempt::Reread),
            (Verb::Create, Some(definition)) => {
                let now = self.view_of(&definition)?;
                Ok(match weigh(touched, &now, false) {
                    Evidence::Applied => Attempt::Stored(Some(definition)),
                    _ => Attempt::Exists,
                })
            }
            (Verb::Create, None) => {
                if self.platform.dialect.capabilities().create == CreateMode::Insert {
                    return Ok(Attempt::Again(wait, failure));
                }
                // A create that replaces has no guard: only time tells that it is not under way.
                self.outwait_request(self.engine.ports.clock.now()).await?;
                match self.read(task).await? {
                    Some(_) => Ok(Attempt::Exists),
                    None => Ok(Attempt::Again(Duration::ZERO, failure)),
                }
            }
            (Verb::Update, None) => Ok(Attempt::Reread),
            (Verb::Update, Some(definition)) => {
                let now = self.view_of(&definition)?;
                let sent_under = task.current.as_ref().map(|current| &current.revision);
                let moved = sent_under != Some(&definition.revision);
                Ok(match weigh(touched, &now, moved) {
                    Evidence::Applied | Evidence::AppliedThenEdited => {
                        Attempt::Stored(Some(definition))
                    }
                    Evidence::NotApplied => Attempt::Again(wait, failure),
                    Evidence::Undecided | Evidence::Overtaken => {
                        let message = format!(
                            "the answer to an update of {} was lost, and what the platform shows now cannot tell whether it was carried out",
                            task.one.key
                        );
                        Attempt::Fail(
                            SyncError::new(ErrorCode::InDoubt, message)
                                .next_step("look at the type on the platform and deploy again")
                                .caused_by(failure),
                        )
                    }
                })
            }
        }
    }

    /// Reads until the platform shows something else than before our write, for as long as its reads
    /// may lag. `None` when it never does: then nothing is known, and nothing is recorded as agreed.
    async fn see_what_was_stored(
        &self,
        task: &Task<'_>,
        touched: &[TouchedAtom],
    ) -> Result<Option<RemoteDefinition>, SyncError> {
        let capabilities = self.platform.dialect.capabilities();
        let clock = &self.engine.ports.clock;
        let until = clock.elapsed() + capabilities.read_lag;
        let mut pause = Duration::from_millis(500);
        loop {
            if let Some(definition) = self.read(task).await? {
                let now = self.view_of(&definition)?;
                let as_before = !touched.is_empty()
                    && touched.iter().all(|atom| now.get(&atom.path) == atom.before.as_ref());
                if !as_before {
                    return Ok(Some(definition));
                }
            }
            if clock.elapsed() + pause > until || self.cancel.is_cancelled() {
                return Ok(None);
            }
            clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(8));
        }
    }

    /// Something has the key of a creation: what is equal is agreed, what is missing is added, what
    /// differs is a conflict for the next detection to show.
    async fn adopt(&self, task: &mut Task<'_>, done: &mut Done) -> Result<(), SyncError> {
        let Some(definition) = self.read(task).await? else {
            return Err(SyncError::new(
                ErrorCode::StaleRead,
                format!("the platform says that {} exists, and does not show it yet", task.one.key),
            )
            .next_step("deploy again in a minute"));
        };
        let now = self.view_of(&definition)?;
        let ships = std::mem::take(&mut task.ships);
        let (same, open): (Vec<_>, Vec<_>) =
            ships.into_iter().partition(|atom| now.get(&atom.path) == atom.local.as_ref());
        done.touched = same
            .into_iter()
            .map(|atom| TouchedAtom {
                before: now.get(&atom.path).cloned(),
                intended: atom.local.clone(),
                local: atom.local.clone(),
                path: atom.path,
            })
            .collect();
        done.overtaken = open;
        done.view = now;
        done.stored = Some(definition);
        Ok(())
    }

    async fn read(&self, task: &Task<'_>) -> Result<Option<RemoteDefinition>, SyncError> {
        // A read that settles an answer must not be cut short by a cancellation.
        let never = CancellationToken::new();
        let read = self.platform.adapter.read(&task.one.subject.remote_id, &never).await;
        read.map_err(|error| adapter_failure(error, "read").of(&task.one.key))
    }

    /// Reads after a precondition failed. A read that still shows the state which was refused lags.
    async fn reread(
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

    async fn wait(&self, wait: Duration) -> Result<(), SyncError> {
        tokio::select! {
            () = self.engine.ports.clock.sleep(wait) => Ok(()),
            () = self.cancel.cancelled() => Err(SyncError::new(ErrorCode::Cancelled, "cancelled while waiting")),
        }
    }

    /// Waits until a request sent at some time can no longer take effect unseen.
    pub async fn outwait_request(&self, sent_at: i64) -> Result<(), SyncError> {
        let capabilities = self.platform.dialect.capabilities();
        let window = capabilities.in_flight + capabilities.read_lag;
        let age = self.engine.ports.clock.now().saturating_sub(sent_at);
        let age = Duration::from_millis(u64::try_from(age).unwrap_or_default());
        self.wait(window.saturating_sub(age)).await
    }
}

/// Whether the effect of a request is not known.
fn is_lost(error: &AdapterError) -> bool {
    matches!(
        error,
        AdapterError::Refused { effect: Effect::Unknown, .. }
            | AdapterError::Unreachable { effect: Effect::Unknown, .. }
    )
}

/// What follows from a refusal that had no effect.
fn after_refusal(error: AdapterError, verb: Verb, wait: Duration) -> Attempt {
    let (refusal, asked) = match &error {
        AdapterError::Refused { refusal, retry_after, .. } => (Some(*refusal), *retry_after),
        _ => (None, None),
    };
    let unreachable = matches!(error, AdapterError::Unreachable { .. });
    let failure = adapter_failure(error, verb.as_str());
    match refusal {
        Some(Refusal::RateLimited | Refusal::Failed) => {
            Attempt::Again(asked.unwrap_or(wait).min(LONGEST_WAIT), failure)
        }
        Some(Refusal::Stale) => Attempt::Reread,
        Some(Refusal::Duplicate) if verb == Verb::Create => Attempt::Exists,
        Some(Refusal::NotFound) if verb == Verb::Delete => Attempt::Deleted,
        None if unreachable => Attempt::Again(wait, failure),
        _ => Attempt::Fail(failure),
    }
}
