'use strict'

// What callers pass, made ready to cross. Whether it is what it should be is the addon's to say.

const { failure, requireFunction } = require('./errors.js')
const { toText } = require('./values.js')

/** The variables that the engine knows. Read here, because Jest and workers have copies of their own. */
const VARIABLES = [
  'DATABASE_URL',
  'OPTIMIZELY_CLIENT_ID',
  'OPTIMIZELY_CLIENT_SECRET',
  'OPTIMIZELY_API_URL',
  'CATALYST_SYNC_KEY',
]

/** Stands for a job whose members cannot be read, and is none. */
const UNREADABLE = '"[unreadable]"'

/** Reads a value whose getters and methods may throw. */
function readable(name, read) {
  try {
    return read()
  } catch (cause) {
    throw Object.assign(failure('INVALID_ARGUMENT', `${name} cannot be read`), { cause })
  }
}

function argumentText(name, value) {
  return readable(name, () => toText(value))
}

/** The options of an engine, with the environment that they are read in. */
function optionsText(options) {
  if (typeof options !== 'object' || options === null) return argumentText('options', options)
  const environment = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]))
  return readable('options', () => {
    const { logger: _, ...rest } = options
    return toText({ ...rest, environment, workingDirectory: process.cwd() })
  })
}

/** The caller's logger, whose exceptions are reported once and harm nobody. */
function readLogger(logger) {
  if (logger === undefined || logger === null) return undefined
  requireFunction('logger', logger)
  let warned = false
  return (entry) => {
    try {
      logger(entry)
    } catch (thrown) {
      if (warned) return
      warned = true
      process.emitWarning(`the logger of catalyst-sync threw: ${thrown?.message}`)
    }
  }
}

/** A job: its members as they are, and what of it has a JSON form. Never throws. */
function readJob(job) {
  let own = {}
  try {
    if (typeof job === 'object' && job !== null && !Array.isArray(job)) own = { ...job }
    return { own, text: toText(job) }
  } catch {
    return { own, text: UNREADABLE }
  }
}

/** What the engine needs of a provider. Never throws; what cannot be read is no provider. */
function providerText(provider) {
  try {
    if (typeof provider !== 'object' || provider === null) return JSON.stringify(provider) ?? 'null'
    return JSON.stringify({ id: provider.id, config: provider.config })
  } catch {
    return '[]'
  }
}

module.exports = { argumentText, optionsText, providerText, readable, readJob, readLogger }
