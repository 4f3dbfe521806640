-- Writes to the studio's own rows. A row is committed here before the studio's is written, and
-- closed together with what it left behind; `started` is the failure state. What was there before
-- stays readable.
CREATE TABLE {prefix}sync_rows (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('started', 'applied', 'failed', 'undecided')),
  fence INTEGER NOT NULL,
  remote_id TEXT NOT NULL,
  -- The studio's row, JSON; NULL where there is none.
  row_before TEXT,
  row_after TEXT,
  base TEXT NOT NULL,
  bindings TEXT NOT NULL,
  conflict_digest BLOB,
  resolution TEXT,
  resolved_by TEXT,
  resolved_at INTEGER,
  actor TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  closed_at INTEGER
);
CREATE INDEX {prefix}idx_sync_rows_open ON {prefix}sync_rows (target, website_id) WHERE state = 'started';
CREATE INDEX {prefix}idx_sync_rows_run ON {prefix}sync_rows (run_id, website_id, target);
