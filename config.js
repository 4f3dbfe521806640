'use strict'

/** Gives a configuration its types in an editor; returns it as it is. */
function defineConfig(config) {
  return config
}

module.exports = { defineConfig }
