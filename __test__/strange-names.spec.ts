// What means something to JavaScript is a name like any other on a platform.

import { Bench } from './support/bench'
import { edit } from './support/studio'

const NAMES = ['__proto__', 'constructor', 'toString']

/** So long that an answer with it comes in pieces. */
const LONG = 'x'.repeat(70_000)

let bench: Bench

beforeEach(async () => {
  bench = await Bench.open({ types: 1, options: { cacheTtlMs: 0, mapping: 'native' } })
  await bench.deploy().handle.done
})
afterEach(() => bench.close())

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
})

/** An object with a member of each name. A literal would take one of them for something else. */
function named<T>(valueOf: (name: string) => T): Record<string, T> {
  return Object.fromEntries(NAMES.map((name) => [name, valueOf(name)]))
}

/** What an object itself has under each name. */
function ownOf(object: object): unknown[] {
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  return NAMES.map((name) => Object.getOwnPropertyDescriptor(object, name)?.value as unknown)
}

test('properties survive detection, plan, report and pull', async () => {
  const label = (name: string) => `${name} ${LONG}`
  const theirs = named((name) => ({ type: 'string', displayName: label(name) }))
  const properties = { ...theirs, title: { displayName: 'There' } }
  await bench.platform.control('edit', { key: 'Type1', patch: { properties } })
  edit(
    bench.folder.file('dev.db'),
    `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[0].label', 'Here')`,
  )

  const { details } = await bench.engine.detectChanges({ includeDetails: true })
  const [conflict] = details?.conflicts ?? []
  const remote = conflict?.remote as { properties: object }
  expect(ownOf(remote.properties)).toEqual(
    NAMES.map((name) => expect.objectContaining({ displayName: label(name) })),
  )
  const local = conflict?.local as { properties: object }
  expect(ownOf(local.properties)).toEqual([undefined, undefined, undefined])
  expect(conflict?.autoMerged).toEqual(
    expect.arrayContaining(NAMES.map((name) => `/properties/${name}/displayName`)),
  )

  const consent = { mode: 'pull', conflictStrategy: 'target_wins' } as const
  const { operations } = await bench.engine.planDeployment(consent)
  expect(operations[0]?.changes.map(({ path }) => path)).toEqual(
    expect.arrayContaining(NAMES.map((name) => `/properties/${name}`)),
  )
  const page = await bench.engine.renderReport()
  for (const name of NAMES) expect(page).toContain(`<bdi>${name}</bdi>`)
  expect(page).not.toContain('[native code]')

  // The studio takes no label of that length.
  const shorter = named((name) => ({ displayName: `Their ${name}` }))
  await bench.platform.control('edit', { key: 'Type1', patch: { properties: shorter } })
  const { outcomes } = await bench.deploy({ options: consent }).handle.done
  expect(outcomes).toMatchObject([{ typeKey: 'Type1', status: 'success' }])
  const { types } = await bench.engine.extractContentTypes()
  const { fields } = types[0]?.fields as { fields: { label: string }[] }
  expect(fields.map((field) => field.label)).toEqual(
    expect.arrayContaining(NAMES.map((name) => `Their ${name}`)),
  )
  expect((await bench.engine.detectChanges()).summary).toMatchObject({ total: 0, remoteChanged: 0 })

  // The platform itself takes no write of the first.
  const [untouched, ...ours] = NAMES
  for (const name of ours) {
    const sql = `UPDATE "ContentType" SET "fields" = replace("fields", ?, ?)`
    edit(bench.folder.file('dev.db'), sql, `Their ${name}`, `Our ${name}`)
  }
  await bench.deploy().handle.done
  const stored = (await bench.platform.control('state?version=v1')) as {
    types: Record<string, { properties: object }>
  }
  expect(ownOf(stored.types.Type1?.properties ?? {})).toMatchObject([
    { displayName: `Their ${untouched}` },
    ...ours.map((name) => ({ displayName: `Our ${name}` })),
  ])
})

test('types survive detection, pull, versions and states', async () => {
  const types = NAMES.map((key) => ({ key, baseType: '_component', displayName: key }))
  await bench.platform.control('seed', { version: 'v1', types })
  const { details } = await bench.engine.detectChanges({ includeDetails: true })
  expect(details?.remoteChanged.map(({ key, status }) => `${key} ${status}`)).toEqual(
    NAMES.map((key) => `${key} remote_new`),
  )

  const asked = { selectedTypes: NAMES, options: { mode: 'pull' } } as const
  const { outcomes } = await bench.deploy({ ...asked, selectedTypes: [...NAMES] }).handle.done
  expect(outcomes.map(({ typeKey, status }) => `${typeKey} ${status}`).sort()).toEqual(
    NAMES.map((key) => `${key} success`),
  )
  const states = await bench.engine.listSyncStates({ status: 'in_sync' })
  expect(states.map(({ typeKey }) => typeKey).sort()).toEqual(['Type1', ...NAMES].sort())
  for (const key of NAMES) expect(await bench.engine.getVersionHistory(key)).toHaveLength(1)
  const changes = await bench.engine.detectChanges({ includeDetails: true })
  expect(changes.details?.unchanged).toEqual(['Type1', ...NAMES].sort())
})
