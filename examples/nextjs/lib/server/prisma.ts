// The studio's database. Each change of a content type becomes a version, with who made it.

import { AsyncLocalStorage } from 'node:async_hooks'

import { PrismaBetterSQLite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaClient } from '@prisma/client'
import { recordVersions } from 'catalyst-sync/prisma'
import type { VersionSource } from 'catalyst-sync'

/** Who changes something, and why. */
export interface Note {
  source: VersionSource
  author: string
  message?: string
}

// Next.js loads this file once for each bundle, and `next dev` again and again: the connection stays, and
// with it whom it asks who edits.
const kept = globalThis as {
  studioNotes?: AsyncLocalStorage<Note>
  studioClient?: ReturnType<typeof connect>
}

const notes = (kept.studioNotes ??= new AsyncLocalStorage<Note>())

/** Does some work in somebody's name. */
export const actingAs = <T>(note: Note, work: () => PromiseLike<T>): Promise<T> =>
  // Prisma does nothing before somebody waits, and that has to be in here.
  notes.run(note, async () => await work())

function connect() {
  const adapter = new PrismaBetterSQLite3(
    { url: process.env.DATABASE_URL ?? '' },
    { timestampFormat: 'unixepoch-ms' },
  )
  const note = () => notes.getStore() ?? { source: 'UI' as const }
  return new PrismaClient({ adapter }).$extends(recordVersions({ note }))
}

/** Connects at the first call, so that nothing is opened while the pages are built. */
export function studio() {
  return (kept.studioClient ??= connect())
}
