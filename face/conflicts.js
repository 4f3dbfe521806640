'use strict'

// Conflicts and what is decided about them.

const { performance } = require('node:perf_hooks')
// As it was when this was loaded: tests replace timers.
const { setImmediate } = require('node:timers')

const read = require('./arguments.js')
const { ask, failure, requireFunction } = require('./errors.js')
const { reader, read: readPlain, toText } = require('./values.js')

const readConflict = reader('createdAt', 'resolvedAt')
const readOpen = reader('*.createdAt')
const readPage = reader('conflicts.*.createdAt', 'conflicts.*.resolvedAt')

/** How long callbacks are begun at a time, in milliseconds, before the event loop has its turn. */
const SLICE = 3

/** How many open conflicts are read at a time. */
const PIECE = 16

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** What names a conflict: its three sides, which are long, are the engine's to know. */
function named(conflict) {
  if (typeof conflict !== 'object' || conflict === null) return conflict
  const { id, digest, key, websiteId, provider } = conflict
  return { id, digest, key, websiteId, provider }
}

function namedText(conflicts) {
  return read.readableObject('conflicts', conflicts, (all) =>
    toText(Array.isArray(all) ? all.map(named) : all),
  )
}

/** Refuses values that have no JSON form: what stands for them there would be taken for a text. */
function requireJson(values) {
  const { value: entries = [] } = read.attempt(() => Object.entries(values ?? {}))
  for (const [path, value] of entries) {
    const isNone = ['function', 'symbol', 'bigint'].includes(typeof value)
    if (!isNone && (typeof value !== 'number' || Number.isFinite(value))) continue
    const given = isNone ? `a ${typeof value}` : value
    throw failure(
      'INVALID_ARGUMENT',
      `values[${JSON.stringify(path)}] is ${given}, which is no JSON`,
    )
  }
}

/** The caller's answer about a conflict as JSON, or why there is none. Never throws. */
async function answerOf(onConflict, conflict) {
  try {
    const choice = await onConflict(conflict)
    requireJson(choice?.values)
    return `{"choice":${toText(choice)}}`
  } catch (thrown) {
    const { value } = read.attempt(() => String(thrown?.message ?? thrown))
    return toText({ failure: `onConflict threw: ${value ?? 'what cannot be read'}` })
  }
}

/**
 * Reads the open conflicts that are meant, some at a time: what is read at once is alive at once, and V8's
 * collector holds the event loop for as long as it has to move what is alive.
 */
async function* piecesOf(given, openOf) {
  // Of nothing, too, the engine says whether it could tell.
  for (let at = 0; at === 0 || at < given.length; at += PIECE) {
    yield await openOf(toText(given.slice(at, at + PIECE)))
  }
}

/**
 * Asks about every conflict, waiting for no answer, and has decided together what is answered in the same
 * turn: a slow answer holds up nothing but its own conflict.
 */
async function decideAsAnswered(given, openOf, onConflict, decide) {
  // What is not open keeps the name that it was given, and is told apart by the engine.
  const names = [...given]
  const resolutions = new Array(given.length)
  let answered = []
  let wake = () => {}
  let asked = 0
  let since = performance.now()
  for await (const open of piecesOf(given, openOf)) {
    for (const conflict of open) {
      const at = asked++
      if (conflict !== null) names[at] = conflict.id
      const answer = conflict === null ? Promise.resolve('{}') : answerOf(onConflict, conflict)
      answer.then((text) => {
        answered.push({ at, text })
        wake()
      })
      if (performance.now() - since < SLICE) continue
      await turn()
      since = performance.now()
    }
  }
  for (let left = given.length; left > 0;) {
    if (answered.length === 0) await new Promise((resolve) => (wake = resolve))
    await turn()
    const batch = answered
    answered = []
    left -= batch.length
    const decided = await decide(
      toText(batch.map(({ at }) => names[at])),
      `[${batch.map(({ text }) => text).join()}]`,
    )
    for (const [n, { at }] of batch.entries()) resolutions[at] = decided[n]
  }
  return resolutions
}

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function conflictsOf(nativeOf) {
  return {
    async resolveConflicts(conflicts, options) {
      const wanted = namedText(conflicts)
      const { onConflict, text } = read.readObject('options', options, 'onConflict')
      requireJson(read.attempt(() => options?.values).value)
      const native = nativeOf(this)
      if (onConflict === undefined || onConflict === null) {
        return ask(() => native.resolveConflicts(wanted, text), readPlain)
      }
      requireFunction('options.onConflict', onConflict)
      const openOf = (some) => ask(() => native.openConflicts(some, text), readOpen)
      const given = JSON.parse(wanted)
      // What is no list is refused by the engine.
      if (!Array.isArray(given)) return openOf(wanted)
      return decideAsAnswered(given, openOf, onConflict, (decided, choices) =>
        ask(() => native.resolveConflicts(decided, text, choices), readPlain),
      )
    },

    async listConflicts(options) {
      const text = read.argumentText('options', options)
      return ask(() => nativeOf(this).conflicts(text), readPage)
    },

    async getConflict(id) {
      const text = read.argumentText('id', id)
      return ask(() => nativeOf(this).conflict(text), readConflict)
    },

    async deleteConflict(id) {
      const text = read.argumentText('id', id)
      return ask(() => nativeOf(this).deleteConflict(text), readPlain)
    },

    async clearResolved(options) {
      const text = read.argumentText('options', options)
      return ask(() => nativeOf(this).clearResolved(text), readPlain)
    },
  }
}

module.exports = { conflictsOf }
