'use strict'

// What the contract names and a later release brings. Each is refused with `NOT_AVAILABLE`.

const { failure } = require('./errors.js')

/** Those that promise something. */
const PROMISED = ['listBackups', 'verifyHistory', 'exportHistory', 'renderReport']

/** Why something is refused. */
function refusal(name) {
  return { code: 'NOT_AVAILABLE', message: `${name} is not available yet` }
}

function unavailable(name) {
  const { code, message } = refusal(name)
  return failure(code, message)
}

function promised(name) {
  return { [name]: async () => Promise.reject(unavailable(name)) }[name]
}

const functions = Object.fromEntries(PROMISED.map((name) => [name, promised(name)]))

module.exports = { refusal, unavailable, functions }
