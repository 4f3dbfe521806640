-- What undoing needs besides the definition before: what both sides had agreed on then, with the
-- bindings of fields and where the type came from, so that an edit of the studio is pending again once
-- its deployment is undone. `definition` and `base` are texts, or blobs where they are compressed;
-- `size` is that of the definition itself.
ALTER TABLE {prefix}sync_backups ADD COLUMN base TEXT;
ALTER TABLE {prefix}sync_backups ADD COLUMN bindings TEXT;
ALTER TABLE {prefix}sync_backups ADD COLUMN origin TEXT;
ALTER TABLE {prefix}sync_backups ADD COLUMN size INTEGER;
UPDATE {prefix}sync_backups SET size = length(CAST(definition AS BLOB));
-- The order in which the backups of a type are let go, and those of it that are asked for.
CREATE INDEX {prefix}idx_sync_backups_age ON {prefix}sync_backups (website_id, target, kind, local_id, id);
CREATE INDEX {prefix}idx_sync_backups_type ON {prefix}sync_backups (website_id, kind, local_id, id);

-- What a run is to an earlier one: it undoes it, or carries it on.
CREATE TABLE {prefix}sync_run_links (
  run_id TEXT NOT NULL,
  other_id TEXT NOT NULL,
  link TEXT NOT NULL CHECK (link IN ('undoes', 'undoes_failed', 'continues')),
  PRIMARY KEY (run_id, other_id)
) WITHOUT ROWID;
CREATE INDEX {prefix}idx_sync_run_links_other ON {prefix}sync_run_links (other_id);
