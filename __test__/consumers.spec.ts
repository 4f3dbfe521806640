// The packed package, as those use it who take seconds; `npm run consumers` tries all of them.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { PROGRAM } from './support/platform'
import { ROOT } from './support/script'

// Packing, installing and compiling wait for the disk, which others use as well.
jest.setTimeout(180_000)

test('is installed and deploys', async () => {
  const words = ['scripts/consumers.mjs', '--smoke', '--json']
  const env = { ...process.env, FAKE_OPTIMIZELY: PROGRAM }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { cwd: ROOT, env })
  expect(stderr).toBe('')
  const rows = JSON.parse(stdout) as { consumer: string; result: string }[]
  expect(rows.map(({ consumer, result }) => `${consumer}: ${result}`)).toEqual([
    'CommonJS: ok',
    'ESM: ok',
    'worker threads: ok',
    'TypeScript, nodenext: ok',
  ])
})
