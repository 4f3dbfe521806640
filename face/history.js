'use strict'

// States, drift, history and analytics.

const read = require('./arguments.js')
const { ask } = require('./errors.js')
const { read: readPlain, reader } = require('./values.js')

const STATE_DATES = ['lastSyncAt', 'lastCheckedAt', 'localChangedAt', 'remoteChangedAt']
const RECORD_DATES = ['startedAt', 'completedAt', 'createdAt']

const readState = reader(...STATE_DATES)
const readStates = reader(...STATE_DATES.map((name) => `*.${name}`))
const readRecord = reader(...RECORD_DATES)
const readHistory = reader(...RECORD_DATES.map((name) => `data.*.${name}`))
const readAnalytics = reader(
  'timeRange.from',
  'timeRange.to',
  'lastAttemptAt',
  'lastSuccessAt',
  'patterns.*.first',
  'patterns.*.latest',
)

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function historyOf(nativeOf) {
  /** Asks what takes one argument. */
  const asking = (name, question, reading) => ({
    async [name](given) {
      const text = read.argumentText(question.argument, given)
      return ask(() => nativeOf(this)[question.native](text), reading)
    },
  })
  return {
    ...asking('getSyncState', { native: 'syncState', argument: 'type' }, readState),
    ...asking('listSyncStates', { native: 'syncStates', argument: 'options' }, readStates),
    ...asking('getSyncHistory', { native: 'syncHistory', argument: 'options' }, readHistory),
    ...asking('getSyncRecord', { native: 'syncRecord', argument: 'id' }, readRecord),
    ...asking(
      'getLastSuccessfulSync',
      { native: 'lastSuccessfulSync', argument: 'type' },
      readRecord,
    ),
    ...asking('getAnalytics', { native: 'analytics', argument: 'options' }, readAnalytics),

    async acceptDrift(type, path) {
      const [wanted, at] = [read.argumentText('type', type), read.argumentText('path', path)]
      return ask(() => nativeOf(this).acceptDrift(wanted, at), readPlain)
    },
  }
}

module.exports = { historyOf }
