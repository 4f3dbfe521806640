'use strict'

// What a deployment did, and when.

const { OUTCOMES } = require('./limits.js')
const { markup } = require('./markup.js')
const { isPart, tally } = require('./outcomes.js')
const { sent } = require('./sent.js')
const { rest, table } = require('./table.js')
const { amount, duration, moment, size } = require('./text.js')
const { timeline } = require('./timeline.js')
const { each } = require('./turn.js')

const STATUSES = {
  success: { sign: '✓', tone: 'good' },
  failed: { sign: '✕', tone: 'by-both' },
  conflict: { sign: '!', tone: 'by-both' },
  blocked: { sign: '✕', tone: 'by-both' },
  skipped: { sign: '–', tone: 'by-platform' },
  not_attempted: { sign: '–', tone: 'soft' },
}

const fact = (name, value) =>
  value !== undefined &&
  value !== '' &&
  markup`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div> `

/** Options that are told. A job may bring others, which are its own affair. */
const OPTIONS = [
  'mode',
  'dryRun',
  'stopOnError',
  'force',
  'allowDelete',
  'allowDataLoss',
  'conflictStrategy',
  'rollback',
  'bypassValidation',
]

function chosen(options = {}) {
  const words = OPTIONS.flatMap((name) => {
    const value = options[name]
    if (value === undefined || value === null || value === false) return []
    return [value === true ? name : `${name}: ${value}`]
  })
  return words.join(', ')
}

function facts({ job, begin, end, backups, undoing }, platform) {
  const { metrics } = job
  return markup`<dl class="facts">
    ${fact('Id', markup`<bdi>${job.id}</bdi>`)}${fact('To', platform)}${fact('Status', job.status)}${fact('Types', job.outcomes && tally(job))}${fact('Rolled back', undoing && undone(undoing))}${fact('Started', moment(begin))}${fact('Took', duration(end - begin))}${
      metrics &&
      markup`${fact('Requests', amount(metrics.requests))}${fact('Transferred', size(metrics.bytesTransferred))}`
    }${fact('Started by', typeof job.initiatedBy === 'string' ? job.initiatedBy : undefined)}${fact('Options', chosen(job.options))}${fact('Definitions kept as they were', backups > 0 ? backups : undefined)}
  </dl> `
}

/** By which deployment it was undone, and when. */
function undone({ id, startedAt, outcome }) {
  const part = outcome === 'partial' && ', in part'
  return markup`${moment(startedAt)}${part}, by <bdi>${id}</bdi>`
}

/** The paths of an outcome that did not simply go as they were meant. */
function departures({ withheld, dropped, rewritten }, platform) {
  const list = (name, paths) =>
    paths.length > 0 &&
    markup`<span class="aside">${name} ${paths.map((path) => markup`<code>${path}</code> `)}</span>`
  return markup`${list('held back:', withheld)}${list(`dropped by ${platform}:`, dropped)}${list(`rewritten by ${platform}:`, rewritten)}`
}

const resultOf = (one) => (isPart(one) ? 'in part' : one.status.replace('_', ' '))

function outcome(one, platform) {
  const { sign, tone } = STATUSES[one.status]
  return markup`<tr data-status="${one.status}">
    <th scope="row"><bdi>${one.name}</bdi></th>
    <td>
      ${one.operation}${one.direction === 'pull' && markup` <span class="soft">in the studio</span>`}
    </td>
    <td class="nowrap">
      <span class="${tone}"
        ><span class="sign" aria-hidden="true">${sign}</span>${resultOf(one)}</span
      >${one.rolledBack && markup` <span class="soft">undone</span>`}
    </td>
    <td class="number">${one.attempts}</td>
    <td>
      ${one.error && markup`${one.error.message}<span class="aside"><code>${one.error.code}</code></span>`}${departures(one, platform)}
    </td>
  </tr> `
}

function* outcomes(all, platform) {
  if (all.length === 0) return
  const shown = all.slice(0, OUTCOMES)
  yield markup`<h3>What became of each type <span class="soft">${all.length}</span></h3> `
  yield* table({
    columns: ['Type', 'Operation', 'Result', { number: 'Writes' }, 'What happened'],
    rows: each(shown, (one) => outcome(one, platform)),
  })
  yield rest(all.length - shown.length, 'type')
}

/** Those that somebody has to look at first. */
function worstFirst(all) {
  const ranks = ['failed', 'conflict', 'blocked', 'not_attempted', 'skipped', 'success']
  return [...all].sort((a, b) => ranks.indexOf(a.status) - ranks.indexOf(b.status))
}

function* deploymentSection({ deployment, platform, trees }) {
  const { job, attempts, attemptsInAll } = deployment
  yield facts(deployment, platform)
  // Of a partial result, the first sentence tells more.
  if (job.error !== undefined && job.outcome !== 'partial') {
    const { code, details } = job.errorInfo ?? {}
    yield markup`<p class="notice">
      ${job.error}.${code && markup` <code>${code}</code>`}${details?.nextStep && markup` Next: ${details.nextStep}.`}
    </p> `
  }
  yield* outcomes(worstFirst(job.outcomes ?? []), platform)
  yield* timeline(deployment, platform)
  yield* sent(deployment, platform, trees)
  yield rest(attemptsInAll - attempts.length, 'attempt')
}

module.exports = { deploymentSection }
