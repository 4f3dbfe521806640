'use strict'

// The report as a comment on GitHub, the most important first.

const { Comment, table } = require('./comment.js')
const { LONG, code, inHtml, name, plain } = require('./escape.js')
const { ROWS } = require('./limits.js')
const { isPart } = require('./outcomes.js')
const { advice, consent, heading, intention, lead, statusOf } = require('./sentences.js')
const { amount, count, valueText } = require('./text.js')
const { each } = require('./turn.js')

const value = (given) => (given === undefined ? '–' : code(valueText(given, LONG)))

const message = ({ code: is, message: says }) => `${plain(says)} (${code(is)})`

const MOVED_BY = {
  studio: () => 'studio',
  platform: plain,
  both: () => '**both**',
  same: () => 'both alike',
}

function counts({ summary }, platform) {
  const columns = [
    ['New', summary.created],
    ['Changed', summary.updated],
    ['Gone', summary.deleted],
    ['In conflict', summary.conflicts],
    [`Changed on ${plain(platform)} only`, summary.remoteChanged],
    ['Unchanged', summary.unchanged],
    ['Not compared', summary.failed],
  ]
  return table(
    columns.map(([title]) => title),
    [columns.map(([, types]) => amount(types))],
  )
}

/** A type in a line. */
function overview(type, platform) {
  const { sign, name: is } = statusOf(type, platform)
  const stake = type.contentItems > 0 ? count(type.contentItems, 'content item') : ''
  const title = `${code(sign)} ${name(type.name)}`
  return [title, plain(is), type.rows.length, type.risk, stake, consent(type) ?? '']
}

const placed = ({ property, attribute }) =>
  property === undefined ? plain(attribute) : `${name(property)} ${plain(attribute)}`

const three = ({ ancestor, studio, platform }) => [value(ancestor), value(studio), value(platform)]

/** The overlaps of types that are in conflict. */
function* overlaps(types) {
  for (const type of types) {
    if (type.conflict === undefined) continue
    for (const row of type.rows) if (row.by === 'both') yield { type, row }
  }
}

/** An overlap in a line. */
function decision({ type, row }, platform) {
  const said = row.suggestion === undefined ? '' : plain(advice(row.suggestion, platform))
  return [name(type.name), placed(row), ...three(row), said]
}

/** The three sides of a type, folded. */
function folded(type, platform) {
  const { sign, name: is } = statusOf(type, platform)
  const rows = type.rows
    .slice(0, ROWS)
    .map((row) => [
      placed(row),
      ...three(row),
      `${MOVED_BY[row.by](platform)}${row.waits ? ', held back' : ''}`,
    ])
  const left = type.rows.length - rows.length
  const rest = left > 0 ? `\nAnd ${count(left, 'more attribute')}.\n` : ''
  const head = ['Property', 'Last agreed', 'Studio', plain(platform), 'Moved by']
  const summary = `<code>${sign}</code> <b>${inHtml(type.name)}</b> ${inHtml(is)}`
  return `<details><summary>${summary}</summary>\n\n${table(head, rows)}${rest}\n</details>\n\n`
}

function finding({ severity, typeKey, remedy, ...told }) {
  return [severity, typeKey === undefined ? '' : name(typeKey), message(told), plain(remedy)]
}

function outcome(one) {
  const { name: type, operation, status, error } = one
  const result = `**${isPart(one) ? 'in part' : status.replace('_', ' ')}**`
  return [name(type), operation, result, error === undefined ? '' : message(error)]
}

function* addDeployment(comment, { job }) {
  if (job.error !== undefined && job.outcome !== 'partial') comment.add(`> ${plain(job.error)}\n\n`)
  const wrong = (job.outcomes ?? []).filter(({ status }) => status !== 'success')
  yield* comment.addTable({
    title: 'What did not succeed',
    head: ['Type', 'Operation', 'Result', 'What happened'],
    rows: each(wrong, outcome),
    total: wrong.length,
    what: ['type', 'types'],
  })
}

/** What differs now. */
function* addPresent(comment, { changes, plan, findings, types }, platform) {
  comment.add(`${counts(changes, platform)}\n${plain(intention(plan))}\n\n`)
  yield* comment.addTable({
    title: 'To be decided',
    head: ['Type', 'Property', 'Last agreed', 'Studio', plain(platform), 'What speaks for a side'],
    rows: each(overlaps(types), (overlap) => decision(overlap, platform)),
    total: changes.details.conflicts.reduce((sum, { fields }) => sum + fields.length, 0),
    what: ['property', 'properties'],
  })
  yield* comment.addTable({
    title: 'Types',
    head: ['Type', 'Is', 'Attributes', 'Risk', 'At stake', 'Waits'],
    rows: each(types, (type) => overview(type, platform)),
    total: types.length,
    what: ['type', 'types'],
  })
  const serious = findings.filter(({ severity }) => severity !== 'info')
  yield* comment.addTable({
    title: 'Findings',
    head: ['Severity', 'Type', 'What', 'What to do'],
    rows: each(serious, finding),
    total: serious.length,
    what: ['finding', 'findings'],
  })
  if (types.length === 0) return
  comment.add('### Type by type\n\n')
  const texts = each(types, (type) => folded(type, platform))
  yield* comment.addFolded(texts, types.length, 'type')
}

/** Writes the report. */
function* markdown(report) {
  const { deployment, now, unread, platform } = report
  const comment = new Comment()
  comment.add(`## ${plain(report.title ?? heading(report))}\n\n${plain(lead(report))}\n\n`)
  if (unread !== undefined) {
    comment.add(`> Where both sides stand now could not be read: ${message(unread)}\n\n`)
  }
  if (deployment !== undefined) yield* addDeployment(comment, deployment)
  if (now !== undefined) yield* addPresent(comment, now, platform)
  yield comment
}

module.exports = { markdown }
