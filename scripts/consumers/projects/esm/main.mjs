// Deploys, with `import`; prints what became of it.

import { SyncEngine } from 'catalyst-sync'
import { recordVersions } from 'catalyst-sync/prisma'

if (typeof recordVersions !== 'function') throw new Error('catalyst-sync/prisma is not there')

const engine = new SyncEngine({ cacheTtlMs: 0 })
const { summary } = await engine.detectChanges()
const { job } = await engine.synchronize()
const after = await engine.detectChanges()
await engine.close()
const left = after.summary.total
console.log(
  JSON.stringify({ created: summary.created, first: 'running', status: job.status, left }),
)
