//! Restoring: an earlier content of a type becomes its present one, as a new version on top.
//!
//! What the row holds before is recorded first, so nothing is lost by restoring, and the row is
//! written only if it still is as it was read. A process that ends between the write and its record
//! leaves a row that the next look records; restoring again finds nothing to write.

use crate::canonical::write;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::model::Json;
use crate::port::{Document, RowOutcome, RowWrite, TypeRow, VersionRow, VersionSource};
use crate::version::{Content, Snapshot};

use super::actor::Action;
use super::failure::{store_failure, studio_failure};
use super::locals::{Locals, row_digest};
use super::parse::row_of;
use super::report::Version;
use super::versions::{intact, shown};
use super::{Engine, TypeRef, VersionNote};

/// How often a row is read anew because somebody changed it meanwhile.
const ATTEMPTS: u32 = 8;

/// Who writes what the row held before, which nobody recorded.
const NOBODY: &str = "system";

/// Letters of a hash that are enough for people.
const SHORT: usize = 8;

impl Engine {
    /// Makes the content of a version the present one of its type, as a new version on top of the
    /// latest; `None` when it is that already. A type whose row is gone is made again with its id.
    ///
    /// The new version comes from the studio ([`VersionSource::Ui`]): somebody decided what the type
    /// shall be, and no platform or deployment had a part in it.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for an unknown version or a deletion; `VALIDATION_FAILED` for an imported
    /// version and where a row cannot say what the version holds; `STORE_FAILED` for one that is not
    /// what its hash says; `WEBSITE_NOT_FOUND`; and when a database cannot be read or written.
    pub async fn restore_version(
        &self,
        hash: &str,
        author: &str,
        message: Option<&str>,
    ) -> Result<Option<Version>, SyncError> {
        self.permit(Action::RestoreVersion).await?;
        self.permit_signature(author).await?;
        let version = self.version_named("hash", hash).await?;
        let content = restorable(&version)?;
        self.ports.store.check_writable().await.map_err(store_failure)?;
        let note = VersionNote {
            source: VersionSource::Ui,
            author: author.to_owned(),
            message: Some(message.map_or_else(|| restored(&version), str::to_owned)),
        };
        for _ in 0..ATTEMPTS {
            let locals = self.locals().await?;
            let document = self.present(&version.document).await?;
            if locals.website(&document.website_id).is_none() {
                let website = quoted(&document.website_id);
                let message = format!("no website has the id {website}");
                return Err(SyncError::new(ErrorCode::WebsiteNotFound, message)
                    .of(&version.type_key)
                    .next_step("restore a version of a type whose website is there"));
            }
            let seen = locals.row(&document.entity.id).map(|(row, _)| row);
            self.record_before(&document).await?;
            let row = self.row_with(&version, &content, &document, seen, &locals)?;
            let mut others = locals.of_website(&row.website_id).map(|(other, _)| other);
            if seen.is_none() && others.any(|other| other.name == row.name) {
                let name = quoted(&row.name);
                let message = format!("the website has another type with the name {name}");
                return Err(SyncError::new(ErrorCode::ValidationFailed, message)
                    .of(&version.type_key)
                    .next_step("rename or delete the other type, then restore again"));
            }
            if seen.is_some_and(|seen| is_same(seen, &row)) {
                return Ok(None);
            }
            let head = self.head_of(&document, Some((&row, row_digest(&row))), &locals).await?;
            let written = match seen {
                Some(seen) => RowWrite::update(seen.clone(), row.clone()),
                None => RowWrite::insert(row.clone()),
            };
            match self.ports.studio.write(written).await.map_err(studio_failure)? {
                RowOutcome::Written => {
                    return match self.record_written(head, &document, &row, &note).await? {
                        None => self.recorded_by_others(&document, &row).await,
                        Some(recorded) => Ok(Some(shown(recorded))),
                    };
                }
                // Nobody's key is taken by reading again, but an id may have come meanwhile.
                RowOutcome::Taken if self.is_key_taken(&row).await? => {
                    let key = quoted(row.key.as_deref().unwrap_or_default());
                    let message = format!("the key {key} belongs to another type of the website");
                    return Err(SyncError::new(ErrorCode::ValidationFailed, message)
                        .of(&version.type_key)
                        .next_step("give the other type another key, then restore again"));
                }
                RowOutcome::Taken | RowOutcome::Moved | RowOutcome::InUse { .. } => {}
            }
        }
        Err(SyncError::new(ErrorCode::DatabaseBusy, "others keep changing the type")
            .of(&version.type_key))
    }

    /// The document that a history is at now: a type that was made again may have another id.
    async fn present(&self, document: &Document) -> Result<Document, SyncError> {
        let all = self.ports.store.succession(document).await.map_err(store_failure)?;
        Ok(all.into_iter().next().unwrap_or_else(|| document.clone()))
    }

    /// The version of what was written, which somebody saw and recorded first, perhaps with others
    /// on top of it by now; the latest when they wrote over it unseen.
    async fn recorded_by_others(
        &self,
        document: &Document,
        row: &TypeRow,
    ) -> Result<Option<Version>, SyncError> {
        let store = &self.ports.store;
        let content = Snapshot::of(&row_of(row)).map(|own| own.content_hash);
        let Some(head) = store.head(document).await.map_err(store_failure)? else {
            return Ok(None);
        };
        let mut next = Some(head.hash.clone());
        for _ in 0..ATTEMPTS {
            let Some(hash) = next else { break };
            let Some(version) = store.version(&hash).await.map_err(store_failure)? else { break };
            if version.content_hash == content {
                return Ok(Some(shown(version)));
            }
            next = version.parents.into_iter().next();
        }
        self.version(&head.hash).await
    }

    /// Records what the row holds, or that it is gone; what is no content has no version to be recorded.
    async fn record_before(&self, document: &Document) -> Result<(), SyncError> {
        let wanted = TypeRef {
            name: document.entity.id.clone(),
            website_id: Some(document.website_id.clone()),
            provider: None,
        };
        let note = VersionNote {
            source: VersionSource::Sync,
            author: NOBODY.to_owned(),
            message: Some("seen before an earlier version was restored".to_owned()),
        };
        match self.record_present(&wanted, &note, None).await {
            Err(error) if error.code != ErrorCode::ValidationFailed => Err(error),
            _ => Ok(()),
        }
    }

    /// The row with the content of a version. A column that the version knows nothing of, because the
    /// studio had none then, stays as it is.
    fn row_with(
        &self,
        version: &VersionRow,
        content: &Content<'_>,
        document: &Document,
        seen: Option<&TypeRow>,
        locals: &Locals,
    ) -> Result<TypeRow, SyncError> {
        let columns = locals.rows.columns;
        let now = self.ports.clock.now();
        let text = |name: &str| content.column(name).map(str::to_owned);
        let mut row = TypeRow {
            id: document.entity.id.clone(),
            website_id: document.website_id.clone(),
            name: text("name").unwrap_or_default(),
            fields: Some(write(&content.fields).into_boxed_str()),
            settings: content.settings().map(|settings| write(settings).into_boxed_str()),
            created_at: seen.map_or(Some(now), |seen| seen.created_at),
            updated_at: Some(now),
            ..TypeRow::default()
        };
        if !columns.settings {
            row.settings = None;
        }
        match (columns.key, content.column("key"), seen) {
            (false, ..) => {}
            (true, Some(_), _) => {
                row.key = text("key");
                row.plural_name = text("pluralName");
                row.category = text("category");
                row.display_field = text("displayField");
            }
            (true, None, Some(seen)) => {
                row.key.clone_from(&seen.key);
                row.plural_name.clone_from(&seen.plural_name);
                row.category.clone_from(&seen.category);
                row.display_field.clone_from(&seen.display_field);
            }
            (true, None, None) => {
                let message = format!(
                    "version {} was made before types had a key, so that its row cannot be made again",
                    version.hash
                );
                return Err(SyncError::new(ErrorCode::ValidationFailed, message)
                    .of(&version.type_key)
                    .next_step("make the type again in the studio, then restore the version"));
            }
        }
        // The same content in other bytes is no change.
        if let Some(seen) = seen
            && Snapshot::of(&row_of(seen)).map(|own| own.content_hash) == version.content_hash
        {
            row.fields.clone_from(&seen.fields);
        }
        Ok(row)
    }

    /// Whether another row has the key.
    async fn is_key_taken(&self, row: &TypeRow) -> Result<bool, SyncError> {
        let locals = self.locals().await?;
        let mut others = locals.of_website(&row.website_id).map(|(other, _)| other);
        Ok(row.key.is_some() && others.any(|other| other.id != row.id && other.key == row.key))
    }
}

/// The content of a version that can be restored.
fn restorable(version: &VersionRow) -> Result<Content<'_>, SyncError> {
    let refused = |code: ErrorCode, why: &str, step: &str| {
        let message = format!("version {} cannot be restored: {why}", version.hash);
        SyncError::new(code, message).of(&version.type_key).next_step(step)
    };
    if version.imported {
        let why =
            "it was imported from the studio's earlier attempt, which did not keep the whole row";
        let step = "enter what it holds in the studio";
        return Err(refused(ErrorCode::ValidationFailed, why, step));
    }
    if let Err(reason) = intact(version) {
        let step = "restore another version";
        return Err(refused(ErrorCode::StoreFailed, &reason, step));
    }
    let Some(snapshot) = version.snapshot.as_deref() else {
        let step = "restore the version before it, or delete the type in the studio";
        return Err(refused(ErrorCode::InvalidArgument, "it is a deletion", step));
    };
    Content::read(snapshot, &version.columns, &version.document.entity.id).map_err(|error| {
        refused(ErrorCode::StoreFailed, &error.to_string(), "restore another version")
    })
}

/// Whether a row says already what another one does.
fn is_same(seen: &TypeRow, row: &TypeRow) -> bool {
    let settings = |row: &TypeRow| row.settings.as_deref().map(column_text);
    let same = TypeRow { updated_at: seen.updated_at, ..row.clone() };
    let same = TypeRow { settings: seen.settings.clone(), ..same };
    *seen == same && settings(seen) == settings(row)
}

/// A JSON column in the one form of all that say the same.
fn column_text(text: &str) -> String {
    crate::canonical::parse(text).map_or_else(|_| text.to_owned(), |json: Json<'_>| write(&json))
}

fn restored(version: &VersionRow) -> String {
    let hash = version.hash.get(..SHORT).unwrap_or(&version.hash);
    match &version.semver {
        Some(number) => format!("restored {number} ({hash})"),
        None => format!("restored {hash}"),
    }
}
