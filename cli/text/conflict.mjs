// A conflict with its three sides.

import { clean, valueText } from './clean.mjs'
import { signed } from './changes.mjs'

/** What the sides of a conflict are called; a rollback stands between what was sent and what was before. */
const SIDES = {
  deployment: ['agreed  ', 'studio  ', 'platform'],
  rollback: ['deployed', 'before  ', 'platform'],
}

/** The lines of a conflict: what was agreed on, the studio's value, and the platform's. */
export function conflictLines(conflict, paint, { width = 80, isUndoing = false } = {}) {
  const { name, typeKey, id, fields } = conflict
  const told = isUndoing ? clean(typeKey) : `${clean(typeKey)}  ${id}`
  const room = Math.max(16, width - 22)
  return [
    `${signed('conflict', paint)} ${paint.bold(clean(name))} ${paint.dim(told)}`,
    ...fields.flatMap((field) => fieldLines(field, paint, room, { isUndoing })),
  ]
}

/** The lines of one overlap. */
export function fieldLines(field, paint, room, { isUndoing = false } = {}) {
  const { path, suggestion } = field
  const [agreed, studio, platform] = SIDES[isUndoing ? 'rollback' : 'deployment']
  const side = (label, value) => `          ${paint.dim(label)}  ${valueText(value, room)}`
  return [
    `      ${paint.magenta(path === '' ? 'the whole type' : clean(path))}`,
    side(agreed, field.ancestor),
    side(studio, field.local),
    side(platform, field.remote),
    ...(isUndoing ? [`          ${paint.dim('changed since, and left as it is')}`] : []),
    ...(suggestion && !isUndoing
      ? [`          ${paint.dim(`hint      ${clean(suggestion.reason)}`)}`]
      : []),
  ]
}
