'use strict'

// The report as annotations of a job on GitHub: commands that its runner reads from the output.

const { commandData, commandProperty } = require('./escape.js')
const { ANNOTATIONS } = require('./limits.js')
const { heading, lead } = require('./sentences.js')
const { count } = require('./text.js')

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

function ofFinding({ severity, typeKey, code, message, remedy }) {
  return annotation(LEVELS[severity], typeKey ?? code, `${message}; ${remedy} (${code})`)
}

/** What GitHub shows of a level; the last one counts those that it would not. */
function limited(all, level) {
  const own = all.filter((one) => one.level === level)
  if (own.length <= ANNOTATIONS) return own
  const shown = own.slice(0, ANNOTATIONS - 1)
  const left = count(own.length - shown.length, 'more annotation')
  return [
    ...shown,
    annotation(level, 'catalyst-sync', `${left} of this kind; the full report shows them`),
  ]
}

/** Writes the report, a command per line, errors first. */
function* annotations(report) {
  const { deployment, now, unread } = report
  const wrong = (deployment?.job.outcomes ?? []).filter(({ status }) => status !== 'success')
  const told = new Set(wrong.map(({ typeKey, error }) => `${typeKey} ${error?.code}`))
  const all = [
    annotation('notice', report.title ?? heading(report), lead(report)),
    ...wrong.map(ofOutcome),
    ...(now?.changes.details.conflicts ?? [])
      .filter(({ typeKey }) => !told.has(`${typeKey} CONFLICT`))
      .map(ofConflict),
    ...(now?.findings ?? [])
      .filter(({ typeKey, code }) => !told.has(`${typeKey} ${code}`))
      .map(ofFinding),
  ]
  if (unread !== undefined) {
    all.push(
      annotation('warning', unread.code, `what differs now could not be read: ${unread.message}`),
    )
  }
  for (const level of ['error', 'warning', 'notice']) {
    yield limited(all, level).map(command).join('')
  }
}

module.exports = { annotations }
