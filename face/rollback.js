'use strict'

// Undoing deployments, and what is kept for it.

const read = require('./arguments.js')
const { ask, failure } = require('./errors.js')
const { readPlan, reader } = require('./values.js')

const readBackups = reader('backups.*.takenAt')

/** Options of a rollback: the function among them, the provider, and the rest as text. */
function readRollback(options) {
  const given = read.readableObject('options', options, (all) => {
    const { onUpdate, provider, ...rest } = typeof all === 'object' ? (all ?? {}) : {}
    // What is no object is refused by name, and not taken for no options at all.
    const text = read.argumentText('options', typeof all === 'object' ? rest : all)
    return { onUpdate, provider, text, rest }
  })
  const target = given.provider === undefined ? {} : read.readProvider(given.provider)
  const { text: provider, reason } = target
  return { onUpdate: given.onUpdate, text: given.text, rest: given.rest, provider, reason }
}

/** The job of a rollback, as far as this process knows it; whoever repeats it undoes, too. */
function undoing(id, { mode: rollbackMode = 'full', planDigest, ...options }, desk) {
  const named = typeof id === 'string' && id !== ''
  const { providerId, websiteId } = desk.find(id)?.snapshot() ?? {}
  return {
    id: named ? `${id}-rollback` : id,
    rollbackOf: id,
    rollbackMode,
    options,
    providerId,
    websiteId,
    status: 'pending',
    progress: 0,
    startedAt: new Date(),
    logs: [],
  }
}

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function rollbackOf(nativeOf) {
  return {
    async planRollback(id, options) {
      const name = read.argumentText('id', id)
      const { text, provider, reason } = readRollback(options)
      if (reason !== undefined) throw failure(reason.code, reason.message)
      return ask(() => nativeOf(this).planRollback(name, text, provider), readPlan)
    },

    async listBackups(options) {
      const text = read.argumentText('options', options)
      return ask(() => nativeOf(this).listBackups(text), readBackups)
    },
  }
}

module.exports = { readRollback, rollbackOf, undoing }
