//! Work for threads that may block: files and databases.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;
use tokio::task::spawn_blocking;

/// Why work did not come to its end.
#[derive(Debug, Error)]
pub(crate) enum Unfinished {
    /// It panicked, with this text.
    #[error("it failed unexpectedly: {0}")]
    Panicked(String),
    /// The runtime was shut down first.
    #[error("the runtime was stopped")]
    Stopped,
}

/// Starts work on a thread that may block, and answers with what it answers.
///
/// tokio compiles the whole of a task anew for each type of work that it is given, which was a
/// twentieth of the addon: so it is given work of one type.
pub(crate) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, Unfinished>> {
    let answer = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&answer);
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        let end = catch_unwind(AssertUnwindSafe(work));
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    });
    let task = spawn_blocking(work);
    async move {
        // How it ended is told by the slot that the work fills.
        drop(task.await);
        let end = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        match end {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(panic)) => Err(Unfinished::Panicked(panic_text(panic.as_ref()).to_owned())),
            None => Err(Unfinished::Stopped),
        }
    }
}

/// What a panic says.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::{Unfinished, blocking};

    #[tokio::test]
    async fn answers_and_panics_come_back() {
        assert_eq!(blocking(|| 7).await.ok(), Some(7));
        let panicked = blocking(|| std::panic::panic_any("a defect")).await;
        assert!(matches!(panicked, Err(Unfinished::Panicked(text)) if text == "a defect"));
    }

    #[test]
    fn a_runtime_that_stops_before_the_work_starts_is_told() {
        let one = || tokio::runtime::Builder::new_multi_thread().max_blocking_threads(1).build();
        let (runtime, other) = (one().unwrap(), one().unwrap());
        let (release, held) = mpsc::channel::<()>();
        let busy = runtime.spawn_blocking(move || held.recv().is_err());
        let waiting = runtime.block_on(async { blocking(|| ()) });
        runtime.shutdown_background();
        drop(release);
        assert!(matches!(other.block_on(waiting), Err(Unfinished::Stopped)));
        assert!(other.block_on(busy).unwrap());
    }
}
