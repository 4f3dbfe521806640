import Database from 'better-sqlite3'

import { type DeploymentJob, type TypeOutcome } from '..'
import { Bench } from './support/bench'

let bench: Bench

beforeEach(async () => {
  bench = await Bench.open({ types: 2 })
  await bench.deploy().handle.done
})
afterEach(() => bench.close())

const run = (options: DeploymentJob['options'], changes: Partial<DeploymentJob> = {}) =>
  bench.deploy({ options, ...changes }).handle.done

const brief = (outcomes: TypeOutcome[]) =>
  outcomes.map(({ typeKey, direction, operation, status }) =>
    [typeKey, direction, operation, status].join(' '),
  )

interface Row {
  id: string
  name: string
  fields: string
  createdAt: number
  updatedAt: number
}

/** The studio's rows, by name. */
function rows(): Row[] {
  const database = new Database(bench.folder.file('dev.db'), { readonly: true })
  try {
    return database.prepare('SELECT * FROM "ContentType" ORDER BY "name"').all() as Row[]
  } finally {
    database.close()
  }
}

const labels = (row: Row | undefined) =>
  (JSON.parse(row?.fields ?? '{}') as { fields: { label: string }[] }).fields.map(
    ({ label }) => label,
  )

test('what changed on the platform comes home, and the plan shows it', async () => {
  const patch = { properties: { title: { displayName: 'Headline' } } }
  await bench.platform.control('edit', { key: 'Type1', patch })
  const plan = await bench.engine.planDeployment({ mode: 'pull' })
  expect(plan).toMatchObject({
    mode: 'pull',
    summary: { add: 0, change: 1, destroy: 0 },
    operations: [{ typeKey: 'Type1', operation: 'update', direction: 'pull' }],
  })

  const { job, outcomes } = await run({ mode: 'pull' })
  expect(job).toMatchObject({ status: 'completed', progress: 100 })
  expect(brief(outcomes)).toEqual(['Type1 pull update success'])
  const [first, second] = rows()
  expect(labels(first)).toEqual(['Headline', 'Body'])
  expect(labels(second)).toEqual(['Title', 'Body'])
  expect(first?.updatedAt).toBeGreaterThan(second?.updatedAt ?? 0)
  expect((await run({ mode: 'bidirectional' })).outcomes).toEqual([])
  const history = await bench.engine.getSyncHistory({ type: 'Type1' })
  expect(history.data[0]).toMatchObject({ syncDirection: 'PULL', syncStatus: 'SUCCESS' })
})

test('a type that only the platform has is made when it is named', async () => {
  const properties = { town: { type: 'string', displayName: 'Town' } }
  const types = [{ key: 'Venue', displayName: 'Venue', baseType: '_component', properties }]
  await bench.platform.control('seed', { version: 'v1', types })
  expect((await run({ mode: 'pull' })).outcomes).toEqual([])
  const { outcomes } = await run({ mode: 'pull' }, { selectedTypes: ['Venue'] })
  expect(brief(outcomes)).toEqual(['Venue pull create success'])
  const made = rows().find(({ name }) => name === 'Venue')
  expect(made?.id).toMatch(/^c[a-z0-9]{24}$/)
  expect(labels(made)).toEqual(['Town'])
  expect([typeof made?.createdAt, typeof made?.updatedAt]).toEqual(['number', 'number'])
})
