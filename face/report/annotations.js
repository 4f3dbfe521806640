'use strict'

// The report as annotations of a job on GitHub: commands that its runner reads from the output.

const { commandData, commandProperty } = require('./escape.js')
const { ANNOTATIONS } = require('./limits.js')
const { heading, lead } = require('./sentences.js')
const { count } = require('./text.js')
const { each } = require('./turn.js')

const LEVELS = { error: 'error', warning: 'warning', info: 'notice' }

const annotation = (level, title, text) => ({ level, title, text })

function command({ level, title, text }) {
  return `::${level} title=${commandProperty(title)}::${commandData(text)}\n`
}

function ofOutcome({ name, status, error }) {
  const level = { failed: 'error', conflict: 'error', blocked: 'error' }[status] ?? 'warning'
  const why = error === undefined ? status.replace('_', ' ') : `${error.message} (${error.code})`
  return annotation(level, name, why)
}

function ofConflict({ name, fields, id }) {
  const where = fields.map(({ path }) => path || 'the whole type').join(', ')
  return annotation('error', name, `changed on both sides: ${where}; decide ${id}`)
}

function ofFailure({ key, code, error }) {
  return annotation('error', key, `could not be compared: ${error} (${code})`)
}

function ofFinding({ severity, typeKey, code, message, remedy }) {
  return annotation(LEVELS[severity], typeKey ?? code, `${message}; ${remedy} (${code})`)
}

/** Annotations of a level: what GitHub shows of them, and how many there are. */
class Level {
  #first = []
  #total = 0

  constructor(level) {
    this.level = level
  }

  add(one) {
    this.#total++
    if (this.#first.length < ANNOTATIONS) this.#first.push(one)
  }

  /** The commands; the last one counts those that GitHub would not show. */
  toString() {
    const shown = this.#total <= ANNOTATIONS ? this.#first : this.#first.slice(0, -1)
    const left = this.#total - shown.length
    if (left === 0) return shown.map(command).join('')
    const rest = `${count(left, 'more annotation')} of this kind; the full report shows them`
    return [...shown, annotation(this.level, 'catalyst-sync', rest)].map(command).join('')
  }
}

/** What somebody has to know of, each once: a deployment says again what its findings said. */
function* all({ deployment, now, unread, platform, ...report }) {
  const told = new Set()
  const isNew = (key, code) => told.size < told.add(`${key} ${code}`).size
  for (const outcome of deployment?.job.outcomes ?? []) {
    const { typeKey, status, error } = outcome
    if (status !== 'success' && isNew(typeKey, error?.code)) yield ofOutcome(outcome)
  }
  yield annotation(
    'notice',
    report.title ?? heading({ deployment, platform }),
    lead({ deployment, now, platform }),
  )
  if (unread !== undefined) {
    const why = `where both sides stand now could not be read: ${unread.message}`
    yield annotation('warning', unread.code, why)
  }
  if (now === undefined) return
  const { conflicts, failed } = now.changes.details
  for (const one of conflicts) if (isNew(one.typeKey, 'CONFLICT')) yield ofConflict(one)
  // One code of a type may be about several attributes.
  const unheard = now.findings.filter(({ typeKey, code }) => !told.has(`${typeKey} ${code}`))
  for (const { typeKey, code } of unheard) told.add(`${typeKey} ${code}`)
  yield* each(unheard, ofFinding)
  for (const one of failed) if (isNew(one.key, one.code)) yield ofFailure(one)
}

/** Writes the report, a command per line, errors first. */
function* annotations(report) {
  const levels = ['error', 'warning', 'notice'].map((level) => new Level(level))
  for (const one of all(report)) {
    levels.find(({ level }) => level === one.level).add(one)
    // Nothing yet, and a turn for others.
    yield ''
  }
  yield* levels
}

module.exports = { annotations }
