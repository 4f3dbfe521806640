import { Bench } from './support/bench'
import { MADE_AT } from './support/studio'

let bench: Bench

beforeAll(async () => {
  bench = await Bench.open({ types: 2 })
})

afterAll(() => bench?.close())

test('extracted types are of this realm, with dates', async () => {
  const { types, metadata } = await bench.engine.extractContentTypes({ websiteId: 'site_1' })
  expect(Array.isArray(types)).toBe(true)
  expect(types).toHaveLength(2)
  expect(types[0]?.createdAt).toStrictEqual(new Date(MADE_AT))
  expect(types[0]?.updatedAt).toStrictEqual(new Date(MADE_AT))
  expect(metadata.extractedAt).toBeInstanceOf(Date)
})

test('changes have dates', async () => {
  const changes = await bench.engine.detectChanges({ includeDetails: true })
  expect(changes.timestamp).toBeInstanceOf(Date)
  expect(changes.summary).toMatchObject({ total: 2, created: 2 })
  expect(changes.details?.created.map(({ name }) => name).sort()).toStrictEqual([
    'Type 1',
    'Type 2',
  ])
})

test('a plan has a date', async () => {
  const plan = await bench.engine.planDeployment()
  expect(plan.createdAt).toBeInstanceOf(Date)
  expect(plan.summary).toMatchObject({ add: 2 })
})

test('mappings come in a list', async () => {
  const mappings = await bench.engine.previewMapping()
  expect(mappings).toBeInstanceOf(Array)
  expect(mappings.map(({ name }) => name).sort()).toStrictEqual(['Type 1', 'Type 2'])
})

test('a stored deployment is read back with dates', async () => {
  const { job: last } = await bench.deploy({ id: 'stored' }).handle.done
  bench.engine.clearHistory()
  const stored = await bench.engine.getDeployment('stored')
  expect(stored).toMatchObject({ id: 'stored', status: last.status, outcomes: last.outcomes })
  expect(stored?.progress).toBe(100)
  expect(stored?.startedAt).toBeInstanceOf(Date)
  expect(stored?.completedAt).toBeInstanceOf(Date)
  expect(await bench.engine.getDeployment('unknown')).toBeNull()
})
