'use strict'

// What there is to know before anything is done.

const read = require('./arguments.js')
const { ask, call, failure } = require('./errors.js')
const values = require('./values.js')

const readHealth = values.reader('timestamp')

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function safetyOf(nativeOf) {
  return {
    async validate(options) {
      const text = read.argumentText('options', options)
      return ask(() => nativeOf(this).validate(text), values.read)
    },

    async health(options) {
      const provider = read.readableObject('options', options, (all) => all?.provider)
      const target = provider === undefined ? {} : read.readProvider(provider)
      if (target.reason !== undefined) throw failure(target.reason.code, target.reason.message)
      return ask(() => nativeOf(this).health(target.text), readHealth)
    },

    stateLocation() {
      return values.read(call(() => nativeOf(this).stateLocation()))
    },

    metrics() {
      return call(() => nativeOf(this).metrics())
    },
  }
}

module.exports = { safetyOf }
