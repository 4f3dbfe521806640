import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { SyncEngine } from '..'
import { Bench, job, provider } from './support/bench'
import { environment, JOB } from './support/script'

const START = `
  const { parentPort } = require('node:worker_threads')
  const sync = require(${JSON.stringify(join(__dirname, '../index.js'))})`

/** Fails at once. */
const CODE = `${START}
  sync.startDeployment(${JOB}, null, ({ status }) => parentPort.postMessage(status))
`

/** Deploys, and speaks once it writes. */
const DEPLOY = `${START}
  sync.startDeployment(${JOB}, 'optimizely', ({ progress }) => {
    if (progress > 20) parentPort.postMessage(progress)
  })
`

/** Runs a deployment in a worker; resolves to its updates once the worker has exited. */
function work(terminate = false): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(CODE, { eval: true })
    const seen: string[] = []
    worker.on('message', (status: string) => {
      seen.push(status)
      if (terminate) void worker.terminate()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(seen))
  })
}

test('one after the other', async () => {
  for (let at = 0; at < 3; at++) expect(await work()).toEqual(['running', 'failed'])
})

test('one after the other, where the main thread never loads the package', () => {
  const program = `
    const { once } = require('node:events')
    const { Worker } = require('node:worker_threads')
    async function main() {
      for (let at = 0; at < 3; at++) {
        const worker = new Worker(${JSON.stringify(CODE)}, { eval: true })
        const seen = []
        worker.on('message', (status) => seen.push(status))
        await once(worker, 'exit')
        console.log(seen.join(' '))
      }
    }
    main()`
  const output = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  expect(output).toBe('running failed\n'.repeat(3))
})

test('side by side', async () => {
  const seen = await Promise.all([work(), work(), work(), work()])
  expect(seen).toEqual(Array(4).fill(['running', 'failed']))
})

test('terminated', async () => {
  const seen = await Promise.all([work(true), work(true), work(true)])
  expect(seen.map(([first]) => first)).toEqual(['running', 'running', 'running'])
})

test('beside the main thread', async () => {
  const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
  const { done } = engine.startDeployment(job(), provider(), () => {})
  expect(await work()).toEqual(['running', 'failed'])
  expect((await done).job.errorInfo?.code).toBe('DATABASE_NOT_FOUND')
  await engine.close()
})

test('terminated while it deploys: the requests go on to their end, and nothing is done twice', async () => {
  const bench = await Bench.open({ types: 30, latencyMs: 50 })
  const worker = new Worker(DEPLOY, { eval: true, env: environment(bench) })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
  let last = (await bench.deploy().handle.done).job
  while (last.errorInfo?.code === 'DEPLOYMENT_IN_PROGRESS') {
    last = (await bench.deploy().handle.done).job
  }
  expect(last.status).toBe('completed')
  expect(await bench.platform.keys('Type')).toHaveLength(30)
  const posts = (await bench.platform.requests()).filter(({ kind }) => kind === 'post')
  expect(posts).toHaveLength(30)
  await bench.close()
})
