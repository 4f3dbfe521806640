//! Carries out one operation: prepare, send, settle, until it is done or has failed for good.
//!
//! Every request is an attempt of its own, journalled by [`send`](super::send). Before each, the
//! definition that it is computed from is compared with what the plan expects: atoms that somebody
//! else moved meanwhile are taken out, and what is left is sent under the revision of that very
//! read.

use std::time::Duration;

use backon::BackoffBuilder as _;
use tokio_util::sync::CancellationToken;

use crate::canonical::View;
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError};
use crate::merge::{AtomMovement, Merge, Movement, Shape, three_way};
use crate::plan::{PreconditionMode, Verb};
use crate::port::{
    Closing, HistoryRow, Lease, OperationState, Record, RemoteDefinition, TouchedAtom,
};

use super::examine::Examined;
use super::references::References;
use super::{Engine, Platform};

/// Longest wait between two attempts.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);

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
    /// As [`Done::lost`]: what earlier runs sent.
    pub lost: Vec<Record>,
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
    /// What was sent, or turned out to be there already, in symbolic references.
    pub touched: Vec<TouchedAtom>,
    /// What was sent without it being possible to tell whether it was carried out.
    pub doubted: Vec<TouchedAtom>,
    /// Movements that were not sent, because the platform moved the same atoms meanwhile.
    pub overtaken: Vec<AtomMovement>,
    /// When the last request was over, and the view before it.
    pub last_write: Option<(i64, Digest)>,
    /// Journal entries that the record closes.
    pub closes: Vec<Closing>,
    /// Closes requests whose answer was lost and that do not seem to have been carried out. What was
    /// sent may still be under way, or not be shown yet, so it stays open until another request has
    /// left, or what it was for is recorded.
    pub lost: Vec<Record>,
    /// As `lost`, of a creation that made nothing because its key is taken.
    pub refused: Vec<Record>,
    /// What was lost and is known now.
    pub found: Vec<Record>,
    /// Requests that wrote, or tried to.
    pub attempts: u32,
    /// Body of the last request.
    pub body: String,
    /// What came back of the last request; `None` when nothing did.
    pub response: Option<String>,
    /// The definition before.
    pub previous: Option<Box<str>>,
    /// What went wrong.
    pub error: Option<SyncError>,
}

impl Done {
    /// What closes the requests that are open, none of which is taken for carried out.
    pub fn take_open(&mut self) -> Vec<Record> {
        let mut open = std::mem::take(&mut self.lost);
        open.append(&mut self.refused);
        open
    }
}

/// What one attempt came to.
pub(super) enum Attempt {
    Stored(RemoteDefinition),
    Deleted,
    /// Nothing was done; the same again after a while.
    Again(Duration, SyncError),
    /// The definition moved: read it and look again.
    Reread,
    /// A creation found that something has the key.
    Exists,
    /// Whether it was carried out cannot be told from what the platform shows.
    Doubt(RemoteDefinition, SyncError),
    Fail(SyncError),
}

/// What is left to do before a request.
enum Left {
    Something,
    Nothing,
}

impl Hands<'_> {
    /// Carries out an operation.
    pub async fn perform(&self, mut task: Task<'_>) -> Done {
        let mut done = Done { lost: std::mem::take(&mut task.lost), ..Done::default() };
        if let Err(error) = self.attempts(&mut task, &mut done).await {
            done.error = Some(error.of(&task.one.key).during(task.verb.as_str()));
        }
        done
    }

    pub(super) fn shape(&self) -> Shape {
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
        Ok(self.references.to_symbolic(view, &self.shape()))
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
            if matches!(self.prepare(task, done).await?, Left::Nothing) {
                return Ok(());
            }
            let wait = waits.next().unwrap_or(LONGEST_WAIT);
            match self.attempt(task, done, wait).await? {
                Attempt::Stored(definition) => return self.see(definition, done),
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
                Attempt::Reread => {
                    task.current = self.reread(task, wait).await?;
                    // What has the key of a creation by now is no state to create it under.
                    if task.verb == Verb::Create
                        && task.current.take().is_some()
                        && matches!(self.adopt(task, done).await?, Left::Nothing)
                    {
                        return Ok(());
                    }
                }
                Attempt::Exists => {
                    if matches!(self.adopt(task, done).await?, Left::Nothing) {
                        return Ok(());
                    }
                }
                Attempt::Doubt(definition, error) => {
                    self.see(definition, done)?;
                    return Err(error);
                }
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

    fn see(&self, definition: RemoteDefinition, done: &mut Done) -> Result<(), SyncError> {
        done.view = self.view_of(&definition)?;
        done.stored = Some(definition);
        Ok(())
    }

    /// Makes sure that the operation is computed from a definition whose state is known, and takes
    /// out what the platform moved meanwhile.
    async fn prepare(&self, task: &mut Task<'_>, done: &mut Done) -> Result<Left, SyncError> {
        if task.verb == Verb::Create {
            return Ok(Left::Something);
        }
        let guarded = self.platform.dialect.capabilities().precondition != PreconditionMode::None;
        let known = task.current.as_ref().is_some_and(|current| current.revision.etag.is_some());
        if task.current.is_none() || (guarded && !known) {
            task.current = self.read(task).await?;
        }
        let Some(current) = task.current.clone() else {
            if task.verb == Verb::Delete {
                done.deleted = true;
                return Ok(Left::Nothing);
            }
            return Err(SyncError::new(
                ErrorCode::RemoteGone,
                format!("{} was deleted on the platform meanwhile", task.one.key),
            )
            .next_step("detect the changes again and decide"));
        };
        let now = self.view_of(&current)?;
        if now != task.one.remote {
            self.take_out_overtaken(task, &now, done);
        }
        let is_there = task.ships.iter().all(|atom| now.get(&atom.path) == atom.local.as_ref());
        let nothing = match task.verb {
            Verb::Delete => !done.overtaken.is_empty(),
            _ => is_there && !self.force,
        };
        if nothing {
            // A deletion that was overtaken agreed on nothing: every atom keeps its base.
            done.touched = match task.verb {
                Verb::Delete => Vec::new(),
                _ => self.touched(task.one, &task.ships, &now),
            };
            if is_there && !task.ships.is_empty() {
                done.found.extend(done.lost.drain(..).map(carried_out));
                done.found.append(&mut done.refused);
            }
            done.view = now;
            done.stored = Some(current);
            return Ok(Left::Nothing);
        }
        Ok(Left::Something)
    }

    /// Takes out what the platform moved since the plan was made: atoms whose value is neither the
    /// expected nor the intended one, and atoms that overlap a movement of another atom, such as
    /// attributes of a property that was removed. For a deletion that is anything at all.
    fn take_out_overtaken(&self, task: &mut Task<'_>, now: &View, done: &mut Done) {
        let one = task.one;
        let empty = View::new();
        let local = if task.verb == Verb::Delete { &empty } else { &one.local };
        let fresh = three_way(one.base.as_ref(), local, now, &self.shape());
        if task.verb == Verb::Delete {
            let theirs = |atom: &&AtomMovement| {
                matches!(atom.movement, Movement::Remote | Movement::Conflict)
            };
            done.overtaken = fresh.movements.iter().filter(theirs).cloned().collect();
            return;
        }
        let clashes = |merge: &Merge, atom: &AtomMovement| {
            merge.of(Movement::Conflict).any(|other| other.path == atom.path)
        };
        let (overtaken, ships) =
            std::mem::take(&mut task.ships).into_iter().partition::<Vec<_>, _>(|atom| {
                let value = now.get(&atom.path);
                let is_elsewhere = value != atom.remote.as_ref() && value != atom.local.as_ref();
                is_elsewhere || (clashes(&fresh, atom) && !clashes(&one.merge, atom))
            });
        task.ships = ships;
        done.overtaken.extend(overtaken);
    }

    /// Something has the key of a creation: what is equal is agreed on, what it lacks is left to be
    /// added, and what differs is a conflict.
    async fn adopt(&self, task: &mut Task<'_>, done: &mut Done) -> Result<Left, SyncError> {
        let Some(definition) = self.read(task).await? else {
            return Err(SyncError::new(
                ErrorCode::StaleRead,
                format!("the platform says that {} exists, and does not show it yet", task.one.key),
            )
            .next_step("deploy again in a minute"));
        };
        let now = self.view_of(&definition)?;
        let mut intended = View::new();
        for atom in &task.ships {
            intended.put(atom.path.clone(), atom.local.clone());
        }
        let is_meant = now == intended;
        let merge = three_way(None, &intended, &now, &self.shape());
        let went = |atom: &AtomMovement| {
            let known = merge.movements.iter().find(|other| other.path == atom.path);
            known.map_or(Movement::Unchanged, |known| known.movement)
        };
        let mut same = Vec::new();
        for atom in std::mem::take(&mut task.ships) {
            let remote = now.get(&atom.path).cloned();
            match went(&atom) {
                Movement::Same => same.push(AtomMovement { remote, ..atom }),
                Movement::Local => task.ships.push(AtomMovement { remote, ..atom }),
                Movement::Conflict => done.overtaken.push(atom),
                // An order that adopting does not impose.
                Movement::Unchanged | Movement::Remote => {}
            }
        }
        task.verb = Verb::Update;
        if task.ships.is_empty() {
            // Orders of other elements besides are the same without being equal.
            same.retain(|atom| atom.remote == atom.local);
            done.touched = self.touched(task.one, &same, &now);
            done.view = now;
            done.stored = Some(definition);
            // What was lost made it if anything of ours did, and what stands there is all that it was to
            // make and nothing besides. Otherwise that is for people to say.
            let (made, not): (Vec<_>, Vec<_>) =
                done.lost.drain(..).partition(|lost| self.may_have_made(lost));
            done.found.extend(made.into_iter().map(if is_meant { carried_out } else { doubtful }));
            done.found.extend(not);
            done.found.append(&mut done.refused);
            return Ok(Left::Nothing);
        }
        // What is there already needs no sending, and is agreed on with the rest.
        task.ships.extend(same);
        task.current = Some(definition);
        Ok(Left::Something)
    }

    /// Whether a creation whose answer was lost can have made what shows now: not when it did not show
    /// later than reads may lag, because somebody else made it since then.
    fn may_have_made(&self, lost: &Record) -> bool {
        let capabilities = self.platform.dialect.capabilities();
        let window = (capabilities.in_flight + capabilities.read_lag).as_millis();
        // Of one of this run there is no history yet: it was looked for right after it was lost.
        let looked_after = |told: &HistoryRow| told.recorded_at.abs_diff(told.started_at);
        lost.history.as_ref().is_none_or(|told| u128::from(looked_after(told)) <= window)
    }

    /// What an operation touches, with the values before.
    pub(super) fn touched(
        &self,
        one: &Examined,
        ships: &[AtomMovement],
        before: &View,
    ) -> Vec<TouchedAtom> {
        let mut touched = touched_by(ships, before);
        if let Some(undoing) = &one.undoing {
            undoing.agree(&mut touched, &self.shape());
        }
        touched
    }

    pub(super) async fn wait(&self, wait: Duration) -> Result<(), SyncError> {
        tokio::select! {
            biased;
            () = self.engine.ports.clock.sleep(wait) => Ok(()),
            () = self.cancel.cancelled() => Err(SyncError::new(ErrorCode::Cancelled, "cancelled while waiting")),
        }
    }
}

/// What is recorded of a lost request that turned out to have been carried out.
fn carried_out(mut lost: Record) -> Record {
    for closing in &mut lost.closes {
        closing.state = OperationState::Applied;
    }
    if let Some(history) = &mut lost.history {
        history.status = "SUCCESS";
        (history.code, history.error) = (None, None);
    }
    lost
}

/// What is recorded of a lost creation under whose key something else stands than it was to make.
fn doubtful(mut lost: Record) -> Record {
    for closing in &mut lost.closes {
        closing.state = OperationState::Undecided;
    }
    if let Some(history) = &mut lost.history {
        history.status = "PARTIAL";
        history.code = Some(ErrorCode::InDoubt.as_str().to_owned());
    }
    lost
}

/// What an operation touches, with the values before.
pub(super) fn touched_by(ships: &[AtomMovement], before: &View) -> Vec<TouchedAtom> {
    ships
        .iter()
        .map(|atom| TouchedAtom {
            path: atom.path.clone(),
            before: before.get(&atom.path).cloned(),
            intended: atom.local.clone(),
            local: atom.local.clone(),
        })
        .collect()
}
