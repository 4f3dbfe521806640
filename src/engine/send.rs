//! One request, journalled: its intent is committed before it is sent and closed after its answer.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::canonical::{View, write};
use crate::digest::Digest;
use crate::drift::is_noise;
use crate::error::{ErrorCode, SyncError};
use crate::merge::{Rewrite, is_reordered};
use crate::model::Json;
use crate::plan::Verb;
use crate::port::{
    AdapterError, Closing, Effect, Intent, Operation, OperationState, Record, Refusal, Stored,
    TouchedAtom,
};

use super::Ports;
use super::apply::{Attempt, Done, Hands, LONGEST_WAIT, Task};
use super::doubt::{Fate, LATENESS, Sent};
use super::failure::{adapter_failure, store_failure};

impl Hands<'_> {
    /// Sends one request of an operation. `wait` is how long to wait before another one.
    pub(super) async fn attempt(
        &self,
        task: &Task<'_>,
        done: &mut Done,
        wait: Duration,
    ) -> Result<Attempt, SyncError> {
        let clock = &self.engine.ports.clock;
        let store = &self.engine.ports.store;
        let before = match &task.current {
            Some(current) => self.view_of(current)?,
            None => View::new(),
        };
        let after = self.intended(task, &before);
        let operation = self.operation(task, &after);
        let adapter = &self.platform.adapter;
        let body = adapter
            .encode(&operation)
            .map_err(|error| adapter_failure(error, task.verb.as_str()))?;
        done.touched = self.touched(task.one, &task.ships, &before);
        let shape = self.shape();
        for atom in &mut done.touched {
            // An order is meant with what else the platform has.
            if shape.ordered_list(&atom.path).is_some() {
                atom.intended = after.get(&atom.path).cloned();
            }
        }
        if let (Verb::Update, true, Some(current)) = (task.verb, body.is_empty(), &task.current) {
            // The platform's own form of the definition does not differ.
            let open = done.take_open();
            done.found.extend(open);
            return Ok(Attempt::Stored(current.clone()));
        }
        self.stop_if_cancelled()?;
        let noted = (clock.now(), clock.elapsed());
        let precondition = task.current.as_ref().map(|current| current.revision.clone());
        let previous = task.current.as_ref().map(|current| current.body.clone());
        let intent = self.intent(task, done, &body, noted.0);
        let journal = store.intend(self.lease, intent).await.map_err(store_failure)?;
        store.check(self.lease).await.map_err(store_failure)?;

        let request = adapter.apply(&operation, &body, self.cancel);
        let answer = self.noting((journal, noted), request).await?;
        let closing = |state, response: Option<String>| Closing {
            id: journal,
            state,
            response,
            at: clock.now(),
        };
        if matches!(answer, Err(AdapterError::Cancelled)) {
            let closed = closing(OperationState::Failed, None);
            store.close(self.lease, closed).await.map_err(store_failure)?;
            return Err(cancelled());
        }
        self.close_lost(&answer, done).await?;
        done.attempts += 1;
        (done.body, done.previous, done.response) = (body, previous, answered(&answer));
        // A request may have waited long for its turn: what it did it did until now, and not later
        // than it can be under way from now on.
        let over = clock.now();
        done.last_write = Some((over, self.digest_before(task)));
        let sent = Sent {
            verb: task.verb,
            id: &operation.id,
            key: &task.one.key,
            atoms: &done.touched,
            precondition: precondition.as_ref(),
            at: over,
        };
        match answer {
            Ok(Stored::Definition(definition)) => {
                let response = Some(definition.body.to_string());
                done.closes.push(closing(OperationState::Applied, response));
                Ok(Attempt::Stored(definition))
            }
            Ok(Stored::Gone) => {
                done.closes.push(closing(OperationState::Applied, None));
                Ok(Attempt::Deleted)
            }
            Ok(Stored::Unseen) => {
                let Some(seen) = self.see_what_was_stored(&sent).await? else {
                    // Left open: the next run settles it.
                    return Ok(Attempt::Fail(unseen(&task.one.key)));
                };
                done.closes.push(closing(OperationState::Applied, None));
                self.as_meant(seen, task, done)
            }
            Err(error) if is_lost(&error) => {
                let failure = adapter_failure(error, task.verb.as_str());
                // Left open when it cannot be found out now: the next run settles it.
                let Ok(fate) = self.find_out(&sent, true).await else {
                    return Ok(Attempt::Fail(failure));
                };
                let (state, attempt) = after_loss(fate, task, done, failure, wait);
                let closed = closing(state, Some("answer lost, settled by a read".to_owned()));
                if matches!(attempt, Attempt::Stored(_) | Attempt::Deleted | Attempt::Doubt(..)) {
                    // Closed together with what it means for the base.
                    done.closes.push(closed);
                } else if matches!(attempt, Attempt::Again(..)) {
                    done.lost.push(Record { closes: vec![closed], ..Record::default() });
                } else {
                    store.close(self.lease, closed).await.map_err(store_failure)?;
                }
                Ok(attempt)
            }
            Err(error) => {
                let closed = closing(OperationState::Failed, Some(error.to_string()));
                let attempt = after_refusal(error, task.verb, wait);
                self.close_refused(closed, &attempt, done).await?;
                Ok(attempt)
            }
        }
    }

    /// Sees a request through. It may wait long for its turn or for a token, or stand still with its
    /// whole process, and recovery goes by when it left: whenever it goes on much later than was noted,
    /// that is noted anew first, and whoever lost the scope meanwhile does not go on.
    async fn noting(
        &self,
        (journal, mut noted): (i64, (i64, Duration)),
        request: impl Future<Output = Result<Stored, AdapterError>>,
    ) -> Result<Result<Stored, AdapterError>, SyncError> {
        let Ports { clock, store, .. } = &self.engine.ports;
        let mut request = pin!(request);
        loop {
            // It leaves in the middle of a poll, so it is asked before each. One clock stands still
            // while the machine sleeps, and the other can be set back.
            let in_time = poll_fn(|context| {
                let passed = Duration::from_millis(clock.now().abs_diff(noted.0));
                if passed.max(clock.elapsed().saturating_sub(noted.1)) >= LATENESS {
                    return Poll::Ready(None);
                }
                request.as_mut().poll(context).map(Some)
            });
            if let Some(answer) = in_time.await {
                return Ok(answer);
            }
            noted = (clock.now(), clock.elapsed());
            store.note_again(self.lease, journal, noted.0).await.map_err(store_failure)?;
        }
    }

    /// Closes earlier requests whose answer was lost, once this one took their place. One that did not
    /// leave, was not let in or was refused for what it is tells nothing of them: they may be carried out
    /// yet. One that was refused as stale or as a duplicate may have been so because a lost one was.
    async fn close_lost(
        &self,
        answer: &Result<Stored, AdapterError>,
        done: &mut Done,
    ) -> Result<(), SyncError> {
        if !takes_the_place(answer) {
            return Ok(());
        }
        let lost = done.take_open();
        if lost.is_empty() {
            return Ok(());
        }
        self.engine.ports.store.record(self.lease, lost).await.map_err(store_failure)
    }

    /// What has the key of a creation may be of an earlier request of ours, and may not be shown yet:
    /// until it is, the journal is all that tells what that request was for.
    async fn close_refused(
        &self,
        closing: Closing,
        attempt: &Attempt,
        done: &mut Done,
    ) -> Result<(), SyncError> {
        // The first request of all finds what somebody else made.
        let may_be_ours = done.attempts > 1 || !done.lost.is_empty();
        if matches!(attempt, Attempt::Exists) && may_be_ours {
            done.refused.push(Record { closes: vec![closing], ..Record::default() });
            return Ok(());
        }
        self.engine.ports.store.close(self.lease, closing).await.map_err(store_failure)
    }

    /// What the journal is told before a request is sent.
    fn intent(&self, task: &Task<'_>, done: &Done, body: &str, sent_at: i64) -> Intent {
        Intent {
            run_id: self.run_id.to_owned(),
            sequence: task.sequence,
            attempt: task.earlier + done.attempts + 1,
            entity: task.one.subject.entity.clone(),
            type_key: task.one.key.clone(),
            verb: task.verb,
            remote_id: task.one.subject.remote_id.clone(),
            precondition: task.current.as_ref().map(|current| current.revision.clone()),
            atoms: done.touched.clone(),
            body_digest: Digest::of(body),
            body: body.to_owned(),
            previous: task.current.as_ref().map(|current| current.body.clone()),
            bindings: task.bindings.clone(),
            sent_at,
        }
    }

    /// What is seen of a write only later may be what the platform made of it, or what somebody else
    /// did since: what is not as it was meant is in doubt.
    fn as_meant(
        &self,
        seen: Attempt,
        task: &Task<'_>,
        done: &mut Done,
    ) -> Result<Attempt, SyncError> {
        let Attempt::Stored(definition) = seen else { return Ok(seen) };
        let now = self.view_of(&definition)?;
        let shape = self.shape();
        let is_meant = |atom: &TouchedAtom| {
            let (meant, holds) = (atom.intended.as_ref(), now.get(&atom.path));
            let rewrites: Vec<Rewrite> = shape.rewrites_of(&atom.path).collect();
            if shape.ordered_list(&atom.path).is_some() {
                // It is meant with what else the platform has.
                return !is_reordered(meant, holds);
            }
            meant == holds || is_noise(meant, holds, &rewrites)
        };
        (done.touched, done.doubted) =
            std::mem::take(&mut done.touched).into_iter().partition(is_meant);
        if done.doubted.is_empty() {
            return Ok(Attempt::Stored(definition));
        }
        let paths: Vec<&str> = done.doubted.iter().map(|atom| atom.path.as_str()).collect();
        let message = format!(
            "the platform accepted the change of {} without showing it, and holds something else now at {}",
            task.one.key,
            paths.join(", ")
        );
        Ok(Attempt::Doubt(definition, in_doubt(message)))
    }

    /// The definition with the movements in it.
    fn intended(&self, task: &Task<'_>, before: &View) -> View {
        let mut after = before.clone();
        for atom in &task.ships {
            after.put(atom.path.clone(), atom.local.clone());
        }
        self.shape().follow(&mut after, before, &task.one.local);
        after
    }

    /// The operation as the adapter needs it.
    fn operation(&self, task: &Task<'_>, after: &View) -> Operation {
        Operation {
            verb: task.verb,
            id: task.one.subject.remote_id.clone(),
            before: task.current.clone().or_else(|| task.one.as_it_was(task.verb)),
            after: if task.verb == Verb::Delete {
                View::new()
            } else {
                self.references.to_wire(after, &self.shape())
            },
            accept_loss: self.accept_loss,
            whole: self.force,
        }
    }

    /// What reads that lag will go on to show for a while.
    fn digest_before(&self, task: &Task<'_>) -> Digest {
        let view = task.current.as_ref().map(|current| self.platform.dialect.normalize(current));
        view.and_then(Result::ok).unwrap_or_default().digest()
    }

    fn stop_if_cancelled(&self) -> Result<(), SyncError> {
        if self.cancel.is_cancelled() { Err(cancelled()) } else { Ok(()) }
    }
}

fn cancelled() -> SyncError {
    SyncError::new(ErrorCode::Cancelled, "cancelled before it was sent")
}

fn unseen(key: &str) -> SyncError {
    SyncError::new(
        ErrorCode::StaleRead,
        format!("the platform accepted the change of {key}, and does not show it yet"),
    )
    .next_step("deploy again in a minute")
}

fn in_doubt(message: String) -> SyncError {
    SyncError::new(ErrorCode::InDoubt, message)
        .next_step("compare the type with the platform and decide")
}

/// What came back, as the history keeps it: the definition as stored, or how the platform refused.
fn answered(answer: &Result<Stored, AdapterError>) -> Option<String> {
    match answer {
        Ok(Stored::Definition(definition)) => Some(definition.body.to_string()),
        Err(AdapterError::Refused { status, message, request_id, .. }) => {
            let status = (*status > 0).then(|| Json::Number(f64::from(*status)));
            let members = [
                status.map(|status| ("status", status)),
                Some(("message", Json::str(message.clone()))),
                request_id.clone().map(|id| ("requestId", Json::str(id))),
            ];
            Some(write(&Json::object(members.into_iter().flatten())))
        }
        _ => None,
    }
}

/// Whether nothing is left to find out about earlier requests for the same: this one was carried out,
/// or what becomes of it is what becomes of them, or what they were for is not there.
fn takes_the_place(answer: &Result<Stored, AdapterError>) -> bool {
    let Err(error) = answer else { return true };
    matches!(error, AdapterError::Refused { refusal: Refusal::NotFound, .. }) || is_lost(error)
}

/// Whether the effect of a request is not known.
fn is_lost(error: &AdapterError) -> bool {
    matches!(
        error,
        AdapterError::Refused { effect: Effect::Unknown, .. }
            | AdapterError::Unreachable { effect: Effect::Unknown, .. }
    )
}

/// What follows from the fate of a request whose answer was lost.
fn after_loss(
    fate: Fate,
    task: &Task<'_>,
    done: &mut Done,
    failure: SyncError,
    wait: Duration,
) -> (OperationState, Attempt) {
    match fate {
        Fate::Applied(definition) => (OperationState::Applied, Attempt::Stored(definition)),
        Fate::Gone if task.verb == Verb::Delete => (OperationState::Applied, Attempt::Deleted),
        Fate::Gone => (OperationState::Failed, Attempt::Reread),
        // The precondition of the next request is the guard; the read only saved one.
        Fate::NotApplied | Fate::NotYet => (OperationState::Failed, Attempt::Again(wait, failure)),
        Fate::Exists(_) => (OperationState::Applied, Attempt::Exists),
        Fate::Undecided(definition) => {
            done.doubted = std::mem::take(&mut done.touched);
            let message = format!(
                "the answer to an update of {} was lost, and what the platform shows now cannot tell whether it was carried out",
                task.one.key
            );
            (
                OperationState::Undecided,
                Attempt::Doubt(definition, in_doubt(message).caused_by(failure)),
            )
        }
    }
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
