//! The verbs that only look: extract, detect, preview.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use crate::canonical::{Canonical, Path, View, content_hash, derive_key, parse};
use crate::collect::map_of;
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::merge::Shape;
use crate::model::Finding;
use crate::plan::Consent;
use crate::port::Scope;

use super::changes::{failed_type, type_change};
use super::detect::{Detection, Keep, Search};
use super::examine::{Examined, Status};
use super::failure::store_failure;
use super::listing::Freshness;
use super::locals::Locals;
use super::parse::parse_row;
use super::presence::stale_finding;
use super::report::{
    ChangeDetails, ChangeSet, ChangeSummary, ContentTypeSnapshot, Extraction, ExtractionMetadata,
    FailedType, FieldChanges, LastAttempt, Outcome, TypeChange, TypeMapping,
};
use super::selection::Selection;
use super::unmet::open_conflict;
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
        let index = locals.target_index();
        let mut types = Vec::new();
        for website in &websites {
            let name = locals.website(website).map_or("", |website| &website.name);
            for (row, _) in locals.of_website(website) {
                let parsed = parse_row(row, index);
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
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                    findings: parsed.findings.clone(),
                    content_hash: parsed.content_hash().map(|hash| hash.to_string()),
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
        let keep = if query.include_details { Keep::Changes } else { Keep::Counts };
        let (locals, mut detection) = self.look(query, &platform, keep).await?;
        let selection = Selection::new(&query.types, &locals, &detection)?;
        let shape = platform.dialect.capabilities().shape;
        let counts = self.appraise(&mut detection, &shape).await?;
        let now = self.ports.clock.now();
        let mut details = ChangeDetails::default();
        let mut counted = ChangeSummary::default();
        let mut findings = Vec::new();
        for scoped in &detection.scopes {
            let settled = scoped.settled.iter().filter(|one| selection.has(one));
            details.unchanged.extend(settled.map(|one| one.key.clone()));
            for one in scoped.glimpsed.iter().filter(|one| selection.glimpses(one)) {
                match one.status {
                    Status::Same => details.unchanged.push(one.key.clone()),
                    status => count(&mut counted, status),
                }
            }
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
                        let dialect = &*platform.dialect;
                        details.conflicts.extend(open_conflict(one, scoped, dialect, now));
                    }
                    Status::Failed => details.failed.push(failed_type(one, now)),
                }
            }
            for one in scoped.stale.iter().filter(|one| selection.has(one)) {
                let finding = stale_finding(&one.key);
                details.failed.push(FailedType {
                    key: one.key.clone(),
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
            if !everywhere.contains(&key) || !selection.has_key(&key) {
                continue;
            }
            let view = || platform.dialect.normalize(definition).ok();
            let view = if query.include_details { view() } else { None };
            details.remote_changed.push(remote_new(key, definition.name.clone(), view, &shape));
        }
        findings.extend(detection.findings);
        findings.extend(self.state_finding().await);
        Ok(ChangeSet {
            target: platform.target.clone(),
            timestamp: now,
            complete: detection.complete,
            summary: summarize(&mut details, &counted),
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
        let (locals, detection) = self.look(query, &platform, Keep::All).await?;
        let selection = Selection::new(&query.types, &locals, &detection)?;
        let mut mappings = Vec::new();
        for scoped in &detection.scopes {
            let last = self.ports.store.last_run(&scoped.scope).await.map_err(store_failure)?;
            let outcomes = last.as_ref().map(|end| stored_outcomes(&end.result));
            let here = |outcome: &&Outcome| outcome.website_id == scoped.scope.website_id;
            let outcomes = outcomes.iter().flatten().filter(here);
            let outcomes: BTreeMap<&str, &Outcome> =
                map_of(outcomes.map(|outcome| (&*outcome.type_key, outcome)));
            let at = last.as_ref().map_or(0, |end| end.completed_at);
            let present = scoped.examined.iter().filter(|one| one.subject.local.is_some());
            let present: Vec<_> = present.filter(|one| selection.includes(one)).collect();
            let is_older = |one: &&Examined| !outcomes.contains_key(&*one.key);
            let older = present.iter().copied().filter(is_older).collect();
            let mut earlier = self.attempts_before(&scoped.scope, older).await?;
            for one in present {
                let outcome = outcomes.get(&*one.key);
                let latest = outcome.map(|outcome| LastAttempt {
                    status: outcome.status.clone(),
                    error: outcome.error.as_ref().map(|error| error.message.clone()),
                    at,
                });
                let last_attempt = latest.or_else(|| earlier.remove(&*one.subject.entity.id));
                mappings.push(mapping(one, last_attempt));
            }
        }
        mappings.sort_by(|a, b| a.type_key.cmp(&b.type_key));
        Ok(mappings)
    }

    /// How types fared that the last run of a scope had nothing to do with, by their ids.
    async fn attempts_before(
        &self,
        scope: &Scope,
        types: Vec<&Examined>,
    ) -> Result<BTreeMap<String, LastAttempt>, SyncError> {
        let document = |one: &Examined| (scope.website_id.clone(), one.subject.entity.id.clone());
        let documents: Vec<(String, String)> = types.into_iter().map(document).collect();
        let target = Some(scope.target.clone());
        let attempts = self.ports.store.last_attempts(documents, target);
        let attempts = attempts.await.map_err(store_failure)?;
        Ok(map_of(attempts.into_iter().map(|one| {
            let status = match &*one.status {
                "SUCCESS" => "success",
                "PARTIAL" => "conflict",
                _ => "failed",
            };
            let last = LastAttempt { status: status.to_owned(), error: one.error, at: one.at };
            (one.entity.id, last)
        })))
    }

    /// Looking works without a state that can be written; deploying does not.
    pub(super) async fn state_finding(&self) -> Option<Finding> {
        let error = self.ports.store.check_recordable().await.err()?;
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
        keep: Keep<'_>,
    ) -> Result<(std::sync::Arc<Locals>, Detection), SyncError> {
        let locals = self.locals().await?;
        let cancel = CancellationToken::new();
        let search = Search {
            platform,
            websites: wanted_websites(&locals, query.website_id.as_deref())?,
            freshness: Freshness::Cached,
            // Who wants to see all there is wants to see what is settled, too.
            everything: keep == Keep::All,
            keep,
            leases: &[],
            tolerate_absence: false,
            cancel: &cancel,
        };
        let detection = self.search(&locals, &search).await?;
        Ok((locals, detection))
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

/// The outcomes that a run stored with its result.
pub(super) fn stored_outcomes(result: &str) -> Vec<Outcome> {
    #[derive(serde::Deserialize)]
    struct Stored {
        #[serde(default)]
        outcomes: Vec<Outcome>,
    }
    serde_json::from_str::<Stored>(result).map(|stored| stored.outcomes).unwrap_or_default()
}

/// Counts a type of which nothing else is told.
fn count(summary: &mut ChangeSummary, status: Status) {
    let counter = match status {
        Status::Same => &mut summary.unchanged,
        Status::New => &mut summary.created,
        Status::Modified => &mut summary.updated,
        Status::Deleted => &mut summary.deleted,
        Status::RemoteModified | Status::RemoteDeleted => &mut summary.remote_changed,
        Status::Conflict(_) => &mut summary.conflicts,
        Status::Failed => &mut summary.failed,
    };
    *counter += 1;
}

/// Orders the details, and counts them on top of what is counted already.
fn summarize(details: &mut ChangeDetails, counted: &ChangeSummary) -> ChangeSummary {
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
        counted.created + details.created.len(),
        counted.updated + details.updated.len(),
        counted.deleted + details.deleted.len(),
        counted.conflicts + details.conflicts.len(),
    );
    ChangeSummary {
        total: created + updated + deleted + conflicts,
        created,
        updated,
        deleted,
        unchanged: counted.unchanged + details.unchanged.len(),
        conflicts,
        remote_changed: counted.remote_changed + details.remote_changed.len(),
        failed: counted.failed + details.failed.len(),
    }
}

/// A type that only the platform has; `None` for a view when it cannot be read.
fn remote_new(key: String, name: String, view: Option<View>, shape: &Shape) -> TypeChange {
    let fields = shape.lists.first().map(|list| Path::root().child(list));
    let fields = view.as_ref().zip(fields).map_or(0, |(view, list)| view.elements(&list).count());
    TypeChange {
        key,
        name,
        website_id: String::new(),
        status: "remote_new",
        local_hash: None,
        remote_hash: view.map(|view| view.digest().to_string()),
        base_hash: None,
        content_hash: None,
        fields_count: fields,
        field_changes: FieldChanges::default(),
        changes: Vec::new(),
        risk: "safe",
        content_items: 0,
        drift: None,
        findings: Vec::new(),
    }
}

fn mapping(one: &Examined, last_attempt: Option<LastAttempt>) -> TypeMapping {
    let base_type = Path::root().child("baseType");
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
