// Deployments, as the studio's wizard makes and reads them.

import { randomUUID } from 'node:crypto'

import {
  getDeployment,
  getDeploymentHistory,
  getSyncHistory,
  startDeployment,
  type DeploymentJob,
  type RunOptions,
} from 'catalyst-sync'

import { providerOf } from './provider'

/** How many of the latest attempts are looked through for deployments of earlier processes. */
const LOOKED_AT = 500

/** What a request may ask for. */
export interface Asked {
  websiteId?: string
  provider?: unknown
  selectedTypes?: string[]
  options?: RunOptions
}

/** Starts a deployment; what cannot run ends `failed`, and says why. */
export async function start({ websiteId, provider, selectedTypes = [], options }: Asked) {
  const target = providerOf(provider)
  const job: DeploymentJob = {
    id: randomUUID(),
    providerId: typeof target === 'string' ? target : target.id,
    websiteId,
    selectedTypes,
    status: 'pending',
    progress: 0,
    startedAt: new Date(),
    logs: [],
    retryCount: 0,
    maxRetries: 3,
    options,
  }
  const handle = startDeployment(job, target, ignore)
  // On serverless nothing runs after the answer.
  if (process.env.VERCEL ?? process.env.AWS_LAMBDA_FUNCTION_NAME) await handle.done
  return { id: job.id, status: 'running', progress: 0 }
}

/** Updates are read with `getDeployment` and `watchDeployment`, by whoever looks. */
export function ignore(): void {}

/** The latest deployments, those of earlier processes included, newest first. */
export async function recentDeployments(): Promise<DeploymentJob[]> {
  const own = getDeploymentHistory()
  const known = new Set(own.map(({ id }) => id))
  const { data } = await getSyncHistory({ limit: LOOKED_AT })
  const ids = new Set(data.flatMap(({ deploymentId }) => deploymentId ?? []))
  const earlier = await Promise.all([...ids].filter((id) => !known.has(id)).map(getDeployment))
  return [...own, ...earlier.filter((job) => job !== null)].sort(
    (one, other) => other.startedAt.getTime() - one.startedAt.getTime(),
  )
}

/** The deployment that undid another one, as long as it is not undone itself. */
export async function undoneBy(id: string): Promise<string | undefined> {
  const undoing = await getDeployment(`${id}-rollback`)
  if (undoing?.rollbackOf !== id || undoing.outcome !== 'success') return undefined
  return (await undoneBy(undoing.id)) === undefined ? undoing.id : undefined
}

/** Where a deployment went, as its attempts tell; nothing as long as there is none. */
async function targetOf(id: string): Promise<string | undefined> {
  const { data } = await getSyncHistory({ deploymentId: id, limit: 1 })
  return data[0]?.target ?? undefined
}

/** A deployment as it is shown by itself: also where it went, and what undid it. */
export async function told(job: DeploymentJob) {
  return { ...shown(job), target: await targetOf(job.id), undoneBy: await undoneBy(job.id) }
}

/** The members of a job that the studio's pages read, and those that tell more. */
export function shown(job: DeploymentJob) {
  const { id, providerId, websiteId, status, progress, logs, startedAt, completedAt, error } = job
  return {
    id,
    websiteId: websiteId ?? '',
    providerId,
    selectedTypes: job.selectedTypes ?? [],
    status,
    progress,
    logs,
    startedAt,
    completedAt: completedAt ?? null,
    error: error ?? null,
    retryCount: job.retryCount ?? 0,
    maxRetries: job.maxRetries ?? 3,
    options: job.options ?? {},
    errorInfo: job.errorInfo,
    outcome: job.outcome,
    outcomes: job.outcomes,
    metrics: job.metrics,
    recovery: job.recovery,
    rollbackOf: job.rollbackOf,
  }
}
