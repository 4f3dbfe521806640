// The process of an engine: answers each message, and ends with its parent.

import { readdirSync } from 'node:fs'

import { SyncEngine } from '../../index.mjs'

const engine = new SyncEngine({
  requestsPerMinute: 100_000,
  cacheTtlMs: 0,
  requestTimeoutMs: 5_000,
  filesRoot: process.cwd(),
  retention: { versions: { count: 20 }, audit: { count: 500 }, backups: { count: 50 } },
})

/** Two targets, so that one is at work while the other waits until what is in doubt can be told. */
const TARGETS = {
  optimizely: 'optimizely',
  files: { id: 'files', name: 'Files', config: { directory: 'model' } },
}

const job = (id, target, options) => ({
  id,
  providerId: target,
  websiteId: 'site',
  status: 'pending',
  progress: 0,
  startedAt: new Date(),
  logs: [],
  options,
})

/** What of a deployment is told. */
function told({ job: { status, errorInfo }, outcomes }) {
  const codes = outcomes.map(({ error }) => error?.code).filter(Boolean)
  const done = outcomes.filter(({ operation }) => operation !== 'none').length
  return { status, code: errorInfo?.code, codes, done }
}

const VERBS = {
  deploy: async ({ id, target, options }) => {
    const handle = engine.startDeployment(job(id, target, options), TARGETS[target], () => {})
    return told(await handle.done)
  },
  cancel: ({ id }) => ({ cancelled: engine.cancelDeployment(id) }),
  undo: async ({ id }) =>
    told(await engine.rollbackDeployment(id, { mode: 'full', allowDelete: true }).done),
  recover: async () => {
    let left = 0
    for (const provider of Object.values(TARGETS)) {
      left = Math.max(left, (await engine.recover({ provider })).left.length)
    }
    return { left }
  },
  decide: async ({ strategy }) => {
    const { conflicts } = await engine.listConflicts({ status: 'pending' })
    const resolutions = await engine.resolveConflicts(conflicts, { strategy })
    return { codes: resolutions.map(({ error }) => error?.code).filter(Boolean) }
  },
  conflicts: async () => ({ open: (await engine.listConflicts({ status: 'pending' })).total }),
  look: async ({ target }) => {
    const provider = TARGETS[target]
    const changes = await engine.detectChanges({ provider, includeDetails: true })
    const plan = await engine.planDeployment({ provider, allowDelete: true })
    await engine.health()
    await engine.getSyncHistory({ limit: 10 })
    return { total: changes.summary.total, operations: plan.operations.length }
  },
  verify: () => engine.verifyHistory(),
  measure: async () => {
    for (let at = 0; at < 4; at++) {
      global.gc()
      await new Promise(setImmediate)
    }
    const { rss, heapUsed } = process.memoryUsage()
    const handles = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
    return { rss, heapUsed, handles }
  },
}

process.on('message', async ({ id, verb, value = {} }) => {
  let answer
  try {
    answer = await VERBS[verb](value)
  } catch (error) {
    answer = { code: error.code ?? 'THROWN', message: error.message }
  }
  if (process.connected) process.send({ id, answer })
})
process.once('disconnect', () => void engine.close())
