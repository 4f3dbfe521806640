// Deploys; compiled with every check that there is.

import { SyncEngine, type DeploymentJob, type DeploymentStatus } from 'catalyst-sync'
import { recordVersions } from 'catalyst-sync/prisma'
import { createTestEngine, type Fault, type TestEngine } from 'catalyst-sync/testing'

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <T extends true>(yes: T): T => yes

same<
  Same<DeploymentStatus, 'pending' | 'running' | 'completed' | 'partial' | 'failed' | 'cancelled'>
>(true)
same<Same<DeploymentJob['startedAt'], Date>>(true)
same<Same<Awaited<ReturnType<SyncEngine['getDeployment']>>, DeploymentJob | null>>(true)
same<Same<ReturnType<SyncEngine['formatTree']>, string>>(true)
same<Same<Parameters<SyncEngine['cancelDeployment']>, [jobId: string]>>(true)
same<Same<Awaited<ReturnType<typeof createTestEngine>>, TestEngine>>(true)
same<Same<TestEngine['engine'], SyncEngine>>(true)

export const fault: Fault = { kind: 'status', status: 503, moment: 'after' }
// @ts-expect-error: no such fault
export const none: Fault = { kind: 'weather' }
// @ts-expect-error: where the databases are is not for a test engine to say
export const elsewhere = () => createTestEngine({ engine: { databaseUrl: 'file:./dev.db' } })

// @ts-expect-error: no such option
export const wrong = () => new SyncEngine({ mapping: 'other' })
// @ts-expect-error: a deployment needs a listener
export const deaf = () => new SyncEngine().startDeployment({}, 'optimizely')
export const extension = recordVersions({ note: { source: 'UI' } })

const engine = new SyncEngine({ cacheTtlMs: 0 })
const { summary } = await engine.detectChanges()
const { job } = await engine.synchronize()
const after = await engine.detectChanges()
await engine.close()
const left = after.summary.total
console.log(
  JSON.stringify({ created: summary.created, first: 'running', status: job.status, left }),
)
