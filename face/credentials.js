'use strict'

// Credentials that an engine keeps. They go in, and there is no way out.

const read = require('./arguments.js')
const { ask } = require('./errors.js')
const values = require('./values.js')

/** The three functions; `native` gives the addon's side of an engine when one of them is called. */
function credentialsOf(native) {
  return Object.freeze({
    async set(providerId, given) {
      const provider = read.argumentText('providerId', providerId)
      const text = read.argumentText('values', given)
      await ask(() => native().setCredentials(provider, text), values.read)
    },

    async remove(providerId) {
      const provider = read.argumentText('providerId', providerId)
      return ask(() => native().removeCredentials(provider), values.read)
    },

    async rotate() {
      return ask(() => native().rotateCredentials(), values.read)
    },
  })
}

module.exports = { credentialsOf }
