'use strict'

// How many types a deployment carried out, and what the others wait for.

const { count } = require('./text.js')

const DONE = ['success', 'conflict']

/** What was not done because nobody agreed to it. */
const REFUSED = ['DELETE_REFUSED', 'DATA_LOSS_REFUSED']

const isRefused = ({ status, error }) => status === 'skipped' && REFUSED.includes(error?.code)

/** A part of it was carried out, and properties that both sides changed wait for a decision. */
const isPart = ({ status, operation, error }) =>
  status === 'conflict' && operation !== 'none' && error?.code === 'CONFLICT'

/** How many types some outcomes are of: one that goes both ways has two. */
const typesOf = (outcomes) =>
  new Set(outcomes.map(({ websiteId, typeKey }) => `${websiteId} ${typeKey}`)).size

const wait = (types) => (types === 1 ? 'waits' : 'wait')

/** Of which types only a part went, and why. */
function partWords(parts, done, isUndoing) {
  const alone = parts === 1 && done === 1
  if (isUndoing) return `${alone ? '' : `${parts} of them `}in part, because it was changed since`
  if (alone) return 'and a part of it waits for a decision'
  return `${parts} of them ${wait(parts)} for a decision about a part`
}

/** `2 types sent, 1 of them waits for a decision about a part`. */
function tally({ outcomes = [], rollbackOf, options }) {
  const isUndoing = rollbackOf !== undefined
  const isDone = (one) => one.operation !== 'none' && (one.status === 'success' || isPart(one))
  const types = (wanted) => typesOf(outcomes.filter(wanted))
  const home = types((one) => one.direction === 'pull' && isDone(one))
  const parts = types(isPart)
  const open = types((one) => one.status === 'conflict' && !isPart(one))
  const refused = types(isRefused)
  const undone = types((one) => !DONE.includes(one.status) && !isRefused(one))
  const said = [
    `${count(
      types((one) => one.direction === 'push' && isDone(one)),
      'type',
    )} ${options?.dryRun ? 'to send' : 'sent'}`,
    home > 0 && `${count(home, 'type')} ${options?.dryRun ? 'to take home' : 'taken home'}`,
    parts > 0 && partWords(parts, types(isDone), isUndoing),
    open > 0 && `${open} ${isUndoing ? 'left as changed since' : `${wait(open)} for a decision`}`,
    refused > 0 && `${refused} ${wait(refused)} for consent`,
    undone > 0 && `${undone} did not go`,
  ]
  return said.filter(Boolean).join(', ')
}

module.exports = { isPart, tally }
