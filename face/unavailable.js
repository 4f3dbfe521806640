'use strict'

// What the contract names and a later release brings. Each is refused with `NOT_AVAILABLE`.

const { failure } = require('./errors.js')

/** Those that promise something. */
const PROMISED = ['validate', 'health', 'renderReport']

/** Those that return at once. */
const IMMEDIATE = ['metrics']

/** The members of `credentials`. */
const CREDENTIALS = ['set', 'remove', 'rotate']

function unavailable(name) {
  return failure('NOT_AVAILABLE', `${name} is not available yet`)
}

function promised(name) {
  return { [name]: async () => Promise.reject(unavailable(name)) }[name]
}

function immediate(name) {
  return {
    [name]: () => {
      throw unavailable(name)
    },
  }[name]
}

const credentials = Object.freeze(
  Object.fromEntries(CREDENTIALS.map((name) => [name, promised(`credentials.${name}`)])),
)

const functions = Object.fromEntries([
  ...PROMISED.map((name) => [name, promised(name)]),
  ...IMMEDIATE.map((name) => [name, immediate(name)]),
])

module.exports = { unavailable, functions, credentials }
