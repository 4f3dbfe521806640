// Planned, shown, agreed to, carried out: what deploying and rolling back have in common.

import { agree } from './consent.mjs'
import { EXIT, exitOfDeployment } from './exit.mjs'
import { Failure } from './failure.mjs'
import { progressOf } from './progress.mjs'
import { clean } from './text/clean.mjs'
import { renderDeployment } from './text/deployment.mjs'
import { renderError } from './text/error.mjs'
import { renderPlan } from './text/plan.mjs'

/** Whether a plan has anything that a run would carry out. */
export function isEmpty({ operations }) {
  return operations.length === 0
}

/**
 * Shows a plan, has it agreed to, and runs exactly it. `start(onUpdate)` starts the run of the plan's
 * digest and returns its handle. Returns the exit code.
 */
export async function carryOut(session, plan, { flags, verb, start }) {
  const { out, prompt, terminal } = session
  out.event('plan', { plan })
  out.text(renderPlan(plan, terminal))
  const isIdle = isEmpty(plan) && !flags.force
  if (isIdle && plan.conflicts.length === 0) {
    out.result('deployment', { plan, deployment: null }, () => '')
    return EXIT.ok
  }
  if (flags.dryRun) {
    out.result('deployment', { plan, deployment: null }, ({ paint }) =>
      paint.dim('A rehearsal: nothing was sent.'),
    )
    return EXIT.ok
  }
  // With nothing but conflicts it sends nothing, and records them so that they can be decided.
  if (isIdle) return follow(session, { plan, start })
  await agree(plan, flags, prompt)
  if (
    !flags.yes &&
    !(await prompt.confirm(`${verb} ${clean(plan.target)}?`, { instead: '--yes' }))
  ) {
    throw new Failure('CONSENT_MISSING', 'you did not agree; nothing was done')
  }
  return follow(session, { plan, start })
}

/** Follows a run to its end, cancels it when asked to, and tells how it ended. */
export async function follow(session, { plan, start }) {
  const { out, terminal, interrupt } = session
  const progress = out.isText ? progressOf(terminal) : undefined
  const events = eventsOf(out)
  const handle = start((job) => {
    progress?.update(job)
    events(job)
  })
  const result = await interrupt.during(
    () => handle.done,
    () => {
      out.note('Cancelling: waiting for the answers that are still out. Ctrl-C again ends at once.')
      handle.cancel()
    },
  )
  progress?.end(result.outcomes)
  for (const outcome of result.outcomes) out.event('type', { outcome })
  const { job, metrics, outcomes } = result
  out.result(
    'deployment',
    { plan: plan ?? null, deployment: job, metrics, outcomes },
    ({ paint }) =>
      [
        renderDeployment(result, paint, { hasToldTypes: progress?.tellsTypes }),
        next(job, paint),
      ].join('\n'),
  )
  if (out.isText && job.errorInfo) {
    const error = { ...job.errorInfo, message: job.error ?? '' }
    out.note(renderError(error, terminal.notePaint))
  }
  return exitOfDeployment(job)
}

/** Tells each entry of the log and each step of the progress once. */
function eventsOf(out) {
  let shown = 0
  let last
  return ({ id, status, progress, logs }) => {
    for (const entry of logs.slice(shown)) out.event('log', { deploymentId: id, ...entry })
    shown = logs.length
    if (last === `${status} ${progress}`) return
    last = `${status} ${progress}`
    out.event('progress', { deploymentId: id, status, progress })
  }
}

/** The command after a deployment that did not end well. */
function next({ outcome, status, outcomes = [], id }, paint) {
  if (outcome === 'success') return ''
  const has = (wanted) => outcomes.some((one) => one.status === wanted)
  const commands = [
    ...(has('conflict') ? ['catalyst-sync resolve'] : []),
    ...(has('failed') || has('not_attempted') || status === 'cancelled'
      ? [`catalyst-sync deploy --resume ${id}`]
      : []),
  ]
  return commands.map((command) => `${paint.dim('next')}  ${command}`).join('\n')
}
