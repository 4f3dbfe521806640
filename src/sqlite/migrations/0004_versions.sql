-- Versions are recorded, found and told apart. Append-only, like every migration.

-- The columns of the row beside its definition, which the studio's content hash does not cover.
ALTER TABLE {prefix}content_type_versions ADD COLUMN row_columns TEXT NOT NULL DEFAULT '{}';
ALTER TABLE {prefix}content_type_versions ADD COLUMN change_type TEXT CHECK (change_type IN ('create', 'update', 'delete'));
-- NULL for what was imported: numbering begins with the engine's own versions.
ALTER TABLE {prefix}content_type_versions ADD COLUMN semver TEXT;
UPDATE {prefix}content_type_versions SET change_type = iif(parent_hash IS NULL, 'create', 'update');

-- 1: the parent was removed by retention, so its absence is no damage.
ALTER TABLE {prefix}version_parents ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX {prefix}idx_version_children ON {prefix}version_parents (parent_hash);

-- A history is read newest first, by one of these.
CREATE INDEX {prefix}idx_versions_time ON {prefix}content_type_versions (website_id, kind, local_id, created_at);
CREATE INDEX {prefix}idx_versions_author ON {prefix}content_type_versions (website_id, kind, local_id, author, created_at);
CREATE INDEX {prefix}idx_versions_source ON {prefix}content_type_versions (website_id, kind, local_id, change_source, created_at);
CREATE INDEX {prefix}idx_versions_change ON {prefix}content_type_versions (website_id, kind, local_id, change_type, created_at);

-- The latest version of each document, with what tells whether its row has moved since: a run reads
-- all of a website.
CREATE TABLE {prefix}version_heads (
  website_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  version_hash TEXT NOT NULL,
  content_hash TEXT,
  -- NULL for what was imported, which kept none.
  columns_digest BLOB,
  -- Of the row as last seen with this content; NULL when that is not known.
  row_digest BLOB,
  change_type TEXT NOT NULL,
  semver TEXT,
  imported INTEGER NOT NULL DEFAULT 0,
  -- The document that carries this history on: a row with the same key, after this one was gone.
  successor TEXT,
  PRIMARY KEY (website_id, kind, local_id)
) WITHOUT ROWID;
CREATE INDEX {prefix}idx_version_heads_type ON {prefix}version_heads (type_key);
CREATE INDEX {prefix}idx_version_heads_id ON {prefix}version_heads (local_id);
CREATE INDEX {prefix}idx_version_heads_successor ON {prefix}version_heads (website_id, kind, successor) WHERE successor IS NOT NULL;
INSERT INTO {prefix}version_heads (website_id, kind, local_id, type_key, version_hash, content_hash, change_type, imported)
  SELECT website_id, kind, local_id, type_key, version_hash, content_hash, change_type, imported
  FROM {prefix}content_type_versions
  WHERE id IN (SELECT max(id) FROM {prefix}content_type_versions GROUP BY website_id, kind, local_id);

-- Whether an attempt that could be undone needs a version.
CREATE INDEX {prefix}idx_sync_history_version ON {prefix}sync_history (version_hash) WHERE version_hash IS NOT NULL;
