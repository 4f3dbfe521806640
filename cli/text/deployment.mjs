// What became of a deployment, type by type.

import { clean, count } from './clean.mjs'
import { outermost } from './changes.mjs'
import { inFlags } from './findings.mjs'

const DONE = { create: 'created', update: 'updated', delete: 'deleted', none: 'unchanged' }

/** One finished type on one line. */
export function outcomeLine(
  { typeKey, name, operation, status, direction, error, ...rest },
  paint,
) {
  const where = direction === 'pull' ? ' in the studio' : ''
  const undone = rest.rolledBack ? ', undone again' : ''
  const title = `${paint.bold(clean(name))} ${paint.dim(clean(typeKey))}`
  if (status === 'success') {
    return `${paint.green('✓')} ${DONE[operation].padEnd(9)}  ${title}${where}${undone}`
  }
  const [sign, colour] = SIGNS[status]
  const why = error ? `  ${error.code}: ${clean(inFlags(error.message))}` : ''
  return `${paint[colour](sign)} ${status.replace('_', ' ').padEnd(9)}  ${title}${where}${why}`
}

const SIGNS = {
  failed: ['✗', 'red'],
  conflict: ['!', 'magenta'],
  skipped: ['–', 'yellow'],
  blocked: ['✗', 'red'],
  not_attempted: ['–', 'dim'],
}

/** What waited, was dropped or rewritten, of one type. */
function remarks({ withheld, dropped, rewritten }, paint) {
  const lines = (label, paths) =>
    outermost(paths).map((path) => `              ${paint.dim(label)} ${clean(path)}`)
  return [
    ...lines('waits for consent', withheld),
    ...lines('not kept by the other side', dropped),
    ...lines('changed by the platform', rewritten),
  ]
}

/** A deployment that has ended; `told` are lines about types that were shown already. */
export function renderDeployment({ job, metrics, outcomes }, paint, { hasToldTypes = false } = {}) {
  const shown = outcomes.filter(
    ({ operation, status }) => operation !== 'none' || status !== 'success',
  )
  const lines = shown.flatMap((outcome) => [
    ...(hasToldTypes ? [] : [outcomeLine(outcome, paint)]),
    ...remarks(outcome, paint),
  ])
  return [...lines, summary({ job, metrics, outcomes }, paint)].join('\n')
}

const ENDS = {
  success: ['green', 'Deployed'],
  partial: ['yellow', 'Deployed in part'],
  failed: ['red', 'Failed'],
}

function endOf({ status, outcome }, successes) {
  if (status === 'cancelled') return ['yellow', 'Cancelled']
  return outcome === 'partial' && successes === 0 ? ['yellow', 'Nothing deployed'] : ENDS[outcome]
}

function summary({ job, metrics, outcomes }, paint) {
  const number = (wanted) => outcomes.filter(({ status }) => status === wanted).length
  const [colour, word] = endOf(job, number('success'))
  const counts = [
    `${number('success')} succeeded`,
    ...['failed', 'conflict', 'blocked', 'skipped', 'not_attempted']
      .filter((status) => number(status) > 0)
      .map((status) => `${number(status)} ${status.replace('_', ' ')}`),
  ]
  const seconds = ((metrics?.timeTaken ?? 0) / 1000).toFixed(1)
  const requests = count(metrics?.requests ?? 0, 'request')
  return `${paint[colour](paint.bold(`${word}:`))} ${counts.join(', ')}; ${seconds} s, ${requests}. ${paint.dim(job.id)}`
}
