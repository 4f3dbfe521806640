'use strict'

// Long work in turns with everything else that the process does.

const { performance } = require('node:perf_hooks')
// As it was when this was loaded: tests replace timers.
const { setImmediate } = require('node:timers')

/** How long the event loop is held at a time, in milliseconds; one step more at most. */
const SLICE = 3

/** A function to await between two steps: it lets others have their turn when it is time. */
function turns() {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < SLICE) return
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  }
}

/** Makes one after the other, as they are asked for. */
function* each(items, make) {
  for (const item of items) yield make(item)
}

/** Makes a list of another one. */
async function mapInTurns(list, make) {
  const turn = turns()
  const made = []
  for (const item of list) {
    made.push(make(item))
    await turn()
  }
  return made
}

module.exports = { each, mapInTurns, turns }
