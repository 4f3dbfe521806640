'use strict'

const { performance } = require('node:perf_hooks')
// As it was when this was loaded: tests replace timers.
const { setImmediate } = require('node:timers')

/** How long the event loop is held at a time, in milliseconds; one piece more at most. */
const SLICE = 3

/** Puts the pieces of an answer together, with turns of the event loop in between. */
async function assemble(answer, { revive }) {
  let since = performance.now()
  const value = revive(JSON.parse(answer.next()))
  for (let text = answer.next(); text !== null; text = answer.next()) {
    const { at, items, members } = JSON.parse(text)
    const place = at.reduce((inner, key) => inner[key], value)
    if (items !== undefined) for (const item of revive(items, at)) place.push(item)
    else addMembers(place, revive(members, at))
    if (performance.now() - since > SLICE) {
      await new Promise((resolve) => setImmediate(resolve))
      since = performance.now()
    }
  }
  return value
}

/**
 * Adds members whatever they are called: to assign to one called `__proto__` would give the object
 * another prototype instead.
 */
function addMembers(place, members) {
  for (const [name, value] of Object.entries(members)) {
    const member = { value, writable: true, enumerable: true, configurable: true }
    Object.defineProperty(place, name, member)
  }
}

module.exports = { assemble }
