//! What bad input gets: an error or a finding with its code and what to do, and nothing is lost.

mod addresses;
mod answers;
mod databases;
mod definitions;
mod folders;
mod names;
mod state;

use catalyst_sync::engine::ErrorReport;
use catalyst_sync::error::SyncError;

/// Everything that a caller, a log or a route could ever show of an error.
fn everything(error: &SyncError) -> String {
    let report = serde_json::to_string(&ErrorReport::from(error)).unwrap();
    format!("{error} {error:?} {report}")
}
