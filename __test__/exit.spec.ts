import { Bench } from './support/bench'
import { environment, JOB, node, script } from './support/script'

test('a process exits by itself after loading the package', async () => {
  expect(await script(`console.log(Object.keys(sync).length > 40)`)).toBe('true')
})

test('a failing deployment is shown to its end, then the process exits', async () => {
  const start = `sync.startDeployment(${JOB}, null, (job) => console.log(job.status))`
  expect(await script(start)).toBe('running\nfailed')
})

test('a deployment keeps the process alive to its end', async () => {
  const bench = await Bench.open({ types: 10, latencyMs: 20 })
  const start = `let last; sync.startDeployment(${JOB}, 'optimizely', (job) => { last = job.status })
    process.on('exit', () => console.log(last))`
  expect(await script(start, environment(bench))).toBe('completed')
  await bench.close()
})

test('nothing else keeps it alive', async () => {
  const bench = await Bench.open()
  const open = `sync.watchDeployment('nobody', () => {})
    sync.retryDeployment(${JOB}, 'optimizely', () => {}).cancel()
    sync.detectChanges().then(({ summary }) => console.log(summary.total))`
  expect(await script(open, environment(bench))).toBe('5')
  await bench.close()
})

test('nor does an engine that was closed', async () => {
  const bench = await Bench.open()
  const close = `sync.synchronize().then(() => sync.close()).then(() => console.log('closed'))`
  expect(await script(close, environment(bench))).toBe('closed')
  await bench.close()
})

test('an exception of onUpdate does not end the process', async () => {
  const start = `let calls = 0
    sync.startDeployment(${JOB}, null, () => { calls++; throw new Error('x') })
    process.on('exit', (code) => console.log(code, calls))`
  expect(await script(start)).toBe('0 2')
})

test.each([
  ['exits', `process.exit(3)`, { code: 3 }],
  ['is killed', `process.kill(process.pid, 'SIGKILL')`, {}],
  ['throws', `setImmediate(() => { throw new RangeError('x') })`, { code: 1 }],
])('the deployment of a process that %s is finished by the next one', async (_how, end, ended) => {
  const bench = await Bench.open({ types: 30, latencyMs: 50 })
  const start = `require('./index.js').startDeployment(${JOB}, 'optimizely', ({ progress }) => {
      if (progress > 20) ${end}
    })`
  expect(await node(['-e', start], environment(bench))).toMatchObject(ended)
  const { job: last } = await bench.deploy().handle.done
  expect(last).toMatchObject({ status: 'completed', progress: 100 })
  expect(await bench.platform.keys('Type')).toHaveLength(30)
  expect(await bench.platform.violations()).toEqual([])
  await bench.close()
})
