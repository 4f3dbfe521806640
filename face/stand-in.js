'use strict'

// The engine that a test has put in the place of the default one.

/** In the realm and not in this module: Jest may load modules anew between two tests. */
const ENGINES = Symbol.for('catalyst-sync.testing')

/** The latest one; `undefined` outside of tests. */
function standIn() {
  return globalThis[ENGINES]?.at(-1)
}

/** Has the functions of the package work on an engine from now on. */
function enter(engine) {
  globalThis[ENGINES] = [...(globalThis[ENGINES] ?? []), engine]
}

/** Has them work on what was there before. */
function leave(engine) {
  const left = (globalThis[ENGINES] ?? []).filter((one) => one !== engine)
  if (left.length > 0) globalThis[ENGINES] = left
  else delete globalThis[ENGINES]
}

module.exports = { standIn, enter, leave }
