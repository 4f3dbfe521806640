'use strict'

// What callers pass, made ready to cross. Whether it is what it should be is the addon's to say.

const { failure, requireFunction } = require('./errors.js')
const { textOf } = require('./run.js')
const { toText } = require('./values.js')

/** The variables that the engine knows. Read here, because Jest and workers have copies of their own. */
const VARIABLES = [
  'DATABASE_URL',
  'OPTIMIZELY_CLIENT_ID',
  'OPTIMIZELY_CLIENT_SECRET',
  'OPTIMIZELY_API_URL',
  'CATALYST_SYNC_KEY',
  'CATALYST_SYNC_AUDIT_KEY',
  'CATALYST_SYNC_KEY_NEXT',
]

/** Stands for a job whose members cannot be read, and is none. */
const UNREADABLE = '"[unreadable]"'

function unreadable(name, cause) {
  return Object.assign(failure('INVALID_ARGUMENT', `${name} cannot be read`), { cause })
}

/** Reads what may throw: getters, methods, and what has no JSON form. */
function readable(name, read) {
  try {
    return read()
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

/** Reads an object; the error names the member that cannot be read. */
function readableObject(name, object, read) {
  try {
    return read(object)
  } catch (cause) {
    const culprit = unreadableMember(object)
    throw unreadable(culprit === undefined ? name : `${name}.${culprit}`, cause)
  }
}

function unreadableMember(object) {
  try {
    return Object.keys(object).find((key) => attempt(() => toText(object[key])).reason)
  } catch {
    return undefined
  }
}

/** What was read, or why it cannot be: for what must not throw. */
function attempt(read) {
  try {
    return { value: read() }
  } catch (reason) {
    return { reason }
  }
}

function argumentText(name, value) {
  return readableObject(name, value, toText)
}

/** The function among the members of an object, and the rest as text. */
function readObject(name, object, member) {
  if (typeof object !== 'object' || object === null) return { text: argumentText(name, object) }
  const { [member]: own, ...rest } = readableObject(name, object, (all) => ({ ...all }))
  return { [member]: own, text: argumentText(name, rest) }
}

/** What this process says of the variables that the engine knows. */
function ofProcess() {
  return Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]))
}

/** The logger of an engine, and its other options with the environment that they are read in. */
function readOptions(options, environment = ofProcess()) {
  if (typeof options !== 'object' || options === null) {
    return { text: argumentText('options', options) }
  }
  const { logger, ...rest } = readableObject('options', options, (all) => ({ ...all }))
  const whole = { ...rest, environment, workingDirectory: process.cwd() }
  return { logger: readLogger(logger), text: argumentText('options', whole) }
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
      process.emitWarning(`the logger of catalyst-sync threw: ${textOf(thrown)}`)
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

/** Why a job cannot have an id: what is no text may still have one as its JSON form. */
function refusedId(id) {
  if (id === undefined || id === null || typeof id === 'string') return undefined
  return failure('INVALID_ARGUMENT', `job.id is of type ${typeof id}, and should be a text`)
}

/** An id as text; what cannot be read is an object, which is none. Never throws. */
function readId(id) {
  return attempt(() => toText(id)).value ?? '{}'
}

/** The id of a provider and what the engine needs of it, or why that cannot be read. Never throws. */
function readProvider(provider) {
  const { value, reason } = attempt(() => {
    if (typeof provider !== 'object' || provider === null) {
      return { id: provider, text: readable('provider', () => JSON.stringify(provider)) }
    }
    const id = readable('provider.id', () => provider.id)
    const members = [
      ['id', readable('provider.id', () => JSON.stringify(id))],
      ['config', readable('provider.config', () => JSON.stringify(provider.config))],
    ]
    const written = members.map(([name, text]) => `"${name}":${text ?? 'null'}`)
    return { id, text: `{${written.join()}}` }
  })
  return { id: value?.id, text: value?.text ?? 'null', reason }
}

module.exports = {
  argumentText,
  attempt,
  readId,
  readJob,
  readObject,
  readOptions,
  readProvider,
  readableObject,
  refusedId,
}
