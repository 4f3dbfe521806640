import { SyncEngine, type DeploymentJob } from '..'
import { Bench, job, messages, provider } from './support/bench'
import { environment, JOB, node } from './support/script'

/** Waits until a watcher was shown a job that passes. */
function shown(
  engine: SyncEngine,
  id: string,
  passes: (job: DeploymentJob) => boolean,
): Promise<{ seen: DeploymentJob[]; stop: () => void }> {
  const seen: DeploymentJob[] = []
  return new Promise((resolve) => {
    const stop = engine.watchDeployment(id, (update) => {
      seen.push(update)
      if (passes(update)) resolve({ seen, stop })
    })
  })
}

test('a deployment of another process is followed and cancelled', async () => {
  const bench = await Bench.open({ types: 60, latencyMs: 300, options: { maxInFlight: 1 } })
  const start = `const end = (job) => job.status !== 'running' && console.log(job.status,
      job.logs.at(-2).message)
    const { SyncEngine } = require('./index.js')
    const engine = new SyncEngine({ maxInFlight: 1 })
    engine.startDeployment(${JOB}, 'optimizely', end).done.then(() => engine.close())`
  const child = node(['-e', start], environment(bench))

  const { seen, stop } = await shown(bench.engine, 'a', ({ progress }) => progress >= 20)
  expect(seen.at(-1)).toMatchObject({ id: 'a', status: 'running' })
  expect(messages(seen.at(-1))).toContain('Found 60 content types to sync...')
  expect(seen.at(-1)?.logs[0]?.timestamp).toBeInstanceOf(Date)
  expect(await bench.engine.getDeployment('a')).toMatchObject({ id: 'a', status: 'running' })
  stop()

  const ended = shown(bench.engine, 'a', ({ status }) => status !== 'running')
  // Whoever acts, what this process knows is known.
  const acting = bench.engine.as({ id: 'ada', role: 'editor' })
  expect(acting.cancelDeployment('a')).toBe(true)
  const { seen: last } = await ended
  expect(last.at(-1)?.status).toBe('cancelled')
  expect(messages(last.at(-1))).toContain('Deployment cancelled by ada')
  expect(await child).toMatchObject({ code: 0, stderr: '' })
  expect((await child).stdout).toMatch(/^cancelled /)

  // Nothing is left of it but what it did, and its scope is free.
  expect(await bench.engine.recover()).toMatchObject({ runs: [], left: [] })
  await bench.platform.control('behaviour', { latencyMs: 0 })
  expect((await bench.deploy().handle.done).job.status).toBe('completed')
  expect(await bench.platform.keys('Type')).toHaveLength(60)
  await bench.close()
})

test('a rollback that a deployment asks for is followed and cancelled, too', async () => {
  const bench = await Bench.open({ types: 12 })
  const strike = { when: { method: 'POST', key: 'Type12' }, what: { kind: 'status', status: 403 } }
  const slow = { when: { method: 'DELETE' }, what: { kind: 'latency', ms: 700 } }
  await bench.platform.control('faults', { add: [strike, slow] })
  const start = `const { SyncEngine } = require('./index.js')
    const engine = new SyncEngine({ maxInFlight: 1 })
    const options = { rollback: 'full', allowDelete: true }
    const run = engine.startDeployment({ ...${JOB}, options }, 'optimizely', () => {})
    run.done.then(({ job }) => {
      console.log(job.status, job.logs.at(-1).message)
      return engine.close()
    })`
  const child = node(['-e', start], environment(bench))

  const { seen } = await shown(bench.engine, 'a-rollback', (job) =>
    messages(job).some((message) => message.startsWith('Syncing ')),
  )
  const [first] = messages(seen.at(-1))
  expect(seen.at(-1)).toMatchObject({ rollbackOf: 'a', status: 'running' })
  expect(first).toBe('Extracting content types from database...')
  // What is over is told by its end.
  expect(await bench.engine.getDeployment('a')).toMatchObject({ status: 'failed' })
  expect(bench.engine.cancelDeployment('a')).toBe(false)
  expect(bench.engine.cancelDeployment('a-rollback')).toBe(true)
  expect((await child).stdout).toMatch(/^failed Rollback a-rollback cancelled: \d+ types undone/)
  const { status, logs = [] } = (await bench.engine.getDeployment('a-rollback')) ?? {}
  expect(status).toBe('cancelled')
  expect(logs.map(({ message }) => message)).toContain('Deployment cancelled by system')
  expect((await bench.platform.keys('Type')).length).toBeGreaterThan(1)
  await bench.close()
})

test('what nobody runs is not cancelled', async () => {
  const bench = await Bench.open({ types: 1 })
  await bench.deploy({ id: 'done' }).handle.done
  const later = new SyncEngine(bench.options)
  expect(await later.getDeployment('done')).toMatchObject({ status: 'completed' })
  expect(later.cancelDeployment('done')).toBe(false)
  expect(later.cancelDeployment('unknown')).toBe(false)
  await later.close()
  await bench.close()
})

test('a viewer cancels nothing, wherever it runs', async () => {
  const bench = await Bench.open({ types: 1 })
  const viewer = bench.engine.as({ id: 'eve', role: 'viewer' })
  expect(() => viewer.cancelDeployment('a')).toThrow('may not cancel deployments')
  await bench.close()
})

test('the log of a deployment is there for a later process', async () => {
  const bench = await Bench.open({ types: 2 })
  const { job: last } = await bench.deploy({ id: 'a' }).handle.done
  const later = new SyncEngine(bench.options)
  const stored = await later.getDeployment('a')
  expect(messages(stored ?? undefined)).toEqual(messages(last))
  await later.close()
  await bench.close()
})

test('an exception of a watcher goes to the logger', async () => {
  const bench = await Bench.open({ types: 1 })
  await bench.engine.startDeployment(job({ id: 'a' }), provider(), () => {}).done
  const warned = new Promise<string>((resolve) => {
    const later = new SyncEngine({
      ...bench.options,
      logger: ({ message }) => {
        resolve(message)
        void later.close()
      },
    })
    later.watchDeployment('a', () => {
      throw new Error('closed stream')
    })
  })
  expect(await warned).toBe('onUpdate threw, which was ignored: closed stream')
  await bench.close()
})
