//! Where each type stands, as the last deployment left it and the studio has it now.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::map_of;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::port::{Entity, LastAttempt, StateFilter, SyncStateRow};

use super::Engine;
use super::detect::root_id;
use super::failure::store_failure;
use super::locals::Locals;
use super::report::SyncState;
use super::see::wanted_websites;
use super::type_ref::{NamedType, TypeRef, is_of};

/// Which states are wanted: those that pass every filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateQuery {
    /// One of the words of [`SyncState::STATUSES`].
    pub status: Option<&'static str>,
    /// One website.
    pub website_id: Option<String>,
    /// One provider.
    pub provider: Option<String>,
}

impl Engine {
    /// Where one type stands; `None` when both sides have forgotten it. Reads no platform.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`]; and `AMBIGUOUS_TYPE` when it was deployed to several targets, of which
    /// neither the caller nor the engine's own provider names one.
    pub async fn sync_state(&self, wanted: &TypeRef) -> Result<Option<SyncState>, SyncError> {
        let locals = self.locals().await?;
        let named = self.named_type(&locals, wanted).await?;
        let filter = StateFilter {
            website_id: Some(named.website_id.clone()),
            local_id: Some(named.entity.id.clone()),
            platform: wanted.provider.clone(),
        };
        let rows = self.ports.store.sync_states(filter).await.map_err(store_failure)?;
        let head = self.ports.store.head(&named.document()).await.map_err(store_failure)?;
        let semver = head.and_then(|head| head.semver);
        if let Some(row) = self.the_one(&wanted.name, rows)? {
            return Ok(Some(SyncState { semver, ..state_of(row, &locals) }));
        }
        let Some(key) = named.lives.then_some(&named.key) else { return Ok(None) };
        let document = (named.website_id.clone(), named.entity.id.clone());
        let attempts = self.ports.store.last_attempts(vec![document], wanted.provider.clone());
        let attempt = attempts.await.map_err(store_failure)?.pop();
        Ok(Some(SyncState { semver, ..new_state(&named, key.clone(), attempt) }))
    }

    /// Where every type stands, by website, key and target. Reads no platform, so what is new there is
    /// not among them.
    ///
    /// # Errors
    ///
    /// When the studio or the state cannot be read, or there is no such website.
    pub async fn sync_states(&self, query: &StateQuery) -> Result<Vec<SyncState>, SyncError> {
        let locals = self.locals().await?;
        let websites = wanted_websites(&locals, query.website_id.as_deref())?;
        let filter = StateFilter {
            website_id: query.website_id.clone(),
            local_id: None,
            platform: query.provider.clone(),
        };
        let rows = self.ports.store.sync_states(filter).await.map_err(store_failure)?;
        let held: BTreeSet<&str> = rows.iter().map(|row| &*row.entity.id).collect();
        let mut strangers: BTreeMap<(String, String), NamedType> = BTreeMap::new();
        for website_id in &websites {
            for (row, _) in
                locals.of_website(website_id).filter(|(row, _)| !held.contains(&*row.id))
            {
                let named = NamedType {
                    website_id: website_id.clone(),
                    entity: Entity::content_type(&row.id),
                    key: locals.key_of(&row.id).to_owned(),
                    lives: true,
                };
                strangers.insert((website_id.clone(), row.id.clone()), named);
            }
        }
        let documents = strangers.keys().cloned().collect();
        let attempts = self.ports.store.last_attempts(documents, query.provider.clone());
        let attempts = attempts.await.map_err(store_failure)?;
        let documents = |one: &LastAttempt| (one.website_id.clone(), one.entity.id.clone());
        let mut attempts = map_of(attempts.into_iter().map(|one| (documents(&one), one)));
        let mut states: Vec<SyncState> =
            rows.into_iter().map(|row| state_of(row, &locals)).collect();
        states.extend(strangers.into_iter().map(|(document, named)| {
            let key = named.key.clone();
            new_state(&named, key, attempts.remove(&document))
        }));
        states.retain(|state| query.status.is_none_or(|status| state.status == status));
        self.number(&mut states).await?;
        states.sort_by(|a, b| {
            let place = |one: &SyncState| {
                (
                    one.website_id.clone(),
                    one.type_key.clone(),
                    one.target.clone(),
                    one.type_id.clone(),
                )
            };
            place(a).cmp(&place(b))
        });
        Ok(states)
    }

    /// Says of each type which version of it is the latest.
    async fn number(&self, states: &mut [SyncState]) -> Result<(), SyncError> {
        let websites: BTreeSet<String> =
            states.iter().map(|state| state.website_id.clone()).collect();
        for website_id in websites {
            let heads = self.ports.store.heads(&website_id).await.map_err(store_failure)?;
            let numbers =
                map_of(heads.into_iter().map(|head| (head.document.entity.id, head.semver)));
            for state in states.iter_mut().filter(|state| state.website_id == website_id) {
                // One type may stand on several targets.
                state.semver = numbers.get(root_id(&state.type_id)).cloned().flatten();
            }
        }
        Ok(())
    }

    /// Of several targets, the one of the engine's own provider is meant.
    fn the_one(
        &self,
        name: &str,
        mut rows: Vec<SyncStateRow>,
    ) -> Result<Option<SyncStateRow>, SyncError> {
        if rows.len() > 1 {
            let own = &self.settings.default_provider;
            let own: Vec<_> = rows.iter().filter(|row| is_of(&row.target, own)).cloned().collect();
            if !own.is_empty() {
                rows = own;
            }
        }
        if rows.len() > 1 {
            let targets: Vec<&str> = rows.iter().map(|row| &*row.target).collect();
            let message = format!("{} was deployed to {}", quoted(name), targets.join(", "));
            let error = SyncError::new(ErrorCode::AmbiguousType, message).of(name);
            return Err(error.next_step("name the provider, or list the states"));
        }
        Ok(rows.pop())
    }
}

/// A state with what the studio says since.
fn state_of(row: SyncStateRow, locals: &Locals) -> SyncState {
    let status = status_now(&row, locals);
    SyncState {
        type_key: row.type_key,
        type_id: row.entity.id,
        website_id: row.website_id,
        target: Some(row.target),
        status,
        conflict_status: row.conflict_status,
        local_hash: row.local_hash,
        remote_hash: row.remote_hash,
        last_synced_hash: row.last_synced_hash,
        last_sync_at: row.last_sync_at,
        last_checked_at: row.last_checked_at.or(row.last_sync_at),
        local_changed_at: row.local_changed_at,
        remote_changed_at: row.remote_changed_at,
        semver: None,
        remote_id: row.remote_id.map(|id| id.key()),
        mode: row.mode,
    }
}

/// A type that was never agreed on with any platform.
fn new_state(named: &NamedType, key: String, attempt: Option<LastAttempt>) -> SyncState {
    let failed = attempt.as_ref().is_some_and(LastAttempt::failed);
    let key = attempt.as_ref().map_or(key, |attempt| attempt.type_key.clone());
    SyncState {
        type_key: key,
        type_id: named.entity.id.clone(),
        website_id: named.website_id.clone(),
        target: attempt.map(|attempt| attempt.target),
        status: if failed { "failed" } else { "new" },
        conflict_status: "none".to_owned(),
        local_hash: None,
        remote_hash: None,
        last_synced_hash: None,
        last_sync_at: None,
        last_checked_at: None,
        local_changed_at: None,
        remote_changed_at: None,
        semver: None,
        remote_id: None,
        mode: None,
    }
}

/// What was recorded, unless the studio's row went or changed since. Whether a change means anything to
/// the platform only a detection can tell.
fn status_now(row: &SyncStateRow, locals: &Locals) -> &'static str {
    let Some((_, digest)) = locals.row(root_id(&row.entity.id)) else { return "deleted" };
    // A part has no row of its own, and what its type's row holds besides is none of its.
    let is_part = root_id(&row.entity.id) != row.entity.id;
    let edited = !is_part && row.row_digest.is_some_and(|known| known != digest);
    let status = match &*row.status {
        "conflict" | "in_doubt" => return "conflict",
        "remote_deleted" => return "remote_deleted",
        _ if edited => "modified",
        recorded => {
            SyncState::STATUSES.into_iter().find(|word| *word == recorded).unwrap_or("modified")
        }
    };
    let is_open = matches!(status, "new" | "modified");
    if is_open && row.last_attempt_failed { "failed" } else { status }
}
