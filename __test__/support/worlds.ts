// The two worlds that the contract holds in: a database file and a server in a process of its own, and
// the test engine of catalyst-sync/testing. What a test does in one, it does in the other.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

import Database from 'better-sqlite3'

import type { CMSProvider, EngineOptions, SyncEngine } from '../..'
import {
  createTestEngine,
  type Match,
  type RemoteRequest,
  type RemoteType,
  type StudioDefinition,
  type TestEngine,
} from '../../testing'
import { Bench, provider } from './bench'
import { ROOT } from './script'
import { edit } from './studio'

/** A fault in the form that both know. */
export interface Strike {
  kind: string
  status?: number
  moment?: string
  members?: string[]
}

/** The platform behind its interface. */
export interface WorldRemote {
  keys(): Promise<string[]>
  get(key: string): Promise<RemoteType | null>
  put(type: RemoteType): Promise<unknown>
  edit(key: string, patch: object): Promise<unknown>
  remove(key: string): Promise<unknown>
  setContent(key: string, count: number): Promise<unknown>
  fail(what: Strike, when: Match): Promise<unknown>
  heal(): Promise<unknown>
  requests(): Promise<RemoteRequest[]>
  /** Keeps creations back until the function that it gives is called, or for long enough. */
  hold(): Promise<() => Promise<unknown>>
}

/** The studio behind its pages. */
export interface WorldStudio {
  get(id: string): { name: string; fields: StudioDefinition } | null
  edit(id: string, change: (fields: StudioDefinition) => void): void
  remove(id: string): void
}

/** A studio with types `Type 1`, `Type 2` …, of two fields each, a platform, and an engine. */
export interface World {
  readonly engine: SyncEngine
  readonly provider: CMSProvider
  readonly studio: WorldStudio
  readonly remote: WorldRemote
  close(): Promise<void>
}

export type Open = (made?: { types?: number; options?: EngineOptions }) => Promise<World>

/** For `describe.each`. Where WebAssembly was not built, there is one; `npm test` says so. */
export const WORLDS: [string, Open][] = [
  ['a database file and a server', openFiles],
  ...(hasFake() ? ([['the test engine', openMemory]] as [string, Open][]) : []),
]

/** Suites that need the fake platform as WebAssembly. */
export const describeTesting = hasFake() ? describe : describe.skip

/** Whether the fake platform was built as WebAssembly. */
export function hasFake(): boolean {
  return existsSync(join(ROOT, 'testing/fake.wasm'))
}

async function openFiles({ types = 2, options = {} }: Parameters<Open>[0] = {}): Promise<World> {
  const bench = await Bench.open({ types, options: { cacheTtlMs: 0, ...options } })
  const path = bench.folder.file('dev.db')
  const { platform } = bench
  const all = async () => {
    const { types } = (await platform.control('state')) as { types: Record<string, RemoteType> }
    return types
  }
  const own = new Set(Object.keys(await all()))
  const get = (id: string) => {
    const database = new Database(path, { readonly: true })
    try {
      const sql = 'SELECT "name", "fields" FROM "ContentType" WHERE "id" = ?'
      const row = database.prepare(sql).get(id) as { name: string; fields: string } | undefined
      return row ? { ...row, fields: JSON.parse(row.fields) as StudioDefinition } : null
    } finally {
      database.close()
    }
  }
  return {
    engine: bench.engine,
    provider: provider(),
    studio: {
      get,
      edit: (id, change) => {
        const fields = get(id)?.fields
        if (fields === undefined) throw new Error(`there is no type ${id}`)
        change(fields)
        const sql = 'UPDATE "ContentType" SET "fields" = ? WHERE "id" = ?'
        edit(path, sql, JSON.stringify(fields), id)
      },
      remove: (id) => edit(path, 'DELETE FROM "ContentType" WHERE "id" = ?', id),
    },
    remote: {
      keys: async () => Object.keys(await all()).filter((key) => !own.has(key)),
      get: async (key) => (await all())[key] ?? null,
      put: (type) => platform.control('seed', { types: [type] }),
      edit: (key, patch) => platform.control('edit', { key, patch }),
      remove: (key) => platform.control('edit', { key, remove: true }),
      setContent: (key, count) => platform.control('instances', { key, count }),
      fail: (what, { times = 1, ...when }) =>
        platform.control('faults', { add: [{ when: { times, ...when }, what }] }),
      heal: () => platform.control('faults', { clear: true }),
      requests: async () => (await platform.requests()) as RemoteRequest[],
      hold: async () => {
        const what = { kind: 'latency', ms: 1_000 }
        await platform.control('faults', { add: [{ when: { method: 'POST' }, what }] })
        return () => platform.control('faults', { clear: true })
      },
    },
    close: () => bench.close(),
  }
}

async function openMemory({ types = 2, options = {} }: Parameters<Open>[0] = {}): Promise<World> {
  const sync = await createTestEngine({
    types: Array.from({ length: types }, (_, at) => ({
      name: `Type ${at + 1}`,
      fields: [
        { id: 'f1', name: 'title', label: 'Title', type: 'text', required: true, order: 0 },
        { id: 'f2', name: 'body', label: 'Body', type: 'richText', required: false, order: 1 },
      ],
    })),
    engine: options,
  })
  return { ...worldOf(sync), close: () => sync.close() }
}

function worldOf({ engine, provider, studio, remote }: TestEngine) {
  const world: Omit<World, 'close'> = {
    engine,
    provider,
    studio: {
      get: (id) => studio.get(id),
      edit: (id, change) => void studio.edit(id, change),
      remove: (id) => void studio.remove(id),
    },
    remote: {
      keys: async () => remote.keys(),
      get: async (key) => remote.get(key),
      put: async (type) => remote.put(type),
      edit: async (key, patch) => remote.edit(key, { ...patch }),
      remove: async (key) => remote.remove(key),
      setContent: async (key, count) => remote.setContent(key, count),
      fail: async (what, when) => remote.fail(what as Parameters<typeof remote.fail>[0], when),
      heal: async () => remote.heal(),
      requests: async () => remote.requests(),
      hold: async () => {
        const release = remote.hold({ method: 'POST' })
        return async () => release()
      },
    },
  }
  return world
}

/** Gives the first field of a type another label. */
export function relabel({ studio }: World, id: string, label: string): void {
  studio.edit(id, ({ fields: [first] }) => {
    if (first) first.label = label
  })
}

/** Gives the property `title` another name, as a colleague. */
export function retitle({ remote }: World, key: string, displayName: string): Promise<unknown> {
  return remote.edit(key, { properties: { title: { displayName } } })
}

/** The name of the property `title`. */
export async function titleOf({ remote }: World, key: string): Promise<unknown> {
  return (await remote.get(key))?.properties?.title?.displayName
}
