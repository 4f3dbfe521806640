// npm run example: from a fresh clone to a studio in the browser. Ctrl-C ends all of it.

import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { studioPort } from '../examples/nextjs/scripts/port.mjs'
import { EXAMPLE, prepareExample, step } from './example-app.mjs'
import { run } from './run.mjs'

const NEXT = join('node_modules', 'next', 'dist', 'bin', 'next')

// Before minutes go by, and before the pages of an example that runs are built anew.
await studioPort().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
const fake = await prepareExample()
await step('the example', () => run(process.execPath, [NEXT, 'build'], { cwd: EXAMPLE }))

const studio = spawn(process.execPath, [join('scripts', 'start.mjs'), ...process.argv.slice(2)], {
  cwd: EXAMPLE,
  env: { ...process.env, FAKE_OPTIMIZELY: fake },
  stdio: 'inherit',
})
// It gets Ctrl-C from the terminal, too, and ends by itself.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => studio.kill(signal))
studio.once('exit', (code) => process.exit(code ?? 0))
