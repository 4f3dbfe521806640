//! Databases as the studio makes them, in both of the shapes that occur.

use std::path::{Path, PathBuf};

use catalyst_sync::canonical::{content_hash, parse};
use rusqlite::Connection;

/// A definition as the user interface writes it.
pub const UI_FIELDS: &str = r#"{"name":"Event","pluralName":"Events","icon":"📅","description":"Public events","fields":[
 {"id":"1755000000000_k3j9x0abc","name":"title","label":"Title","type":"text","required":true,"validation":{"minLength":3,"maxLength":120},"order":0},
 {"id":"1755000000200_aa11bb22c","name":"poster","label":"Poster","type":"image","required":false,"helpText":"16:9","order":1},
 {"id":"1755000000300_zz99yy88x","name":"body","label":"Body","type":"richText","required":false,"order":2}],
 "relationships":[]}"#;

/// A definition as the assistant writes it.
pub const AI_FIELDS: &str = r#"{"name":"Gadget","pluralName":"Gadgets","icon":"📋","description":"","fields":[
 {"name":"price","type":"number","required":true,"label":"Price","validation":{"min":0,"precision":2},"order":1,"id":"field_price_1755000001000_0"},
 {"name":"stock","type":"select","required":true,"label":"Stock","options":[{"label":"In","value":"in"},{"label":"Out","value":"out"}],"order":2,"id":"field_stock_1755000001000_1"}],
 "relationships":[]}"#;

/// A definition as the seed writes it: a bare list.
pub const SEED_FIELDS: &str = r#"[{"name":"headline","type":"text","required":true,"maxLength":80},
 {"name":"topic","type":"select","options":["News","Howto"]},
 {"name":"postedAt","type":"datetime","required":true},
 {"name":"pinned","type":"boolean","default":false}]"#;

const COMMON: &str = "
CREATE TABLE Website (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, description TEXT,
  category TEXT NOT NULL, metadata TEXT, icon TEXT, settings TEXT,
  isActive BOOLEAN NOT NULL DEFAULT true, createdAt DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updatedAt DATETIME NOT NULL);
CREATE TABLE ContentItem (id TEXT NOT NULL PRIMARY KEY, contentTypeId TEXT NOT NULL,
  websiteId TEXT NOT NULL, data TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'draft',
  createdAt DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, updatedAt DATETIME NOT NULL);
CREATE INDEX ContentItem_websiteId_contentTypeId_idx ON ContentItem(websiteId, contentTypeId);
CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL);";

const SQLITE_ERA: &str = "
CREATE TABLE ContentType (id TEXT NOT NULL PRIMARY KEY, websiteId TEXT NOT NULL, name TEXT NOT NULL,
  fields TEXT NOT NULL, settings TEXT, createdAt DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updatedAt DATETIME NOT NULL);";

const HEAD_ERA: &str = "
CREATE TABLE ContentType (id TEXT NOT NULL PRIMARY KEY, websiteId TEXT NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, pluralName TEXT NOT NULL, displayField TEXT,
  category TEXT NOT NULL DEFAULT 'page', fields JSONB NOT NULL,
  createdAt DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, updatedAt DATETIME NOT NULL);
CREATE UNIQUE INDEX ContentType_websiteId_key_key ON ContentType(websiteId, key);";

const EARLIER_ATTEMPT: &str = "
CREATE TABLE content_type_versions (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  type_key TEXT NOT NULL, version_hash TEXT NOT NULL, parent_hash TEXT,
  content_snapshot TEXT NOT NULL, change_source TEXT NOT NULL, author TEXT,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, message TEXT);
CREATE UNIQUE INDEX content_type_versions_version_hash_key ON content_type_versions(version_hash);
CREATE INDEX idx_type_versions ON content_type_versions(type_key, created_at);
CREATE INDEX idx_version_hash ON content_type_versions(version_hash);
CREATE TABLE version_parents (version_hash TEXT NOT NULL, parent_hash TEXT NOT NULL,
  parent_order INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (version_hash, parent_hash));
CREATE TABLE sync_history (id TEXT NOT NULL PRIMARY KEY, type_key TEXT NOT NULL,
  version_hash TEXT NOT NULL, target_platform TEXT NOT NULL, sync_direction TEXT NOT NULL,
  sync_status TEXT NOT NULL, pushed_data TEXT NOT NULL, response_data TEXT, error_message TEXT,
  retry_count INTEGER NOT NULL DEFAULT 0, sync_metadata TEXT, deployment_id TEXT,
  started_at DATETIME NOT NULL, completed_at DATETIME,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE sync_state (type_key TEXT NOT NULL PRIMARY KEY, local_hash TEXT NOT NULL,
  remote_hash TEXT, last_synced_hash TEXT, sync_status TEXT NOT NULL, last_sync_at DATETIME,
  last_checked_at DATETIME NOT NULL, change_source TEXT);
CREATE TABLE conflict_log (id TEXT NOT NULL PRIMARY KEY, type_key TEXT NOT NULL,
  local_hash TEXT NOT NULL, remote_hash TEXT NOT NULL, conflict_type TEXT NOT NULL,
  conflict_details TEXT NOT NULL, created_at DATETIME NOT NULL);";

/// Adds the tables of the studio's earlier attempt at synchronizing, empty.
pub fn add_earlier_attempt(connection: &Connection) {
    connection.execute_batch(EARLIER_ATTEMPT).unwrap();
}

/// A studio's database in the making. Every call opens, writes, and closes.
pub struct StudioDb {
    path: PathBuf,
    has_key: bool,
}

impl StudioDb {
    /// `dev.db` of the last studio on SQLite: types have `settings` and no `key`.
    pub fn sqlite_era(folder: &Path) -> Self {
        Self::make(folder, SQLITE_ERA, false)
    }

    /// `dev.db` with the columns of the later studio: `key`, `pluralName`, `category`,
    /// `displayField`, and no `settings`.
    pub fn head_era(folder: &Path) -> Self {
        Self::make(folder, HEAD_ERA, true)
    }

    /// `dev.db` of the studio on `SQLite` that was made in a folder before.
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("dev.db"), has_key: false }
    }

    fn make(folder: &Path, content_type: &str, has_key: bool) -> Self {
        let made = Self { path: folder.join("dev.db"), has_key };
        made.sql(COMMON).sql(content_type)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A connection of its own, as another program would have it.
    pub fn connect(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    /// Runs any SQL.
    pub fn sql(self, sql: &str) -> Self {
        self.connect().execute_batch(sql).unwrap();
        self
    }

    /// Adds a website.
    pub fn website(self, id: &str, name: &str) -> Self {
        self.connect()
            .execute(
                "INSERT INTO Website (id, name, category, updatedAt) VALUES (?1, ?2, 'blog', 1)",
                (id, name),
            )
            .unwrap();
        self
    }

    /// Adds a content type, created at 1,700,000,000,000 and updated a millisecond later.
    pub fn content_type(self, id: &str, website: &str, name: &str, fields: &str) -> Self {
        let connection = self.connect();
        let (created, updated) = (1_700_000_000_000_i64, 1_700_000_000_001_i64);
        if self.has_key {
            let key = name.to_lowercase().replace(' ', "_");
            connection.execute(
                "INSERT INTO ContentType (id, websiteId, name, key, pluralName, displayField,
                   category, fields, createdAt, updatedAt)
                 VALUES (?1, ?2, ?3, ?4, ?3 || 's', 'title', 'page', ?5, ?6, ?7)",
                (id, website, name, key, fields, created, updated),
            )
        } else {
            connection.execute(
                "INSERT INTO ContentType (id, websiteId, name, fields, settings, createdAt,
                   updatedAt)
                 VALUES (?1, ?2, ?3, ?4, json_object('pluralName', ?3 || 's'), ?5, ?6)",
                (id, website, name, fields, created, updated),
            )
        }
        .unwrap();
        self
    }

    /// Adds content items of a type.
    pub fn content_items(self, type_id: &str, count: u32) -> Self {
        let connection = self.connect();
        for at in 0..count {
            connection
                .execute(
                    "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                     VALUES (?1, ?2, 'w1', '{}', 1)",
                    (format!("{type_id}_{at}"), type_id),
                )
                .unwrap();
        }
        self
    }

    /// Adds the tables of the studio's earlier attempt at synchronizing, empty.
    pub fn earlier_attempt(self) -> Self {
        add_earlier_attempt(&self.connect());
        self
    }

    /// Adds a version to the earlier attempt, named by its content hash as the studio names it;
    /// returns the name.
    pub fn earlier_version(&self, type_key: &str, parent: Option<&str>, snapshot: &str) -> String {
        let hash = content_hash(parse(snapshot).unwrap()).to_string();
        self.connect()
            .execute(
                "INSERT INTO content_type_versions (type_key, version_hash, parent_hash,
                   content_snapshot, change_source, author, created_at, message)
                 VALUES (?1, ?2, ?3, ?4, 'UI', 'system', 1700000000000, 'saved')",
                (type_key, &hash, parent, snapshot),
            )
            .unwrap();
        hash
    }
}
