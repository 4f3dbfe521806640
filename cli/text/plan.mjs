// A plan as text: what would be done, and a line that sums it up. What stays as it is is only counted.

import { changeLines, outermost, signed } from './changes.mjs'
import { clean, count } from './clean.mjs'
import { conflictLines } from './conflict.mjs'
import { findingLines } from './findings.mjs'

const SIGN_OF = { create: 'add', update: 'change', delete: 'destroy' }
const DIRECTIONS = {
  push: 'the studio → the platform',
  pull: 'the platform → the studio',
  bidirectional: 'both ways',
}

/** Attributes of a type that its creation need not tell one by one. */
const OF_A_NEW_TYPE = /^\/(displayName|propertyOrder)$/

/** A whole plan; `undoes` is the deployment that a rollback is of. */
export function renderPlan(plan, { paint, width }, { undoes } = {}) {
  const { operations, conflicts, findings } = plan
  const isUndoing = undoes !== undefined
  const what = isUndoing ? `undoes ${clean(undoes)}` : DIRECTIONS[plan.mode]
  const lines = [
    `${paint.bold('Target')}  ${clean(plan.target)}  ${paint.dim(what)}`,
    '',
    ...operations.flatMap((operation) => [...operationLines(operation, paint, width), '']),
    ...conflicts.flatMap((conflict) => [
      ...conflictLines(conflict, paint, { width, isUndoing }),
      '',
    ]),
    ...(findings.length > 0 ? [...findingLines(findings, paint), ''] : []),
    renderSummary(plan, paint, { isUndoing }),
  ]
  return lines.join('\n')
}

/** `Plan: 1 to add, …`: the last line of a plan. */
function renderSummary({ summary, operations }, paint, { isUndoing }) {
  const { add, change, destroy, conflicts } = summary
  // With `--force` they go again although nothing of them differs.
  const again = operations.filter(isRepeated).length
  const unchanged = Math.max(0, summary.unchanged - again)
  const nothing = add + change + destroy + conflicts === 0
  if (nothing) return `${paint.bold('Nothing to do.')} ${unchanged} unchanged.`
  const resent = again > 0 ? `, ${again} to send again as they are` : ''
  const left = isUndoing ? 'changed since, and left' : 'in conflict'
  const open = conflicts > 0 ? `, ${paint.magenta(`${conflicts} ${left}`)}` : ''
  return (
    `${paint.bold('Plan:')} ${add} to add, ${change - again} to change, ${destroy} to destroy${resent}${open}; ` +
    `${unchanged} unchanged.`
  )
}

const isRepeated = ({ operation, changes, withheld }) =>
  operation === 'update' && changes.length === 0 && withheld.length === 0

function operationLines(operation, paint, width) {
  const { typeKey, name, contentItems, direction, risk, withheld, changes } = operation
  const isNew = operation.operation === 'create'
  const told = [
    paint.dim(clean(typeKey)),
    direction === 'pull' ? 'in the studio' : '',
    contentItems > 0 && !isNew ? count(contentItems, 'content item') : '',
    risk === 'lossy' ? paint.red('loses content') : '',
    risk === 'blocked' ? paint.red('blocked') : '',
  ].filter(Boolean)
  const shown = isNew ? changes.filter(({ path }) => !OF_A_NEW_TYPE.test(path)) : changes
  // A type that goes takes everything with it; its name says so.
  const details = operation.operation === 'delete' ? [] : changeLines(shown, paint, { width })
  return [
    `${signed(SIGN_OF[operation.operation], paint)} ${paint.bold(clean(name))} ${told.join('  ')}`,
    ...details.map((line) => `    ${line}`),
    ...outermost(withheld).map((path) => `        ${paint.yellow('withheld')} ${clean(path)}`),
  ]
}
