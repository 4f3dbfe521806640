// Findings: what is wrong or worth knowing, and what to do about it.

import { clean, count } from './clean.mjs'

const PAINTS = { error: 'red', warning: 'yellow', info: 'dim' }
const ORDER = ['error', 'warning', 'info']

/** The lines of findings, those that matter most first. */
export function findingLines(findings, paint) {
  const order = ({ severity }) => ORDER.indexOf(severity)
  return [...findings]
    .sort((one, other) => order(one) - order(other))
    .flatMap(({ severity, code, typeKey, path, message, remedy }) => [
      `${paint[PAINTS[severity]](severity.padEnd(7))} ${paint.bold(code)}  ${place(typeKey, path)}`.trimEnd(),
      `        ${clean(message)}`,
      `        ${paint.dim(clean(inFlags(remedy)))}`,
    ])
}

function place(typeKey, path) {
  return clean([typeKey, path].filter(Boolean).join(' '))
}

/** `1 error, 2 warnings, 3 notes`. */
export function findingSummary(findings) {
  const number = (wanted) => findings.filter(({ severity }) => severity === wanted).length
  return [
    count(number('error'), 'error'),
    count(number('warning'), 'warning'),
    count(number('info'), 'note'),
  ].join(', ')
}

/** What remedies call by the names of the library, as it is written here. */
const FLAGS = {
  allowDelete: '--allow-delete',
  allowDataLoss: '--allow-data-loss',
  bypassValidation: '--bypass-validation',
  acceptDrift: 'catalyst-sync drift --accept',
  'conflictStrategy source_wins': '--conflicts source_wins',
}

/** A remedy in the words of the command line. */
export function inFlags(remedy) {
  return remedy.replace(
    /\b(allowDelete|allowDataLoss|bypassValidation|acceptDrift|conflictStrategy source_wins)\b/g,
    (name) => FLAGS[name],
  )
}
