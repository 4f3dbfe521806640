import type { DeploymentJob } from '..'
import { Bench, job, messages, provider, statuses, watched } from './support/bench'

let bench: Bench

beforeAll(async () => {
  bench = await Bench.open()
})

afterAll(() => bench?.close())

test('shows the first update before it returns, and one end', async () => {
  const { handle, updates } = bench.deploy()
  expect(statuses(updates)).toEqual(['running'])
  const { job: last, metrics, outcomes } = await handle.done
  expect(updates.at(-1)).toEqual(last)
  expect(last).toMatchObject({ status: 'completed', outcome: 'success', progress: 100 })
  expect(last.completedAt).toBeInstanceOf(Date)
  expect(statuses(updates).filter((status) => status !== 'running')).toEqual(['completed'])
  expect(metrics).toEqual(last.metrics)
  expect(outcomes).toEqual(last.outcomes)
  expect(outcomes).toHaveLength(5)
})

test('keeps every member of the job, with or without a JSON form', async () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  const own = { websiteId: 'site_1', size: 10n, callback: () => 1, nothing: undefined, circular }
  const { handle, updates } = bench.deploy({ id: 'kept', progress: 12.7, ...own })
  await handle.done
  for (const update of updates) expect(update).toMatchObject(own)
  expect(updates[0]).toMatchObject({ id: 'kept', progress: 12, startedAt: new Date(1_000) })
})

test('starts from the own log of the job, and shares its entries', async () => {
  const entry = { timestamp: new Date(5), level: 'info' as const, message: 'before' }
  const { handle, updates } = bench.deploy({ logs: [entry] })
  await handle.done
  expect(updates[0]?.logs).toEqual([entry])
  for (const update of updates) expect(update.logs[0]).toBe(entry)
})

test('does not show what an earlier run of the same job said', async () => {
  const stale = {
    error: 'it failed',
    errorInfo: { code: 'INTERRUPTED' as const, class: 'STATE' as const, details: {} },
  }
  const { handle } = bench.deploy(stale)
  const { job: last } = await handle.done
  expect(last).toMatchObject({ status: 'completed', error: undefined, errorInfo: undefined })
})

test('gives dates to a job that came as JSON', async () => {
  const text = JSON.stringify(
    job({ logs: [{ timestamp: new Date(7), level: 'info', message: 'm' }] }),
  )
  const run = watched((onUpdate) =>
    bench.engine.startDeployment(JSON.parse(text) as DeploymentJob, provider(), onUpdate),
  )
  expect(run.updates[0]?.startedAt).toEqual(new Date(1_000))
  expect(run.updates[0]?.logs[0]?.timestamp).toEqual(new Date(7))
  await run.handle.done
})

test('ends a job with an unknown provider', async () => {
  const unknown = { ...provider(), id: 'drupal' as never }
  const { handle } = watched((onUpdate) => bench.engine.startDeployment(job(), unknown, onUpdate))
  expect((await handle.done).job.errorInfo?.code).toBe('UNKNOWN_PROVIDER')
})

test('refuses a second run of a live id and leaves the first alone', async () => {
  const first = bench.deploy({ id: 'same' })
  const second = bench.deploy({ id: 'same' })
  expect((await second.handle.done).job.errorInfo?.code).toBe('DEPLOYMENT_IN_PROGRESS')
  expect(statuses(second.updates)).toEqual(['running', 'failed'])
  expect((await first.handle.done).job.status).toBe('completed')
  const third = bench.deploy({ id: 'same' })
  expect((await third.handle.done).job.status).toBe('completed')
})

test('logs an exception of onUpdate once and goes on', async () => {
  const seen: DeploymentJob[] = []
  const handle = bench.engine.startDeployment(job(), provider(), (update) => {
    seen.push(update)
    throw new Error('the page is gone')
  })
  const { job: last } = await handle.done
  expect(last.status).toBe('completed')
  const warnings = messages(last).filter((message) => message.includes('the page is gone'))
  expect(warnings).toEqual(['onUpdate threw, which was ignored: the page is gone'])
})

test('an asynchronous onUpdate that fails does not end the process', async () => {
  const { job: last } = await bench.engine.startDeployment(job(), provider(), async () => {
    throw new Error('the page is gone')
  }).done
  const warnings = messages(last).filter((message) => message.includes('the page is gone'))
  expect(warnings).toEqual(['onUpdate threw, which was ignored: the page is gone'])
})

test.each<[string, unknown]>([
  ['null', null],
  ['Symbol(s)', Symbol('s')],
  ['text', 'text'],
  ['a value without a text', Object.create(null)],
])('logs what onUpdate throws, be it %s', async (text, thrown) => {
  const handle = bench.engine.startDeployment(job(), provider(), () => {
    throw thrown
  })
  const warnings = (await handle.done).job.logs.filter(({ level }) => level === 'warning')
  expect(warnings).toMatchObject([{ message: `onUpdate threw, which was ignored: ${text}` }])
})

test('may be started again inside its terminal update', async () => {
  const again = await new Promise<Promise<{ job: DeploymentJob }>>((resolve) => {
    bench.engine.startDeployment(job(), provider(), ({ status }) => {
      if (status !== 'running') resolve(bench.deploy().handle.done)
    })
  })
  expect((await again).job.status).toBe('completed')
})

test('synchronizes without a job', async () => {
  const fresh = await Bench.open()
  const { job: last, outcomes } = await fresh.engine.synchronize({ contentTypeKeys: ['ct_1'] })
  expect(last).toMatchObject({ status: 'completed', selectedTypes: ['ct_1'] })
  expect(outcomes.map(({ name }) => name)).toEqual(['Type 1'])
  await fresh.close()
})

test('measures what it did, and lists what became of every type', async () => {
  const fresh = await Bench.open({ types: 2 })
  const { metrics, outcomes } = await fresh.deploy().handle.done
  expect(metrics).toEqual({
    timeTaken: expect.any(Number),
    contentItemsProcessed: 0,
    bytesTransferred: expect.any(Number),
    successRate: 1,
    requests: (await fresh.platform.requests()).length,
  })
  expect(outcomes).toEqual(
    ['Type1', 'Type2'].map((typeKey, at) => ({
      typeKey,
      name: `Type ${at + 1}`,
      websiteId: 'site_1',
      direction: 'push',
      operation: 'create',
      status: 'success',
      attempts: 1,
      withheld: [],
      dropped: [],
      rewritten: [],
    })),
  )
  await fresh.close()
})
