//! What a run that goes on tells other processes, and what they ask of it.

use async_trait::async_trait;

use super::StoreError;

/// What a run tells since it last told anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// The run.
    pub run_id: String,
    /// When, in milliseconds.
    pub at: i64,
    /// Whole percents.
    pub progress: u8,
    /// New entries of its log, JSON objects as a job holds them.
    pub entries: Vec<String>,
}

/// What a run has told so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When it last did, in milliseconds.
    pub at: i64,
    /// Whole percents.
    pub progress: u8,
    /// The last entries of its log, in their order.
    pub entries: Vec<String>,
}

/// Passes on between the process that runs a deployment and those that only know of it.
#[async_trait]
pub trait Relay: Send + Sync {
    /// Tells how far a run is. Need not survive a power cut, which ends the run.
    async fn beat(&self, beat: Beat) -> Result<(), StoreError>;

    /// Who asked for a run to be cancelled, if anybody did.
    async fn cancelled_by(&self, run_id: &str) -> Result<Option<String>, StoreError>;

    /// Asks the run of a job that has not ended to stop; false when there is none.
    async fn ask_to_cancel(&self, job_id: &str, by: &str, at: i64) -> Result<bool, StoreError>;

    /// What a run told, with this many of its last entries; `None` when it told nothing yet.
    async fn told(&self, run_id: &str, entries: u32) -> Result<Option<Told>, StoreError>;
}
