//! Rolling back: what a deployment did to the platform is undone by another deployment.
//!
//! The journal tells what each request touched, and the backups what was there before. Per document
//! this gives a merge of three: *base* is what the deployment left, *local* what was there before it,
//! *remote* what the platform holds now. What only the deployment moved goes back; what somebody else
//! moved since stays; where both moved is a conflict. The merge takes the place of the studio's side in
//! what was found, so that planning, consent, journal, verification and record are those of every run.
//!
//! Afterwards both sides have agreed on what they had agreed on before the deployment: the studio keeps
//! its edits, and they are pending again.

mod auto;
mod effect;
mod follow;
mod foretell;
mod links;
mod plan;
mod restoring;
mod returns;
mod run;
mod undone;

pub(super) use restoring::Undoing;
pub(super) use undone::Undone;

use super::RunOptions;

/// How much of a deployment is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UndoMode {
    /// What it left half done: types of which something was written, and that did not succeed.
    FailedOnly,
    /// Everything that it did.
    #[default]
    Full,
}

/// A deployment that is to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The id of its job.
    pub job_id: String,
    /// How much of it.
    pub mode: UndoMode,
}

impl Undo {
    /// The id of the deployment that undoes it.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-rollback", self.job_id)
    }

    /// The job of that deployment, JSON: whoever carries it on or repeats it undoes, too.
    #[must_use]
    pub fn job(&self, options: &RunOptions) -> String {
        serde_json::json!({
            "id": self.id(),
            "rollbackOf": self.job_id,
            "rollbackMode": self.mode.as_str(),
            "options": {
                "allowDelete": options.allow_delete,
                "allowDataLoss": options.allow_data_loss,
                "conflictStrategy": options.conflict_strategy,
                "preserveData": options.preserve_data,
            },
        })
        .to_string()
    }
}

impl UndoMode {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FailedOnly => "failed-only",
            Self::Full => "full",
        }
    }

    /// Reads `job.options.rollback`; `None` for `none` and for what does not exist.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "failed-only" => Some(Self::FailedOnly),
            "full" => Some(Self::Full),
            _ => None,
        }
    }
}
