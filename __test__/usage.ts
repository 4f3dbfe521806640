// Never runs: `npm run types` checks that the contract can be used as its readers would use it.

import {
  SyncEngine,
  configure,
  detectChanges,
  hashContentType,
  planDeployment,
  startDeployment,
  synchronize,
  type ChangeSet,
  type CMSProvider,
  type CMSProviderId,
  type DeploymentHandle,
  type DeploymentJob,
  type DeploymentMetrics,
  type DeploymentResult,
  type ErrorCode,
  type QueryOptions,
  type SyncError,
} from '..'

/** The shape in the studio's own code (`lib/deployment/deployment-types.ts`). */
interface StudioJob {
  id: string
  providerId: string
  websiteId?: string
  selectedTypes?: string[]
  status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled'
  progress: number
  startedAt: Date
  completedAt?: Date
  logs: {
    timestamp: Date
    level: 'info' | 'warning' | 'error'
    message: string
    details?: unknown
  }[]
  error?: string
  retryCount?: number
  maxRetries?: number
}

export async function usage(job: StudioJob, provider: CMSProvider): Promise<void> {
  configure({ databaseUrl: 'file:./dev.db', logger: (entry) => console.log(entry.message) })
  const handle: DeploymentHandle = startDeployment(job, provider, (update: DeploymentJob) => {
    update.logs.at(-1)?.timestamp.toLocaleTimeString()
  })
  handle.cancel()
  const result: DeploymentResult = await handle.done
  const metrics: DeploymentMetrics = result.metrics
  console.log(metrics.successRate * 100)

  const id: CMSProviderId = 'files'
  const changes: ChangeSet = await detectChanges({ provider: id, contentTypeKeys: ['Article'] })
  const { details } = await detectChanges({ includeDetails: true })
  console.log(details.conflicts.length)
  const options: QueryOptions = { provider: id }
  console.log((await detectChanges(options)).details?.conflicts.length)
  const plan = await planDeployment({ websiteId: 'site', allowDelete: true })
  if (changes.summary.total === 0 || plan.operations.length === 0) return
  await synchronize({ dryRun: true })
  console.log(hashContentType({ name: 'Article' }).length)

  await using engine = new SyncEngine({ retention: { audit: { days: 30 } } })
  try {
    await engine.extractContentTypes()
  } catch (error) {
    const { code, status, details } = error as SyncError
    console.log(code, status, details.nextStep)
    // @ts-expect-error no code is spelled so
    if (code === 'PLAN_STAIL') return
    switch (code) {
      case 'PLAN_STALE':
        return
      default: {
        const others: Exclude<ErrorCode, 'PLAN_STALE'> = code
        console.log(others)
      }
    }
  }

  const ended = (await handle.done).job.errorInfo
  // @ts-expect-error no code is spelled so
  console.log(ended?.code === 'Forbidden', ended?.code === 'FORBIDDEN')
  // @ts-expect-error details are there only where they are asked for
  console.log((await detectChanges()).details.conflicts)

  // @ts-expect-error a number is no option of this name
  new SyncEngine({ mapping: 5 })
  // @ts-expect-error onUpdate is required
  startDeployment(job, provider)
}
