// What differs between the studio and a platform, and who changed it.

import { changeLines, signed } from './changes.mjs'
import { clean, count } from './clean.mjs'
import { conflictLines } from './conflict.mjs'

const SIGN_OF = {
  new: 'add',
  modified: 'change',
  deleted: 'destroy',
  remote_new: 'add',
  remote_modified: 'change',
  remote_deleted: 'destroy',
}

const DRIFTS = { text: 'dim', addition: 'yellow', breaking: 'red' }

/** A change set. */
export function renderDiff(changeSet, { paint, width }) {
  const { target, complete, details, summary, findings } = changeSet
  const { created, updated, deleted, remoteChanged, conflicts, failed } = details
  const local = [...created, ...updated, ...deleted]
  return [
    `${paint.bold('Target')}  ${clean(target)}`,
    ...(complete
      ? []
      : [paint.yellow('The listing of the platform could not be read to its end.')]),
    ...section(
      'Changed in the studio',
      local.flatMap((one) => typeLines(one, paint, width)),
      paint,
    ),
    ...section(
      'Changed on the platform',
      remoteChanged.flatMap((one) => typeLines(one, paint, width)),
      paint,
    ),
    ...section(
      'Changed on both sides',
      conflicts.flatMap((one) => conflictLines(one, paint, { width })),
      paint,
    ),
    ...section(
      'Failed last time',
      failed.map(({ key, code, error }) => `    ${clean(key)}  ${code}: ${clean(error)}`),
      paint,
    ),
    ...section(
      'Findings',
      findings.map(({ code, message }) => `    ${code}  ${clean(message)}`),
      paint,
    ),
    '',
    diffSummary(summary),
  ].join('\n')
}

function section(title, lines, paint) {
  return lines.length > 0 ? ['', paint.bold(title), ...lines] : []
}

/** The lines of one type. */
export function typeLines({ key, name, status, changes, contentItems, risk, drift }, paint, width) {
  const told = [
    paint.dim(clean(key)),
    contentItems > 0 ? count(contentItems, 'content item') : '',
    drift ? paint[DRIFTS[drift]](drift) : '',
    risk === 'safe' ? '' : paint.red(risk),
  ].filter(Boolean)
  const isWhole = ['new', 'deleted', 'remote_new', 'remote_deleted'].includes(status)
  return [
    `${signed(SIGN_OF[status], paint)} ${paint.bold(clean(name))} ${told.join('  ')}`,
    ...(isWhole ? [] : changeLines(changes, paint, { width }).map((line) => `    ${line}`)),
  ]
}

/** The last line of a change set. */
function diffSummary({ created, updated, deleted, unchanged, conflicts, remoteChanged }) {
  return (
    `${created} new, ${updated} modified, ${deleted} deleted, ${conflicts} in conflict, ` +
    `${remoteChanged} changed on the platform; ${unchanged} unchanged.`
  )
}
