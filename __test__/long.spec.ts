import Database from 'better-sqlite3'

import { SyncEngine, type DeploymentJob } from '..'
import { Bench, job, messages, statuses } from './support/bench'
import { edit } from './support/studio'

// What is too long for one message comes in pieces, and nobody can tell.

const TYPES = 1_200

let bench: Bench
let engine: SyncEngine

beforeEach(async () => {
  bench = await Bench.open({ types: TYPES })
  const filesRoot = bench.folder.path
  engine = new SyncEngine({ ...bench.options, filesRoot, requestsPerMinute: 1_000_000 })
})
afterEach(async () => {
  await engine.close()
  await bench.close()
})

/** A definition that is long in every way: many members, many fields, and texts beyond any piece. */
function longDefinition(): string {
  const fields = Array.from({ length: 2_000 }, (_, at) => ({
    id: `f${at}`,
    name: `field${at}`,
    label: at === 1_000 ? 'ü'.repeat(100_000) : `Field ${at}`,
    type: 'text',
    required: at % 2 === 0,
  }))
  const own = { name: 'Type 7', pluralName: '"7"\\', icon: 'doc', fields, relationships: [] }
  const more = Object.fromEntries(fields.map(({ id, label }) => [`~${id}/"`, label]))
  return JSON.stringify({ ...own, more })
}

test('a long extraction arrives whole, with its dates', async () => {
  const path = bench.folder.file('dev.db')
  edit(path, `UPDATE "ContentType" SET "fields" = ? WHERE "id" = 'ct_7'`, longDefinition())
  const { types } = await engine.extractContentTypes()
  const database = new Database(path, { readonly: true })
  const rows = database.prepare(`SELECT "id", "fields" FROM "ContentType"`).all() as {
    id: string
    fields: string
  }[]
  database.close()
  const found = new Map(types.map((type) => [type.id, type]))
  expect(found.size).toBe(TYPES)
  for (const { id, fields } of rows) {
    // Compared here, because a failure would print both.
    expect([id, JSON.stringify(found.get(id)?.fields) === sorted(fields)]).toEqual([id, true])
    expect(found.get(id)?.createdAt).toEqual(new Date(Date.UTC(2025, 7, 1)))
    expect(found.get(id)?.createdAt).toBeInstanceOf(Date)
  }
})

/** Canonical JSON, as the engine gives definitions. */
function sorted(text: string): string {
  const order = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(order)
    if (typeof value !== 'object' || value === null) return value
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value).sort()) {
      copy[key] = order((value as Record<string, unknown>)[key])
    }
    return copy
  }
  return JSON.stringify(order(JSON.parse(text)))
}

test('a long change set, plan and mapping arrive whole and in order', async () => {
  const keys = Array.from({ length: TYPES }, (_, at) => `Type${at + 1}`).sort()
  const changes = await engine.detectChanges({ includeDetails: true })
  expect(changes.timestamp).toBeInstanceOf(Date)
  expect(changes.details?.created.map(({ key }) => key)).toEqual(keys)
  expect(changes.details?.created.every(({ changes }) => changes.length > 0)).toBe(true)
  const plan = await engine.planDeployment()
  expect(plan.operations.map(({ typeKey }) => typeKey)).toEqual(keys)
  expect(plan.createdAt).toBeInstanceOf(Date)
  const mapping = await engine.previewMapping()
  expect(mapping.map(({ typeKey }) => typeKey)).toEqual(keys)
})

test('a long run ends with one update that has every outcome and every entry', async () => {
  const updates: DeploymentJob[] = []
  const files = { id: 'files', config: { directory: 'model' } }
  const handle = engine.startDeployment(job(), files as never, (update) => updates.push(update))
  const { outcomes } = await handle.done
  expect(outcomes.map(({ typeKey }) => typeKey).sort()).toEqual(
    Array.from({ length: TYPES }, (_, at) => `Type ${at + 1}`.replace(' ', '')).sort(),
  )
  const last = updates.at(-1)
  expect(last?.outcomes).toHaveLength(TYPES)
  expect(statuses(updates).filter((status) => status !== 'running')).toEqual(['completed'])
  for (let at = 1; at < updates.length; at++) {
    const before = messages(updates[at - 1])
    expect(messages(updates[at]).slice(0, before.length)).toEqual(before)
  }
  expect(last?.logs.every(({ timestamp }) => timestamp instanceof Date)).toBe(true)
  expect(messages(last).filter((message) => message.includes('Syncing'))).toHaveLength(TYPES)
  const remembered = await engine.getDeployment(job().id)
  expect(remembered).toEqual({ ...last, logs: last?.logs.slice(-100) })
})

test('a cancelled long run still says what became of every type', async () => {
  const seen: string[] = []
  const handle = engine.startDeployment(job(), 'optimizely' as never, (update) => {
    seen.push(update.status)
    if (update.progress > 30) handle.cancel()
  })
  const { outcomes, job: last } = await handle.done
  expect(last.status).toBe('cancelled')
  expect(seen.filter((status) => status === 'cancelled')).toHaveLength(1)
  expect(seen.at(-1)).toBe('cancelled')
  expect(outcomes).toHaveLength(TYPES)
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(
    new Set(['success', 'not_attempted']),
  )
})
