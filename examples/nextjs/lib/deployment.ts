// Deployments as the pages see them: the studio's job, with dates as dates.

import type {
  CMSProvider,
  DeploymentJob,
  DeploymentLog,
  DeploymentMetrics,
  Recovery,
  RunOptions,
  TypeOutcome,
} from 'catalyst-sync'

import { ask, post } from './client'
import type { Wire } from './wire'

/** What the wizard's components know of a deployment. */
export interface Job {
  id: string
  providerId: string
  websiteId: string
  selectedTypes?: string[]
  status: DeploymentJob['status']
  progress: number
  startedAt: Date
  completedAt: Date | null
  logs: DeploymentLog[]
  error: string | null
  retryCount: number
  maxRetries: number
  options?: RunOptions
  errorInfo?: DeploymentJob['errorInfo']
  outcome?: DeploymentJob['outcome']
  outcomes?: TypeOutcome[]
  metrics?: DeploymentMetrics
  recovery?: Recovery
  rollbackOf?: string
  /** Where it went; nothing of one that attempted nothing. */
  target?: string
  /** The deployment that undid this one. */
  undoneBy?: string
}

/** A provider, as far as the wizard shows it. */
export type Provider = Pick<CMSProvider, 'id' | 'name' | 'description'>

export const isLive = ({ status }: Pick<Job, 'status'>) =>
  status === 'pending' || status === 'running'

export function revive(job: Wire<Job>): Job {
  return {
    ...(job as unknown as Job),
    startedAt: new Date(job.startedAt),
    completedAt: job.completedAt === null ? null : new Date(job.completedAt),
    logs: job.logs.map((entry) => ({ ...entry, timestamp: new Date(entry.timestamp) })),
  }
}

/** Asks for a deployment once. */
export async function readDeployment(id: string): Promise<Job> {
  const path = `/api/sync/start-deployment?id=${encodeURIComponent(id)}`
  return revive((await ask<{ job: Wire<Job> }>(path)).job)
}

/** Starts a job and tells the id that it has on the server. */
export async function startDeployment(job: Job, provider: Provider): Promise<string> {
  const { websiteId, selectedTypes, options } = job
  const asked = {
    websiteId,
    provider: { id: provider.id, name: provider.name },
    selectedTypes,
    options,
  }
  return (await post<{ syncId: string }>('/api/v1/sync/start', asked)).syncId
}

export async function cancelDeployment(id: string): Promise<void> {
  await ask(`/api/sync/start-deployment?id=${encodeURIComponent(id)}`, { method: 'DELETE' })
}

/** What is told of a deployment that is followed. */
export interface Follower {
  onUpdate(job: Job): void
  /** The connection is lost, and is made again by itself; `false` once it is back. */
  onInterruption(lost: boolean): void
}

/** Shows a deployment as it goes, from where it is now. Returns what stops it. */
export function followDeployment(id: string, { onUpdate, onInterruption }: Follower): () => void {
  const events = new EventSource(`/api/v1/sync/events?id=${encodeURIComponent(id)}`)
  const show = (event: MessageEvent<string>) => onUpdate(revive(JSON.parse(event.data)))
  events.addEventListener('open', () => onInterruption(false))
  events.addEventListener('update', show)
  events.addEventListener('end', (event) => {
    events.close()
    show(event)
  })
  events.addEventListener('error', () => onInterruption(true))
  return () => events.close()
}
