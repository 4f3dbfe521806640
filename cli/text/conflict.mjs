// A conflict with its three sides.

import { clean, valueText } from './clean.mjs'
import { signed } from './changes.mjs'

/** The lines of a conflict: what was agreed on, the studio's value, and the platform's. */
export function conflictLines({ name, typeKey, id, fields }, paint, { width = 80 } = {}) {
  const room = Math.max(16, width - 22)
  return [
    `${signed('conflict', paint)} ${paint.bold(clean(name))} ${paint.dim(`${clean(typeKey)}  ${id}`)}`,
    ...fields.flatMap((field) => fieldLines(field, paint, room)),
  ]
}

/** The lines of one overlap. */
export function fieldLines(field, paint, room) {
  const { path, suggestion } = field
  const side = (label, value) => `          ${paint.dim(label)}  ${valueText(value, room)}`
  return [
    `      ${paint.magenta(path === '' ? 'the whole type' : clean(path))}`,
    side('agreed  ', field.ancestor),
    side('studio  ', field.local),
    side('platform', field.remote),
    ...(suggestion ? [`          ${paint.dim(`hint      ${clean(suggestion.reason)}`)}`] : []),
  ]
}
