import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { Bench } from './support/bench'

const run = promisify(execFile)
const root = join(__dirname, '..')

/** Runs a script that has `sync` and prints; fails when it does not exit by itself. */
async function script(text: string, env: Record<string, string> = {}): Promise<string> {
  const code = `const sync = require('./index.js');${text}`
  const options = { cwd: root, timeout: 30_000, env: { ...process.env, ...env } }
  const { stdout } = await run(process.execPath, ['-e', code], options)
  return stdout.trim()
}

const JOB = `{ id: 'a', status: 'pending', progress: 0, startedAt: new Date(), logs: [] }`

test('a process exits by itself after loading the package', async () => {
  expect(await script(`console.log(Object.keys(sync).length > 40)`)).toBe('true')
})

test('a failing deployment is shown to its end, then the process exits', async () => {
  const start = `sync.startDeployment(${JOB}, null, (job) => console.log(job.status))`
  expect(await script(start)).toBe('running\nfailed')
})

test('a deployment keeps the process alive to its end', async () => {
  const bench = await Bench.open({ types: 10, latencyMs: 20 })
  const env = {
    DATABASE_URL: `file:${bench.folder.file('dev.db')}`,
    OPTIMIZELY_API_URL: `${bench.platform.origin}/v1`,
    OPTIMIZELY_CLIENT_ID: 'test-client',
    OPTIMIZELY_CLIENT_SECRET: 'test-secret',
  }
  const start = `let last; sync.startDeployment(${JOB}, 'optimizely', (job) => { last = job.status })
    process.on('exit', () => console.log(last))`
  expect(await script(start, env)).toBe('completed')
  await bench.close()
})

test('an exception of onUpdate does not end the process', async () => {
  const start = `let calls = 0
    sync.startDeployment(${JOB}, null, () => { calls++; throw new Error('x') })
    process.on('exit', (code) => console.log(code, calls))`
  expect(await script(start)).toBe('0 2')
})
