/**
 * Keeps the content model of a studio and the content models of its CMS platforms in step.
 *
 * Every method of {@link SyncEngine} is also a function of this module that works on a default
 * engine, which is made on first use from {@link configure} or the environment.
 *
 * Errors are `Error` objects with the members of {@link SyncError}; match on `code`.
 */

// ---------------------------------------------------------------------------------------- engine

/** A platform. `contentful` and `strapi` are known and not supported yet. */
export type CMSProviderId = 'optimizely' | 'contentful' | 'strapi' | 'files'

/** A provider, as far as it is looked at: its id, or an object with `id` and `config`. */
export type ProviderRef = CMSProviderId | CMSProvider | Pick<CMSProvider, 'id' | 'config'>

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

/**
 * Options of an engine. Wrong ones are refused by name, and so are unknown ones that are nearly one of
 * these (`stateURL`); all other unknown ones are ignored.
 */
export interface EngineOptions {
  /**
   * The studio's database; default `DATABASE_URL`. `file:./dev.db` resolves as Prisma does it; a plain
   * path works too.
   */
  databaseUrl?: string
  /** Where the engine keeps its state; default beside the studio's file. `studio`: inside it. */
  stateUrl?: string | 'studio'
  /** The target of calls that name none; default `optimizely`. */
  provider?: ProviderRef
  /**
   * How kinds are expressed on the platform. `native`: as what the platform has for them; for a new
   * start. Default `compatible`: as the proof of concept did, where all but booleans and dates are
   * strings, references and rich text, too. What is deployed keeps its type under either.
   */
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
  /**
   * `audit` bounds the entries of the audit, and the history that they cover; `backups` are the rows and
   * the definitions that were replaced, per type. What a base or the next undo needs stays.
   */
  retention?: { versions?: Keep; audit?: Keep; backups?: Keep }
  /** Called on the event loop; its exceptions are reported once, as a process warning. */
  logger?: (entry: LoggerEntry) => void
}

/**
 * Makes a new default engine. Throws `INVALID_ARGUMENT` for a wrong option; opens nothing. Deployments
 * of the engine before keep running and stay known to the functions of this module.
 */
export function configure(options?: EngineOptions): void

/** Somebody who acts, as the server knows them. */
export interface Actor {
  /** Kept with everything they do; at most 200 bytes. */
  id: string
  /** What they may do; without it, look. */
  role?: 'viewer' | 'editor' | 'admin'
}

/** An engine for one studio. */
export class SyncEngine {
  /** Throws `INVALID_ARGUMENT` for a wrong option; opens nothing. */
  constructor(options?: EngineOptions)

  /**
   * The same engine, acting for somebody: histories name them, and what their role does not allow is
   * refused with `ROLE_REFUSED`. Without a role, they may look. Closing it cancels what it started and closes it alone;
   * closing the engine closes all that were made of it.
   *
   * | role | may |
   * | --- | --- |
   * | `viewer` | read, plan, rehearse (`dryRun`, a rollback included), report, verify and export the audit |
   * | `editor` | deploy what loses nothing, cancel, retry, resume, recover, decide about conflicts, accept drift, record and restore versions |
   * | `admin` | `allowDelete`, `allowDataLoss`, `conflictStrategy: 'source_wins'`, `force`, `bypassValidation`; roll back (`rollbackDeployment`, and `options.rollback` of a job); manage `credentials`; overrule what only the platform changed; let a deletion there delete the studio's type; take conflicts out of the log; sign with another name than their own (`resolvedBy`, `author`) |
   *
   * Each role may do what those above it may.
   * `clearHistory` is for the host, and open to all.
   *
   * An engine that acts for nobody acts as `system`, with the role `admin`. A right is handed down,
   * never up. Throws `INVALID_ARGUMENT` for what is no actor, and `ROLE_REFUSED` for a higher role.
   */
  as(actor: Actor): SyncEngine

  /** Credentials that this engine keeps. */
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
   * one terminal update. `onUpdate` must be synchronous: nothing waits for it; what it throws is ignored,
   * and logged once.
   */
  startDeployment(
    job: DeploymentJob,
    provider: ProviderRef,
    onUpdate: (job: DeploymentJob) => void,
  ): DeploymentHandle

  /**
   * Cancels a deployment; nothing new is sent then, and what is in flight is awaited and recorded.
   *
   * One of this process: `true` means that it is cancelled, and its update `cancelled` was shown, unless
   * it is a retry that waits. One that another process runs: `true` means that it is asked through the state. It stops within about a
   * second, unless it ends before that, and shows its own caller that it is cancelled and by whom;
   * `watchDeployment` shows how it ends here. What is known of it without waiting is whether
   * `getDeployment` or `watchDeployment` last saw it running. If that process has died, nobody answers:
   * the next deployment, or `recover`, closes the run, which ends `failed` with `INTERRUPTED`.
   *
   * `false` when neither this process nor, as far as is known, another one runs it. Throws
   * `ROLE_REFUSED` for a `viewer`. Who cancelled is audited.
   */
  cancelDeployment(jobId: string): boolean

  /**
   * Deploys again what did not succeed, under the id `<id>-retry-<n>`, after 1, 2, 4 … 10 seconds during
   * which there are no updates. After `maxRetries` (default 3) it ends `failed` at once, and with
   * `TARGET_MISMATCH` for another target than the one that it repeats went to. A `planDigest` of the job
   * is past, and with it what was allowed for that plan, as with {@link resumeDeployment}.
   */
  retryDeployment(
    job: DeploymentJob,
    provider: ProviderRef,
    onUpdate: (job: DeploymentJob) => void,
  ): DeploymentHandle

  /**
   * Carries on with a deployment that failed in part or was interrupted: plans anew, with the options
   * of its job, and is about what failed or was never attempted (`continue`; all that the job asked
   * for, where its process died), only what failed (`failed`), or all types that the job asked for
   * (`all`). Of these it sends what differs by now, as every deployment does without `force`. It has the
   * id of the deployment, and its `outcomes` are the latest of each type over all runs of it: the
   * deployment is no `success` before all of it was attempted, and has a `recovery` until then. A job with a `planDigest` was agreed to as one plan,
   * which is past: without `allowDelete`, `allowDataLoss` and a strategy that overrules a side, what
   * would destroy something waits for a deployment of its own. Credentials are not kept, so a provider
   * that is not the engine's own has to be given again; it ends `failed` with `TARGET_MISMATCH` when that
   * is another target than the one that the deployment went to. An unknown id ends `failed` with
   * `DEPLOYMENT_NOT_FOUND`.
   */
  resumeDeployment(
    id: string,
    onUpdate: (job: DeploymentJob) => void,
    options?: { mode?: 'continue' | 'failed' | 'all'; provider?: ProviderRef },
  ): DeploymentHandle

  /**
   * Shows the last state of a deployment, then every update, whichever process runs it. Returns what
   * stops it. A deployment of another process is looked at twice a second, with the last 100 entries of
   * its log, until it has ended; that alone does not keep the process alive.
   */
  watchDeployment(id: string, onUpdate: (job: DeploymentJob) => void): () => void

  /**
   * The latest run with this id, whichever process runs or ran it, with outcomes, metrics and recovery
   * after its end. One whose process has died is `failed` with `INTERRUPTED` half a minute later.
   */
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

  /** Compares the studio with a platform. Writes nothing. With `includeDetails`, `details` is there. */
  detectChanges(options: QueryOptions & { includeDetails: true }): Promise<DetailedChangeSet>
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

  /**
   * Decides conflicts, each by itself: what cannot be decided stays open, and its resolution says why.
   * One resolution per conflict, in their order. Nothing is sent to a platform; what was decided is
   * carried out by the next deployment.
   *
   * A strategy decides the conflicting values and no others. What was decided about other sides than a
   * conflict has now is refused with `PLAN_STALE`, saying what changed.
   *
   * `conflicts`: conflicts as `detectChanges`, `planDeployment` or `listConflicts` shows them, their ids, or
   * types; of a type its open conflict with the target of the provider is meant. One that no deployment has
   * recorded yet is recorded first, for which both sides are read. Where a type has none, `source_wins` overrules what only the platform changed, a
   * deletion included: the next deployment sends the studio's. `onConflict` is asked about each instead of `strategy` and `values`, about all of
   * them at once. If it throws, rejects or answers with what is no choice, that conflict stays open; while
   * one answer is out, the others are decided.
   */
  resolveConflicts(
    conflicts: (Conflict | string | TypeRef)[],
    options?: ResolveOptions,
  ): Promise<Resolution[]>

  /**
   * The conflicts that deployments recorded, newest first. At most one is open per type and target; new
   * evidence makes it another one.
   */
  listConflicts(options?: {
    /** Of this type only. */
    type?: TypeRef
    status?: Conflict['status']
    /** 1 to 1000; default 50. */
    limit?: number
    offset?: number
  }): Promise<{ conflicts: Conflict[]; total: number; hasMore: boolean }>

  /** A recorded conflict by its id; `null` when there is none. */
  getConflict(id: string): Promise<Conflict | null>

  /**
   * Takes a conflict out of the log; `false` when there is none. It decides nothing: a deployment that
   * still sees it records it again.
   */
  deleteConflict(id: string): Promise<boolean>

  /** Takes what was decided longer ago than so many days out of the log; tells how many. */
  clearResolved(options: { olderThanDays: number }): Promise<number>

  // ------------------------------------------------------------------------------------ versions

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
      /** As in {@link SyncHistoryOptions}. */
      from?: Date | number | string
      to?: Date | number | string
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

  /**
   * Makes the content of a version the present one of its type: the studio's row is written, and a new
   * version, of the source `UI`, stands on top of the latest; `null` when it is the present content
   * already. What the row held before is recorded first. A type whose row is gone is made again with its
   * id. No platform is touched: deploy to send it.
   *
   * Rejects with `INVALID_ARGUMENT` for an unknown hash and for a deletion, with `VALIDATION_FAILED` for
   * an imported version and when its key went to another type, with `STORE_FAILED` for one that is not
   * what its hash says, and with `WEBSITE_NOT_FOUND`.
   */
  restoreVersion(
    hash: string,
    options?: { author?: string; message?: string },
  ): Promise<Version | null>

  // ------------------------------------------------------------- states, history and analytics

  /**
   * Where a type stands towards a target: as the last deployment left it, and whether the studio's row
   * changed since. Reads no platform. Of several targets the one of `provider` is meant, else the one of
   * the engine's own provider. `null` when the type is gone and no state is left of it.
   *
   * Rejects with `TYPE_NOT_FOUND`; with `AMBIGUOUS_TYPE` when the key fits several types, or when the
   * target cannot be told, naming them; with `INVALID_ARGUMENT`.
   */
  getSyncState(type: TypeRef): Promise<SyncState | null>

  /**
   * Where every type stands, by website, key and target; types of the studio that were never deployed are
   * `new`. What is new on a platform is not known without reading it: see {@link detectChanges}.
   */
  listSyncStates(options?: SyncStateOptions): Promise<SyncState[]>

  /**
   * Agrees that what moved on the platform at a path, and below it, is no change: each side keeps what it
   * has, and that is what both last agreed on. `''` is the whole type. Neither side is written. It holds
   * until a value changes again, on either side.
   *
   * Rejects with `CONFLICT` when the studio changed it, too, with `INVALID_ARGUMENT` when nothing moved
   * there, with `TYPE_NOT_FOUND`, `AMBIGUOUS_TYPE`, and `STALE_READ`.
   */
  acceptDrift(type: TypeRef, path: string): Promise<AcceptedDrift>

  /**
   * What was sent and what came back, the latest first. Every attempt that reached a platform is there,
   * and every write to the studio, also one that the studio did not take; those that a killed process
   * did not live to tell included, and those that the studio's earlier attempt recorded (`imported`).
   */
  getSyncHistory(options?: SyncHistoryOptions): Promise<SyncHistory>

  /** One attempt by its id, which may be a text of digits; `null` when there is none. */
  getSyncRecord(id: number | string): Promise<SyncRecord | null>

  /** The latest attempt at a type with `syncStatus` `SUCCESS`; `null` when there is none. */
  getLastSuccessfulSync(type: TypeRef): Promise<SyncRecord | null>

  /** The history added up. Default `health`. Rates are 0 to 1, times are milliseconds. */
  getAnalytics(options: AnalyticsOptions & { report: 'metrics' }): Promise<MetricsReport>
  getAnalytics(options: AnalyticsOptions & { report: 'failures' }): Promise<FailuresReport>
  getAnalytics(options: AnalyticsOptions & { report: 'success-rate' }): Promise<SuccessRateReport>
  getAnalytics(options?: AnalyticsOptions & { report?: 'health' }): Promise<HealthReport>
  getAnalytics(options?: AnalyticsOptions & { report?: Analytics['report'] }): Promise<Analytics>

  // ------------------------------------------------------------------------ safety and operation

  /**
   * Looks at every type that a deployment would be about, settled ones included, and says what is wrong
   * with it. Writes nothing. The findings are those of {@link planDeployment}, and besides what only
   * advises: names that the studio's forms would not take (`NAME_RULE`), and what the platform does not
   * get (`LOSS`). Errors first, then warnings. Rejects as a plan does: without credentials, for a type
   * that does not exist.
   */
  validate(options?: PlanOptions): Promise<Finding[]>
  /**
   * The definitions that are kept as they were before a deployment changed or deleted them, the latest
   * first, without what is in them. `limit` is 1 to 1000, by default 50.
   *
   * Rejects with `TYPE_NOT_FOUND` and `AMBIGUOUS_TYPE`.
   */
  listBackups(options?: {
    deploymentId?: string
    type?: TypeRef
    limit?: number
    offset?: number
  }): Promise<{ backups: Backup[]; total: number; hasMore: boolean }>
  /**
   * Undoes a deployment on the platform, as the deployment `<id>-rollback`, which has a plan, is stored,
   * and can be rolled back itself. What only the deployment changed goes back to what it was; what
   * somebody changed since stays, and where both did, the type is in `conflict` and the rest of it goes
   * back (`conflictStrategy: 'source_wins'` undoes that, too). Types that it made are deleted with
   * `allowDelete`, properties that it added with `allowDataLoss`; types that it adopted are never deleted.
   * Deleted types are made again. The studio keeps its edits, which are pending again, unless
   * `preserveData` is `false`. Needs the role `admin`.
   *
   * Never throws for an id: the job ends `failed` with `DEPLOYMENT_NOT_FOUND`, `DEPLOYMENT_IN_PROGRESS`,
   * `ROLLED_BACK` when nothing is left to undo, `TARGET_MISMATCH` for another provider than it had,
   * `PLAN_STALE`, or `ROLE_REFUSED`. A type whose backup was let go fails with `BACKUP_GONE`.
   */
  rollbackDeployment(
    id: string,
    options?: RollbackOptions & { onUpdate?: (job: DeploymentJob) => void },
  ): DeploymentHandle
  /**
   * What {@link rollbackDeployment} would do; writes nothing. Its `digest` goes to `planDigest`.
   *
   * Rejects as that ends.
   */
  planRollback(id: string, options?: RollbackOptions): Promise<Plan>
  /**
   * Settles what interrupted deployments left open and closes them, so that they can be resumed;
   * sends no write. The next deployment of the same website and target does so, too. What another
   * process holds, or needs other credentials, is named in `left`.
   */
  recover(options?: { provider?: ProviderRef }): Promise<RecoveryReport>
  /**
   * Follows the audit of this state from its first entry to its last, and looks at every row of the
   * history, the journal and the runs that it covers. Reads everything. `docs/audit.md` of this package says what it
   * shows, and what it cannot.
   */
  verifyHistory(): Promise<HistoryVerdict>
  /**
   * Writes the audit as JSON lines that verify from the file alone (`docs/audit.md` has the form, and
   * twenty lines that verify it). A path is written beside and renamed, so that a file of that name is
   * whole; only its owner may read it. A stream gets each part when it has taken the one before, and is
   * not ended. Rejects with `EXPORT_FAILED` when either cannot be written, `INVALID_ARGUMENT` for what
   * is neither and for a path that is there and is no file, `DATABASE_BUSY` when retention cut the old
   * end off meanwhile.
   */
  exportHistory(destination: string | TextStream): Promise<{ entries: number }>
  /**
   * Whether a deployment could run now: looks at the studio's database, the state and the platform, with
   * one light request that takes no longer than `requestTimeoutMs`, and writes nothing. What is sick is
   * told and never thrown; rejects only for wrong arguments and after `close`.
   */
  health(options?: { provider?: ProviderRef }): Promise<Health>
  /**
   * What this engine has done since it was made, in the text format of Prometheus: for a route that
   * answers with the content type `text/plain; version=0.0.4`. Counted in this process; no label holds
   * the key of a type. Works after `close`, too.
   */
  metrics(): string
  /**
   * The files behind `databaseUrl` and `stateUrl`, as the engine resolves them; the same file for
   * `stateUrl: 'studio'`. Opens neither, and needs neither to be there. Throws `DATABASE_NOT_FOUND` when no
   * database is named, and as other calls do for an address that is none of a file.
   */
  stateLocation(): { database: string; state: string }
  /**
   * Writes for people what differs now and what a deployment would do about it; with `deploymentId`, first
   * what that deployment did, and when. Writes nothing to either side.
   *
   * `html` is one page that needs no network and runs no script: counts, what changes where, what is at
   * stake, findings, and every type on three sides with its versions. `markdown` is a comment for GitHub,
   * never longer than GitHub takes; `github` are annotations, commands that a job prints. Whatever comes
   * from outside is escaped. How much is shown is bounded, and what is left out is counted
   * (`docs/report.md`); types that differ in nothing are only counted.
   *
   * Rejects as {@link planDeployment} does, with `DEPLOYMENT_NOT_FOUND`, and with `INVALID_ARGUMENT`. Where
   * both sides stand is part of the report of a deployment only if they can be read; else it says why not.
   */
  renderReport(options?: ReportOptions): Promise<string>
}

/** What of a Node.js `Writable` is needed. */
export interface TextStream {
  write(text: string, taken: (error?: Error | null) => void): unknown
  on(event: 'error' | 'close', listener: (error: Error) => void): unknown
  off(event: 'error' | 'close', listener: (error: Error) => void): unknown
  readonly destroyed?: boolean
}

/** What the audit shows of the history. */
export interface HistoryVerdict {
  /** Nothing was found to be changed, missing or added. */
  ok: boolean
  /** Entries that were followed: all of them, or those before the first that is broken. */
  entries: number
  /** The first that is broken, and how: `sync_history/12, which entry 40 covers, was changed`. */
  firstBroken?: string
  /**
   * A key of `CATALYST_SYNC_AUDIT_KEY` vouches for every entry. Without it, `ok` shows that nothing is
   * damaged, and not that nobody forged it.
   */
  keyed: boolean
  /** Sequence of the first entry that is signed with such a key; what comes before it was signed later. */
  signedFrom?: number
}

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
export const planRollback: Functions['planRollback']
export const rollbackDeployment: Functions['rollbackDeployment']
export const recover: Functions['recover']
export const verifyHistory: Functions['verifyHistory']
export const exportHistory: Functions['exportHistory']
export const health: Functions['health']
export const metrics: Functions['metrics']
export const stateLocation: Functions['stateLocation']
export const renderReport: Functions['renderReport']
/**
 * Credentials that the engine keeps in its state, encrypted with `CATALYST_SYNC_KEY` (32 random bytes
 * in Base64 or hexadecimal, else `KEY_INVALID`), so that a browser never has to send any. For an admin.
 * They go in and never come out; each call is audited, also one that is refused. Where a `provider.config` brings neither an address nor credentials,
 * those that are stored are used, and those of the environment where nothing is stored or no key is set.
 */
export const credentials: {
  /**
   * Keeps the credentials of a provider, in the place of those that are there. Without `apiUrl`, they
   * are for the address of the environment, else for the platform's own, and go nowhere else later.
   */
  set(providerId: CMSProviderId, values: CredentialValues): Promise<void>
  /** Forgets them; `false` when there were none. Needs no key. */
  remove(providerId: CMSProviderId): Promise<boolean>
  /**
   * Encrypts everything anew with `CATALYST_SYNC_KEY_NEXT`, all of it or nothing; tells how many sets
   * there are. Until the next key has taken the place of the old one, both open them. `KEY_WRONG` when
   * the present key does not open them.
   */
  rotate(): Promise<number>
}

/** What {@link credentials} keeps for Optimizely. */
export interface CredentialValues {
  clientId: string
  clientSecret: string
  /** https, of an allowed host. */
  apiUrl?: string
  /** Names the target, as in a `provider.config`. */
  environment?: string
  projectId?: string
}

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
  /**
   * For programs. The entry that tells of the end of a type has its `outcome`, a `TypeOutcome` as
   * `outcomes` of the job will have it; one about an error its `code`.
   */
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
  /** Whole percents; never falls, and is 100 exactly when the deployment ran to its end. */
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
  errorInfo?: { code: ErrorCode; class: ErrorClass; details: ErrorDetails }
  /**
   * How it ended: `failed` when it had to stop, or when types failed and nothing was carried out. Absent
   * when it was cancelled.
   */
  outcome?: 'success' | 'partial' | 'failed'
  /** One per type, once it ended. */
  outcomes?: TypeOutcome[]
  metrics?: DeploymentMetrics
  /** What to do after a partial result. */
  recovery?: Recovery
  /** The deployment that this one undoes, which is all that it does. */
  rollbackOf?: string
  /** How much of it; default `full`. */
  rollbackMode?: 'failed-only' | 'full'
}

/** What was found of deployments that never ended. */
export interface RecoveryReport {
  /** Deployments that are closed now; each failed with `INTERRUPTED`. */
  runs: {
    /** Of the deployment. */
    id: string
    provider: string
    startedAt: Date
    /** Operations that had been carried out. */
    successful: number
    /** Operations that had failed, or of which it cannot be told. */
    failed: number
    /** Operations that were never begun. */
    notAttempted: number
    canResume: boolean
  }[]
  /** What became of each write that was under way: `RECOVERED`, `IN_DOUBT` or `NOT_RECOVERED`. */
  findings: Finding[]
  /** What cannot be settled now, and why. */
  left: { websiteId: string; target: string; code: string; message: string }[]
}

/** How a deployment behaves. A name that is nearly one of these (`dryrun`) is refused, and deploys nothing. */
export interface RunOptions {
  /** Read and plan, send no write. */
  dryRun?: boolean
  /**
   * Default `push`. `pull` writes what changed on the platform into the studio's own rows, and makes
   * types that only the platform has where `selectedTypes` (of a call, `contentTypeKeys`) names them;
   * `bidirectional` makes them all, and then pushes. Where there are several websites, new types are
   * made only in the one that `websiteId` names. A type that is gone from the platform is deleted only with `allowDelete`
   * and never while content items are of it.
   */
  mode?: 'push' | 'pull' | 'bidirectional'
  /**
   * `digest` of the plan that was reviewed: the run plans again, and carries it out only if it is the
   * same. Else it ends with `PLAN_STALE`, and `errorInfo.details.operations` tells what moved. With
   * `allowDelete`, such a plan may also delete most of what a website deployed.
   */
  planDigest?: string
  /** Stop after the first type that fails. */
  stopOnError?: boolean
  /** Send every type again even if nothing differs. Lifts no consent and no guard. */
  force?: boolean
  allowDelete?: boolean
  allowDataLoss?: boolean
  /** Default `merge`; `target_wins` in `pull` and `bidirectional` only. */
  conflictStrategy?: 'skip' | 'merge' | 'source_wins' | 'target_wins'
  /**
   * Whether a deployment that ends `failed` or `partial` is undone at once, as `<id>-rollback`: types that
   * it left half done, or everything that it did, each with this job's own consents. Outcomes that were
   * undone have `rolledBack`. No other deployment gets in between. A cancelled deployment is left as it
   * is. Default `none`; the others need the role `admin`.
   */
  rollback?: 'none' | 'failed-only' | 'full'
  /** Whether the studio keeps its edits when a deployment is undone: see {@link RollbackOptions}. Default `true`. */
  preserveData?: boolean
  /**
   * Ship what warnings hold back, too: values that the platform may understand otherwise than the
   * studio, such as a pattern that only JavaScript has (`PATTERN_FLAVOUR`). Without it they are among
   * the `withheld` and the rest ships. Goes past no error.
   */
  bypassValidation?: boolean
}

export interface DeploymentMetrics {
  /** Milliseconds. */
  timeTaken: number
  contentItemsProcessed: number
  bytesTransferred: number
  /** 0 to 1; 1 when there was nothing to do, 0 when it failed before it did anything. */
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
  /** `pull` for what was done to the studio. */
  direction: 'push' | 'pull'
  status: 'success' | 'failed' | 'conflict' | 'skipped' | 'blocked' | 'not_attempted'
  error?: { code: string; message: string }
  /** Requests that wrote, or tried to. */
  attempts: number
  /** Paths that wait for consent. */
  withheld: string[]
  /** Paths that the platform dropped; in a pull, that the studio cannot say. */
  dropped: string[]
  /** Paths whose value the platform changed. */
  rewritten: string[]
  /** What was done was undone again, because the deployment failed: see `options.rollback`. */
  rolledBack?: true
}

/** How a deployment is undone. */
export interface RollbackOptions {
  /** Default `full`; `failed-only`: types of which something was written, and that did not succeed. */
  mode?: 'failed-only' | 'full'
  /** `digest` of the plan that was reviewed. */
  planDigest?: string
  /** Reads and plans, and sends no write. */
  dryRun?: boolean
  /** Stop after the first type that fails. */
  stopOnError?: boolean
  /** Types that the deployment made are deleted. */
  allowDelete?: boolean
  /** Properties that it added are removed. */
  allowDataLoss?: boolean
  /** What becomes of atoms that somebody changed since; default `merge`. */
  conflictStrategy?: 'skip' | 'merge' | 'source_wins'
  /**
   * Whether the studio keeps its edits, which are pending again then. With `false`, its rows go back, too:
   * what the deployment sent, and what it brought home; attributes that were edited since stay. Rows that
   * it made are deleted with `allowDelete`, rows of types that it deleted are made again. Default `true`.
   * The findings of the plan say which rows; a `planDigest` is of a plan with the same `preserveData`.
   */
  preserveData?: boolean
  /** Default: the provider of the deployment, as the engine is configured for it. */
  provider?: ProviderRef
}

/** A definition that is kept as it was before a deployment changed or deleted it. */
export interface Backup {
  id: string
  /** Absent for a write that belongs to no deployment that is known. */
  deploymentId?: string
  typeKey: string
  websiteId: string
  target: string
  /** What the deployment did. */
  operation: 'update' | 'delete'
  /** Bytes of the definition. */
  size: number
  /** It takes less room than that. */
  compressed: boolean
  takenAt: Date
}

export interface Recovery {
  /** `Sync partially completed`, or `Sync failed` when nothing succeeded. */
  message: string
  /** Types that succeeded, in whichever run of the deployment. */
  successful: number
  /** Types that were attempted and did not succeed; each is in `errors`. */
  failed: number
  /** Types that no run has come to yet. Absent when there are none. */
  notAttempted?: number
  errors: { type: string; code: string; error: string }[]
  canResume: boolean
  /**
   * What can be done now. `retry_failed`: {@link resumeDeployment} with the mode `failed`, or
   * {@link retryDeployment}. `continue_later`: {@link resumeDeployment} without a mode, at any time.
   * `force_full`: {@link startDeployment} with a new id and `options.force`, which sends every type of
   * the job again, whether it differs or not, and needs the role `admin`; the consents of the job were
   * given for what it planned, and are left out. `resumeDeployment` with the mode `all` sends only what
   * differs. `view_errors`: {@link getSyncHistory} of the deployment.
   * `manual_fix`: somebody changes the type, or what is wrong on the platform, before.
   */
  actions: ('retry_failed' | 'view_errors' | 'continue_later' | 'force_full' | 'manual_fix')[]
}

// ---------------------------------------------------------------------------------------- seeing

/** What to look at: nothing means everything. */
export interface QueryOptions {
  /** Default: the engine's. */
  provider?: ProviderRef
  /** Absent or `''`: every website. */
  websiteId?: string
  /** Keys or ids; absent or empty: all. */
  contentTypeKeys?: string[]
  /** Whether to list details besides the summary. */
  includeDetails?: boolean
}

/** What to look at, and how a deployment would behave. */
export interface PlanOptions extends QueryOptions, RunOptions {}

/**
 * What to report. What is planned, and where, is as for {@link PlanOptions}; with `deploymentId`, by default
 * as the deployment was: its provider, website, types and options.
 */
export interface ReportOptions extends PlanOptions {
  /** The deployment to report, whichever process ran it. */
  deploymentId?: string
  /** Default `html`. */
  format?: 'html' | 'markdown' | 'github'
  /** Default: what the report is about. */
  title?: string
}

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

/** What `detectChanges({ includeDetails: true })` finds. */
export interface DetailedChangeSet extends ChangeSet {
  details: ChangeDetails
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
  /** Content items of the type in the studio; the findings say what of them would be lost. */
  contentItems: number
  /** The worst of what moved on the platform since the last agreement; its findings say what. */
  drift: DriftSeverity | null
  /**
   * Among them what moved on the platform (`DRIFT_BREAKING`, `DRIFT_ADDITION`, `DRIFT_TEXT`), apart from
   * what it only wrote down in another form, and what looks renamed (`RENAME_SUGGESTED`).
   */
  findings: Finding[]
}

/**
 * `text`: only what people read. `addition`: what there was still holds. `breaking`: content or code that
 * held before may hold no longer.
 */
export type DriftSeverity = 'text' | 'addition' | 'breaking'

/** What was taken for no change. */
export interface AcceptedDrift {
  typeKey: string
  websiteId: string
  target: string
  /** Where both sides agree to differ. */
  paths: string[]
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
  /** One per overlap; the root for a type that is gone on one side. */
  fields: ConflictField[]
  /** Paths that only one side moved, which nobody has to decide about. */
  autoMerged: string[]
  createdAt: Date
  /** How it was decided; `settled` when both sides became equal by themselves. */
  resolution?: ConflictStrategy | 'settled'
  /** Who decided, or had a deployment overrule a side. */
  resolvedBy?: string
  resolvedAt?: Date
}

/** One overlap. A side that is absent has no value there. */
export interface ConflictField {
  /** A JSON pointer into the views. */
  path: string
  ancestor?: unknown
  local?: unknown
  remote?: unknown
  /** What speaks for a side, where that can be told; nothing is decided by it. */
  suggestion?: Suggestion
}

/** What speaks for a side of an overlap. */
export interface Suggestion {
  /**
   * The side that loses nothing; `values: { [path]: field[take] ?? null }` decides so. For a type that is
   * gone on one side it is `source_wins` (`local`) or `target_wins` (`remote`).
   */
  take?: 'local' | 'remote'
  /**
   * `LOOSER`: the other side's rule forbids what this one allows. `KEEPS_CONTENT`: the other side removed it.
   * `ONLY_FORMATTING`: the other side brings nothing new but white space. `REWRITTEN`: both say the same, and
   * the platform writes it in its own form. `RENAMED`: what one side removed stands there under another
   * name (`renamedTo`), as it seems; no side is right then.
   */
  code: 'LOOSER' | 'KEEPS_CONTENT' | 'ONLY_FORMATTING' | 'REWRITTEN' | 'RENAMED'
  /** For people. */
  reason: string
  renamedTo?: string
}

/**
 * `source_wins`: the studio's value is sent with the next deployment. `target_wins`: the studio takes the
 * platform's. `merge`: nothing is decided, and what only the platform changed comes home. `manual`: the
 * values that are given. `local_wins`, `remote_wins`, `auto_merge` and `manual_merge` mean the same.
 */
export type ConflictStrategy = 'source_wins' | 'target_wins' | 'merge' | 'manual'

/** A strategy, or another name of one. */
export type ConflictStrategyName =
  ConflictStrategy | 'local_wins' | 'remote_wins' | 'auto_merge' | 'manual_merge'

/** What is to become of a conflict; `null` leaves it open. */
export type ConflictChoice = {
  strategy?: ConflictStrategyName
  /** By path, for `manual`; `null` removes what is there. What has no value stays open. */
  values?: Record<string, unknown>
} | null

export interface ResolveOptions {
  /** Default `merge`, and `manual` where there are values. */
  strategy?: ConflictStrategyName
  values?: Record<string, unknown>
  /** Who decides; by default, whom the engine acts for. */
  resolvedBy?: string
  onConflict?: (conflict: Conflict) => ConflictChoice | void | Promise<ConflictChoice | void>
  /** Whose conflicts are meant; default the engine's own provider. */
  provider?: ProviderRef
}

/** What became of a conflict. */
export interface Resolution {
  /** `''` when there is no such open conflict (any more); then `typeKey` is `''`, too. */
  conflictId: string
  typeKey: string
  /** Nothing of it is open any more. */
  success: boolean
  /** How it was to be decided; `manual` where nobody said. */
  strategy: ConflictStrategy
  /** The studio's side after the decision. */
  merged?: unknown
  /** What a decision left open; empty where there is an `error`: then all of it is as it was. */
  remaining: ConflictField[]
  requiresManual: boolean
  /** Why it was not decided. */
  error?: { code: string; message: string }
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
  /** `pull` for what would be done to the studio. */
  direction: 'push' | 'pull'
  risk: Risk
  changes: AtomChange[]
  withheld: string[]
  dependsOn: string[]
  /** Content items of the type in the studio. */
  contentItems: number
}

export interface Finding {
  /**
   * `error`: the type is not deployed. `warning`: it is, and something will not be as expected, or
   * waits for consent. `info`: worth knowing.
   */
  severity: 'error' | 'warning' | 'info'
  code: string
  typeKey?: string
  /** A JSON pointer, into the view on the platform or into the studio's definition (`/fields/…`). */
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

// ------------------------------------------------------------------ states, history and analytics

/** A type: its key, its row id, or its key and what tells it from others of that key. */
export type TypeRef = string | { key: string; websiteId?: string; provider?: ProviderRef }

export interface SyncStateOptions {
  status?: SyncState['status']
  websiteId?: string
  provider?: ProviderRef
}

/** Where a type stands towards a target. Hashes and times are those of the last look that recorded them. */
export interface SyncState {
  typeKey: string
  /** Row id. */
  typeId: string
  websiteId: string
  /** `platform:host:tenant`; `null` for a type that was never sent anywhere. */
  target: string | null
  /**
   * `modified`: the studio's row is not the one of the last look, or something of it was not sent yet.
   * `failed`: the last attempt to send that failed, or the definition could not be read. `deleted`: the
   * row is gone. `remote_…`: what the last deployment saw on the platform only.
   */
  status:
    | 'new'
    | 'modified'
    | 'conflict'
    | 'in_sync'
    | 'deleted'
    | 'remote_new'
    | 'remote_modified'
    | 'remote_deleted'
    | 'failed'
  conflictStatus: 'none' | 'detected' | 'resolved'
  /** Hashes of views: comparable with each other. */
  localHash: string | null
  remoteHash: string | null
  /** The studio's own content hash. */
  lastSyncedHash: string | null
  lastSyncAt: Date | null
  /** When a deployment last looked at the website and the target. */
  lastCheckedAt: Date | null
  /** When a deployment first saw the studio's side as `localHash` says. */
  localChangedAt: Date | null
  /** When a deployment first saw the platform's side as `remoteHash` says. */
  remoteChangedAt: Date | null
  /** Of its latest version; `null` as long as there is none. */
  semver: string | null
  /** Key on the platform. */
  remoteId: string | null
  /** Direction of the deployment that last looked. */
  mode: 'push' | 'pull' | 'bidirectional' | null
}

/** What passes every filter; nothing means everything. */
export interface SyncHistoryOptions {
  /** With everything that was done to rows that had its key before it. */
  type?: TypeRef
  platform?: CMSProviderId
  status?: SyncRecord['syncStatus']
  deploymentId?: string
  /**
   * Bounds of `createdAt`, both included: a `Date`, milliseconds, or an ISO 8601 text with an offset. A
   * date alone is its first moment in UTC. `to` before `from` is refused.
   */
  from?: Date | number | string
  to?: Date | number | string
  /** 1 to 1000; default 50. */
  limit?: number
  offset?: number
}

export interface SyncHistory {
  data: SyncRecord[]
  /** How many pass the filters in all. */
  total: number
  limit: number
  offset: number
  hasMore: boolean
}

/** One attempt to synchronize a type. */
export interface SyncRecord {
  id: number
  /** `''` when the studio's earlier attempt did not say. */
  websiteId: string
  /** `null` for an imported record. */
  target: string | null
  /** `content-type`. */
  kind: string
  /** Row id of the type. */
  localId: string
  typeKey: string
  versionHash: string | null
  targetPlatform: string
  syncDirection: 'PUSH' | 'PULL'
  /** `PARTIAL`: done, and a conflict is left or the platform dropped something. */
  syncStatus: 'SUCCESS' | 'FAILED' | 'PARTIAL'
  /** `null` for an imported record. */
  operation: 'create' | 'update' | 'delete' | null
  /**
   * The body of the last request; of a `PULL`, the definition as the studio has it then. `null` for a
   * deletion.
   */
  pushedData: unknown
  /**
   * The answer to it: the definition as stored, or `{ status?, message, requestId? }` of a refusal;
   * of a `PULL`, the platform's definition. `null` when there was none.
   */
  responseData: unknown
  /** Of the table of errors; `INTERRUPTED` for a write that a killed process sent in vain. */
  errorCode: string | null
  errorMessage: string | null
  retryCount: number
  /** Requests: `retryCount + 1`. */
  attempts: number
  /** `withheld`, `dropped`, `rewritten`: paths. `recovered`: settled by a later deployment. */
  syncMetadata: unknown
  /** Who acted; `null` for an imported record. */
  actor: string | null
  /** What they were allowed to do; `null` where it was not recorded. */
  role: 'viewer' | 'editor' | 'admin' | null
  runId: string | null
  deploymentId: string | null
  startedAt: Date | null
  /** `null` when it was only found out later how it ended. */
  completedAt: Date | null
  /** Milliseconds, waits included. */
  durationMs: number | null
  createdAt: Date | null
  /** Taken over from the studio's earlier attempt at synchronizing, which never compared with a platform. */
  imported: boolean
}

/** What is added up: what passes every filter. */
export interface AnalyticsOptions {
  platform?: CMSProviderId
  type?: TypeRef
  /** As in {@link SyncHistoryOptions}. */
  from?: Date | number | string
  to?: Date | number | string
}

/** The history added up. */
export type Analytics = HealthReport | MetricsReport | FailuresReport | SuccessRateReport

interface AnalyticsReport {
  /** `null`: all of them. */
  platform: string | null
  /** As asked for; `null` is open. */
  timeRange: { from: Date | null; to: Date | null }
}

/** Whether a deployment could run now. */
export interface Health {
  /**
   * `unhealthy`: a part failed, or fewer than half of the attempts of the last 24 hours succeeded.
   * `degraded`: a part is not whole, or fewer than 95 of 100 succeeded.
   */
  status: 'healthy' | 'degraded' | 'unhealthy'
  /** The studio's database. */
  database: HealthPart
  /** Where the engine remembers. */
  state: HealthPart
  platform: HealthPart
  /**
   * Share of the attempts of the last 24 hours that succeeded, 0 to 1; `null` when there were none. An
   * attempt is a record of {@link getSyncHistory}, and only `SUCCESS` counts: one that left a conflict
   * is `PARTIAL`, and stays so for its 24 hours whatever is decided about the conflict since.
   */
  successRate24h: number | null
  timestamp: Date
}

export interface HealthPart {
  /** `read_only`: one can look and not deploy. `not_configured`: nobody gave credentials. */
  status: 'ok' | 'read_only' | 'not_configured' | 'failed'
  /** When something is wrong. */
  code?: ErrorCode
  /** What is wrong and what to do, for people. */
  message?: string
}

/** Attempts added up. */
export interface SyncTotals {
  total: number
  successful: number
  partial: number
  failed: number
  /** Requests beyond the first of each attempt. */
  retries: number
  /** `successful` of `total`, 0 to 1; `null` when there were none. */
  successRate: number | null
  /** Mean duration in milliseconds; `null` when none is known. */
  averageSyncTime: number | null
}

export interface HealthReport extends AnalyticsReport, SyncTotals {
  report: 'health'
  /**
   * `unhealthy`: fewer than half of the attempts succeed. `degraded`: fewer than 95 of 100 do, or a
   * conflict is open, or a write was never settled.
   */
  status: 'healthy' | 'degraded' | 'unhealthy'
  lastAttemptAt: Date | null
  lastSuccessAt: Date | null
  /** Types with an open conflict now, whatever the time range. */
  openConflicts: number
  /** Writes now whose end nobody recorded; the next deployment settles them. */
  unfinished: number
  /** What is wrong, for people. */
  issues: string[]
}

export interface MetricsReport extends AnalyticsReport, SyncTotals {
  report: 'metrics'
  byPlatform: ({
    platform: string
    created: number
    updated: number
    deleted: number
  } & SyncTotals)[]
  /** `YYYY-MM-DD` in UTC, in order; days without an attempt are left out. */
  byDay: { day: string; total: number; successful: number; partial: number; failed: number }[]
}

export interface FailuresReport extends AnalyticsReport {
  report: 'failures'
  /** The most frequent first. */
  patterns: {
    /** `null` for imported records. */
    code: string | null
    /** Of the latest. */
    message: string | null
    count: number
    /** Keys. */
    types: string[]
    first: Date | null
    latest: Date | null
  }[]
}

export interface SuccessRateReport extends AnalyticsReport {
  report: 'success-rate'
  total: number
  successRate: number | null
  averageSyncTime: number | null
}

// -------------------------------------------------------------------------------------- versions

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
   * First `1.0.0`; then a breaking change counts as major, an addition as minor, text as patch. Of
   * several parents, what changed since each gives a number, and the larger one is taken: what is only
   * text to the one may break what was made for the other. `null` for what was imported.
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

/** Every code of {@link SyncError}. A later release may have more: leave a `switch` its `default`. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'VALIDATION_FAILED'
  | 'REJECTED'
  | 'DATA_LOSS_REFUSED'
  | 'DELETE_REFUSED'
  | 'AMBIGUOUS_TYPE'
  | 'UNKNOWN_PROVIDER'
  | 'PROVIDER_UNAVAILABLE'
  | 'NOT_AVAILABLE'
  | 'PLAN_STALE'
  | 'CONFLICT'
  | 'IN_DOUBT'
  | 'STALE_READ'
  | 'ROLLED_BACK'
  | 'KEY_CLAIMED'
  | 'DEPLOYMENT_IN_PROGRESS'
  | 'LEASE_LOST'
  | 'DUPLICATE'
  | 'DEPENDENCY_FAILED'
  | 'CREDENTIALS_MISSING'
  | 'AUTH_FAILED'
  | 'FORBIDDEN'
  | 'ROLE_REFUSED'
  | 'HOST_NOT_ALLOWED'
  | 'RATE_LIMITED'
  | 'PLATFORM_UNREACHABLE'
  | 'PLATFORM_FAILED'
  | 'API_VERSION_GONE'
  | 'WEBSITE_NOT_FOUND'
  | 'TYPE_NOT_FOUND'
  | 'DEPLOYMENT_NOT_FOUND'
  | 'BACKUP_GONE'
  | 'REMOTE_GONE'
  | 'DATABASE_NOT_FOUND'
  | 'DATABASE_INVALID'
  | 'DATABASE_UNSUPPORTED'
  | 'DATABASE_BUSY'
  | 'STORE_READ_ONLY'
  | 'STORE_FAILED'
  | 'INTERRUPTED'
  | 'STATE_INCOMPATIBLE'
  | 'AUDIT_UNVERIFIED'
  | 'KEY_INVALID'
  | 'KEY_WRONG'
  | 'TARGET_MISMATCH'
  | 'STUDIO_MISMATCH'
  | 'EXPORT_FAILED'
  | 'CANCELLED'
  | 'ENGINE_CLOSED'
  | 'INTERNAL'

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
  /**
   * Of `PLAN_STALE`: the operations that differ from the plan that was reviewed; `planned` where that
   * plan was made by another process, so that only what would be done now can be told.
   */
  operations?: {
    typeKey: string
    operation: 'create' | 'update' | 'delete'
    change: 'added' | 'changed' | 'removed' | 'planned'
  }[]
}

/** What is thrown and rejected with. An ordinary `Error`: match on `code`. */
export interface SyncError extends Error {
  /** Stable. */
  code: ErrorCode
  class: ErrorClass
  /** The HTTP status that a route should answer with. */
  status: number
  /** The same call may succeed later without anything being changed. */
  retryable: boolean
  details: ErrorDetails
  cause?: unknown
}
