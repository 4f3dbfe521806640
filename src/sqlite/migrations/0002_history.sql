-- What states and the history are asked for, each question with the index that answers it.
--
-- The wide columns of a history row, what was sent and what came back, lie in the table. The indexes
-- hold what questions filter, order and add up by, so that counting and adding never reads those.

-- When a side was first seen as its hash says.
ALTER TABLE {prefix}sync_state ADD COLUMN local_changed_at INTEGER;
ALTER TABLE {prefix}sync_state ADD COLUMN remote_changed_at INTEGER;
CREATE INDEX {prefix}idx_sync_state_document ON {prefix}sync_state (website_id, local_id);
CREATE INDEX {prefix}idx_sync_state_id ON {prefix}sync_state (local_id);
CREATE INDEX {prefix}idx_sync_state_conflict ON {prefix}sync_state (website_id, target) WHERE conflict_status = 'detected';

-- When a deployment last looked at all of a scope, and how it went about it. A row of its own,
-- because a type that is as it was is not written again.
CREATE TABLE {prefix}sync_checks (
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  last_checked_at INTEGER NOT NULL,
  sync_mode TEXT,
  PRIMARY KEY (website_id, target)
) WITHOUT ROWID;

-- The stable code beside the message, which names types and therefore differs from row to row.
ALTER TABLE {prefix}sync_history ADD COLUMN error_code TEXT;

-- Which documents ever had a key, and which one an id is of.
DROP INDEX {prefix}idx_sync_history;
CREATE INDEX {prefix}idx_sync_history ON {prefix}sync_history (type_key, website_id, kind, local_id);
CREATE INDEX {prefix}idx_sync_history_id ON {prefix}sync_history (local_id, website_id, kind, type_key);

-- Newest first, by each of the filters.
CREATE INDEX {prefix}idx_sync_history_time ON {prefix}sync_history
  (created_at, id, target_platform, sync_status, operation, retry_count, started_at, completed_at);
CREATE INDEX {prefix}idx_sync_history_document ON {prefix}sync_history
  (website_id, local_id, created_at, id, target, target_platform, sync_status, operation, retry_count,
   started_at, completed_at, error_code, type_key);
CREATE INDEX {prefix}idx_sync_history_status ON {prefix}sync_history
  (sync_status, created_at, id, target_platform, error_code, type_key);
CREATE INDEX {prefix}idx_sync_history_platform ON {prefix}sync_history
  (target_platform, created_at, id, sync_status, operation, retry_count, started_at, completed_at);
DROP INDEX {prefix}idx_sync_history_deployment;
CREATE INDEX {prefix}idx_sync_history_deployment ON {prefix}sync_history
  (deployment_id, created_at, id, sync_status, target_platform);
