-- What was done and what was refused, as a chain. Append-only, but that retention cuts the old end.

-- What whoever acted was allowed to do.
ALTER TABLE {prefix}sync_transactions ADD COLUMN role TEXT;
ALTER TABLE {prefix}sync_history ADD COLUMN role TEXT;

-- An entry is committed together with the row that it covers, and holds the digest of that row as
-- JSON without its NULL columns. So a column that is added later, and is NULL in the rows that are
-- there, leaves their digests what they are.
CREATE TABLE {prefix}sync_audit (
  sequence INTEGER PRIMARY KEY,
  -- Canonical JSON, with the hash of the entry before.
  entry TEXT NOT NULL,
  -- Of that text.
  hash TEXT NOT NULL,
  -- Of that hash; NULL while there is no key.
  signature TEXT,
  -- The row that the entry covers: `sync_history/1`.
  covers TEXT
);
CREATE INDEX {prefix}idx_sync_audit_covers ON {prefix}sync_audit (covers) WHERE covers IS NOT NULL;

-- The end of the chain, apart from it: entries that are missing at the end are missed.
CREATE TABLE {prefix}sync_audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  signing_key TEXT,
  signature TEXT,
  -- What was there before the chain began, or was cut off, which no entry covers.
  exempt TEXT NOT NULL
);
INSERT INTO {prefix}sync_audit_head (id, sequence, hash, exempt)
SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000', json_object(
  'history', (SELECT coalesce(max(id), 0) FROM {prefix}sync_history),
  'operations', (SELECT coalesce(max(id), 0) FROM {prefix}sync_operations),
  'started', (SELECT coalesce(max(started_at), 0) FROM {prefix}sync_transactions));
