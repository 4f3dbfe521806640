'use strict'

// What crosses between JavaScript values and JSON text. Everything made here belongs to the caller's realm.

/**
 * Writes a value as JSON text. What has no JSON form leaves a marker instead of an error or a
 * silent `null`, so the engine can say what it was given.
 */
function toText(value) {
  const ancestors = []
  const text = JSON.stringify(value, function (key, item) {
    // A date that is none writes itself as null, which would be taken for nothing at all.
    if (item === null && isDate(this[key])) return '[invalid date]'
    if (typeof item === 'bigint') return `${item}n`
    if (typeof item === 'function' || typeof item === 'symbol') return `[${typeof item}]`
    if (typeof item === 'number' && !Number.isFinite(item)) return String(item)
    if (typeof item !== 'object' || item === null) return item
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(item)) return '[circular]'
    ancestors.push(item)
    return item
  })
  return text ?? 'null'
}

function isDate(value) {
  return Object.prototype.toString.call(value) === '[object Date]'
}

/** Writes a definition as the studio's hasher sees it: own members only, no `toJSON`. */
function definitionText(definition) {
  return JSON.stringify(definition, function (key) {
    return this[key]
  })
}

/** Reads a date, however it was stored; what is no date, or cannot be looked at, stays as it is. */
function toDate(value) {
  try {
    if (value instanceof Date) return value
    const readable = typeof value === 'number' || typeof value === 'string' || isDate(value)
    const date = readable ? new Date(value) : undefined
    return date !== undefined && !Number.isNaN(date.getTime()) ? date : value
  } catch {
    return value
  }
}

/** Makes the value at a path such as `types.*.createdAt` a `Date`, in place. */
function reviveAt(value, [step, ...rest]) {
  if (typeof value !== 'object' || value === null) return
  for (const key of step === '*' ? Object.keys(value) : [step]) {
    if (rest.length > 0) reviveAt(value[key], rest)
    else if (Object.hasOwn(value, key)) value[key] = toDate(value[key])
  }
}

/** Makes a reader of JSON whose dates stand at the given paths. */
function reader(...paths) {
  const steps = paths.map((path) => path.split('.'))
  /** Makes the dates of what stands `at` a place in the whole. */
  const revive = (value, at = []) => {
    for (const path of steps) {
      const leadsHere = at.every((key, n) => path[n] === '*' || path[n] === key)
      if (leadsHere && at.length < path.length) reviveAt(value, path.slice(at.length))
    }
    return value
  }
  return Object.assign((text) => revive(JSON.parse(text)), { revive })
}

module.exports = {
  toText,
  definitionText,
  toDate,
  reader,
  read: reader(),
  readExtraction: reader('metadata.extractedAt', 'types.*.createdAt', 'types.*.updatedAt'),
  readChanges: reader('timestamp', 'details.failed.*.at', 'details.conflicts.*.createdAt'),
  readPlan: reader('createdAt', 'conflicts.*.createdAt'),
  readMapping: reader('*.lastAttempt.at'),
  readVersion: reader('createdAt'),
  readVersions: reader('*.createdAt'),
  readTree: reader('versions.*.createdAt'),
  readDiff: reader('from.createdAt', 'to.createdAt'),
  readRecovery: reader('runs.*.startedAt'),
  readJob: reader('startedAt', 'completedAt', 'logs.*.timestamp'),
  readMessage: reader('patch.completedAt', 'patch.logs.*.timestamp'),
}
