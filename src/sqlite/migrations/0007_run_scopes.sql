-- Which scopes a run holds: whoever holds one of them later knows that the run is over.
CREATE TABLE {prefix}sync_run_scopes (
  run_id TEXT NOT NULL,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (run_id, website_id, target)
) WITHOUT ROWID;
CREATE INDEX {prefix}idx_sync_transactions_open ON {prefix}sync_transactions (started_at) WHERE completed_at IS NULL;
-- Runs of earlier releases, as far as their plans tell.
INSERT INTO {prefix}sync_run_scopes
SELECT DISTINCT o.run_id, o.website_id, o.target FROM {prefix}sync_operations o
JOIN {prefix}sync_transactions t ON t.id = o.run_id WHERE t.completed_at IS NULL;
