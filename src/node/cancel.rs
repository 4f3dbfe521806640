//! Runs that were cancelled and still wait for answers in flight.
//!
//! Such a run holds its scope until the last answer is journalled. A user who cancels and starts
//! again at once must not be told that a deployment is running, so the next run waits for it.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Of this process, because the scope that a run holds does not know which engine it belongs to.
static FINISHING: Mutex<Vec<Finishing>> = Mutex::new(Vec::new());

struct Finishing {
    database: String,
    finished: CancellationToken,
}

/// Says that a run on a database was cancelled; `finished` fires when it holds nothing any more.
pub(super) fn announce(database: &str, finished: CancellationToken) {
    let mut runs = FINISHING.lock().unwrap_or_else(PoisonError::into_inner);
    runs.retain(|run| !run.finished.is_cancelled());
    runs.push(Finishing { database: database.to_owned(), finished });
}

/// Waits for the runs on a database that were cancelled before now.
pub(super) async fn settled(database: &str) {
    let ahead: Vec<CancellationToken> = FINISHING
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .filter(|run| run.database == database)
        .map(|run| run.finished.clone())
        .collect();
    for run in ahead {
        run.cancelled().await;
    }
}
