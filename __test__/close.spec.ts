import { SyncEngine } from '..'
import { Bench, job, provider, statuses, watched } from './support/bench'

test('later calls reject, and a deployment ends so', async () => {
  const engine = new SyncEngine({})
  await engine.close()
  await engine.close()
  const closed = { code: 'ENGINE_CLOSED' }
  await expect(engine.extractContentTypes()).rejects.toMatchObject(closed)
  await expect(engine.detectChanges()).rejects.toMatchObject(closed)
  await expect(engine.planDeployment()).rejects.toMatchObject(closed)
  await expect(engine.previewMapping()).rejects.toMatchObject(closed)
  await expect(engine.getDeployment('x')).rejects.toMatchObject(closed)
  const run = watched((onUpdate) => engine.startDeployment(job(), provider(), onUpdate))
  expect((await run.handle.done).job).toMatchObject({ status: 'failed', errorInfo: closed })
  expect(statuses(run.updates)).toEqual(['running', 'failed'])
})

test('cancels what runs and waits for it', async () => {
  const bench = await Bench.open({ types: 20, latencyMs: 50 })
  const { handle, updates } = bench.deploy()
  let done = false
  void handle.done.then(() => (done = true))
  const closing = bench.engine.close()
  expect(updates.at(-1)?.status).toBe('cancelled')
  await closing
  expect(done).toBe(true)
  await bench.close()
})

test('waits for a call in progress, and what is in memory stays readable', async () => {
  const bench = await Bench.open({ types: 1, latencyMs: 50 })
  await bench.deploy({ id: 'a' }).handle.done
  const changes = bench.engine.detectChanges().catch((error: { code: string }) => error.code)
  let answered = false
  void changes.then(() => (answered = true))
  await bench.engine.close()
  expect(answered).toBe(true)
  expect(bench.engine.getDeploymentHistory()).toMatchObject([{ id: 'a', status: 'completed' }])
  expect(await bench.engine.getDeployment('a')).toMatchObject({ status: 'completed' })
  expect(bench.engine.cancelDeployment('a')).toBe(false)
  await bench.close()
})

test('works inside an update', async () => {
  const bench = await Bench.open({ types: 1 })
  let closing: Promise<void> | undefined
  const handle = bench.engine.startDeployment(job(), provider(), () => {
    closing ??= bench.engine.close()
  })
  expect((await handle.done).job.status).toBe('cancelled')
  await closing
  await bench.close()
})

// Node.js before 18.18 has no such symbol.
const disposal = Symbol.asyncDispose ? test : test.skip

disposal('a block that disposes of the engine closes it', async () => {
  const engine = new SyncEngine({})
  await engine[Symbol.asyncDispose]()
  await expect(engine.detectChanges()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
})
