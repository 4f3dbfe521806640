'use strict'

// What the contract names and a later release brings. Each is refused with `NOT_AVAILABLE`.

const { failure } = require('./errors.js')

/** Those that promise something. */
const PROMISED = ['renderReport']

function unavailable(name) {
  return failure('NOT_AVAILABLE', `${name} is not available yet`)
}

function promised(name) {
  return { [name]: async () => Promise.reject(unavailable(name)) }[name]
}

const functions = Object.fromEntries(PROMISED.map((name) => [name, promised(name)]))

module.exports = { unavailable, functions }
