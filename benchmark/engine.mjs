/**
 * One measurement of the addon in a process of its own; prints one line of JSON.
 *
 *     node benchmark/engine.mjs <what> '<json>'
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

import { openConflicts } from './conflicts.mjs'

const require = createRequire(import.meta.url)

const engine = ({ database, origin }) => {
  const { SyncEngine } = require('../index.js')
  process.env.OPTIMIZELY_CLIENT_ID = 'test-client'
  process.env.OPTIMIZELY_CLIENT_SECRET = 'test-secret'
  process.env.OPTIMIZELY_API_URL = `${origin}/v1`
  return new SyncEngine({ databaseUrl: database, requestsPerMinute: 1_000_000, cacheTtlMs: 0 })
}

const milliseconds = ({ user, system }) => (user + system) / 1000

/** Runs something; tells what it cost, and how long the event loop was held at worst. */
async function measured(run) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await sleep(20)
  delay.reset()
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  const value = await run()
  const cost = { cpuMs: milliseconds(process.cpuUsage(cpu)), wallMs: performance.now() - wall }
  await sleep(20)
  delay.disable()
  return [value, { ...cost, heldMs: delay.max / 1e6 }]
}

const measurements = {
  load() {
    const before = performance.now()
    require('../native.js')
    return { wallMs: performance.now() - before }
  },

  async deploy(world) {
    const own = engine(world)
    const [result, cost] = await measured(() => own.synchronize({ provider: 'optimizely' }))
    const { status, error } = result.job
    await own.close()
    return {
      ...cost,
      requests: result.metrics.requests,
      outcomes: result.outcomes.length,
      status,
      error,
    }
  },

  async detect({ includeDetails, ...world }) {
    const own = engine(world)
    const [changes, cost] = await measured(() => own.detectChanges({ includeDetails }))
    await own.close()
    return { ...cost, summary: changes.summary }
  },

  async extract(world) {
    const own = engine(world)
    const [, extract] = await measured(() => own.extractContentTypes())
    const [, transform] = await measured(() => own.previewMapping())
    await own.close()
    return { extractMs: extract.wallMs, transformMs: transform.wallMs }
  },

  /** Some conflicts decided alone, and all others in one call, by a callback or without one. */
  async resolve({ database, alone, asked, strategy = 'source_wins' }) {
    const folder = dirname(database)
    const { SyncEngine } = require('../index.js')
    const provider = { id: 'files', config: { directory: 'model' } }
    const own = new SyncEngine({ databaseUrl: database, filesRoot: folder, provider })
    const world = { database, directory: join(folder, 'model') }
    const conflicts = await openConflicts(own, world)
    const singles = []
    const ones = []
    for (const conflict of conflicts.splice(0, alone)) {
      const [single, one] = await measured(() => own.resolveConflicts([conflict], { strategy }))
      singles.push(...single)
      ones.push(one)
    }
    const options = asked ? { onConflict: async () => ({ strategy }) } : { strategy }
    const [all, many] = await measured(() => own.resolveConflicts(conflicts, options))
    await own.close()
    const decided = [...singles, ...all].filter(({ success }) => success).length
    return { ones, many, decided, heldMs: many.heldMs }
  },

  /** What the loop is held at worst while nothing happens: the share of the machine. */
  async idle({ ms }) {
    const [, cost] = await measured(() => sleep(ms))
    return cost
  },

  /** One update of a job with a log of this length, without the addon, which adds its message. */
  async update({ entries }) {
    const { Run } = require('../face/run.js')
    const entry = { timestamp: 1, level: 'info', message: 'Syncing BlogPost (3 of 10)...' }
    const message = (kind, logs) =>
      JSON.stringify({ kind, patch: { status: 'running', progress: 50, logs } })
    const updates = 20_000
    const native = {
      first: () =>
        message(
          'running',
          Array.from({ length: entries }, () => entry),
        ),
      start(deliver) {
        const text = message('running', [])
        const before = performance.now()
        for (let n = 0; n < updates; n++) deliver(text)
        this.us = ((performance.now() - before) * 1000) / updates
        deliver(message('ended', []))
      },
    }
    const run = new Run({ native, own: { id: 'job', logs: [] }, onUpdate: () => {} })
    run.start()
    await run.done
    return { us: native.us }
  },

  /** The same requests as `benchmark/requests.rs`, with fetch. */
  async fetch({ origin, count }) {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'test-client',
      client_secret: 'test-secret',
    })
    const token = await (await fetch(`${origin}/oauth/token`, { method: 'POST', body })).json()
    const headers = { authorization: `Bearer ${token.access_token}` }
    const get = async () =>
      (await fetch(`${origin}/v1/contenttypes/ContentType0`, { headers })).text()
    await get()
    let left = count
    const worker = async () => {
      while (left-- > 0) await get()
    }
    const [, cost] = await measured(() => Promise.all(Array.from({ length: 8 }, worker)))
    return { us: (cost.cpuMs * 1000) / count }
  },
}

const [, , what, given = '{}'] = process.argv
console.log(JSON.stringify(await measurements[what](JSON.parse(given))))
