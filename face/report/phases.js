'use strict'

// The phases of a deployment, as its log tells them.

const { toDate } = require('../values.js')

/** How the log says that a phase begins, in order. */
const BEGINNINGS = [
  ['Reading the studio', 'Extracting '],
  ['Reading the platform', 'Found '],
  ['Comparing and planning', 'Detecting changes '],
  ['Types', 'Rolling back ', 'Creating ', 'Updating ', 'Deleting ', 'Syncing ', 'Retrying failed '],
  ['Verifying', 'Verifying '],
]

const begins = (message, words) => words.some((word) => message.startsWith(word))

/** The log of the latest run: a deployment that was resumed has those of the runs before it, too. */
function latestRun(logs) {
  const [, ...first] = BEGINNINGS[0]
  const at = logs.findLastIndex(({ message }) => begins(String(message), first))
  return logs.slice(Math.max(at, 0))
}

/** A job's own members are what its caller made them. */
function dateOf(value) {
  const date = toDate(value)
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined
}

/** When each phase began and ended; the last one that was begun lasts to the end. */
function phasesOf({ logs, startedAt, completedAt }) {
  const ended = dateOf(completedAt)
  // What was under way when it was cancelled may be told after its end.
  const run = latestRun(logs).filter(
    ({ timestamp }) => dateOf(timestamp) !== undefined && !(timestamp > ended),
  )
  const begin = run[0]?.timestamp ?? dateOf(startedAt) ?? new Date()
  const end = ended ?? run.at(-1)?.timestamp ?? begin
  const found = BEGINNINGS.flatMap(([name, ...words]) => {
    const entry = run.find(({ message }) => begins(String(message), words))
    return entry === undefined ? [] : [{ name, from: entry.timestamp }]
  })
  const phases = found.map(({ name, from }, at) => ({ name, from, to: found[at + 1]?.from ?? end }))
  return { phases, begin, end }
}

module.exports = { phasesOf }
