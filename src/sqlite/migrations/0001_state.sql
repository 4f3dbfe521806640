-- The engine's memory. Append-only: this file never changes once released, later ones add to it.
--
-- Conventions. Times are milliseconds since the Unix epoch. Digests are hexadecimal text where a
-- person may read them (`…_hash`) and 32 bytes elsewhere. Truth values are 0 and 1. What belongs to
-- one document of one scope is keyed by (website_id, target, kind, local_id). There are no foreign
-- keys: history outlives what it tells of, and retention deletes in any order.

-- Versions of a type, git-like, per website and never per target.
CREATE TABLE {prefix}content_type_versions (
  id INTEGER PRIMARY KEY,
  website_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  version_hash TEXT NOT NULL UNIQUE,
  parent_hash TEXT,
  content_snapshot TEXT NOT NULL,
  -- The content re-hashed; NULL when an imported snapshot is no JSON.
  content_hash TEXT,
  change_source TEXT NOT NULL CHECK (change_source IN ('UI', 'AI', 'SYNC')),
  author TEXT,
  message TEXT,
  created_at INTEGER,
  -- 1: taken over from the studio's earlier attempt.
  imported INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX {prefix}idx_type_versions ON {prefix}content_type_versions (type_key, created_at);
CREATE INDEX {prefix}idx_version_hash ON {prefix}content_type_versions (website_id, local_id, version_hash);

CREATE TABLE {prefix}version_parents (
  version_hash TEXT NOT NULL,
  parent_hash TEXT NOT NULL,
  parent_order INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (version_hash, parent_hash)
) WITHOUT ROWID;

-- What is always held of a document: small, so that reading all of a scope stays cheap.
CREATE TABLE {prefix}sync_state (
  id INTEGER PRIMARY KEY,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  remote_id TEXT,
  sync_status TEXT NOT NULL,
  conflict_status TEXT NOT NULL DEFAULT 'none' CHECK (conflict_status IN ('none', 'detected', 'resolved')),
  dialect TEXT NOT NULL,
  settled INTEGER NOT NULL,
  refers INTEGER NOT NULL,
  agreed INTEGER NOT NULL,
  row_digest BLOB,
  remote_digest BLOB,
  local_hash TEXT,
  remote_hash TEXT,
  -- The studio's content hash at the last agreement.
  last_synced_hash TEXT,
  last_sync_at INTEGER
);
CREATE UNIQUE INDEX {prefix}idx_sync_state ON {prefix}sync_state (website_id, target, kind, local_id);
CREATE INDEX {prefix}idx_sync_state_type ON {prefix}sync_state (type_key);
-- One document claims a remote identity on a target, whatever its website.
CREATE UNIQUE INDEX {prefix}idx_sync_state_claim ON {prefix}sync_state (target, remote_id) WHERE remote_id IS NOT NULL;

-- The large part of a state, apart so that a scan of the small one does not drag it along.
CREATE TABLE {prefix}sync_bases (
  state_id INTEGER PRIMARY KEY,
  base TEXT NOT NULL,
  bindings TEXT NOT NULL,
  origin TEXT NOT NULL,
  revision_etag TEXT,
  revision_modified TEXT,
  last_write_at INTEGER,
  last_write_view BLOB
);

CREATE TABLE {prefix}sync_history (
  id INTEGER PRIMARY KEY,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  version_hash TEXT,
  target_platform TEXT NOT NULL,
  sync_direction TEXT NOT NULL CHECK (sync_direction IN ('PUSH', 'PULL')),
  sync_status TEXT NOT NULL CHECK (sync_status IN ('SUCCESS', 'FAILED', 'PARTIAL')),
  operation TEXT,
  pushed_data TEXT NOT NULL,
  response_data TEXT,
  error_message TEXT,
  retry_count INTEGER NOT NULL DEFAULT 0,
  sync_metadata TEXT,
  actor TEXT,
  run_id TEXT,
  -- The id that the studio gave the deployment, which may name several runs.
  deployment_id TEXT,
  started_at INTEGER,
  completed_at INTEGER,
  created_at INTEGER,
  imported INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX {prefix}idx_sync_history ON {prefix}sync_history (type_key, created_at);
CREATE INDEX {prefix}idx_sync_history_deployment ON {prefix}sync_history (deployment_id);

-- At most one row per document is open, which is to say has no resolution.
CREATE TABLE {prefix}conflict_log (
  id INTEGER PRIMARY KEY,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  local_hash TEXT,
  remote_hash TEXT,
  ancestor_hash TEXT,
  conflict_type TEXT NOT NULL CHECK (conflict_type IN ('field', 'structural', 'delete', 'both_exist', 'in_doubt')),
  conflict_digest BLOB NOT NULL,
  conflict_details TEXT NOT NULL,
  resolution TEXT,
  resolved_by TEXT,
  resolved_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX {prefix}idx_conflict_log_open ON {prefix}conflict_log (website_id, target, kind, local_id) WHERE resolution IS NULL;
CREATE INDEX {prefix}idx_conflict_log_document ON {prefix}conflict_log (website_id, target, kind, local_id);
CREATE INDEX {prefix}idx_conflict_log ON {prefix}conflict_log (type_key, created_at);

-- Runs. The state of each of their operations is a row of its own, below.
CREATE TABLE {prefix}sync_transactions (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  actor TEXT NOT NULL,
  options TEXT NOT NULL,
  job TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  completed_at INTEGER,
  status TEXT,
  plan_digest TEXT,
  total_types INTEGER,
  successful_types INTEGER,
  failed_types INTEGER,
  -- The job as reported at the end.
  transaction_state TEXT,
  can_resume INTEGER
);
CREATE INDEX {prefix}idx_sync_transactions_job ON {prefix}sync_transactions (job_id, started_at);
CREATE INDEX {prefix}idx_sync_transactions_end ON {prefix}sync_transactions (completed_at);

-- The journal. Attempt 0 is the plan's row and stays `planned`; each request adds a row that is
-- committed before it is sent and closed after its answer. `started` is the failure state.
CREATE TABLE {prefix}sync_operations (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
  state TEXT NOT NULL CHECK (state IN ('planned', 'started', 'applied', 'failed', 'undecided')),
  fence INTEGER NOT NULL,
  remote_id TEXT,
  guarded INTEGER NOT NULL DEFAULT 0,
  precondition_etag TEXT,
  precondition_modified TEXT,
  atoms TEXT,
  body TEXT,
  body_digest BLOB,
  bindings TEXT,
  sent_at INTEGER,
  response TEXT,
  closed_at INTEGER
);
CREATE UNIQUE INDEX {prefix}idx_sync_operations ON {prefix}sync_operations (run_id, website_id, target, sequence, attempt);
CREATE INDEX {prefix}idx_sync_operations_open ON {prefix}sync_operations (target, website_id) WHERE state = 'started';

-- Who holds a scope. Rows stay, so that the fence never falls.
CREATE TABLE {prefix}sync_leases (
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  owner TEXT NOT NULL,
  holder TEXT NOT NULL,
  fence INTEGER NOT NULL,
  since INTEGER NOT NULL,
  held INTEGER NOT NULL,
  PRIMARY KEY (website_id, target)
) WITHOUT ROWID;

-- Remote definitions as they were before we changed or deleted them.
CREATE TABLE {prefix}sync_backups (
  id INTEGER PRIMARY KEY,
  -- The journal entry it was kept for; NULL when it came with the record.
  operation_id INTEGER,
  run_id TEXT NOT NULL,
  website_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  local_id TEXT NOT NULL,
  type_key TEXT NOT NULL,
  remote_id TEXT,
  operation TEXT NOT NULL,
  definition TEXT NOT NULL,
  taken_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX {prefix}idx_sync_backups_operation ON {prefix}sync_backups (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX {prefix}idx_sync_backups ON {prefix}sync_backups (run_id, website_id, target, kind, local_id);

-- That the tables of the studio's earlier attempt were taken over, and how much of them.
CREATE TABLE {prefix}sync_imports (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  versions INTEGER NOT NULL,
  parents INTEGER NOT NULL,
  history INTEGER NOT NULL
);
