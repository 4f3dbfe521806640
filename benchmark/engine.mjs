/**
 * One measurement of the addon in a process of its own; prints one line of JSON.
 *
 *     node benchmark/engine.mjs <what> '<json>'
 */
import { createRequire } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

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

/** Everybody renames every type: in the studio … */
function editStudio(file) {
  const database = new (require('better-sqlite3'))(file)
  const rows = database.prepare('SELECT id, fields FROM ContentType').all()
  const update = database.prepare('UPDATE ContentType SET fields = ? WHERE id = ?')
  database.transaction(() => {
    for (const { id, fields } of rows) {
      const definition = JSON.parse(fields)
      definition.fields[0].label += ' here'
      update.run(JSON.stringify(definition), id)
    }
  })()
  database.close()
}

/** … and on the platform. */
async function editPlatform(origin) {
  const state = await (await fetch(`${origin}/_control/state?version=v1`)).json()
  for (const [key, { properties }] of Object.entries(state.types)) {
    const [first] = Object.entries(properties).sort(([, a], [, b]) => a.sortOrder - b.sortOrder)
    const patch = { properties: { [first[0]]: { displayName: 'There' } } }
    const body = JSON.stringify({ version: 'v1', key, patch })
    const answer = await fetch(`${origin}/_control/edit`, { method: 'POST', body })
    if (!answer.ok) throw new Error(await answer.text())
  }
  await fetch(`${origin}/_control/settle`, { method: 'POST', body: '{}' })
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

  /** Makes as many conflicts as there are types, decides one, and all the others in one call. */
  async resolve({ count, ...world }) {
    const own = engine(world)
    await own.synchronize({ provider: 'optimizely' })
    editStudio(world.database)
    await editPlatform(world.origin)
    await own.synchronize({ provider: 'optimizely' })
    const { conflicts } = await own.listConflicts({ status: 'pending', limit: count })
    if (conflicts.length !== count) throw new Error(`there are ${conflicts.length} conflicts`)
    const [first, ...rest] = conflicts
    const decide = (some) => () => own.resolveConflicts(some, { strategy: 'source_wins' })
    const [[alone], one] = await measured(decide([first]))
    const [resolutions, all] = await measured(decide(rest))
    await own.close()
    const failed = [alone, ...resolutions].find(({ success }) => !success)
    if (failed) throw new Error(JSON.stringify(failed))
    return { oneMs: one.wallMs, wallMs: all.wallMs, heldMs: all.heldMs, count: rest.length }
  },

  async extract(world) {
    const own = engine(world)
    const [, extract] = await measured(() => own.extractContentTypes())
    const [, transform] = await measured(() => own.previewMapping())
    await own.close()
    return { extractMs: extract.wallMs, transformMs: transform.wallMs }
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
