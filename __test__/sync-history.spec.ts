import type { SyncEngine, SyncHistory, SyncRecord } from '..'
import { Bench } from './support/bench'
import { edit } from './support/studio'

let bench: Bench
let engine: SyncEngine

const refuse = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 422 } }

beforeAll(async () => {
  bench = await Bench.open({ types: 3 })
  engine = bench.engine
  await bench.platform.control('faults', { add: [refuse] })
  await bench.deploy({ id: 'first' }).handle.done
})
afterAll(() => bench.close())

const invalid = (argument: string) => ({
  code: 'INVALID_ARGUMENT',
  message: expect.stringMatching(`^${argument} is `),
})
const keys = ({ data }: SyncHistory) => data.map((one) => one.typeKey).sort()

test('a record has every column of the history, with values and dates of this realm', async () => {
  const { data } = await engine.getSyncHistory({ type: 'Type1' })
  expect(data).toHaveLength(1)
  const [record] = data as [SyncRecord]
  expect(Object.keys(record).sort()).toEqual([
    'actor',
    'attempts',
    'completedAt',
    'createdAt',
    'deploymentId',
    'durationMs',
    'errorCode',
    'errorMessage',
    'id',
    'imported',
    'kind',
    'localId',
    'operation',
    'pushedData',
    'responseData',
    'retryCount',
    'role',
    'runId',
    'startedAt',
    'syncDirection',
    'syncMetadata',
    'syncStatus',
    'target',
    'targetPlatform',
    'typeKey',
    'versionHash',
    'websiteId',
  ])
  const [version] = await engine.getVersionHistory('Type1')
  expect(record).toMatchObject({
    websiteId: 'site_1',
    localId: 'ct_1',
    typeKey: 'Type1',
    targetPlatform: 'optimizely',
    syncDirection: 'PUSH',
    syncStatus: 'SUCCESS',
    operation: 'create',
    pushedData: { key: 'Type1' },
    responseData: { key: 'Type1' },
    errorCode: null,
    attempts: 1,
    actor: 'system',
    deploymentId: 'first',
    versionHash: version?.hash,
    imported: false,
  })
  for (const name of ['startedAt', 'completedAt', 'createdAt'] as const) {
    expect(record[name]).toBeInstanceOf(Date)
  }
  expect(record.durationMs).toBe(Number(record.completedAt) - Number(record.startedAt))
  expect(await engine.getSyncRecord(record.id)).toStrictEqual(record)
  expect(await engine.getSyncRecord(`${record.id}`)).toStrictEqual(record)
  expect(await engine.getSyncRecord(999_999)).toBeNull()
  expect(await engine.getLastSuccessfulSync('Type1')).toStrictEqual(record)
  expect(await engine.getLastSuccessfulSync('Type2')).toBeNull()
})

test('every filter leaves out what it does not name', async () => {
  const all = await engine.getSyncHistory()
  expect(all).toMatchObject({ total: 3, limit: 50, offset: 0, hasMore: false })
  expect(keys(all)).toEqual(['Type1', 'Type2', 'Type3'])
  expect(keys(await engine.getSyncHistory({ status: 'FAILED' }))).toEqual(['Type2'])
  expect(keys(await engine.getSyncHistory({ platform: 'files' }))).toEqual([])
  expect(keys(await engine.getSyncHistory({ deploymentId: 'first' }))).toHaveLength(3)
  expect(keys(await engine.getSyncHistory({ deploymentId: 'none' }))).toEqual([])
  // As the fields of a form that nobody filled in.
  expect(
    keys(await engine.getSyncHistory({ deploymentId: '', platform: '' as never })),
  ).toHaveLength(3)
  const type = { key: 'Type1', websiteId: 'site_1', provider: 'optimizely' } as const
  expect(keys(await engine.getSyncHistory({ type }))).toEqual(['Type1'])
})

test('pages say what comes after them', async () => {
  const all = await engine.getSyncHistory()
  const pages = [0, 2, 4].map((offset) => engine.getSyncHistory({ limit: 2, offset }))
  const [first, second, third] = await Promise.all(pages)
  expect(first).toMatchObject({ data: all.data.slice(0, 2), total: 3, hasMore: true })
  expect(second).toMatchObject({ data: all.data.slice(2), offset: 2, hasMore: false })
  expect(third).toMatchObject({ data: [], offset: 4, hasMore: false })
})

test('times are bounds that are included, in each of their forms', async () => {
  const { data } = await engine.getSyncHistory()
  const latest = data[0]?.createdAt as Date
  const earliest = data[2]?.createdAt as Date
  for (const [from, to] of [
    [earliest, latest],
    [earliest.getTime(), latest.getTime()],
    [earliest.toISOString(), latest.toISOString()],
    [earliest.toISOString().slice(0, 10), undefined],
  ]) {
    expect((await engine.getSyncHistory({ from, to })).total).toBe(3)
  }
  const after = new Date(latest.getTime() + 1)
  const before = new Date(earliest.getTime() - 1)
  expect((await engine.getSyncHistory({ from: after })).total).toBe(0)
  expect((await engine.getSyncHistory({ to: before })).total).toBe(0)
})

test.each([
  ['options.status', { status: 'success' }],
  ['options.status', { status: 'IN_PROGRESS' }],
  ['options.limit', { limit: 0 }],
  ['options.limit', { limit: 1001 }],
  ['options.limit', { limit: '5' }],
  ['options.limit', { limit: NaN }],
  ['options.offset', { offset: -1 }],
  ['options.offset', { offset: 1.5 }],
  ['options.from', { from: 'yesterday' }],
  ['options.from', { from: new Date('yesterday') }],
  ['options.from', { from: '2025-01-01T00:00:00' }],
  ['options.to', { to: 1e16 }],
  ['options.to', { to: {} }],
  ['options.to', { from: 2, to: 1 }],
  ['options.type', { type: 7 }],
  ['options.type', { type: '' }],
  ['options.type.key', { type: {} }],
  ['options.type.key', { type: { key: 7 } }],
  ['options.type.websiteId', { type: { key: 'Type1', websiteId: 7 } }],
  ['options.type.provider', { type: { key: 'Type1', provider: 7 } }],
  ['options.platform', { platform: 7 }],
  ['options.deploymentId', { deploymentId: 7 }],
  ['options', 7],
])('refuses a wrong %s: %p', async (argument, options) => {
  await expect(engine.getSyncHistory(options as never)).rejects.toMatchObject(invalid(argument))
})

test.each([undefined, null, '', 'x', '1.5', 1.5, -1.5, {}, NaN])(
  'refuses %p as an id',
  async (id) => {
    await expect(engine.getSyncRecord(id as never)).rejects.toMatchObject(invalid('id'))
  },
)

test.each(['getSyncState', 'getLastSuccessfulSync'] as const)('%s wants one type', async (name) => {
  for (const type of [undefined, null, '', 7, []]) {
    await expect(engine[name](type as never)).rejects.toMatchObject(invalid('type'))
  }
  const unknown = { code: 'TYPE_NOT_FOUND', status: 404, details: { typeKey: 'Nobody' } }
  await expect(engine[name]('Nobody')).rejects.toMatchObject(unknown)
})

test('states are told with dates', async () => {
  const states = await engine.listSyncStates()
  expect(states.map(({ typeKey, status }) => `${typeKey} ${status}`)).toEqual([
    'Type1 in_sync',
    'Type2 failed',
    'Type3 in_sync',
  ])
  const [state] = states
  expect(await engine.getSyncState('ct_1')).toStrictEqual(state)
  expect(state).toMatchObject({
    typeId: 'ct_1',
    websiteId: 'site_1',
    conflictStatus: 'none',
    remoteId: 'Type1',
    mode: 'push',
    semver: '1.0.0',
  })
  for (const name of [
    'lastSyncAt',
    'lastCheckedAt',
    'localChangedAt',
    'remoteChangedAt',
  ] as const) {
    expect(state?.[name]).toBeInstanceOf(Date)
  }
  expect(await engine.listSyncStates({ status: 'failed' })).toHaveLength(1)
  expect(await engine.listSyncStates({ status: 'remote_new', websiteId: 'site_1' })).toEqual([])
  const wrong = engine.listSyncStates({ status: 'synced' as never })
  await expect(wrong).rejects.toMatchObject(invalid('options.status'))
  const nowhere = engine.listSyncStates({ websiteId: 'nowhere' })
  await expect(nowhere).rejects.toMatchObject({ code: 'WEBSITE_NOT_FOUND' })
})

test('a key of two types names them', async () => {
  edit(
    bench.folder.file('dev.db'),
    `INSERT INTO "ContentType" ("id","websiteId","name","fields","updatedAt") VALUES (?,?,?,?,1)`,
    ...['ct_9', 'site_1', 'Type 1', '{"name":"Type 1","fields":[]}'],
  )
  await expect(engine.getSyncState('Type1')).rejects.toMatchObject({
    code: 'AMBIGUOUS_TYPE',
    status: 409,
    message: expect.stringContaining('ct_1 in site_1, ct_9 in site_1'),
  })
  expect(await engine.getSyncState('ct_9')).toMatchObject({ status: 'new', target: null })
})

test('analytics are told apart by their report', async () => {
  const health = await engine.getAnalytics()
  expect(health).toMatchObject({
    report: 'health',
    status: 'degraded',
    platform: null,
    timeRange: { from: null, to: null },
    total: 3,
    successful: 2,
    failed: 1,
    openConflicts: 0,
    issues: ['1 attempt failed'],
  })
  expect(health.successRate).toBeCloseTo(2 / 3)
  expect(health.lastSuccessAt).toBeInstanceOf(Date)

  const from = new Date(0)
  const metrics = await engine.getAnalytics({ report: 'metrics', platform: 'optimizely', from })
  expect(metrics).toMatchObject({
    report: 'metrics',
    platform: 'optimizely',
    timeRange: { from, to: null },
    byPlatform: [{ platform: 'optimizely', created: 3, updated: 0, deleted: 0, total: 3 }],
    byDay: [
      { day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), total: 3, successful: 2, failed: 1 },
    ],
  })
  expect(metrics.timeRange.from).toBeInstanceOf(Date)

  const { patterns } = await engine.getAnalytics({ report: 'failures' })
  expect(patterns).toMatchObject([{ code: 'REJECTED', count: 1, types: ['Type2'] }])
  expect(patterns[0]?.latest).toBeInstanceOf(Date)

  const rate = await engine.getAnalytics({ report: 'success-rate', type: 'Type2' })
  expect(rate).toMatchObject({ report: 'success-rate', total: 1, successRate: 0 })
  const none = await engine.getAnalytics({ report: 'success-rate', platform: 'files' })
  expect(none).toMatchObject({ total: 0, successRate: null, averageSyncTime: null })

  const wrong = engine.getAnalytics({ report: 'all' as never })
  await expect(wrong).rejects.toMatchObject(invalid('options.report'))
})
