/**
 * Keeps the content model of a studio and the content models of its CMS platforms in step.
 *
 * Every method of {@link SyncEngine} is also a function of this module that works on a default
 * engine, which is made on first use from {@link configure} or the environment.
 *
 * Errors are `Error` objects with the members of {@link SyncError}; match on `code`. A member that is
 * documented as not available yet is refused with the code `NOT_AVAILABLE`.
 */

// ---------------------------------------------------------------------------------------- engine

/** A platform. `contentful` and `strapi` are known and not supported yet. */
export type CMSProviderId = 'optimizely' | 'contentful' | 'strapi' | 'files'

/**
 * How to reach a platform; what is missing comes from the environment. An `apiUrl` of another origin
 * than the environment's must be one of `allowedHosts` and bring its own credentials.
 */
export interface CMSProviderConfig {
  clientId?: string
  clientSecret?: string
  apiUrl?: string
  environment?: string
  /** For `files`: the folder, below `filesRoot`. */
  directory?: string
  apiKey?: string
  endpoint?: string
  workspace?: string
  projectId?: string
  [name: string]: string | undefined
}

/** A platform as the studio knows it. The engine looks at `id` and `config` only. */
export interface CMSProvider {
  id: CMSProviderId
  name: string
  description: string
  logo: string
  connectionStatus: 'connected' | 'disconnected' | 'error'
  config: CMSProviderConfig
  lastConnected?: Date
  connectionExpiry?: Date
}

/** How much of something is kept. */
export interface Keep {
  days?: number
  count?: number
}

/** What the logger gets. Holds no secret. */
export interface LoggerEntry {
  time: Date
  level: LogLevel
  /** `deployment.started`, `deployment.log` or `deployment.ended`. */
  event: string
  deploymentId?: string
  typeKey?: string
  operation?: string
  attempt?: number
  status?: number
  durationMs?: number
  requestId?: string
  message: string
}

/** Options of an engine. Unknown ones are ignored, wrong ones are refused by name. */
export interface EngineOptions {
  /**
   * The studio's database; default `DATABASE_URL`. `file:./dev.db` resolves as Prisma does it; a plain
   * path works too.
   */
  databaseUrl?: string
  /** Where the engine keeps its state; default beside the studio's file. `studio`: inside it. */
  stateUrl?: string | 'studio'
  /** The target of calls that name none; default `optimizely`. */
  provider?: CMSProvider | CMSProviderId
  /** How kinds are expressed on the platform; default `compatible`. */
  mapping?: 'compatible' | 'native'
  /** `mode` of jobs that name none. */
  mode?: RunOptions['mode']
  /** `conflictStrategy` of jobs that name none. */
  conflictStrategy?: RunOptions['conflictStrategy']
  /** Status of a partly failed deployment; default `failed`. `job.outcome` is `partial` either way. */
  partialStatus?: 'failed' | 'partial'
  /** Default: the platform's own limit. */
  requestsPerMinute?: number
  /** Requests of one deployment in flight at once; default 8. */
  maxInFlight?: number
  /** Default 30000. */
  requestTimeoutMs?: number
  /** Requests for one operation before it counts as failed; default 3. */
  maxAttempts?: number
  /** How long reading calls may reuse a listing; default 5000. */
  cacheTtlMs?: number
  /** At most one update per this time, terminal ones at once; default 50. */
  updateIntervalMs?: number
  /** The platform `files` writes only below this folder; default the working directory. */
  filesRoot?: string
  /** Hosts that `config.apiUrl` may name besides the environment's and the platform's own. */
  allowedHosts?: string[]
  retention?: { versions?: Keep; audit?: Keep; backups?: Keep }
  /** Called on the event loop; its exceptions are reported once, as a process warning. */
  logger?: (entry: LoggerEntry) => void
}

/**
 * Makes a new default engine. Throws `INVALID_ARGUMENT` for a wrong option; opens nothing. Deployments
 * of the engine before keep running and stay known to the functions of this module.
 */
export function configure(options?: EngineOptions): void

/** An engine for one studio. */
export class SyncEngine {
  /** Throws `INVALID_ARGUMENT` for a wrong option; opens nothing. */
  constructor(options?: EngineOptions)

  /** Not available yet. */
  as(actor: { id: string; role?: 'viewer' | 'editor' | 'admin' }): SyncEngine

  readonly credentials: typeof credentials;

  /** Same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface SyncEngine extends Functions {}

/** Everything that an engine does, as methods of {@link SyncEngine} and as functions of this module. */
interface Functions {
  /**
   * Cancels what is running, waits until nothing is in flight and closes every file. Later calls reject
   * with `ENGINE_CLOSED`; later deployments end so.
   */
  close(): Promise<void>

  // ------------------------------------------------------------------------------- deployments

  /**
   * Deploys content types.
   *
   * Returns at once; the first update, with the status `running`, is shown before that. Never throws for
   * a job that cannot run: it ends `failed`. Throws `INVALID_ARGUMENT` when `onUpdate` is no function.
   *
   * Each update is a new object with every member of `job` and a new list of the same log entries.
   * `progress` is whole, never falls, and is 100 exactly when everything ran to its end. There is exactly
   * one terminal update. `onUpdate` must be synchronous; what it throws is ignored, and logged once.
   */
  startDeployment(
    job: DeploymentJob,
    provider: CMSProvider | CMSProviderId,
    onUpdate: (job: DeploymentJob) => void,
  ): DeploymentHandle

  /** Cancels a live deployment; `false` when there is none with this id. */
  cancelDeployment(jobId: string): boolean

  /**
   * Deploys again what did not succeed, under the id `<id>-retry-<n>`, after 1, 2, 4 … 10 seconds during
   * which there are no updates. After `maxRetries` (default 3) it ends `failed` at once.
   */
  retryDeployment(
    job: DeploymentJob,
    provider: CMSProvider | CMSProviderId,
    onUpdate: (job: DeploymentJob) => void,
  ): DeploymentHandle

  /** Not available yet: ends `failed`. */
  resumeDeployment(
    id: string,
    onUpdate: (job: DeploymentJob) => void,
    options?: { mode?: 'continue' | 'failed' | 'all' },
  ): DeploymentHandle

  /**
   * Shows the last state of a deployment, then every update of this process. Returns what stops it. A
   * deployment that this process does not know is read from the state, and shown once if it is there.
   */
  watchDeployment(id: string, onUpdate: (job: DeploymentJob) => void): () => void

  /** The latest run with this id, with outcomes, metrics and recovery after its end. */
  getDeployment(id: string): Promise<DeploymentJob | null>

  /** The latest 50 deployments of this process, newest first, each with its last 100 log entries. */
  getDeploymentHistory(): DeploymentJob[]

  /** Hides what has ended from {@link getDeploymentHistory}. */
  clearHistory(): void

  /** The same as a deployment, for scripts. Resolves however it ends: look at `job.status`. */
  synchronize(options?: PlanOptions): Promise<DeploymentResult>

  // ------------------------------------------------------------------------------------ seeing

  /** Reads the studio's content types. */
  extractContentTypes(options?: {
    websiteId?: string
  }): Promise<{ types: ContentTypeSnapshot[]; metadata: ExtractionMetadata }>

  /** Compares the studio with a platform. Writes nothing. */
  detectChanges(options?: QueryOptions): Promise<ChangeSet>

  /** Says what a deployment would do. Writes nothing. */
  planDeployment(options?: PlanOptions): Promise<Plan>

  /** Says how each type is expressed on a platform, and what is lost. */
  previewMapping(options?: QueryOptions): Promise<TypeMapping[]>

  /**
   * The studio's content hash, byte-identical for JSON values. Throws `INVALID_ARGUMENT` for anything but
   * an object or JSON text.
   */
  hashContentType(definition: object | string): string

  // ---------------------------------------------------------------------------------- deciding

  /** Not available yet. */
  resolveConflicts: Unavailable
  /** Not available yet. */
  listConflicts: Unavailable
  /** Not available yet. */
  getConflict: Unavailable
  /** Not available yet. */
  deleteConflict: Unavailable
  /** Not available yet. */
  clearResolved: Unavailable
  /**
   * Records the content of a type as it is now, with who changed it and why; call it after each change.
   * `null` when the latest version holds it already. A type whose row is gone gets a version that says
   * so. Deployments record what they see by themselves, as `SYNC`.
   *
   * Rejects with `VALIDATION_FAILED` for a definition that is no JSON object or list.
   */
  recordVersion(
    type: TypeRef,
    options: { source: VersionSource; author?: string; message?: string },
  ): Promise<Version | null>

  /**
   * The versions of a type, newest first; without `limit` all of them. `from` and `to` are included. A
   * type that was deleted is found by its key or id.
   */
  getVersionHistory(
    type: TypeRef,
    options?: {
      author?: string
      source?: VersionSource
      changeType?: VersionChangeType
      from?: Date | string | number
      to?: Date | string | number
      limit?: number
    },
  ): Promise<Version[]>

  /** A version by its hash; `null` when there is none. */
  getVersion(hash: string): Promise<Version | null>

  /** All versions of a type with their links. What is wrong with them is among the findings. */
  getVersionTree(type: TypeRef): Promise<VersionTree>

  /** Draws a tree as text, newest first. Throws `INVALID_ARGUMENT` for anything else. */
  formatTree(tree: VersionTree): string

  /** A version and all its ancestors, newest first. Rejects with `INVALID_ARGUMENT` for an unknown hash. */
  getLineage(hash: string): Promise<VersionInfo[]>

  /**
   * The nearest version that two come from, which may be one of them; `null` when they have nothing in
   * common. Rejects with `INVALID_ARGUMENT` for an unknown hash.
   */
  findCommonAncestor(hashA: string, hashB: string): Promise<Version | null>

  /**
   * What differs between two versions, property by property. Fields are the same by id, else by name.
   * Rejects with `INVALID_ARGUMENT` for an unknown hash, and with `STORE_FAILED` for a version that is
   * not what its hash says.
   */
  diffVersions(hashA: string, hashB: string): Promise<VersionDiff>

  /** Writes a difference as text, a line per change. Throws `INVALID_ARGUMENT` for anything else. */
  formatDiff(diff: VersionDiff): string

  /** Not available yet. */
  restoreVersion: Unavailable
  /** Not available yet. */
  getSyncState: Unavailable
  /** Not available yet. */
  listSyncStates: Unavailable
  /** Not available yet. */
  acceptDrift: Unavailable
  /** Not available yet. */
  getSyncHistory: Unavailable
  /** Not available yet. */
  getSyncRecord: Unavailable
  /** Not available yet. */
  getLastSuccessfulSync: Unavailable
  /** Not available yet. */
  getAnalytics: Unavailable

  // ------------------------------------------------------------------------ safety and operation

  /** Not available yet. */
  validate: Unavailable
  /** Not available yet. */
  listBackups: Unavailable
  /** Not available yet: ends `failed`. */
  rollbackDeployment(
    id: string,
    options?: {
      mode?: 'failed-only' | 'full'
      planDigest?: string
      onUpdate?: (job: DeploymentJob) => void
    },
  ): DeploymentHandle
  /** Not available yet. */
  recover: Unavailable
  /** Not available yet. */
  verifyHistory: Unavailable
  /** Not available yet. */
  exportHistory: Unavailable
  /** Not available yet. */
  health: Unavailable
  /** Not available yet: throws. */
  metrics(...args: unknown[]): never
  /** Not available yet. */
  renderReport: Unavailable
}

/** Something that a later release brings: rejects with `NOT_AVAILABLE`. */
type Unavailable = (...args: unknown[]) => Promise<never>

export const close: Functions['close']
export const startDeployment: Functions['startDeployment']
export const cancelDeployment: Functions['cancelDeployment']
export const retryDeployment: Functions['retryDeployment']
export const resumeDeployment: Functions['resumeDeployment']
export const watchDeployment: Functions['watchDeployment']
export const getDeployment: Functions['getDeployment']
export const getDeploymentHistory: Functions['getDeploymentHistory']
export const clearHistory: Functions['clearHistory']
export const synchronize: Functions['synchronize']
export const extractContentTypes: Functions['extractContentTypes']
export const detectChanges: Functions['detectChanges']
export const planDeployment: Functions['planDeployment']
export const previewMapping: Functions['previewMapping']
export const hashContentType: Functions['hashContentType']
export const resolveConflicts: Functions['resolveConflicts']
export const listConflicts: Functions['listConflicts']
export const getConflict: Functions['getConflict']
export const deleteConflict: Functions['deleteConflict']
export const clearResolved: Functions['clearResolved']
export const recordVersion: Functions['recordVersion']
export const getVersionHistory: Functions['getVersionHistory']
export const getVersion: Functions['getVersion']
export const getVersionTree: Functions['getVersionTree']
export const formatTree: Functions['formatTree']
export const getLineage: Functions['getLineage']
export const findCommonAncestor: Functions['findCommonAncestor']
export const diffVersions: Functions['diffVersions']
export const formatDiff: Functions['formatDiff']
export const restoreVersion: Functions['restoreVersion']
export const getSyncState: Functions['getSyncState']
export const listSyncStates: Functions['listSyncStates']
export const acceptDrift: Functions['acceptDrift']
export const getSyncHistory: Functions['getSyncHistory']
export const getSyncRecord: Functions['getSyncRecord']
export const getLastSuccessfulSync: Functions['getLastSuccessfulSync']
export const getAnalytics: Functions['getAnalytics']
export const validate: Functions['validate']
export const listBackups: Functions['listBackups']
export const rollbackDeployment: Functions['rollbackDeployment']
export const recover: Functions['recover']
export const verifyHistory: Functions['verifyHistory']
export const exportHistory: Functions['exportHistory']
export const health: Functions['health']
export const metrics: Functions['metrics']
export const renderReport: Functions['renderReport']
/** Not available yet. */
export const credentials: { set: Unavailable; remove: Unavailable; rotate: Unavailable }

// ----------------------------------------------------------------------------------- deployments

export type DeploymentStatus =
  'pending' | 'running' | 'completed' | 'partial' | 'failed' | 'cancelled'
export type LogLevel = 'info' | 'warning' | 'error'

/** A deployment that was started. */
export interface DeploymentHandle {
  /**
   * Cancels: the update `cancelled` is shown before this returns, unless an end was seen. Nothing new is
   * sent; answers in flight are awaited.
   */
  cancel(): void
  /** Resolves when nothing is in flight any more. Never rejects. */
  readonly done: Promise<DeploymentResult>
}

export interface DeploymentLog {
  timestamp: Date
  level: LogLevel
  message: string
  details?: unknown
}

/** A deployment, before, while and after it runs. Members that are not listed are kept. */
export interface DeploymentJob {
  id: string
  providerId: string
  /** Absent or `''`: every website. */
  websiteId?: string
  /** Ids or keys; absent or empty: all. */
  selectedTypes?: string[]
  status: DeploymentStatus
  /** Whole percents. */
  progress: number
  startedAt: Date
  completedAt?: Date
  logs: DeploymentLog[]
  retryCount?: number
  maxRetries?: number
  initiatedBy?: string
  options?: RunOptions
  /** What went wrong, for people. */
  error?: string
  /** What went wrong, for programs. */
  errorInfo?: { code: string; class: ErrorClass; details: ErrorDetails }
  /** How it ended; absent when it was cancelled. */
  outcome?: 'success' | 'partial' | 'failed'
  /** One per type, once it ended. */
  outcomes?: TypeOutcome[]
  metrics?: DeploymentMetrics
  /** What to do after a partial result. */
  recovery?: Recovery
}

/** How a deployment behaves. */
export interface RunOptions {
  /** Read and plan, send no write. */
  dryRun?: boolean
  /** Default `push`; the others are not available yet. */
  mode?: 'push' | 'pull' | 'bidirectional'
  /** Not available yet. */
  planDigest?: string
  /** Stop after the first type that fails. */
  stopOnError?: boolean
  /** Send every type again even if nothing differs. Lifts no consent and no guard. */
  force?: boolean
  allowDelete?: boolean
  allowDataLoss?: boolean
  /** Default `merge`; `target_wins` is not available yet. */
  conflictStrategy?: 'skip' | 'merge' | 'source_wins' | 'target_wins'
  /** Default `none`; the others are not available yet. */
  rollback?: 'none' | 'failed-only' | 'full'
  /** Default `true`. */
  preserveData?: boolean
  bypassValidation?: boolean
}

export interface DeploymentMetrics {
  /** Milliseconds. */
  timeTaken: number
  contentItemsProcessed: number
  bytesTransferred: number
  /** 0 to 1. */
  successRate: number
  requests: number
}

export interface DeploymentResult {
  job: DeploymentJob
  metrics: DeploymentMetrics
  outcomes: TypeOutcome[]
}

/** What became of one type. */
export interface TypeOutcome {
  typeKey: string
  name: string
  websiteId: string
  operation: 'create' | 'update' | 'delete' | 'none'
  status: 'success' | 'failed' | 'conflict' | 'skipped' | 'blocked' | 'not_attempted'
  error?: { code: string; message: string }
  /** Requests that wrote, or tried to. */
  attempts: number
  /** Paths that wait for consent. */
  withheld: string[]
  /** Paths that the platform dropped. */
  dropped: string[]
  /** Paths whose value the platform changed. */
  rewritten: string[]
}

export interface Recovery {
  message: string
  successful: number
  failed: number
  errors: { type: string; code: string; error: string }[]
  canResume: boolean
  actions: ('retry_failed' | 'view_errors' | 'continue_later' | 'force_full' | 'manual_fix')[]
}

// ---------------------------------------------------------------------------------------- seeing

/** What to look at: nothing means everything. */
export interface QueryOptions {
  /** Default: the engine's. */
  provider?: CMSProvider | CMSProviderId
  /** Absent or `''`: every website. */
  websiteId?: string
  /** Keys or ids; absent or empty: all. */
  contentTypeKeys?: string[]
  /** Whether to list details besides the summary. */
  includeDetails?: boolean
}

/** What to look at, and how a deployment would behave. */
export interface PlanOptions extends QueryOptions, RunOptions {}

/** One type of the studio. */
export interface ContentTypeSnapshot {
  id: string
  key: string
  name: string
  websiteId: string
  websiteName: string
  category: string | null
  /** The definition as stored; `null` when it is no JSON. */
  fields: unknown
  settings: unknown
  /** The studio's content hash; `null` when the definition is no JSON. */
  contentHash: string | null
  createdAt: Date | null
  updatedAt: Date | null
  findings: Finding[]
}

export interface ExtractionMetadata {
  extractedAt: Date
  checksum: string
  version: string
}

/** What differs between the studio and a platform. */
export interface ChangeSet {
  /** `platform:host:tenant`. */
  target: string
  timestamp: Date
  /** The platform's listing was read to its end. */
  complete: boolean
  summary: ChangeSummary
  /** With `includeDetails`. */
  details?: ChangeDetails
  /** Findings that belong to no type. */
  findings: Finding[]
}

/** `total` is `created + updated + deleted + conflicts`. */
export interface ChangeSummary {
  total: number
  /** In the studio only. */
  created: number
  updated: number
  deleted: number
  unchanged: number
  conflicts: number
  /** Changed on the platform only. */
  remoteChanged: number
  failed: number
}

export interface ChangeDetails {
  created: TypeChange[]
  updated: TypeChange[]
  deleted: TypeChange[]
  remoteChanged: TypeChange[]
  conflicts: Conflict[]
  failed: { key: string; code: string; error: string; at: Date }[]
  unchanged: string[]
}

export interface TypeChange {
  key: string
  name: string
  websiteId: string
  status: 'new' | 'modified' | 'deleted' | 'remote_new' | 'remote_modified' | 'remote_deleted'
  /** Hashes of views: comparable with each other. */
  localHash: string | null
  remoteHash: string | null
  baseHash: string | null
  /** The studio's own. */
  contentHash: string | null
  fieldsCount: number
  /** Names of fields. */
  fieldChanges: { added: string[]; modified: string[]; removed: string[] }
  changes: AtomChange[]
  risk: Risk
  contentItems: number
  findings: Finding[]
}

export type Risk = 'safe' | 'lossy' | 'blocked'

export interface AtomChange {
  /** A JSON pointer into the view. */
  path: string
  kind: 'added' | 'modified' | 'removed' | 'renamed' | 'moved'
  before?: unknown
  after?: unknown
}

/** A type that both sides changed apart. */
export interface Conflict {
  id: string
  typeKey: string
  websiteId: string
  target: string
  name: string
  type: 'field' | 'structural' | 'delete' | 'both_exist' | 'in_doubt'
  status: 'pending' | 'resolved'
  /** Of its three sides. */
  digest: string
  localHash: string | null
  remoteHash: string | null
  ancestorHash: string | null
  local: unknown
  remote: unknown
  ancestor: unknown
  fields: { path: string; ancestor?: unknown; local?: unknown; remote?: unknown }[]
  autoMerged: string[]
  createdAt: Date
}

/** What a deployment would do. */
export interface Plan {
  digest: string
  target: string
  websiteId?: string
  mode: 'push' | 'pull' | 'bidirectional'
  createdAt: Date
  operations: PlannedOperation[]
  findings: Finding[]
  conflicts: Conflict[]
  summary: {
    add: number
    change: number
    destroy: number
    conflicts: number
    unchanged: number
  }
}

export interface PlannedOperation {
  typeKey: string
  name: string
  operation: 'create' | 'update' | 'delete'
  risk: Risk
  changes: AtomChange[]
  withheld: string[]
  dependsOn: string[]
  contentItems: number
}

export interface Finding {
  severity: 'error' | 'warning' | 'info'
  code: string
  typeKey?: string
  path?: string
  message: string
  remedy: string
}

/** How a type is expressed on a platform. */
export interface TypeMapping {
  typeKey: string
  name: string
  status: string
  platformKey: string
  baseType: string | null
  conflicts: number
  lastAttempt?: { status: TypeOutcome['status']; error?: string; at: Date }
  losses: Loss[]
  fields: FieldMapping[]
}

export interface FieldMapping {
  name: string
  kind: string
  platformKey: string
  platformType: string
  /** The type is kept because the property already has it. */
  held: boolean
  losses: Loss[]
}

export interface Loss {
  attribute: string
  value: unknown
  reason: string
}

// -------------------------------------------------------------------------------------- versions

/** A type by its key or row id. A key that fits types of several websites needs `websiteId`. */
export type TypeRef = string | { key: string; websiteId?: string; provider?: CMSProviderId }

/** Where a change came from: somebody, an assistant, or the engine. */
export type VersionSource = 'UI' | 'AI' | 'SYNC'

export type VersionChangeType = 'create' | 'update' | 'delete'

/** A version without its content. */
export interface VersionInfo {
  /**
   * SHA-256 over what it belongs to, its content hash and its parents: going back to an earlier content
   * is a new version. One that was imported is named by its content alone.
   */
  hash: string
  /** The type's key when it was recorded. */
  typeKey: string
  websiteId: string
  /** The studio's own; `null` for a deletion. */
  contentHash: string | null
  /** The first is what it was made from, a second one what was merged into it. */
  parents: string[]
  source: VersionSource
  author: string | null
  message: string | null
  createdAt: Date | null
  /**
   * First `1.0.0`; then a breaking change counts as major, an addition as minor, text as patch. `null`
   * for what was imported.
   */
  semver: string | null
  changeType: VersionChangeType
  /** Taken over from the studio's earlier attempt at synchronizing. */
  imported: boolean
}

export interface Version extends VersionInfo {
  /**
   * The content as the studio's own history keeps it: `{ key: <row id>, ...definition }`. `null` for a
   * deletion, and for a version that is not what its hash says.
   */
  snapshot: Record<string, unknown> | null
  /** `VERSION_DAMAGED` or `IMPORTED_HASH_MISMATCH`; mostly empty. */
  findings: Finding[]
}

export interface VersionNode extends VersionInfo {
  /** Hashes of the versions made from it. */
  children: string[]
}

/** The whole history of a type. */
export interface VersionTree {
  typeKey: string
  websiteId: string
  /** The latest version. */
  head: string | null
  /** Hashes of versions without a parent that is there. */
  roots: string[]
  /** Hashes of versions from which none was made. */
  heads: string[]
  /** Parents before their children. */
  versions: VersionNode[]
  /** `VERSION_CYCLE`, `VERSION_PARENT_MISSING`, `VERSION_DAMAGED`, `IMPORTED_HASH_MISMATCH`. */
  findings: Finding[]
}

/** What differs between two versions. */
export interface VersionDiff {
  typeKey: string
  from: VersionInfo
  to: VersionInfo
  /** What it means to whoever uses the type; `null` when nothing differs. */
  level: VersionLevel | null
  changes: VersionChange[]
  /** Names of fields. */
  fields: { added: string[]; modified: string[]; removed: string[]; unchanged: string[] }
}

export type VersionLevel = 'major' | 'minor' | 'patch'

export interface VersionChange extends AtomChange {
  /** A JSON pointer in the studio's terms: `/fields/title/label`. */
  path: string
  level: VersionLevel
}

// ---------------------------------------------------------------------------------------- errors

export type ErrorClass =
  | 'VALIDATION'
  | 'DEPENDENCY'
  | 'CONFLICT'
  | 'DUPLICATE'
  | 'AUTH'
  | 'FORBIDDEN'
  | 'RATE_LIMIT'
  | 'NETWORK'
  | 'NOT_FOUND'
  | 'CANCELLED'
  | 'STATE'
  | 'INTERNAL'

export interface ErrorDetails {
  operation?: string
  typeKey?: string
  path?: string
  attempt?: number
  httpStatus?: number
  requestId?: string
  nextStep?: string
}

/** What is thrown and rejected with. An ordinary `Error`: match on `code`. */
export interface SyncError extends Error {
  /** Stable. */
  code: string
  class: ErrorClass
  /** The HTTP status that a route should answer with. */
  status: number
  /** The same call may succeed later without anything being changed. */
  retryable: boolean
  details: ErrorDetails
  cause?: unknown
}
