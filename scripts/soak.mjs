// npm run soak -- <minutes> [seed]: random work, cancels and kills for as long as is asked for.
//
// A studio's people, a colleague on the platform, an engine that lasts and one that is killed again and
// again work on one website and two targets. Between intervals it is looked at what holds at any moment;
// in the end all has to come to rest. The same seed gives the same choices; what comes of them depends on
// time as well, as it does in life.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FakePlatform } from '../examples/demo/platform.mjs'
import { buildForDevelopment } from './build.mjs'
import { requireTools } from './requirements.mjs'
import { duration } from './run.mjs'
import { Limits, check, converge } from './soak/check.mjs'
import { Engine } from './soak/engine.mjs'
import { Random } from './soak/random.mjs'
import { Studio } from './soak/studio.mjs'
import { steps } from './soak/steps.mjs'

const [minutes = '5', seed = `${Date.now() % 1_000_000}`] = process.argv.slice(2)
if (!/^\d+(\.\d+)?$/.test(minutes) || !/^\d+$/.test(seed)) {
  console.error('usage: npm run soak -- <minutes> [seed]')
  process.exit(2)
}

/** How long everybody works between two looks, in milliseconds. */
const INTERVAL = Math.min(15_000, (Number(minutes) * 60_000) / 4)

/** What goes wrong now and then; an answer that is lost after its effect leaves a doubt. */
const FAULTS = [
  { method: 'GET', what: { kind: 'status', status: 503 } },
  { method: 'PATCH', what: { kind: 'reset', moment: 'after' } },
  { method: 'POST', what: { kind: 'reset', moment: 'before' } },
]

await requireTools()
const built = await buildForDevelopment()
if (!built.ok) {
  console.error(built.output)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-soak-'))
const platform = await FakePlatform.start(built.fake)
const studio = new Studio(join(folder, 'dev.db'))
const environment = { ...platform.environment, DATABASE_URL: `file:${studio.path}` }
const world = {
  folder,
  random: new Random(Number(seed)),
  studio,
  platform,
  lasting: new Engine('lasting', folder, environment),
  mortal: new Engine('mortal', folder, environment),
  /** What was said last: labels in the studio by row id, descriptions on the platform by key. */
  said: { studio: new Map(), platform: new Map() },
  counts: {},
  codes: {},
  ended: [],
  begun: new Set(),
}

async function soak() {
  await platform.takeItsTime(3)
  const limits = new Limits()
  const end = Date.now() + Number(minutes) * 60_000
  console.log(`seed ${seed}, ${minutes} minutes, a look every ${INTERVAL / 1000} s`)
  await converge(world, { allowed: 60_000 })
  for (let at = 1; Date.now() < end; at++) {
    await platform.failAt(FAULTS.filter(() => world.random.oneIn(2)).map(due))
    await steps(world, Math.min(Date.now() + INTERVAL, end))
    await platform.failAt([])
    console.log(limits.take(at, await check(world)))
  }
  const began = Date.now()
  await world.mortal.restart()
  await Promise.all(world.begun)
  await converge(world, { allowed: 180_000, decide: true })
  console.log(limits.take('end', await check(world)))
  console.log(`both sides are alike after ${duration((Date.now() - began) / 1000)}`)
  console.log(`work: ${JSON.stringify(world.counts)}`)
  console.log(`answers: ${JSON.stringify(world.codes)}`)
}

/** A fault that some of the next requests meet. */
function due({ method, what }) {
  const nth = 1 + world.random.below(10)
  return { when: { method, nth, times: 1 + world.random.below(4) }, what }
}

let failed = false
try {
  await soak()
  console.log('held')
} catch (error) {
  failed = true
  console.error(`\nbroken with the seed ${seed}, everything is kept in ${folder}`)
  console.error(error)
} finally {
  await Promise.all([world.lasting.end(), world.mortal.end()])
  await platform.stop()
}
if (!failed) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
process.exit(failed ? 1 : 0)
