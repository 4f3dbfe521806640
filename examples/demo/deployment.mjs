import { progressBar } from './bar.mjs'
import { table } from './page.mjs'
import { cyan, green, yellow } from './paint.mjs'
import { promise } from './promise.mjs'

export const OPTIMIZELY = { id: 'optimizely', name: 'Optimizely', config: {} }

/** Runs a deployment as the studio's wizard does, and promises how it ends. */
export async function deploy(engine, id, provider, { outcome = 'success', options } = {}) {
  const job = {
    id,
    providerId: provider.id,
    websiteId: '',
    status: 'pending',
    progress: 0,
    startedAt: new Date(),
    logs: [],
    options,
  }
  const result = await engine.startDeployment(job, provider, progressBar()).done
  const { job: ended, metrics } = result
  promise(
    `${outcome === 'success' ? 'completed' : 'ended'} in ${(metrics.timeTaken / 1000).toFixed(2)} s`,
    ended.outcome === outcome,
    { status: ended.status, error: ended.error, outcomes: result.outcomes },
  )
  return result
}

/** Prints what became of the types. */
export function showOutcomes(outcomes) {
  table(
    outcomes.map(({ typeKey, operation, status }) => [typeKey, operation, status]),
    undefined,
    cyan,
    (status) => (status === 'conflict' ? yellow : green)(status),
  )
}
