-- `name` stands for a document of a scope in the ids of its conflicts. The definition on the platform
-- is kept as it was when the conflict was seen: deciding needs all three sides, and asks nobody.
ALTER TABLE {prefix}conflict_log ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE {prefix}conflict_log ADD COLUMN remote_id TEXT;
ALTER TABLE {prefix}conflict_log ADD COLUMN remote_name TEXT;
ALTER TABLE {prefix}conflict_log ADD COLUMN remote_body TEXT;
ALTER TABLE {prefix}conflict_log ADD COLUMN revision_etag TEXT;
ALTER TABLE {prefix}conflict_log ADD COLUMN revision_modified TEXT;
CREATE INDEX {prefix}idx_conflict_log_name ON {prefix}conflict_log (name, id);
CREATE INDEX {prefix}idx_conflict_log_decided ON {prefix}conflict_log (resolved_at) WHERE resolution IS NOT NULL;
