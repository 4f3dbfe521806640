'use strict'

// What there is to say in a sentence, the same in every format.

const { tally } = require('./outcomes.js')
const { count, duration, moment } = require('./text.js')

const LIST = new Intl.ListFormat('en')

/** What each group of types is called. `X` is the platform. */
const KIND_NAMES = {
  conflict: {
    sign: '!',
    name: 'changed on both sides',
    title: 'Changed on both sides',
    side: 'both',
  },
  modified: {
    sign: '~',
    name: 'changed in the studio',
    title: 'Changed in the studio',
    side: 'studio',
  },
  deleted: {
    sign: '−',
    name: 'gone from the studio',
    title: 'Gone from the studio',
    side: 'studio',
  },
  new: { sign: '+', name: 'new in the studio', title: 'New in the studio', side: 'studio' },
  remote: { sign: '←', name: 'changed on X', title: 'Changed on X only', side: 'platform' },
}

/** What is told of a type that differs. */
function statusOf({ kind, status }, platform) {
  const { sign, name, side } = KIND_NAMES[kind]
  const remote = { remote_new: `new on ${platform}`, remote_deleted: `gone from ${platform}` }
  return { sign, side, name: remote[status] ?? name.replace('X', () => platform) }
}

function titleOf(kind, platform) {
  return KIND_NAMES[kind].title.replace('X', () => platform)
}

/** Which sides moved a type. */
function sidesOf({ kind, comesHome }) {
  if (kind === 'remote') return 'platform'
  return kind === 'conflict' || comesHome ? 'both' : 'studio'
}

function heading({ deployment, platform }) {
  if (deployment === undefined) return `What differs between the studio and ${platform}`
  const { id, rollbackOf } = deployment.job
  return rollbackOf === undefined ? `Deployment ${id}` : `Rollback of ${rollbackOf}`
}

/** How a deployment stands. */
function verdict(deployment) {
  const rehearsal = deployment.job.options?.dryRun === true
  return `${ending(deployment)}${rehearsal ? ' It was a rehearsal: nothing was sent.' : ''}${undone(deployment)}`
}

/** That it was undone since, if it was. */
function undone({ undoing }) {
  if (undoing === undefined) return ''
  const part = undoing.outcome === 'partial' ? ' in part' : ''
  return ` It was rolled back${part} at ${moment(undoing.startedAt)}.`
}

function ending({ job, begin, end }) {
  const took = duration(end - begin)
  if (job.status === 'pending' || job.status === 'running')
    return `It is running: ${job.progress} %.`
  if (job.status === 'cancelled') return `It was cancelled after ${took}.`
  if (job.status === 'completed') {
    const types = (job.outcomes ?? []).length === 0 ? 'there was nothing to do' : tally(job)
    return `It completed in ${took}: ${types}.`
  }
  return job.outcome === 'partial'
    ? `It was carried out in part, in ${took}: ${tally(job)}.`
    : `It failed after ${took}.`
}

/** How both sides stand. */
function standing({ changes: { summary, complete } }, platform) {
  const { total, conflicts, remoteChanged, unchanged, failed } = summary
  const differ = total + remoteChanged
  const all = differ + unchanged
  const sentences = []
  if (differ > 0) {
    sentences.push(`${differ} of ${count(all, 'type')} ${differ === 1 ? 'differs' : 'differ'}.`)
  } else if (all > 0) {
    const types = all === 1 ? 'the one type' : `all ${count(all, 'type')}`
    sentences.push(`The studio and ${platform} agree on ${types}.`)
  } else if (failed === 0) sentences.push('There are no types.')
  if (conflicts > 0) {
    const wait = conflicts === 1 ? '1 waits' : `${conflicts} wait`
    sentences.push(`${wait} for a decision, because both sides changed the same property.`)
  }
  if (failed > 0) sentences.push(`${count(failed, 'type')} could not be compared.`)
  if (!complete) sentences.push(`What ${platform} has could not be read to its end.`)
  return sentences.join(' ')
}

/** The first thing to know. */
function lead({ deployment, now, platform }) {
  const parts = []
  if (deployment !== undefined) parts.push(verdict(deployment))
  if (now !== undefined) {
    parts.push(`${deployment === undefined ? '' : 'Now: '}${standing(now, platform)}`)
  }
  return parts.join(' ')
}

/** What a deployment with these options would do. */
function intention({ summary: { add, change, destroy }, mode }) {
  const parts = [
    add > 0 && `create ${count(add, 'type')}`,
    change > 0 && `change ${count(change, 'type')}`,
    destroy > 0 && `delete ${count(destroy, 'type')}`,
  ].filter(Boolean)
  const what = parts.length === 0 ? 'do nothing' : LIST.format(parts)
  return `A deployment (${mode}) would ${what}.`
}

/** The warning that holds back what it is about; everything else that is held back would lose content. */
const HOLDS_BACK = 'PATTERN_FLAVOUR'

/** What something of a type waits for; `undefined` where nothing is held back. */
function consent({ kind, risk, withheld, operations, findings }) {
  if (kind === 'deleted' && !operations.some(({ operation }) => operation === 'delete')) {
    return 'waits for allowDelete'
  }
  const isWrong = findings.some(({ severity }) => severity === 'error')
  if (risk === 'blocked' || isWrong) return 'cannot be deployed as it is'
  const warned = new Set(findings.filter(({ code }) => code === HOLDS_BACK).map(({ path }) => path))
  const options = [
    withheld.some((path) => !warned.has(path)) && 'allowDataLoss',
    withheld.some((path) => warned.has(path)) && 'bypassValidation',
  ].filter(Boolean)
  return options.length === 0 ? undefined : `waits for ${LIST.format(options)}`
}

/** Which side loses nothing, of an overlap. */
function advice({ take, reason, renamedTo }, platform) {
  const side = { local: "the studio's value", remote: `the value of ${platform}` }[take]
  const rename = renamedTo === undefined ? '' : ` (${renamedTo})`
  return `${side === undefined ? '' : `Speaks for ${side}: `}${reason}${rename}`
}

module.exports = {
  advice,
  consent,
  heading,
  intention,
  lead,
  sidesOf,
  standing,
  statusOf,
  titleOf,
  verdict,
}
