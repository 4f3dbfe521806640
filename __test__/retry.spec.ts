import { SyncEngine, type DeploymentJob } from '..'
import { Bench, job, provider, statuses, watched } from './support/bench'
import { edit } from './support/studio'

/** An engine that fails every run at once, which is enough to count and to time. */
const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }))
afterEach(() => jest.useRealTimers())
afterAll(() => engine.close())

const retry = (original: DeploymentJob) =>
  watched((onUpdate) => engine.retryDeployment(original, provider(), onUpdate))

test.each([
  [0, 3, 1_000],
  [1, 3, 2_000],
  [2, 3, 4_000],
  [3, 9, 8_000],
  [4, 9, 10_000],
  [8, 9, 10_000],
])('attempt after %d of %d starts after %d ms', async (retryCount, maxRetries, delay) => {
  const { handle, updates } = retry(job({ id: `r${retryCount}`, retryCount, maxRetries }))
  jest.advanceTimersByTime(delay - 1)
  expect(updates).toEqual([])
  jest.advanceTimersByTime(1)
  const attempt = retryCount + 1
  expect(updates[0]).toMatchObject({
    id: `r${retryCount}-retry-${attempt}`,
    status: 'running',
    retryCount: attempt,
  })
  await handle.done
})

test('begins anew: one log entry, no progress, nothing of the failure', async () => {
  const failed = job({
    progress: 80,
    error: 'it failed',
    completedAt: new Date(2),
    status: 'failed',
  })
  failed.logs = [{ timestamp: new Date(1), level: 'error', message: 'it failed' }]
  const { handle, updates } = retry(failed)
  jest.advanceTimersByTime(1_000)
  expect(updates[0]).toMatchObject({ progress: 0, error: undefined, completedAt: undefined })
  expect(updates[0]?.logs.map(({ level, message }) => [level, message])).toEqual([
    ['info', 'Retry attempt 1 of 3, starting in 1 s'],
  ])
  await handle.done
})

test('ids nest', async () => {
  const { handle, updates } = retry(job({ id: 'x-retry-1', retryCount: 1 }))
  jest.advanceTimersByTime(2_000)
  expect(updates[0]?.id).toBe('x-retry-1-retry-2')
  await handle.done
})

test('says nothing when cancelled before it starts', async () => {
  const { handle, updates } = retry(job({ id: 'early' }))
  handle.cancel()
  jest.advanceTimersByTime(60_000)
  expect((await handle.done).job.status).toBe('cancelled')
  expect(updates).toEqual([])
  expect(engine.getDeploymentHistory().map(({ id }) => id)).not.toContain('early-retry-1')
})

test('can be cancelled by its id while it waits', async () => {
  const { handle } = retry(job({ id: 'named' }))
  expect(engine.cancelDeployment('named-retry-1')).toBe(true)
  expect((await handle.done).job.status).toBe('cancelled')
})

test.each([
  [{ retryCount: 3, maxRetries: 3 }],
  [{ retryCount: 3, maxRetries: undefined }],
  [{ retryCount: 3, maxRetries: 0 }],
])('gives up at once after enough attempts: %j', async (counts) => {
  const { handle, updates } = retry(job({ id: 'enough', ...counts }))
  expect(statuses(updates)).toEqual(['failed'])
  expect(updates[0]).toMatchObject({ id: 'enough', error: 'Maximum retry attempts exceeded' })
  handle.cancel()
  expect((await handle.done).job).toEqual(updates[0])
  expect(updates).toHaveLength(1)
})

test('repeats everything of a run that nobody knows', async () => {
  jest.useRealTimers()
  const bench = await Bench.open({ types: 3 })
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
  const { done } = bench.engine.retryDeployment(job({ id: 'unknown' }), provider(), () => {})
  jest.advanceTimersByTime(1_000)
  jest.useRealTimers()
  const { job: last, outcomes } = await done
  expect(last).toMatchObject({ id: 'unknown-retry-1', status: 'completed' })
  expect(outcomes.map(({ operation }) => operation)).toEqual(['create', 'create', 'create'])
  await bench.close()
})

test('repeats what did not succeed', async () => {
  jest.useRealTimers()
  const bench = await Bench.open({ types: 3 })
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 422 } }
  await bench.platform.control('faults', { add: [strike] })
  const first = await bench.deploy({ id: 'half' }).handle.done
  expect(first.job).toMatchObject({ status: 'failed', outcome: 'partial', progress: 100 })
  await bench.platform.control('faults', { clear: true })
  const again = await bench.engine.retryDeployment(first.job, provider(), () => {}).done
  expect(again.job).toMatchObject({ id: 'half-retry-1', status: 'completed' })
  const written = again.outcomes.filter(({ operation }) => operation !== 'none')
  expect(written.map(({ name }) => name)).toEqual(['Type 2'])
  await bench.close()
})

test('repeats what did not succeed of a reviewed plan, without what was allowed for that only', async () => {
  jest.useRealTimers()
  const bench = await Bench.open({ types: 3, options: { cacheTtlMs: 0 } })
  await bench.deploy().handle.done
  const database = bench.folder.file('dev.db')
  edit(database, `DELETE FROM ContentType WHERE id = 'ct_1'`)
  const label = `UPDATE ContentType SET fields = replace(fields, ?, ?)`
  edit(database, label, '"Title"', '"Headline"')
  const status = { kind: 'status', status: 403 }
  const strikes = [
    { when: { method: 'DELETE', key: 'Type1' }, what: status },
    { when: { method: 'PATCH', key: 'Type2' }, what: status },
  ]
  await bench.platform.control('faults', { add: strikes })
  const { digest: planDigest } = await bench.engine.planDeployment({ allowDelete: true })
  const options = { allowDelete: true, planDigest }
  const first = await bench.deploy({ id: 'reviewed', options }).handle.done
  expect(first.job.recovery).toMatchObject({
    failed: 2,
    actions: expect.arrayContaining(['retry_failed']),
  })
  await bench.platform.control('faults', { clear: true })
  const again = await bench.engine.retryDeployment(first.job, provider(), () => {}).done
  expect(again.job.errorInfo?.code).not.toBe('PLAN_STALE')
  expect(
    again.outcomes.map(({ typeKey, status, error }) => [typeKey, status, error?.code]),
  ).toEqual([
    ['Type1', 'skipped', 'DELETE_REFUSED'],
    ['Type2', 'success', undefined],
  ])
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])
  await bench.close()
})
