//! What a deployment would do.

use serde::Serialize;

use crate::canonical::Path;
use crate::model::Finding;
use crate::plan::Verb;

use super::{AtomChange, Conflict};

/// What a deployment would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReport {
    /// Covers target, website, mode, profile, consents and the movements, in order.
    pub digest: String,
    /// The target.
    pub target: String,
    /// The website, when one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_id: Option<String>,
    /// `push`, `pull` or `bidirectional`.
    pub mode: &'static str,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: i64,
    /// In the order in which they would be done.
    pub operations: Vec<PlannedOperation>,
    /// What to know.
    pub findings: Vec<Finding>,
    /// What nobody decided yet.
    pub conflicts: Vec<Conflict>,
    /// Counts.
    pub summary: PlanSummary,
}

/// One operation of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedOperation {
    /// Key of the type.
    pub type_key: String,
    /// Its name.
    pub name: String,
    /// `create`, `update` or `delete`.
    pub operation: &'static str,
    /// `safe`, `lossy` or `blocked`.
    pub risk: &'static str,
    /// What it sends, or takes home.
    pub changes: Vec<AtomChange>,
    /// Atoms that it leaves out for want of consent.
    pub withheld: Vec<Path>,
    /// Keys of types that must be done first.
    pub depends_on: Vec<String>,
    /// Content items at stake.
    pub content_items: u64,
    /// `push`, or `pull` for what is done to the studio.
    pub direction: &'static str,
}

/// Counts of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PlanSummary {
    /// Creations.
    pub add: usize,
    /// Updates.
    pub change: usize,
    /// Deletions.
    pub destroy: usize,
    /// Types in conflict.
    pub conflicts: usize,
    /// Types that need nothing.
    pub unchanged: usize,
}

impl PlanSummary {
    /// Counts one more operation.
    pub fn count(&mut self, verb: Verb) {
        match verb {
            Verb::Create => self.add += 1,
            Verb::Update => self.change += 1,
            Verb::Delete => self.destroy += 1,
        }
    }
}
