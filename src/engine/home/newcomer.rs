//! A row for a document that the studio does not have, written as its other rows are.

use crate::canonical::View;
use crate::error::SyncError;
use crate::merge::{Base, Pair};
use crate::model::ContentType;
use crate::model::studio::rules::type_name_of;
use crate::model::studio::{Manner, new_row};
use crate::port::{Document, Held, TypeRow, VersionFilter};

use super::Home;
use super::draft::{CODEC, Draft, held, unwritable};
use crate::engine::Engine;
use crate::engine::changes::describe;
use crate::engine::examine::Examined;
use crate::engine::failure::store_failure;
use crate::engine::fields::FieldBinding;
use crate::engine::locals::Locals;
use crate::engine::record_version::content_of;

impl Home<'_> {
    /// Drafts a row for a document that only the platform has. One that the studio had before starts
    /// from what it said last, so that what no view expresses comes back too.
    ///
    /// # Errors
    ///
    /// `VALIDATION_FAILED` when no row can say it, and when the state cannot be read.
    pub async fn draft_new(&self, one: &Examined) -> Result<Draft, SyncError> {
        if let Some(finding) = one.subject.findings.iter().find(|finding| finding.blocks()) {
            return Err(unwritable(one, &describe(finding)));
        }
        let website_id = &self.scope.website_id;
        let id = &one.subject.entity.id;
        let earlier = self.last_content(id).await?;
        let held = if earlier.is_some() { held(one) } else { Held::default() };
        let nothing = || ContentType {
            id: id.clone(),
            website_id: website_id.clone(),
            ..ContentType::default()
        };
        let start = earlier.unwrap_or_else(nothing);
        let dialect = &*self.platform.dialect;
        let mut reflection = dialect.reflect(&start, &held, &one.remote);
        if reflection.local.name.is_empty() {
            // What it is called there is no name here, and a row has to have one.
            reflection.local.name = type_name_of(&one.name);
            reflection.view = dialect.project(&reflection.local, &reflection.held()).view;
        }
        if self.is_name_taken(&reflection.local) {
            let name = &reflection.local.name;
            return Err(unwritable(one, &format!("the studio has another type called {name:?}")));
        }
        let made = new_row(&reflection.local, manner(self.locals, website_id), self.targets, CODEC)
            .map_err(|error| unwritable(one, &error.to_string()).caused_by(error))?;
        let row = TypeRow::new(&made, self.engine.ports.clock.now());
        let bound = reflection.local.fields.iter().filter_map(|field| {
            let identity = field.identity();
            let key = reflection.keys.get(&identity)?.clone();
            Some(FieldBinding { identity, name: field.name.clone(), key, kind: field.kind_word() })
        });
        let base = lived_with(&reflection.view, &one.remote, self);
        let bindings: Vec<FieldBinding> = bound.collect();
        self.settle_draft(one, &reflection.view, base, &bindings, reflection.findings, (None, row))
    }

    /// What the latest version of a document says that is gone from the studio.
    async fn last_content(&self, id: &str) -> Result<Option<ContentType>, SyncError> {
        let store = &self.engine.ports.store;
        let document = Document::content_type(&*self.scope.website_id, id);
        // A deletion comes last, and what it deleted right before.
        let filter = VersionFilter { limit: Some(2), ..VersionFilter::default() };
        let history = store.history(vec![document], filter).await;
        let history = history.map_err(store_failure)?;
        let Some(last) = history.iter().find(|one| one.content_hash.is_some()) else {
            return Ok(None);
        };
        let whole = store.version(&last.hash).await.map_err(store_failure)?;
        let mut content = whole.as_ref().and_then(content_of);
        if let Some(content) = &mut content {
            // What it referred to may be gone as well.
            let _ = self.targets.resolve(content);
        }
        Ok(content)
    }

    fn is_name_taken(&self, content: &ContentType) -> bool {
        self.locals.is_called(&content.website_id, &content.id, &content.name)
    }
}

impl Engine {
    /// An id as the studio's database client makes them: a `c`, the time, and noise; 25 characters.
    pub(in crate::engine) fn new_row_id(&self) -> String {
        let clock = &self.ports.clock;
        let time = base36(u64::try_from(clock.now()).unwrap_or_default(), 8);
        let noise = base36(clock.random(), 12);
        let more = base36(clock.random(), 4);
        format!("c{time}{more}{noise}")
    }
}

/// The last digits of a number in base 36.
fn base36(mut number: u64, digits: usize) -> String {
    let mut text = Vec::with_capacity(digits);
    for _ in 0..digits {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        text.extend(char::from_digit(digit, 36));
        number /= 36;
    }
    text.iter().rev().collect()
}

/// How the rows of a website are written: as most of them, and where there are none as the studio's
/// own builder does.
fn manner(locals: &Locals, website_id: &str) -> Manner {
    Manner { is_list: locals.is_of_lists(website_id), has_columns: locals.rows.columns.key }
}

/// What both sides agree on once a document is taken in: what the studio can say of it, and of the
/// rest that it is so on the platform.
fn lived_with(says: &View, remote: &View, home: &Home<'_>) -> Base {
    let mut base = Base::covering(&home.platform.dialect.capabilities().shape);
    for (path, _) in says.iter().chain(remote.iter()) {
        let pair = Pair { local: says.get(path).cloned(), remote: remote.get(path).cloned() };
        base.set(path, pair);
    }
    base
}
