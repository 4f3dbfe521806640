// Planned, shown, agreed to, carried out: what deploying and rolling back have in common.

import { agree } from './consent.mjs'
import { EndedTypes } from './ended.mjs'
import { EXIT, exitOfDeployment } from './exit.mjs'
import { progressOf } from './progress.mjs'
import { clean } from './text/clean.mjs'
import { renderDeployment } from './text/deployment.mjs'
import { renderError } from './text/error.mjs'
import { renderPlan } from './text/plan.mjs'

/**
 * Shows a plan, has it agreed to, and runs exactly it. `start(onUpdate)` starts the run of the plan's
 * digest and returns its handle. Returns the exit code.
 *
 * `undoes` is the deployment that a rollback is of. With `runsIdle` a plan without operations is run, too: it sends nothing and need not be agreed to, and
 * records what both sides agree on, and the conflicts, so that they can be decided.
 */
export async function carryOut(session, plan, { flags, verb, start, runsIdle = false, undoes }) {
  const { out, prompt, terminal } = session
  // What a rollback does to the rows of the studio is no operation of its plan.
  const isIdle = plan.operations.length === 0 && !flags.force && !flags.studio
  out.event('plan', { plan })
  out.text(renderPlan(plan, terminal, { undoes }))
  if (flags.dryRun || (isIdle && !runsIdle)) {
    const note = flags.dryRun ? 'A rehearsal: nothing was sent.' : ''
    out.result('deployment', { plan, deployment: null }, ({ paint }) => paint.dim(note))
    return !flags.dryRun && plan.conflicts.length > 0 ? EXIT.conflicts : EXIT.ok
  }
  if (!isIdle) {
    await agree(plan, flags, prompt)
    const question = `${verb} ${clean(plan.target)}?`
    if (!flags.yes) await prompt.agree(question, { instead: '--yes' })
  }
  return follow(session, { plan, start, isQuiet: isIdle, undoes })
}

/**
 * Follows a run to its end, cancels it when asked to, and tells how it ended. One that is quiet tells
 * only what went wrong.
 */
export async function follow(session, { plan = null, start, isQuiet = false, undoes }) {
  const { out, terminal } = session
  const progress = out.isText && !isQuiet ? progressOf(terminal, { undoes }) : undefined
  const ended = new EndedTypes()
  const result = await finished(session, start, { progress, ended })
  progress?.end(result.outcomes)
  for (const outcome of ended.rest(result.outcomes)) out.event('type', { outcome })
  const { job, metrics, outcomes } = result
  out.result('deployment', { plan, deployment: job, metrics, outcomes }, ({ paint }) => {
    if (isQuiet && job.outcome === 'success') return ''
    const options = { hasToldTypes: progress?.tellsTypes }
    return [renderDeployment(result, paint, options), next(job, paint)].join('\n')
  })
  if (out.isText && job.errorInfo) {
    const error = { ...job.errorInfo, message: job.error ?? '' }
    out.note(renderError(error, terminal.notePaint))
  }
  return exitOfDeployment(job)
}

/** Starts a run and waits for its end, which an interruption brings about sooner. */
function finished({ out, interrupt }, start, { progress, ended }) {
  const tell = eventsOf(out, ended)
  const handle = start((job) => {
    progress?.update(job)
    tell(job)
  })
  const cancel = () => {
    out.note('Cancelling: waiting for the answers that are still out. Ctrl-C again ends at once.')
    handle.cancel()
  }
  return interrupt.during(() => handle.done, cancel)
}

/** Tells each entry of the log, each type that ended, and each step of the progress once. */
function eventsOf(out, ended) {
  let shown = 0
  let last
  return ({ id, status, progress, logs }) => {
    for (const entry of logs.slice(shown)) {
      out.event('log', { deploymentId: id, ...entry })
      const outcome = ended.of(entry)
      if (outcome !== undefined) out.event('type', { outcome })
    }
    shown = logs.length
    if (last === `${status} ${progress}`) return
    last = `${status} ${progress}`
    out.event('progress', { deploymentId: id, status, progress })
  }
}

/** The command after a deployment that did not end well. */
function next({ outcome, status, outcomes = [], id, rollbackOf }, paint) {
  if (outcome === 'success') return ''
  const has = (wanted) => outcomes.some((one) => one.status === wanted)
  // What was changed since a deployment is no conflict of the two sides: nothing is open there.
  const decide = rollbackOf
    ? `catalyst-sync rollback ${rollbackOf} --conflicts source_wins`
    : 'catalyst-sync resolve'
  const commands = [
    ...(has('conflict') ? [decide] : []),
    ...(has('failed') || has('not_attempted') || status === 'cancelled'
      ? [`catalyst-sync deploy --resume ${id}`]
      : []),
  ]
  return commands.map((command) => `${paint.dim('next')}  ${command}`).join('\n')
}
