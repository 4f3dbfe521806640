// The changes of one type, property by property.

import { clean, valueText } from './clean.mjs'

const PROPERTY = /^\/properties\/([^/]+)$/
const TYPE = /^\/properties\/([^/]+)\/type$/

/** The signs of a plan, and how they are painted. */
export const SIGNS = {
  add: { sign: '+', paint: 'green' },
  change: { sign: '~', paint: 'yellow' },
  destroy: { sign: '-', paint: 'red' },
  replace: { sign: '-/+', paint: 'red' },
  conflict: { sign: '!', paint: 'magenta' },
}

const KINDS = {
  added: 'add',
  removed: 'destroy',
  modified: 'change',
  renamed: 'change',
  moved: 'change',
}

/** A sign, aligned with the longest. */
export function signed(name, paint) {
  const { sign, paint: colour } = SIGNS[name]
  return paint[colour](sign.padStart(3))
}

/** The lines of some changes; a property that comes or goes is one line. */
export function changeLines(changes, paint, { width = 80 } = {}) {
  const whole = new Map(
    changes
      .filter(({ path, kind }) => PROPERTY.test(path) && kind !== 'modified')
      .map(({ path, kind }) => [path, kind]),
  )
  const within = ({ path }) => [...whole.keys()].some((outer) => path.startsWith(`${outer}/`))
  const retyped = new Set(
    changes
      .filter(({ path, kind }) => TYPE.test(path) && kind === 'modified')
      .map(({ path }) => path),
  )
  return changes
    .filter((change) => !within(change))
    .map((change) => {
      if (whole.has(change.path)) return wholeLine(change, changes, paint)
      const sign = retyped.has(change.path) ? 'replace' : KINDS[change.kind]
      return `${signed(sign, paint)} ${clean(change.path)}  ${movement(change, width)}`
    })
}

/** What a change does to a value. */
function movement({ path, kind, before, after }, width) {
  const room = Math.max(12, Math.floor((width - path.length - 12) / 2))
  if (kind === 'added') return valueText(after, room)
  if (kind === 'removed') return valueText(before, room)
  return `${valueText(before, room)} → ${valueText(after, room)}`
}

/** A property that comes or goes, with what it is. */
function wholeLine({ path, kind }, changes, paint) {
  const side = kind === 'removed' ? 'before' : 'after'
  const attributes = changes
    .filter((change) => change.path.startsWith(`${path}/`))
    .map((change) => [change.path.slice(path.length + 1), change[side]])
  const type = attributes.find(([name]) => name === 'type')?.[1]
  const rest = attributes
    .filter(([name]) => !['type', 'displayName'].includes(name) && !name.includes('/'))
    .map(([name, value]) => (value === true ? name : `${name} ${valueText(value, 24)}`))
  const words = [type && typeText(type), ...rest].filter(Boolean)
  return `${signed(KINDS[kind], paint)} ${clean(path)}  ${paint.dim(clean(words.join(', ')))}`.trimEnd()
}

/** The type of a property in a word or two. */
function typeText({ type, format, items, contentType }) {
  const word = format ?? type
  if (items) return `${word} of ${typeText(items)}`
  return contentType ? `${word} ${contentType}` : String(word)
}

/** Paths without those that lie within another of them. */
export function outermost(paths) {
  return paths.filter((path) => !paths.some((outer) => path.startsWith(`${outer}/`)))
}
