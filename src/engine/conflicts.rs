//! The conflicts that runs recorded: listed, read, and taken out of the log.

use crate::audit::Event;
use crate::canonical::{Canonical, parse};
use crate::error::{ErrorCode, SyncError};
use crate::model::{Json, Text};
use crate::port::{ConflictFilter, StoredConflict};

use super::actor::Action;
use super::changes::conflict_id;
use super::failure::store_failure;
use super::report::ConflictPage;
use super::{Engine, TypeRef};

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Which conflicts a caller wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConflictQuery {
    /// Of this type; of all without it.
    pub wanted: Option<TypeRef>,
    /// Only open ones (`Some(true)`), or only those that ended.
    pub open: Option<bool>,
    /// How many at most.
    pub limit: Option<u64>,
    /// How many to pass over.
    pub offset: u64,
}

impl Engine {
    /// The conflicts that runs recorded, newest first.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`], and when the state cannot be read.
    pub async fn conflicts(&self, query: &ConflictQuery) -> Result<ConflictPage, SyncError> {
        let mut documents = Vec::new();
        if let Some(wanted) = &query.wanted {
            let named = self.named_type(&*self.locals().await?, wanted).await?;
            documents.push((named.website_id, named.entity));
        }
        let filter = ConflictFilter {
            documents,
            open: query.open,
            limit: query.limit,
            offset: query.offset,
        };
        let found = self.ports.store.conflicts(filter).await;
        let (conflicts, total) = found.map_err(store_failure)?;
        let seen = query.offset + u64::try_from(conflicts.len()).unwrap_or(u64::MAX);
        let conflicts = conflicts.iter().map(shown).collect::<Result<_, _>>()?;
        Ok(ConflictPage { conflicts, total, has_more: seen < total })
    }

    /// One conflict by its id; `None` when no conflict has these three sides, or has them any more.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn conflict(&self, id: &str) -> Result<Option<Canonical>, SyncError> {
        self.stored_conflict(id).await?.as_ref().map(shown).transpose()
    }

    /// Takes a conflict out of the log; `false` when there is none. A later run that still sees it
    /// records it again.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn delete_conflict(&self, id: &str) -> Result<bool, SyncError> {
        self.permit(Action::ForgetConflicts).await?;
        let Some(StoredConflict { scope, entity, type_key, digest, .. }) =
            self.stored_conflict(id).await?
        else {
            return Ok(false);
        };
        let mut event = self.forgetting();
        event.website_id = Some(scope.website_id.clone());
        event.target = Some(scope.target.clone());
        event.type_key = Some(type_key);
        event.detail = vec![("conflict", digest.to_string())];
        self.ports.store.note(event).await.map_err(store_failure)?;
        let deleted = self.ports.store.delete_conflict(&scope, &entity, digest).await;
        deleted.map_err(store_failure)
    }

    /// Takes what was decided longer ago than some days out of the log; tells how many.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn clear_decided(&self, older_than_days: u32) -> Result<u64, SyncError> {
        self.permit(Action::ForgetConflicts).await?;
        let before = self.ports.clock.now() - i64::from(older_than_days) * DAY;
        let event = Event { detail: vec![("before", before.to_string())], ..self.forgetting() };
        self.ports.store.note(event).await.map_err(store_failure)?;
        self.ports.store.clear_decided(before).await.map_err(store_failure)
    }

    /// What the audit tells of conflicts that are taken out of the log: before, because afterwards
    /// nothing is left of them.
    fn forgetting(&self) -> Event {
        Event {
            at: self.ports.clock.now(),
            action: "conflict.forget".to_owned(),
            outcome: "asked".to_owned(),
            ..Event::default()
        }
    }

    /// The newest conflict with an id.
    pub(super) async fn stored_conflict(
        &self,
        id: &str,
    ) -> Result<Option<StoredConflict>, SyncError> {
        let Some(name) = name_of(id) else { return Ok(None) };
        let found = self.ports.store.conflicts_named(vec![name.to_owned()]).await;
        Ok(found.map_err(store_failure)?.into_iter().find(|one| id_of(one) == id))
    }
}

/// The id under which a recorded conflict is shown.
pub(super) fn id_of(one: &StoredConflict) -> String {
    conflict_id(&one.scope, &one.entity, &one.digest.to_string())
}

/// The part of an id that stands for the scope and the document.
pub(super) fn name_of(id: &str) -> Option<&str> {
    let (name, _) = id.strip_prefix("conflict_")?.split_once('_')?;
    Some(name)
}

/// A recorded conflict as `api.md` §4 has it.
pub(super) fn shown(one: &StoredConflict) -> Result<Canonical, SyncError> {
    let unreadable = |reason: String| {
        SyncError::new(
            ErrorCode::StoreFailed,
            format!("the conflict {} cannot be read: {reason}", id_of(one)),
        )
    };
    let recorded = parse(&one.details).map_err(|error| unreadable(error.to_string()))?;
    let Json::Object(members) = recorded else {
        return Err(unreadable("it is no object".to_owned()));
    };
    let text = |value: String| Json::String(Text::Str(value.into()));
    let mut news =
        vec![("id", text(id_of(one))), ("createdAt", Json::Number(milliseconds(one.created_at)))];
    if let Some(decision) = &one.decision {
        news.push(("status", Json::str("resolved")));
        news.push(("resolution", text(decision.resolution.clone())));
        news.push(("resolvedAt", Json::Number(milliseconds(decision.at))));
        news.extend(decision.by.clone().map(|by| ("resolvedBy", text(by))));
    }
    let is_news = |name: &Text<'_>| news.iter().any(|(known, _)| name.as_str() == Some(*known));
    let kept: Vec<_> = members.into_iter().filter(|(name, _)| !is_news(name)).collect();
    let all = kept
        .into_iter()
        .chain(news.clone().into_iter().map(|(name, value)| (Text::Str(name.into()), value)));
    Ok(Canonical::of(&Json::Object(all.collect())))
}

/// Times are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are exact as f64")]
fn milliseconds(at: i64) -> f64 {
    at as f64
}
