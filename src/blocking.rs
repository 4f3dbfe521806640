//! Work for threads that may block: files and databases.

use std::any::Any;
use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;
use tokio::task::spawn_blocking;

/// Why work did not come to its end.
#[derive(Debug, Error)]
pub enum Unfinished {
    /// It panicked, with this text.
    #[error("it failed unexpectedly: {0}")]
    Panicked(String),
    /// The runtime was shut down first.
    #[error("the runtime was stopped")]
    Stopped,
}

thread_local! {
    /// See [`AtOnce`].
    static AT_ONCE: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, work that is begun on this thread is carried out there and then.
///
/// Threads make another order of things each time. A simulation, in which everything is to happen
/// again as it happened, has one thread and nobody whom it keeps waiting.
#[must_use = "work goes to other threads again when this is dropped"]
pub struct AtOnce(bool, PhantomData<*const ()>);

impl AtOnce {
    /// Begins on this thread.
    #[expect(clippy::new_without_default, reason = "it is had for what its life does")]
    pub fn new() -> Self {
        Self(AT_ONCE.replace(true), PhantomData)
    }
}

impl Drop for AtOnce {
    fn drop(&mut self) {
        AT_ONCE.set(self.0);
    }
}

/// Starts work on a thread that may block, at once, and answers with what it answers.
///
/// # Errors
///
/// When the work panics, or the runtime stops before it ran.
///
/// # Panics
///
/// Outside of a tokio runtime.
///
/// tokio compiles the whole of a task anew for each type of work that it is given, which was a
/// twentieth of the addon: so it is given work of one type.
pub fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, Unfinished>> {
    let answer = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&answer);
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        let end = catch_unwind(AssertUnwindSafe(work));
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    });
    let task = if AT_ONCE.get() {
        work();
        None
    } else {
        Some(spawn_blocking(work))
    };
    async move {
        // How it ended is told by the slot that the work fills.
        if let Some(task) = task {
            drop(task.await);
        }
        let end = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        match end {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(panic)) => Err(Unfinished::Panicked(panic_text(panic.as_ref()).to_owned())),
            None => Err(Unfinished::Stopped),
        }
    }
}

/// What a panic says.
#[must_use]
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
