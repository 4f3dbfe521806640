import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

import { Bench } from './support/bench'
import { ROOT } from './support/script'

/** Locks a database for good until a line comes in. */
const LOCK = `
  const database = new (require('better-sqlite3'))(process.argv[1])
  database.exec('BEGIN EXCLUSIVE')
  console.log('locked')
  process.stdin.once('data', () => { database.exec('COMMIT'); database.close(); process.exit() })`

/** How long the engine waits for a lock of the studio's database before it gives up. */
const PATIENCE_MS = 5_000

let bench: Bench
let holder: ChildProcessByStdio<Writable, Readable, null>

beforeEach(async () => {
  bench = await Bench.open({ types: 1 })
  holder = spawn(process.execPath, ['-e', LOCK, bench.folder.file('dev.db')], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
})

afterEach(async () => {
  holder.kill()
  await bench.close()
})

test('a locked database does not hold the JavaScript thread', async () => {
  const began = performance.now()
  const { handle, updates } = bench.deploy()
  // Had this thread to wait for the lock, it could not have it given back, and waited in vain.
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS / 2)
  const released = once(holder, 'exit')
  holder.stdin.end('go\n')
  await released
  expect((await handle.done).job.status).toBe('completed')
  expect(updates[0]).toMatchObject({ status: 'running', logs: [] })
})
