'use strict'

// The three sides of a type, property by property: what both last agreed on, the studio, the platform.

/** The steps of a JSON pointer. */
function stepsOf(path) {
  if (path === '') return []
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What stands at a path of a view; `undefined` when nothing does. */
function at(view, path) {
  return stepsOf(path).reduce((inner, step) => {
    const isObject = typeof inner === 'object' && inner !== null
    return isObject && Object.hasOwn(inner, step) ? inner[step] : undefined
  }, view ?? undefined)
}

/** A property of which a view says no more at its own path than that it is there. */
function isProperty(steps) {
  return steps.length === 2 && steps[0] === 'properties'
}

/** What a row is called that is about a property as such. */
const WHOLE = 'the whole property'

/** Where a row belongs: the property, and what of it. */
function placeOf(path) {
  const steps = stepsOf(path)
  const inProperty = steps[0] === 'properties' && steps.length > 1
  const [property, rest] = inProperty ? [steps[1], steps.slice(2)] : [undefined, steps]
  const whole = property === undefined ? 'the whole type' : WHOLE
  return { property, attribute: rest.length === 0 ? whole : rest.join(' › ') }
}

/**
 * Same, by its values: what is there and what is not differ, and so do all forms of a value.
 */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)

/** Whether a side changed what both agreed on. */
const moved = ({ ancestor, studio, platform }) => ({
  studio: !same(studio, ancestor),
  platform: !same(platform, ancestor),
})

const row = (path, sides, more = {}) => ({ path, ...placeOf(path), ...sides, ...more })

/** What only the studio moved. */
function ofStudio({ path, before, after }) {
  return row(path, { ancestor: before, studio: after, platform: before }, { by: 'studio' })
}

/** What only the platform moved. */
function ofPlatform({ path, before, after }) {
  return row(path, { ancestor: before, studio: before, platform: after }, { by: 'platform' })
}

/** What both moved apart: of a type that is gone, no more than that. */
function inConflict({ path, ancestor, local, remote, suggestion }) {
  const steps = stepsOf(path)
  const told = (value) => {
    if (value === undefined || value === null) return undefined
    return steps.length === 0 || (isProperty(steps) && typeof value === 'object') ? true : value
  }
  const sides = { ancestor: told(ancestor), studio: told(local), platform: told(remote) }
  return row(path, sides, { by: 'both', suggestion })
}

/** What only one side moved of a type that is in conflict: its three views say which. */
function merged(conflict, path) {
  const whole = isProperty(stepsOf(path))
  const side = (view) => {
    const value = at(view, path)
    return whole && value !== undefined ? true : value
  }
  const sides = {
    ancestor: side(conflict.ancestor),
    studio: side(conflict.local),
    platform: side(conflict.remote),
  }
  const by = moved(sides)
  return row(path, sides, {
    by: by.studio === by.platform ? 'same' : by.studio ? 'studio' : 'platform',
  })
}

/** By property, those of the type itself first, in the order of their paths. */
function inOrder(rows) {
  const known = new Set()
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
  return rows
    .filter(({ path }) => !known.has(path) && known.add(path))
    .sort(
      (a, b) =>
        (a.property !== undefined) - (b.property !== undefined) ||
        compare(a.property, b.property) ||
        compare(a.path, b.path),
    )
}

/**
 * The rows of a type: of its conflict, of what the studio moved, and of what the platform moved, of which
 * the plan of a pull tells where the studio moved something, too.
 */
function rowsOf({ conflict, change, pulled = [], withheld = [] }) {
  const waits = new Set(withheld)
  const isRemote = change?.status.startsWith('remote_') ?? false
  const rows = [
    ...(conflict?.fields.map(inConflict) ?? []),
    ...(conflict?.autoMerged.map((path) => merged(conflict, path)) ?? []),
    ...(change?.changes.map(isRemote ? ofPlatform : ofStudio) ?? []),
    ...pulled.map(ofPlatform),
  ]
  return inOrder(rows).map((one) => ({ ...one, waits: waits.has(one.path) }))
}

module.exports = { WHOLE, moved, rowsOf }
