-- What a run that goes on tells other processes, and what they ask of it. Both go when it ends.
CREATE TABLE {prefix}sync_run_signals (
  run_id TEXT PRIMARY KEY,
  progress INTEGER NOT NULL DEFAULT 0,
  -- When the process that runs it last said that it does.
  told_at INTEGER NOT NULL,
  cancelled_by TEXT
) WITHOUT ROWID;
CREATE TABLE {prefix}sync_run_log (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  -- One entry of the job's log, JSON.
  entry TEXT NOT NULL
);
CREATE INDEX {prefix}idx_sync_run_log ON {prefix}sync_run_log (run_id);
