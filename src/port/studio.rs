//! The studio's database, which is someone else's.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::canonical::write_ordered;
use crate::model::Json;
use crate::model::studio::{Changes, NewRow};

/// What the engine asks of the studio.
#[async_trait]
pub trait Studio: Send + Sync {
    /// Reads all websites and content types in one short read transaction.
    ///
    /// Returns `None` when nothing was committed since `seen`; what is known still holds then.
    ///
    /// # Errors
    ///
    /// When there is no readable database of a studio.
    async fn read(&self, seen: Option<DataVersion>) -> Result<Option<RowSet>, StudioError>;

    /// As [`Studio::read`], with no more than these content types whole: of every other one only its
    /// ids, its key and its name are there.
    ///
    /// # Errors
    ///
    /// As [`Studio::read`].
    async fn read_some(
        &self,
        seen: Option<DataVersion>,
        type_ids: BTreeSet<String>,
    ) -> Result<Option<RowSet>, StudioError>;

    /// Counts the content items of each of these types; types without any are left out.
    ///
    /// # Errors
    ///
    /// As [`Studio::read`].
    async fn content_items(
        &self,
        type_ids: Vec<String>,
    ) -> Result<BTreeMap<String, u64>, StudioError>;

    /// Counts, by type and member, the content items that hold something under a member of their
    /// content: for each of these types under each of these names. What nothing is held under is
    /// left out.
    ///
    /// # Errors
    ///
    /// As [`Studio::read`].
    async fn content_members(
        &self,
        wanted: BTreeMap<String, BTreeSet<String>>,
    ) -> Result<BTreeMap<String, BTreeMap<String, u64>>, StudioError>;

    /// Writes one row of `ContentType`, in one transaction, if the studio still is as the write says.
    ///
    /// What does not hold any more is an outcome, not an error, and then nothing is written. Not
    /// safe to repeat blindly: a write that was carried out finds its own row and is `Moved` or
    /// `Taken`, so whoever is in doubt reads first.
    ///
    /// # Errors
    ///
    /// As [`Studio::read`]; and when the database takes no writes, or its own constraints refuse
    /// the row.
    async fn write(&self, write: RowWrite) -> Result<RowOutcome, StudioError>;
}

/// A write of one row. `updated_at` of a written row is set by whoever asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowWrite {
    /// Changes a row that is, in every column that is read, as it was seen.
    Update {
        /// The row as it was read.
        seen: Box<TypeRow>,
        /// The row as it shall be; its ids are those of `seen`. Columns that do not differ are left
        /// alone.
        row: Box<TypeRow>,
    },
    /// Adds a row.
    Insert {
        /// The row. Columns that the database does not have are left out.
        row: Box<TypeRow>,
    },
    /// Removes a row that is as it was seen, and that no content item belongs to.
    Delete {
        /// The row as it was read.
        seen: Box<TypeRow>,
    },
}

impl RowWrite {
    /// Changes `seen` into `row`.
    #[must_use]
    pub fn update(seen: TypeRow, row: TypeRow) -> Self {
        Self::Update { seen: Box::new(seen), row: Box::new(row) }
    }

    /// Adds `row`.
    #[must_use]
    pub fn insert(row: TypeRow) -> Self {
        Self::Insert { row: Box::new(row) }
    }

    /// Removes `seen`.
    #[must_use]
    pub fn delete(seen: TypeRow) -> Self {
        Self::Delete { seen: Box::new(seen) }
    }
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// The row is as meant.
    Written,
    /// Somebody changed or removed the row since it was read.
    Moved,
    /// Content items belong to the type.
    InUse {
        /// How many.
        items: u64,
    },
    /// The id, or the key within the website, belongs to another row.
    Taken,
}

/// Identifies what a connection last saw; equal means that nobody committed in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataVersion(pub u64);

/// All websites and content types at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowSet {
    /// What was seen; to be given to the next read.
    pub version: Option<DataVersion>,
    /// Which of the columns that differ between the studio's versions exist.
    pub columns: Columns,
    /// Websites, by id.
    pub websites: Vec<WebsiteRow>,
    /// Content types, by website and row order.
    pub types: Vec<TypeRow>,
}

/// Which optional columns of `ContentType` a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns {
    /// `key`, `pluralName`, `category`, `displayField`: the later versions of the studio.
    pub key: bool,
    /// `settings`: the earlier ones.
    pub settings: bool,
}

/// A website.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebsiteRow {
    /// Row id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A row of `ContentType`, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeRow {
    /// Row id.
    pub id: String,
    /// Owner.
    pub website_id: String,
    /// Name.
    pub name: String,
    /// Key, where the column exists.
    pub key: Option<String>,
    /// Plural name, where the column exists.
    pub plural_name: Option<String>,
    /// Category, where the column exists.
    pub category: Option<String>,
    /// Display field, where the column exists.
    pub display_field: Option<String>,
    /// The `fields` column, whatever it holds; `None` when it is NULL or no text.
    pub fields: Option<Box<str>>,
    /// The `settings` column, where it exists.
    pub settings: Option<Box<str>>,
    /// Milliseconds since the epoch, from any of the three forms that occur.
    pub created_at: Option<i64>,
    /// Milliseconds since the epoch, from any of the three forms that occur.
    pub updated_at: Option<i64>,
}

impl TypeRow {
    /// A row to be added, created and updated at a moment.
    #[must_use]
    pub fn new(row: &NewRow, created_at: i64) -> Self {
        let bare = Self {
            id: row.content.id.clone(),
            website_id: row.content.website_id.clone(),
            key: row.content.key.clone(),
            created_at: Some(created_at),
            ..Self::default()
        };
        bare.changed(&row.columns, created_at)
    }

    /// The row with changes made, updated at a moment; the row itself where nothing changes.
    #[must_use]
    pub fn changed(&self, changes: &Changes, updated_at: i64) -> Self {
        let mut row = self.clone();
        if changes.is_empty() {
            return row;
        }
        let text = |value: &Json<'_>| write_ordered(value).into_boxed_str();
        row.name = changes.name.clone().unwrap_or(row.name);
        row.plural_name = changes.plural_name.clone().or(row.plural_name);
        row.category = changes.category.clone().or(row.category);
        row.display_field = changes.display_field.clone().unwrap_or(row.display_field);
        row.fields = changes.fields.as_ref().map(text).or(row.fields);
        row.settings = changes.settings.as_ref().map(text).or(row.settings);
        row.updated_at = Some(updated_at);
        row
    }
}

/// Why the studio cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudioError {
    /// No such file.
    #[error("no database at {path}")]
    NotFound {
        /// Where it was looked for.
        path: String,
    },
    /// A file, but no database of a studio.
    #[error("{path} is no database of a studio: {reason}")]
    Invalid {
        /// The file.
        path: String,
        /// What is missing or damaged.
        reason: String,
    },
    /// A kind of database that is not supported.
    #[error("databases of the kind {kind} are not supported")]
    Unsupported {
        /// The scheme of its URL.
        kind: String,
    },
    /// Locked for longer than we wait.
    #[error("{path} is locked by another program")]
    Busy {
        /// The file.
        path: String,
    },
    /// A database that takes no writes.
    #[error("{path} cannot be written: {reason}")]
    ReadOnly {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// A write against what the database demands of its rows: a constraint, or a trigger.
    #[error("{path} refuses the row: {reason}")]
    Refused {
        /// The file.
        path: String,
        /// What it demands.
        reason: String,
    },
    /// Anything else that reading failed with.
    #[error("{path} cannot be read: {reason}")]
    Failed {
        /// The file.
        path: String,
        /// What failed.
        reason: String,
    },
}

impl StudioError {
    /// Whether a write that failed so is known to have left everything as it was.
    #[must_use]
    pub fn wrote_nothing(&self) -> bool {
        !matches!(self, Self::Failed { .. })
    }
}
