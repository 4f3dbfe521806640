//! The studio's side: rows with their digests, kept while nothing was committed.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::canonical::derive_key;
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError};
use crate::model::TargetIndex;
use crate::port::{RowSet, TypeRow, WebsiteRow};

use super::Engine;
use super::failure::studio_failure;
use super::parse::parse_head;

/// Rows up to this many bytes are kept between calls; more are read again, so that an idle engine
/// does not hold a large studio in memory.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// The content types of the studio at one moment: all, or those that matter, with what the others are
/// called by.
#[derive(Debug)]
pub(super) struct Locals {
    /// What the database looked like.
    pub rows: RowSet,
    /// Digest of every column read, by position in `rows.types`.
    pub digests: Vec<Digest>,
    /// Digest of all ids, keys and names: what views with references depend on besides their row.
    pub context: Digest,
    /// Ids of the rows that were read whole; without it all were.
    whole: Option<BTreeSet<String>>,
    by_id: HashMap<String, usize>,
    by_website: HashMap<String, Vec<usize>>,
    /// Made by the first call that asks for them.
    targets: OnceLock<TargetIndex>,
    keys: OnceLock<Keys>,
    /// Websites whose rows are written as lists of fields.
    of_lists: OnceLock<BTreeSet<String>>,
}

/// The keys by which the studio knows its types.
#[derive(Debug)]
struct Keys {
    /// By position in `rows.types`.
    of: Vec<String>,
    /// Positions by key, in order.
    places: HashMap<String, Vec<usize>>,
}

impl Locals {
    fn new(rows: RowSet, whole: Option<BTreeSet<String>>) -> Self {
        let digests = rows.types.iter().map(row_digest).collect();
        let context = Digest::of_parts(rows.types.iter().flat_map(|row| {
            let key = row.key.as_deref().unwrap_or_default();
            [row.id.as_bytes(), row.website_id.as_bytes(), key.as_bytes(), row.name.as_bytes()]
        }));
        let by_id = rows.types.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
        let mut by_website: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, row) in rows.types.iter().enumerate() {
            by_website.entry(row.website_id.clone()).or_default().push(at);
        }
        let (targets, keys, of_lists) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { rows, digests, context, whole, by_id, by_website, targets, keys, of_lists }
    }

    /// Whether there is a row of an id.
    pub fn lives(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// The row of an id with its digest, if it was read whole.
    pub fn row(&self, id: &str) -> Option<(&TypeRow, Digest)> {
        self.at(*self.by_id.get(id)?)
    }

    fn at(&self, at: usize) -> Option<(&TypeRow, Digest)> {
        let row = self.rows.types.get(at)?;
        let is_whole = self.whole.as_ref().is_none_or(|whole| whole.contains(&row.id));
        is_whole.then_some((row, *self.digests.get(at)?))
    }

    /// Whether a type of a website, other than the one of an id, has a name in any case.
    pub fn is_called(&self, website_id: &str, id: &str, name: &str) -> bool {
        self.target_index().is_called(website_id, id, name)
    }

    /// Whether most rows of a website are written as lists of fields.
    pub fn is_of_lists(&self, website_id: &str) -> bool {
        let is_list =
            |row: &TypeRow| row.fields.as_deref().unwrap_or_default().trim_start().starts_with('[');
        let is_of_lists = |website: &&String| {
            let (lists, objects): (Vec<_>, Vec<_>) =
                self.of_website(website).partition(|(row, _)| is_list(row));
            lists.len() > objects.len()
        };
        let of_lists = || self.by_website.keys().filter(is_of_lists).cloned().collect();
        self.of_lists.get_or_init(of_lists).contains(website_id)
    }

    /// The rows of a website, in order.
    pub fn of_website(&self, website_id: &str) -> impl Iterator<Item = (&TypeRow, Digest)> {
        let places = self.by_website.get(website_id).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.at(*at))
    }

    /// The rows that have a key, in order: their own, or where they have none the one that is derived
    /// from the name.
    pub fn of_key(&self, key: &str) -> impl Iterator<Item = (&TypeRow, Digest)> {
        let places = self.keys().places.get(key).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.at(*at))
    }

    /// The key by which the studio knows the type of a row id; empty when there is no such row.
    pub fn key_of(&self, id: &str) -> &str {
        let key = self.by_id.get(id).and_then(|at| self.keys().of.get(*at));
        key.map_or("", String::as_str)
    }

    fn keys(&self) -> &Keys {
        self.keys.get_or_init(|| {
            let targets = self.target_index();
            let of: Vec<String> =
                self.rows.types.iter().map(|row| studio_key(row, targets)).collect();
            let mut places: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, key) in of.iter().enumerate() {
                places.entry(key.clone()).or_default().push(at);
            }
            Keys { of, places }
        })
    }

    /// The names by which references may call types.
    pub fn target_index(&self) -> &TargetIndex {
        self.targets.get_or_init(|| {
            let types = self.rows.types.iter();
            TargetIndex::new(
                types.map(|row| (&*row.website_id, &*row.id, row.key.as_deref(), &*row.name)),
            )
        })
    }

    /// The website of an id.
    pub fn website(&self, id: &str) -> Option<&WebsiteRow> {
        self.rows.websites.iter().find(|website| website.id == id)
    }
}

fn unseen() -> SyncError {
    let message = "the studio reports no change to an engine that has seen nothing";
    SyncError::new(ErrorCode::Internal, message)
}

fn studio_key(row: &TypeRow, targets: &TargetIndex) -> String {
    let own = row.key.clone().filter(|key| !key.is_empty());
    own.unwrap_or_else(|| derive_key(&parse_head(row, targets).name, "Type"))
}

/// Digest of every column that is read, timestamps aside, because they are not trusted.
pub(super) fn row_digest(row: &TypeRow) -> Digest {
    let columns = [
        Some(&*row.id),
        Some(&*row.website_id),
        Some(&*row.name),
        row.key.as_deref(),
        row.plural_name.as_deref(),
        row.category.as_deref(),
        row.display_field.as_deref(),
        row.fields.as_deref(),
        row.settings.as_deref(),
    ];
    // NULL and an empty text differ.
    Digest::of_parts(columns.iter().flat_map(|column| {
        let present: &[u8] = if column.is_some() { b"1" } else { b"0" };
        [present, column.unwrap_or_default().as_bytes()]
    }))
}

impl Engine {
    /// Reads the studio, or returns what is known when nothing was committed since.
    pub(super) async fn locals(&self) -> Result<Arc<Locals>, SyncError> {
        let mut kept = self.kept_locals.lock().await;
        let seen = kept.as_ref().and_then(|locals| locals.rows.version);
        let read = self.ports.studio.read(seen).await.map_err(studio_failure)?;
        let Some(rows) = read else {
            if let Some(locals) = kept.as_ref() {
                return Ok(Arc::clone(locals));
            }
            return Err(unseen());
        };
        let size: usize =
            rows.types.iter().filter_map(|row| row.fields.as_ref()).map(|f| f.len()).sum();
        let locals = Arc::new(Locals::new(rows, None));
        *kept = (size <= KEPT_BYTES).then(|| Arc::clone(&locals));
        Ok(locals)
    }

    /// As [`Engine::locals`], for calls that are about some rows: reads no more than these whole, and
    /// keeps nothing.
    pub(super) async fn some_locals(
        &self,
        ids: BTreeSet<String>,
    ) -> Result<Arc<Locals>, SyncError> {
        let kept = self.kept_locals.lock().await.clone();
        let seen = kept.as_ref().and_then(|locals| locals.rows.version);
        let read = self.ports.studio.read_some(seen, ids.clone()).await.map_err(studio_failure)?;
        match (read, kept) {
            (Some(rows), _) => Ok(Arc::new(Locals::new(rows, Some(ids)))),
            (None, Some(kept)) => Ok(kept),
            (None, None) => Err(unseen()),
        }
    }
}
