'use strict'

// What there is to know before anything is done.

const read = require('./arguments.js')
const { ask } = require('./errors.js')
const values = require('./values.js')

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function safetyOf(nativeOf) {
  return {
    async validate(options) {
      const text = read.argumentText('options', options)
      return ask(() => nativeOf(this).validate(text), values.read)
    },
  }
}

module.exports = { safetyOf }
