// Starts the example, and a fake platform unless `.env` names a real one. Ctrl-C ends both.

import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

import env from '@next/env'

import { startPlatform, startStudio } from './app.mjs'
import { studioPort } from './port.mjs'

const EXAMPLE = dirname(import.meta.dirname)
const DATA = join(EXAMPLE, 'data')

/** So that a deployment can be watched. */
const LATENCY_MS = 150

env.loadEnvConfig(EXAMPLE)
const real = Boolean(process.env.OPTIMIZELY_CLIENT_ID && process.env.OPTIMIZELY_CLIENT_SECRET)
if (!real && !process.env.FAKE_OPTIMIZELY) {
  console.error(
    'There is no CMS: fill in .env, or start this with `npm run example` in the project',
  )
  process.exit(1)
}
const port = await studioPort().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
// Two of them at once do not share what they hold.
const data = join(DATA, real ? 'real' : `fake-${port}`)
const platform = real
  ? undefined
  : await startPlatform(process.env.FAKE_OPTIMIZELY, { latencyMs: LATENCY_MS })
// The fake forgets what it held, so what was agreed with it is no more.
if (platform) forget()

let ending = false
let studio
// Whoever ends it while the studio starts ends that, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)

studio = await startStudio({
  database: join(data, 'dev.db'),
  environment: platform?.environment,
  port,
})
console.log(`
  The studio       ${studio.origin}
  The CMS          ${platform ? `${platform.origin} (a fake one)` : 'as .env names it'}
  Its edit page    ${studio.origin}/cms

  Ctrl-C ends it.
`)

function forget() {
  rmSync(data, { recursive: true, force: true })
}

async function end() {
  if (ending) return
  ending = true
  await studio?.stop()
  await platform?.stop()
  if (platform) forget()
  process.exit(0)
}
const code = await studio.ended
if (!ending) {
  console.error(`the studio ended with ${code}:\n${studio.said.join('\n')}`)
  await platform?.stop()
  process.exit(1)
}
