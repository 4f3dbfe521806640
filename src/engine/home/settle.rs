//! Writes to the studio that were begun and not recorded.
//!
//! The row tells what became of them: as meant, it is recorded; as before, it is written again;
//! anything else was edited since, and is for the detection that follows.

use crate::error::SyncError;
use crate::merge::Base;
use crate::model::Finding;
use crate::plan::Verb;
use crate::port::{
    Direction, Document, HistoryRow, Lease, OpenRow, OperationState, Record, RowBounds, RowOutcome,
    RowWrite, StateDetail, StateRow, StudioError, TypeRow, VersionSource,
};

use super::travel::{definition_of, refusal, refused_attempt, verb_of};
use crate::engine::detect::root_id;
use crate::engine::failure::{store_failure, studio_failure};
use crate::engine::locals::Locals;
use crate::engine::outcome::outcome_error;
use crate::engine::parse::content_hash;
use crate::engine::{Engine, Platform, VersionNote};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How a row stands to a write that was meant for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Before,
    After,
    Elsewhere,
}

impl Engine {
    /// Settles the writes to the studio that an interrupted run of a scope left open, and lets go of
    /// closed ones that are kept no longer. Returns one finding for each that was settled; after any,
    /// the studio is to be read anew.
    pub(in crate::engine) async fn settle_rows(
        &self,
        platform: &Platform,
        lease: &Lease,
    ) -> Result<Vec<Finding>, SyncError> {
        let open = self.ports.store.open_rows(&lease.scope).await.map_err(store_failure)?;
        let mut findings = Vec::new();
        for entry in open {
            let locals = self.locals().await?;
            let key = entry.intent.type_key.clone();
            let settled = Box::pin(self.settle_row(platform, lease, &locals, entry)).await?;
            findings.push(settled.of(key));
        }
        self.prune_kept(lease).await?;
        Ok(findings)
    }

    async fn settle_row(
        &self,
        platform: &Platform,
        lease: &Lease,
        locals: &Locals,
        entry: OpenRow,
    ) -> Result<Finding, SyncError> {
        let intent = &entry.intent;
        let what = format!("an interrupted write of {} to the studio", intent.type_key);
        let recovered = |outcome: &str| {
            Finding::info("RECOVERED", format!("{what} {outcome}"), "nothing to do")
        };
        let row = locals.row(root_id(&intent.entity.id)).map(|(row, _)| row);
        let left_out = |code: &'static str, why: &str| {
            let message = format!("{what} is left out{why}");
            Finding::warning(code, message, "nothing to do; what differs is detected again")
        };
        let (left, finding) = match standing(&intent.write, row) {
            Standing::After => (None, recovered("had been carried out")),
            Standing::Before => match self.ports.studio.write(intent.write.clone()).await {
                Ok(outcome) => match refusal(outcome) {
                    None => (None, recovered("was carried out now")),
                    Some((_, why)) => (Some(why), recovered("is left out")),
                },
                Err(error @ (StudioError::Refused { .. } | StudioError::Failed { .. })) => {
                    let finding = left_out("ROW_REFUSED", &format!(": {error}"));
                    (Some(outcome_error(&studio_failure(error))), finding)
                }
                Err(error) => return Err(studio_failure(error).of(&intent.type_key)),
            },
            Standing::Elsewhere => {
                let why = refusal(RowOutcome::Moved).map(|(_, why)| why);
                (why, left_out("ROW_MOVED", ", because the type was edited since"))
            }
        };
        let now = self.ports.clock.now();
        if let Some(why) = left {
            let history = Some(refused_attempt(attempt(platform, &entry, now), why));
            let row = Some((entry.id, OperationState::Undecided));
            let record = Record { row, history, seen_at: Some(now), ..Record::default() };
            self.ports.store.record(lease, vec![record]).await.map_err(store_failure)?;
            return Ok(finding);
        }
        let note = VersionNote {
            source: VersionSource::Sync,
            author: intent.actor.clone(),
            message: Some(format!("from {}", platform.provider)),
        };
        let document = Document::content_type(&*lease.scope.website_id, root_id(&intent.entity.id));
        let after = after(&intent.write);
        let merged = self.still_to_merge(&document, intent.merged.as_deref()).await?;
        self.record_row(locals, &document, after, merged, &note).await?;
        let mut record = self.record_of_settled(platform, lease, &entry, now).await?;
        record.history = Some(attempt(platform, &entry, now));
        if let Some((digest, decision)) = intent.decision.clone() {
            let entity = intent.entity.clone();
            if self.decided(lease, entity, (digest, decision), record.clone()).await? {
                return Ok(finding);
            }
        }
        self.record_settled(lease, record).await?;
        Ok(finding)
    }

    /// A version that is merged into the latest one, unless that has it for a parent already.
    pub(super) async fn still_to_merge(
        &self,
        document: &Document,
        merged: Option<&str>,
    ) -> Result<Option<String>, SyncError> {
        let Some(merged) = merged else { return Ok(None) };
        let store = &self.ports.store;
        let Some(head) = store.head(document).await.map_err(store_failure)? else {
            return Ok(Some(merged.to_owned()));
        };
        let latest = store.version(&head.hash).await.map_err(store_failure)?;
        let is_done = latest.is_some_and(|latest| latest.parents.iter().any(|one| one == merged));
        Ok((!is_done).then(|| merged.to_owned()))
    }

    /// Lets go of replaced rows and definitions beyond the bounds of retention.
    async fn prune_kept(&self, lease: &Lease) -> Result<(), SyncError> {
        let kept = self.settings.kept_rows;
        if kept.is_unbounded() {
            return Ok(());
        }
        let now = self.ports.clock.now();
        let since = kept.days.map(|days| now.saturating_sub(i64::from(days) * DAY_MS));
        let bounds = RowBounds { count: kept.count, since };
        let store = &self.ports.store;
        store.prune_rows(lease, bounds).await.map_err(store_failure)?;
        store.prune_backups(lease, bounds).await.map_err(store_failure)
    }

    /// What is agreed on after a write that was carried out; nothing in it is settled, so that the
    /// detection that follows looks at it.
    async fn record_of_settled(
        &self,
        platform: &Platform,
        lease: &Lease,
        entry: &OpenRow,
        now: i64,
    ) -> Result<Record, SyncError> {
        let intent = &entry.intent;
        let record = Record {
            seen_at: Some(now),
            row: Some((entry.id, OperationState::Applied)),
            ..Record::default()
        };
        if verb_of(&intent.write) == Verb::Delete {
            return Ok(Record { forget: Some(intent.entity.clone()), ..record });
        }
        let old = self.known(&lease.scope, &intent.entity, &intent.remote_id).await?;
        let bare = StateDetail {
            row: StateRow {
                entity: intent.entity.clone(),
                type_key: intent.type_key.clone(),
                remote_id: Some(intent.remote_id.clone()),
                row_digest: None,
                remote_digest: None,
                dialect: platform.dialect.fingerprint(),
                settled: false,
                refers: false,
                agreed: true,
                status: "in_sync".to_owned(),
            },
            base: Base::default().to_json(),
            bindings: String::new(),
            origin: "adopted".to_owned(),
            revision: crate::port::Revision::default(),
            last_write: None,
            content_hash: None,
            local_hash: None,
            remote_hash: None,
            last_sync_at: None,
        };
        let mut state = old.unwrap_or(bare);
        state.row.settled = false;
        state.base.clone_from(&intent.base);
        state.bindings.clone_from(&intent.bindings);
        state.content_hash = after(&intent.write).and_then(content_hash);
        state.last_sync_at = Some(intent.at);
        Ok(Record { state: Some(state), ..record })
    }
}

fn standing(write: &RowWrite, row: Option<&TypeRow>) -> Standing {
    let (before, after) = match write {
        RowWrite::Update { seen, row } => (Some(&**seen), Some(&**row)),
        RowWrite::Insert { row } => (None, Some(&**row)),
        RowWrite::Delete { seen } => (Some(&**seen), None),
    };
    // Nobody else makes a row with an id that was made for it, so what is there was edited since.
    let is_made = before.is_none() && row.is_some();
    if row == after || is_made {
        Standing::After
    } else if row == before {
        Standing::Before
    } else {
        Standing::Elsewhere
    }
}

fn after(write: &RowWrite) -> Option<&TypeRow> {
    match write {
        RowWrite::Update { row, .. } | RowWrite::Insert { row } => Some(row),
        RowWrite::Delete { .. } => None,
    }
}

fn attempt(platform: &Platform, entry: &OpenRow, now: i64) -> HistoryRow {
    let intent = &entry.intent;
    HistoryRow {
        run_id: intent.run_id.clone(),
        entity: intent.entity.clone(),
        type_key: intent.type_key.clone(),
        platform: platform.provider.clone(),
        direction: Direction::Pull,
        verb: verb_of(&intent.write),
        status: "SUCCESS",
        pushed: definition_of(&intent.write),
        response: None,
        previous: None,
        code: None,
        error: None,
        retries: 0,
        metadata: Some(r#"{"recovered":true}"#.to_owned()),
        actor: Some(intent.actor.clone()),
        started_at: intent.at,
        completed_at: None,
        recorded_at: now,
    }
}
