import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { Bench } from './support/bench'
import { ROOT } from './support/script'

/** Locks a database for good until a line comes in. */
const LOCK = `
  const database = new (require('better-sqlite3'))(process.argv[1])
  database.exec('BEGIN EXCLUSIVE')
  console.log('locked')
  process.stdin.once('data', () => { database.exec('COMMIT'); database.close(); process.exit() })`

test('a locked database does not hold the JavaScript thread', async () => {
  const bench = await Bench.open({ types: 1 })
  const holder = spawn(process.execPath, ['-e', LOCK, bench.folder.file('dev.db')], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const { handle, updates } = bench.deploy()
  // Had this thread to wait for the lock, it would never come to give it back.
  const released = once(holder, 'exit')
  holder.stdin.end('go\n')
  await released
  expect((await handle.done).job.status).toBe('completed')
  expect(updates[0]).toMatchObject({ status: 'running', logs: [] })
  await bench.close()
})
