//! The verbs that only look: extract, detect, preview.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use crate::canonical::{Canonical, content_hash, derive_key, parse};
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::model::{Finding, TargetIndex};
use crate::plan::Consent;

use super::changes::{conflict, failed_type, type_change};
use super::detect::{Detection, Search, stale_finding};
use super::examine::{Examined, Status};
use super::failure::{store_failure, studio_failure};
use super::listing::Freshness;
use super::locals::Locals;
use super::parse::parse_row;
use super::report::{
    ChangeDetails, ChangeSet, ChangeSummary, ContentTypeSnapshot, Extraction, ExtractionMetadata,
    FailedType, FieldChanges, LastAttempt, Outcome, TypeChange, TypeMapping,
};
use super::{Engine, Platform, Purpose, Query};

/// Version of the extraction's format.
const EXTRACTION_VERSION: &str = "1.0";

/// Nothing is consented to when only looking.
pub(super) const NO_CONSENT: Consent = Consent { delete: false, data_loss: false };

/// The studio's content hash of a definition given as JSON text.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when it is not JSON, or when it is `null`, which the studio refuses too.
pub fn hash_content_type(text: &str) -> Result<String, SyncError> {
    let refuse = |reason: String| {
        SyncError::new(
            ErrorCode::InvalidArgument,
            format!("definition {reason}, and should be an object or the JSON text of one"),
        )
    };
    let value = parse(text).map_err(|error| refuse(format!("is not JSON: {error}")))?;
    if value.is_null() {
        return Err(refuse("is null".to_owned()));
    }
    Ok(content_hash(value).to_string())
}

impl Engine {
    /// Reads the content types of the studio.
    ///
    /// # Errors
    ///
    /// When there is no readable database, or no such website.
    pub async fn extract(&self, website_id: Option<&str>) -> Result<Extraction, SyncError> {
        let locals = self.locals().await?;
        let websites = wanted_websites(&locals, website_id)?;
        let index = target_index(&locals);
        let mut types = Vec::new();
        for website in &websites {
            let name = locals.website(website).map_or("", |website| &website.name);
            for (row, _) in locals.of_website(website) {
                let parsed = parse_row(row, &index);
                let json = |text: Option<&str>| text.and_then(|text| Canonical::parse(text).ok());
                let key = row.key.clone().filter(|key| !key.is_empty());
                types.push(ContentTypeSnapshot {
                    id: row.id.clone(),
                    key: key.unwrap_or_else(|| derive_key(&parsed.content.name, "Type")),
                    name: row.name.clone(),
                    website_id: website.clone(),
                    website_name: name.to_owned(),
                    category: row.category.clone(),
                    fields: json(row.fields.as_deref()),
                    settings: json(row.settings.as_deref()),
                    content_hash: parsed.content_hash.map(|hash| hash.to_string()),
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                    findings: parsed.findings,
                });
            }
        }
        let checksum = Digest::of_parts(types.iter().flat_map(|one| {
            let hash = one.content_hash.as_deref().unwrap_or_default();
            [one.id.as_bytes(), one.name.as_bytes(), hash.as_bytes()]
        }));
        Ok(Extraction {
            types,
            metadata: ExtractionMetadata {
                extracted_at: self.ports.clock.now(),
                checksum: checksum.to_string(),
                version: EXTRACTION_VERSION.to_owned(),
            },
        })
    }

    /// Finds what differs between the studio and a target. Writes nothing.
    ///
    /// # Errors
    ///
    /// When a side cannot be read, or most of it is gone.
    pub async fn detect(&self, query: &Query) -> Result<ChangeSet, SyncError> {
        let platform = self.connect(&query.provider, Purpose::Look).await?;
        let (locals, detection) = self.look(query, &platform, false).await?;
        let selection = Selection::new(&query.types, &locals, &detection)?;
        let counts = self.content_items(&detection).await?;
        let now = self.ports.clock.now();
        let shape = platform.dialect.capabilities().shape;
        let mut details = ChangeDetails::default();
        let mut findings = Vec::new();
        for scoped in &detection.scopes {
            details
                .unchanged
                .extend(scoped.settled.iter().filter(|key| selection.has(key, "")).cloned());
            for one in scoped.examined.iter().filter(|one| selection.includes(one)) {
                let items = counts.get(&one.subject.entity.id).copied().unwrap_or_default();
                let change = || type_change(one, &shape, NO_CONSENT, items);
                match one.status {
                    Status::Same => details.unchanged.push(one.key.clone()),
                    Status::New => details.created.push(change()),
                    Status::Modified => details.updated.push(change()),
                    Status::Deleted => details.deleted.push(change()),
                    Status::RemoteModified | Status::RemoteDeleted => {
                        details.remote_changed.push(change());
                    }
                    Status::Conflict(_) => {
                        details.conflicts.extend(conflict(one, &scoped.scope, &shape, now));
                    }
                    Status::Failed => details.failed.push(failed_type(one, now)),
                }
            }
            for key in scoped.stale.iter().filter(|key| selection.has(key, "")) {
                let finding = stale_finding(key);
                details.failed.push(FailedType {
                    key: key.clone(),
                    code: finding.code.to_owned(),
                    error: finding.message.clone(),
                    at: now,
                });
                findings.push(finding);
            }
        }
        // A type of the platform that no website has is new to each; it is told once.
        let mut everywhere: Option<BTreeSet<String>> = None;
        for scoped in &detection.scopes {
            let keys = scoped.remote_new.iter().map(|definition| definition.id.key()).collect();
            everywhere = Some(match everywhere {
                None => keys,
                Some(known) => known.intersection(&keys).cloned().collect(),
            });
        }
        let everywhere = everywhere.unwrap_or_default();
        let news = detection.scopes.first().map(|scoped| scoped.remote_new.as_slice());
        for definition in news.unwrap_or_default() {
            let key = definition.id.key();
            if !everywhere.contains(&key) || !selection.has(&key, "") {
                continue;
            }
            details.remote_changed.push(TypeChange {
                remote_hash: platform
                    .dialect
                    .normalize(definition)
                    .ok()
                    .map(|view| view.digest().to_string()),
                ..remote_new(key, definition.name.clone())
            });
        }
        findings.extend(self.state_finding().await);
        Ok(ChangeSet {
            target: platform.target.clone(),
            timestamp: now,
            complete: detection.complete,
            summary: summarize(&mut details),
            details: query.include_details.then_some(details),
            findings,
        })
    }

    /// Shows how types are expressed on a target.
    ///
    /// # Errors
    ///
    /// As [`Engine::detect`].
    pub async fn preview_mapping(&self, query: &Query) -> Result<Vec<TypeMapping>, SyncError> {
        let platform = self.connect(&query.provider, Purpose::Look).await?;
        let (locals, detection) = self.look(query, &platform, true).await?;
        let selection = Selection::new(&query.types, &locals, &detection)?;
        let mut mappings = Vec::new();
        for scoped in &detection.scopes {
            let last = self.ports.store.last_run(&scoped.scope).await.map_err(store_failure)?;
            let outcomes = last.as_ref().map(|end| stored_outcomes(&end.result));
            let outcomes = outcomes.unwrap_or_default();
            let at = last.map_or(0, |end| end.completed_at);
            let present = scoped.examined.iter().filter(|one| one.subject.local.is_some());
            for one in present.filter(|one| selection.includes(one)) {
                let outcome = outcomes.iter().find(|outcome| {
                    outcome.type_key == one.key && outcome.website_id == scoped.scope.website_id
                });
                let last_attempt = outcome.map(|outcome| LastAttempt {
                    status: outcome.status.clone(),
                    error: outcome.error.as_ref().map(|error| error.message.clone()),
                    at,
                });
                mappings.push(mapping(one, last_attempt));
            }
        }
        mappings.sort_by(|a, b| a.type_key.cmp(&b.type_key));
        Ok(mappings)
    }

    /// Looking works without a state that can be written; deploying does not.
    pub(super) async fn state_finding(&self) -> Option<Finding> {
        let error = self.ports.store.probe().await.err()?;
        let remedy = "deployments need a stateUrl that can be written";
        Some(Finding::warning("STATE_NOT_SAVED", error.to_string(), remedy))
    }

    /// Connects to what a call names.
    pub(super) async fn connect(
        &self,
        provider: &super::ProviderRequest,
        purpose: Purpose,
    ) -> Result<Platform, SyncError> {
        self.ports.platforms.connect(provider, &self.settings.default_provider, purpose).await
    }

    async fn look(
        &self,
        query: &Query,
        platform: &Platform,
        everything: bool,
    ) -> Result<(std::sync::Arc<Locals>, Detection), SyncError> {
        let locals = self.locals().await?;
        let cancel = CancellationToken::new();
        let search = Search {
            platform,
            websites: wanted_websites(&locals, query.website_id.as_deref())?,
            freshness: Freshness::Cached,
            everything,
            tolerate_absence: false,
            cancel: &cancel,
        };
        let detection = self.search(&locals, &search).await?;
        Ok((locals, detection))
    }

    /// Content items of every type that was looked at and is not the same.
    pub(super) async fn content_items(
        &self,
        detection: &Detection,
    ) -> Result<BTreeMap<String, u64>, SyncError> {
        let ids: Vec<String> = detection
            .scopes
            .iter()
            .flat_map(|scoped| &scoped.examined)
            .filter(|one| one.status != Status::Same)
            .map(|one| one.subject.entity.id.clone())
            .collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.ports.studio.content_items(ids).await.map_err(studio_failure)
    }
}

/// The websites that a call is about, in order.
pub(super) fn wanted_websites(
    locals: &Locals,
    website_id: Option<&str>,
) -> Result<Vec<String>, SyncError> {
    match website_id.filter(|id| !id.is_empty()) {
        None => Ok(locals.rows.websites.iter().map(|website| website.id.clone()).collect()),
        Some(id) if locals.website(id).is_some() => Ok(vec![id.to_owned()]),
        Some(id) => {
            let message = format!("no website has the id {}", quoted(id));
            Err(SyncError::new(ErrorCode::WebsiteNotFound, message))
        }
    }
}

/// The names by which references may call types.
pub(super) fn target_index(locals: &Locals) -> TargetIndex {
    TargetIndex::new(
        locals
            .rows
            .types
            .iter()
            .map(|row| (&*row.website_id, &*row.id, row.key.as_deref(), &*row.name)),
    )
}

/// Which types a call is about.
pub(super) struct Selection {
    wanted: BTreeSet<String>,
}

impl Selection {
    /// Checks that every key and id names a type.
    pub fn new(
        wanted: &[String],
        locals: &Locals,
        detection: &Detection,
    ) -> Result<Self, SyncError> {
        let exists = |name: &str| {
            locals.row(name).is_some()
                || locals.rows.types.iter().any(|row| row.key.as_deref() == Some(name))
                || detection.scopes.iter().any(|scoped| {
                    scoped.settled.iter().any(|key| key == name)
                        || scoped.stale.iter().any(|key| key == name)
                        || scoped.examined.iter().any(|one| one.key == name)
                        || scoped.remote_new.iter().any(|one| one.id.key() == name)
                })
        };
        match wanted.iter().find(|name| !exists(name)) {
            Some(name) => Err(SyncError::new(
                ErrorCode::TypeNotFound,
                format!("no type has the key or id {}", quoted(name)),
            )
            .of(name)),
            None => Ok(Self { wanted: wanted.iter().cloned().collect() }),
        }
    }

    /// Whether a type is asked for.
    pub fn includes(&self, one: &Examined) -> bool {
        self.has(&one.key, &one.subject.entity.id)
            || one
                .subject
                .local
                .as_ref()
                .and_then(|side| side.content.key.as_deref())
                .is_some_and(|key| self.wanted.contains(key))
    }

    /// Whether a key or an id is asked for.
    pub fn has(&self, key: &str, id: &str) -> bool {
        let root = id.split('/').next().unwrap_or(id);
        self.wanted.is_empty()
            || self.wanted.contains(key)
            || self.wanted.contains(id)
            || self.wanted.contains(root)
    }
}

/// The outcomes that a run stored with its result.
pub(super) fn stored_outcomes(result: &str) -> Vec<Outcome> {
    #[derive(serde::Deserialize)]
    struct Stored {
        #[serde(default)]
        outcomes: Vec<Outcome>,
    }
    serde_json::from_str::<Stored>(result).map(|stored| stored.outcomes).unwrap_or_default()
}

fn summarize(details: &mut ChangeDetails) -> ChangeSummary {
    for changes in [
        &mut details.created,
        &mut details.updated,
        &mut details.deleted,
        &mut details.remote_changed,
    ] {
        changes.sort_by(|a, b| (&a.key, &a.website_id).cmp(&(&b.key, &b.website_id)));
    }
    details.conflicts.sort_by(|a, b| a.type_key.cmp(&b.type_key));
    details.failed.sort_by(|a, b| a.key.cmp(&b.key));
    details.unchanged.sort();
    let (created, updated, deleted, conflicts) = (
        details.created.len(),
        details.updated.len(),
        details.deleted.len(),
        details.conflicts.len(),
    );
    ChangeSummary {
        total: created + updated + deleted + conflicts,
        created,
        updated,
        deleted,
        unchanged: details.unchanged.len(),
        conflicts,
        remote_changed: details.remote_changed.len(),
        failed: details.failed.len(),
    }
}

fn remote_new(key: String, name: String) -> TypeChange {
    TypeChange {
        key,
        name,
        website_id: String::new(),
        status: "remote_new",
        local_hash: None,
        remote_hash: None,
        base_hash: None,
        content_hash: None,
        fields_count: 0,
        field_changes: FieldChanges::default(),
        changes: Vec::new(),
        risk: "safe",
        content_items: 0,
        findings: Vec::new(),
    }
}

fn mapping(one: &Examined, last_attempt: Option<LastAttempt>) -> TypeMapping {
    let base_type = crate::canonical::Path::root().child("baseType");
    TypeMapping {
        type_key: one.key.clone(),
        name: one.name.clone(),
        status: status_word(one).to_owned(),
        platform_key: one.key.clone(),
        base_type: one
            .local
            .get(&base_type)
            .and_then(|value| value.value().as_str().map(str::to_owned)),
        conflicts: one.merge.overlaps().count(),
        last_attempt,
        losses: one.losses.clone(),
        fields: one.mappings.clone(),
    }
}

/// The status of a type in the words of `SyncState`.
pub(super) fn status_word(one: &Examined) -> &'static str {
    match one.status {
        Status::Same => "in_sync",
        Status::New => "new",
        Status::Modified => "modified",
        Status::Deleted => "deleted",
        Status::RemoteModified => "remote_modified",
        Status::RemoteDeleted => "remote_deleted",
        Status::Conflict(_) => "conflict",
        Status::Failed => "failed",
    }
}
