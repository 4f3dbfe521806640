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

export const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

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

/** Where a path points: a property, or the type itself, and what of it. */
export function place(path: string): { property: string | null; rest: string } {
  const [first, second, ...rest] = segments(path)
  if (first !== 'properties' && first !== 'fields') {
    return { property: null, rest: segments(path).map(attribute).join(' ') }
  }
  return { property: second ?? null, rest: rest.map(attribute).join(' ') }
}

/** A path on one line. */
export function placeWords(path: string): string {
  const { property, rest } = place(path)
  if (property === null) return rest || 'the whole type'
  return rest ? `${property}: ${rest}` : property
}

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
