// Words for people.

import type { AtomChange } from 'catalyst-sync'

export type Tone = 'good' | 'warn' | 'bad' | 'accent' | 'plain'

const STATUSES: Record<string, [string, Tone]> = {
  new: ['New', 'accent'],
  modified: ['Changed here', 'accent'],
  in_sync: ['In step', 'good'],
  unchanged: ['In step', 'good'],
  conflict: ['Conflict', 'warn'],
  deleted: ['Gone here', 'warn'],
  remote_new: ['New in the CMS', 'accent'],
  remote_modified: ['Changed in the CMS', 'accent'],
  remote_deleted: ['Gone in the CMS', 'warn'],
  failed: ['Failed', 'bad'],
  success: ['Done', 'good'],
  skipped: ['Waits', 'plain'],
  blocked: ['Blocked', 'warn'],
  not_attempted: ['Not attempted', 'plain'],
  pending: ['Open', 'warn'],
  resolved: ['Decided', 'good'],
  running: ['Running', 'accent'],
  completed: ['Completed', 'good'],
  partial: ['Partly done', 'warn'],
  cancelled: ['Cancelled', 'plain'],
  undone: ['Undone', 'plain'],
  SUCCESS: ['Done', 'good'],
  FAILED: ['Failed', 'bad'],
  PARTIAL: ['Partly', 'warn'],
  healthy: ['Healthy', 'good'],
  degraded: ['Degraded', 'warn'],
  unhealthy: ['Unhealthy', 'bad'],
  ok: ['Reachable', 'good'],
  read_only: ['Read only', 'warn'],
  not_configured: ['No credentials', 'warn'],
}

/** A status in words, and how it is meant; one that is not known says itself. */
export const statusWords = (status: string): [string, Tone] => STATUSES[status] ?? [status, 'plain']

/** The word for so many of something. */
export const noun = (number: number, one: string, many = `${one}s`) => (number === 1 ? one : many)

export const count = (number: number, one: string, many?: string) =>
  `${number.toLocaleString('en')} ${noun(number, one, many)}`

/** An id as people tell it from others; which one undoes another still shows. */
export const shortId = (id: string) => id.replace(/^(.{8}).*?((-rollback)*)$/, '$1$2')

export const time = (date: Date | string | null | undefined) =>
  date ? new Date(date).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }) : '–'

export const percent = (share: number | null) =>
  share === null ? '–' : `${(share * 100).toLocaleString('en', { maximumFractionDigits: 1 })} %`

export const milliseconds = (value: number | null | undefined) =>
  value === null || value === undefined
    ? '–'
    : value < 1000
      ? `${Math.round(value)} ms`
      : `${(value / 1000).toFixed(1)} s`

const ATTRIBUTES: Record<string, string> = {
  displayName: 'label',
  description: 'description',
  maxLength: 'max length',
  minLength: 'min length',
  maximum: 'maximum',
  minimum: 'minimum',
  maxItems: 'max items',
  minItems: 'min items',
  enumOrder: 'order of the options',
  enum: 'options',
  allowedTypes: 'allowed types',
  propertyOrder: 'order of the properties',
  baseType: 'base type',
  pluralName: 'plural name',
}

export const attribute = (name: string) => ATTRIBUTES[name] ?? name

/** A value on one line. */
export function value(of: unknown): string {
  if (of === undefined || of === null) return 'nothing'
  if (of === true) return 'yes'
  if (of === false) return 'no'
  if (typeof of === 'string') return of === '' ? 'empty' : of
  if (Array.isArray(of)) return of.length === 0 ? 'none' : of.map(value).join(', ')
  if (typeof of === 'object') return record(of as Record<string, unknown>)
  return String(of)
}

function record(of: Record<string, unknown>): string {
  const { type, format, items, ...rest } = of
  if (typeof type === 'string') {
    const inner = items ? ` of ${value(items)}` : ''
    return `${type}${typeof format === 'string' ? ` (${format})` : ''}${inner}`
  }
  const members = Object.entries(rest)
  // A set is written as its members, a reference without the kind of what it names.
  if (members.every(([, held]) => held === true)) {
    return members.map(([name]) => name.replace(/^content-type:/, '')).join(', ') || 'none'
  }
  return members.map(([name, held]) => `${name}: ${value(held)}`).join(', ') || 'none'
}

const segments = (path: string) =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Attributes as people call them; where the studio keeps them is its own affair. */
const attributes = (parts: string[]) =>
  parts
    .flatMap((part) => part.split('/'))
    .filter((part, at, all) => at === all.length - 1 || !['extra', 'validation'].includes(part))
    .map(attribute)
    .join(' ')

/** Where a path points: a property, or the type itself, and what of it. */
export function place(path: string): { property: string | null; rest: string } {
  const [first, second, ...rest] = segments(path)
  if (first !== 'properties' && first !== 'fields') {
    return { property: null, rest: attributes(segments(path)) }
  }
  return { property: second ?? null, rest: attributes(rest) }
}

/** A path on one line. */
export function placeWords(path: string): string {
  const { property, rest } = place(path)
  if (property === null) return rest || 'the whole type'
  return rest ? `${property}: ${rest}` : property
}

/** What the engine says to programs, as the review and the pages of conflicts name it. */
const REMEDIES: [RegExp, string][] = [
  [/\bwaits for (allowDelete|allowDataLoss)\b/g, 'waits until you confirm it by its name'],
  [
    /\b(deploy|pull|roll back) with (allowDelete|allowDataLoss)( to (delete|accept) (it|the \w+))?/g,
    'confirm it by its name in the review',
  ],
  [
    /roll back without preserveData false to leave it as it is/g,
    'tick that the studio keeps its edits to leave it as it is',
  ],
  [
    /bring it home, overrule it, or accept it with acceptDrift/g,
    'take it home, or change the same in the studio and deploy that',
  ],
  [
    /(?<=^|\s)\/((properties|fields)\/[^\s,;]*[^\s,;.:]|displayName|description|baseType|propertyOrder)/g,
    '',
  ],
]

/** A sentence of the engine, in the words of the pages. */
export const plainWords = (sentence: string) =>
  REMEDIES.reduce(
    (text, [pattern, words]) => text.replace(pattern, (found) => words || placeWords(found)),
    sentence,
  )

export interface PropertyChange {
  /** Nothing for the type itself. */
  property: string | null
  kind: AtomChange['kind']
  /** What of it, without the property as a whole. */
  parts: { name: string; kind: AtomChange['kind']; before: unknown; after: unknown }[]
}

/** Changes by property, those of the type itself first. */
export function byProperty(changes: AtomChange[]): PropertyChange[] {
  const groups = new Map<string | null, PropertyChange>()
  for (const { path, kind, before, after } of changes) {
    const { property, rest } = place(path)
    const group = groups.get(property) ?? { property, kind: 'modified', parts: [] }
    groups.set(property, group)
    if (property !== null && rest === '') group.kind = kind
    else group.parts.push({ name: rest, kind, before, after })
  }
  return [...groups.values()].sort(
    (one, other) => Number(one.property !== null) - Number(other.property !== null),
  )
}
