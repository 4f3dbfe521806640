//! The audit: verified, exported, cut, and told of refusals.

use serde::{Deserialize, Serialize};

use crate::audit::{
    Chain, Event, Exempt, Head, NOTHING_BEFORE, footer, header, line, predecessor_of,
};
use crate::error::{ErrorCode, SyncError};
use crate::port::{AuditBounds, AuditEnd};

use super::actor::{Action, Role};
use super::failure::store_failure;
use super::{Engine, RunRequest};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How often a chain that moved meanwhile is followed again.
const ATTEMPTS: u32 = 8;

/// Bytes of a text that are told at once.
const PIECE: usize = 32 * 1024;

/// Codes that refuse a whole run.
const REFUSALS: [ErrorCode; 4] = [
    ErrorCode::RoleRefused,
    ErrorCode::DeleteRefused,
    ErrorCode::DataLossRefused,
    ErrorCode::PlanStale,
];

/// What the audit shows of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryVerdict {
    /// Nothing was found to be changed, missing or added.
    pub ok: bool,
    /// Entries that were followed.
    pub entries: u64,
    /// The first that is broken, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_broken: Option<String>,
    /// A key that this engine holds vouches for all of them.
    pub keyed: bool,
    /// The first entry that is signed with such a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_from: Option<u64>,
}

/// A part of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportBatch {
    /// Whole lines, each with its line feed, in pieces that are short: the definitions of a row may be
    /// long, and whoever reads them here may have an event loop to keep free.
    pub text: Vec<String>,
    /// Entries among them.
    pub entries: u64,
    /// Where the next part begins; `None` after the last.
    pub cursor: Option<ExportCursor>,
}

/// Where an export goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCursor {
    /// The last entry that was exported.
    after: u64,
    /// The last one that will be.
    last: u64,
    /// The line that comes then.
    footer: String,
    /// What was cut off when the export began.
    exempt: String,
}

/// Something that somebody was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What they asked for.
    pub action: String,
    /// The role that it needs, where that is why.
    pub needed: Option<Role>,
    /// The code of the refusal.
    pub code: ErrorCode,
    /// The deployment.
    pub deployment_id: Option<String>,
    /// The plan that was reviewed.
    pub plan_digest: Option<String>,
}

impl Refusal {
    /// For want of a role.
    #[must_use]
    pub fn of(action: Action) -> Self {
        Self {
            action: action.words().to_owned(),
            needed: Some(action.role()),
            code: ErrorCode::RoleRefused,
            deployment_id: None,
            plan_digest: None,
        }
    }
}

impl Engine {
    /// Follows the audit from its first entry to its last, and looks at every row that it covers.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn verify_history(&self) -> Result<HistoryVerdict, SyncError> {
        let mut verdict = self.follow().await?;
        for _ in 1..ATTEMPTS {
            // Whoever writes or cuts meanwhile moves the end, and so may have broken what was seen.
            if verdict.1.ok || self.audit_end().await? == verdict.0 {
                break;
            }
            verdict = self.follow().await?;
        }
        Ok(verdict.1)
    }

    async fn follow(&self) -> Result<(AuditEnd, HistoryVerdict), SyncError> {
        let end = self.audit_end().await?;
        let head = match &end {
            AuditEnd::Nowhere => return Ok((end, verdict(0, None))),
            AuditEnd::Lost => return Ok((end, verdict(0, Some("the head is missing".to_owned())))),
            AuditEnd::At(head) => head.clone(),
        };
        let store = &self.ports.store;
        let seal = store.seal();
        let mut chain = Chain::new(seal.as_deref());
        loop {
            let lines = store.audit_lines(chain.position(), head.sequence).await;
            let lines = lines.map_err(store_failure)?;
            if lines.is_empty() {
                break;
            }
            for one in &lines {
                if let Err(reason) = chain.take(one) {
                    return Ok((end, verdict(chain.entries(), Some(reason))));
                }
            }
        }
        let whole = match chain.end(&head) {
            Ok(whole) => whole,
            Err(reason) => return Ok((end, verdict(chain.entries(), Some(reason)))),
        };
        let exempt = chain.exempt().unwrap_or(head.exempt);
        let bare = store.uncovered(exempt).await.map_err(store_failure)?;
        let reason = bare.map(|name| format!("{name} is covered by no entry"));
        let found = verdict(whole.entries, reason);
        let keyed = whole.keyed;
        Ok((end, HistoryVerdict { keyed, signed_from: whole.signed_from, ..found }))
    }

    /// The audit as lines of JSON that verify without the state, part by part: from the beginning, or
    /// from where an earlier part ended. What is written meanwhile is left to the next export.
    ///
    /// # Errors
    ///
    /// `DATABASE_BUSY` when retention cut the old end off meanwhile; and when the state cannot be read.
    pub async fn export_history(
        &self,
        cursor: Option<ExportCursor>,
    ) -> Result<ExportBatch, SyncError> {
        let head = match self.audit_end().await? {
            AuditEnd::At(head) => head,
            AuditEnd::Nowhere | AuditEnd::Lost => nothing(),
        };
        let exempt = head.exempt.to_json();
        let (mut text, cursor) = match cursor {
            Some(cursor) if cursor.exempt != exempt => {
                let message = "the old end of the history was cut off during the export";
                return Err(
                    SyncError::new(ErrorCode::DatabaseBusy, message).next_step("export again")
                );
            }
            Some(cursor) => (String::new(), cursor),
            None => {
                let footer = footer(&head);
                let first = ExportCursor { after: 0, last: head.sequence, footer, exempt };
                (String::new(), first)
            }
        };
        let lines = self.ports.store.audit_lines(cursor.after, cursor.last).await;
        let lines = lines.map_err(store_failure)?;
        if cursor.after == 0 {
            let anchor = lines.first().and_then(predecessor_of);
            let (sequence, hash) = anchor.unwrap_or_else(|| (0, NOTHING_BEFORE.to_owned()));
            push(&mut text, &header((sequence, &hash)));
        }
        for one in &lines {
            push(&mut text, &line(one));
        }
        let entries = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let after = lines.last().map(|one| one.sequence);
        let cursor = match after {
            Some(after) if after < cursor.last => Some(ExportCursor { after, ..cursor }),
            _ => {
                push(&mut text, &cursor.footer);
                None
            }
        };
        Ok(ExportBatch { text: pieces(&text), entries, cursor })
    }

    /// Notes that somebody was refused something.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn note_refusal(&self, refusal: Refusal) -> Result<(), SyncError> {
        self.ports.store.note(self.event_of(refusal)).await.map_err(store_failure)
    }

    fn event_of(&self, refusal: Refusal) -> Event {
        let detail = refusal.needed.map(|role| ("needed", role.as_str().to_owned()));
        Event {
            at: self.ports.clock.now(),
            action: refusal.action,
            outcome: "refused".to_owned(),
            code: Some(refusal.code.as_str().to_owned()),
            deployment_id: refusal.deployment_id,
            plan_digest: refusal.plan_digest,
            detail: detail.into_iter().collect(),
            ..Event::default()
        }
    }

    /// Notes that whom this engine acts for cancelled a deployment.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn note_cancel(&self, deployment_id: &str) -> Result<(), SyncError> {
        let event = Event {
            at: self.ports.clock.now(),
            action: Action::Cancel.words().to_owned(),
            outcome: "asked".to_owned(),
            deployment_id: Some(deployment_id.to_owned()),
            ..Event::default()
        };
        self.ports.store.note(event).await.map_err(store_failure)
    }

    /// A refusal that was noted. It stands even where it cannot be; then it says so.
    pub(super) async fn refused(&self, error: SyncError, refusal: Refusal) -> SyncError {
        let event = self.event_of(refusal);
        self.noted(error, event).await
    }

    /// As [`Engine::refused`], with an entry of its own.
    pub(super) async fn noted(&self, error: SyncError, event: Event) -> SyncError {
        match self.ports.store.note(event).await.map_err(store_failure) {
            Ok(()) => error,
            Err(failure) => error.caused_by(
                SyncError::new(failure.code, "the refusal could not be audited").caused_by(failure),
            ),
        }
    }

    /// Why a run stops, noted where it is a refusal. A rehearsal is nothing to note.
    pub(super) async fn stopped(&self, error: SyncError, request: &RunRequest) -> SyncError {
        if request.options.dry_run || !REFUSALS.contains(&error.code) {
            return error;
        }
        let action = request.action().unwrap_or(Action::Deploy);
        let needed = (error.code == ErrorCode::RoleRefused).then(|| action.role());
        let refusal = Refusal {
            needed,
            code: error.code,
            deployment_id: Some(request.job_id.clone()),
            plan_digest: request.options.plan_digest.clone(),
            ..Refusal::of(action)
        };
        self.refused(error, refusal).await
    }

    /// Cuts off what is kept no longer.
    pub(super) async fn cut_audit(&self) -> Result<(), SyncError> {
        let kept = self.settings.kept_audit;
        if kept.is_unbounded() {
            return Ok(());
        }
        let now = self.ports.clock.now();
        let since = kept.days.map(|days| now.saturating_sub(i64::from(days) * DAY_MS));
        let bounds = AuditBounds { count: kept.count, since };
        self.ports.store.cut_audit(bounds, now).await.map(drop).map_err(store_failure)
    }

    async fn audit_end(&self) -> Result<AuditEnd, SyncError> {
        self.ports.store.audit_end().await.map_err(store_failure)
    }
}

fn verdict(entries: u64, first_broken: Option<String>) -> HistoryVerdict {
    let ok = first_broken.is_none();
    HistoryVerdict { ok, entries, first_broken, keyed: false, signed_from: None }
}

/// The end of a chain that never began.
fn nothing() -> Head {
    Head {
        sequence: 0,
        hash: NOTHING_BEFORE.to_owned(),
        key: None,
        signature: None,
        exempt: Exempt::default(),
    }
}

/// A text in pieces of at most [`PIECE`] bytes and a character.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for char in text.chars() {
        match pieces.last_mut() {
            Some(last) if last.len() < PIECE => last.push(char),
            _ => pieces.push(char.into()),
        }
    }
    pieces
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
