-- The version that a write merges into the studio's row, so that whoever finishes the write can name
-- both parents; and the order in which replaced rows of a type are let go.
ALTER TABLE {prefix}sync_rows ADD COLUMN merged TEXT;
CREATE INDEX {prefix}idx_sync_rows_age ON {prefix}sync_rows (website_id, target, kind, local_id, id);
