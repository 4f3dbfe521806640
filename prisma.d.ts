import type { SyncEngine, VersionSource } from './index.js'

/** Who changes content types, and why. */
export interface VersionNote {
  source: VersionSource
  /** Default `system`. */
  author?: string
  message?: string
}

/** What was done to a content type. */
export interface ContentTypeChange {
  /** Row id; absent where the operation does not tell which rows it touched. */
  id?: string
  /** Of Prisma: `create`, `updateMany` … */
  operation: string
}

export interface RecordVersionsOptions {
  /**
   * Default `{ source: 'UI' }`. A function is asked at each change, in the asynchronous context of the
   * operation, so that it can find out whose request it is. Prisma begins an operation where it is
   * awaited.
   */
  note?: VersionNote | ((change: ContentTypeChange) => VersionNote | Promise<VersionNote>)
  /** Default: the default engine of `catalyst-sync`. */
  engine?: Pick<SyncEngine, 'recordVersion'>
  /**
   * What was changed and not recorded; default a process warning. The operation itself succeeded. What is
   * missing is recorded by the next deployment, as `SYNC`.
   */
  onUnrecorded?: (reason: Error, change: ContentTypeChange) => void
}

/**
 * A Prisma client extension that records a version after each change of `ContentType`:
 * `prisma.$extends(recordVersions({ note: { source: 'UI', author } }))`.
 *
 * Recorded are `create`, `update`, `upsert`, `delete`, `createManyAndReturn`, `updateManyAndReturn`,
 * `updateMany`, `deleteMany`, and `createMany` with ids, outside of transactions; in `$transaction([…])`
 * those that tell which rows they touched. Inside `$transaction(async (tx) => …)` nothing is there to be
 * recorded before it commits: call `recordVersion` afterwards. Nested writes, cascades and SQL are not
 * seen.
 */
export function recordVersions(
  options?: RecordVersionsOptions,
): <Client extends { $extends: (...given: never[]) => unknown }>(client: Client) => Client
