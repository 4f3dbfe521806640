// What became of a deployment, type by type.

import { clean, count } from './clean.mjs'
import { outermost } from './changes.mjs'
import { inFlags } from './findings.mjs'

const DONE = { create: 'created', update: 'updated', delete: 'deleted', none: 'unchanged' }

/** A part of it was carried out, and properties that both sides changed wait for a decision. */
const isPart = ({ status, operation, error }) =>
  status === 'conflict' && operation !== 'none' && error?.code === 'CONFLICT'

/** One finished type on one line. */
export function outcomeLine(outcome, paint) {
  const { typeKey, name, operation, status, direction, error, rolledBack } = outcome
  const where = direction === 'pull' ? ' in the studio' : ''
  const undone = rolledBack ? ', undone again' : ''
  const title = `${paint.bold(clean(name))} ${paint.dim(clean(typeKey))}`
  if (status === 'success') {
    return `${paint.green('✓')} ${DONE[operation].padEnd(9)}  ${title}${where}${undone}`
  }
  const [sign, colour] = SIGNS[status]
  const why = error ? `  ${error.code}: ${clean(inFlags(error.message))}` : ''
  const word = isPart(outcome) ? 'in part' : status.replace('_', ' ')
  return `${paint[colour](sign)} ${word.padEnd(9)}  ${title}${where}${why}`
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

const UNDONE = { success: 'Rolled back', partial: 'Rolled back in part' }

function endOf({ status, outcome, rollbackOf }, done) {
  if (status === 'cancelled') return ['yellow', 'Cancelled']
  const isUndoing = rollbackOf !== undefined
  if (outcome === 'partial' && done === 0) {
    return ['yellow', isUndoing ? 'Nothing rolled back' : 'Nothing deployed']
  }
  const [colour, word] = ENDS[outcome]
  return [colour, isUndoing ? (UNDONE[outcome] ?? word) : word]
}

/** What became of types besides success, as it is counted. */
const REST = {
  failed: 'failed',
  conflict: 'in conflict',
  blocked: 'blocked',
  skipped: 'skipped',
  not_attempted: 'not attempted',
}

function summary({ job, metrics, outcomes }, paint) {
  const parts = outcomes.filter(isPart).length
  const number = (wanted) => outcomes.filter((one) => one.status === wanted && !isPart(one)).length
  const [colour, word] = endOf(job, number('success') + parts)
  const isUndoing = job.rollbackOf !== undefined
  const rest = isUndoing ? 'what was changed since stays' : 'the rest waits for a decision'
  const counts = [
    `${number('success') + parts} succeeded`,
    ...(parts > 0 ? [`${parts} of them in part: ${rest}`] : []),
    ...Object.entries(REST)
      .filter(([status]) => number(status) > 0)
      .map(([status, words]) => `${number(status)} ${words}`),
  ]
  const seconds = ((metrics?.timeTaken ?? 0) / 1000).toFixed(1)
  const requests = count(metrics?.requests ?? 0, 'request')
  return `${paint[colour](paint.bold(`${word}:`))} ${counts.join(', ')}; ${seconds} s, ${requests}. ${paint.dim(job.id)}`
}
