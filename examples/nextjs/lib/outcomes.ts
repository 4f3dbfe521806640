// What became of the types of a deployment, counted as people count.

import type { TypeOutcome } from 'catalyst-sync'

import { count } from './words'

const DONE: TypeOutcome['status'][] = ['success', 'conflict']

/** What was not done because nobody agreed to it. */
const REFUSED = ['DELETE_REFUSED', 'DATA_LOSS_REFUSED']

const isRefused = ({ status, error }: TypeOutcome) =>
  status === 'skipped' && REFUSED.includes(error?.code ?? '')

/** A part of it was carried out, and properties that both sides changed wait for a decision. */
export const isPart = ({ status, operation, error }: TypeOutcome) =>
  status === 'conflict' && operation !== 'none' && error?.code === 'CONFLICT'

const isDone = (outcome: TypeOutcome) =>
  outcome.operation !== 'none' && (outcome.status === 'success' || isPart(outcome))

/** The outcomes by what has to be done about them. */
export function sorted(outcomes: TypeOutcome[]) {
  return {
    sent: outcomes.filter((one) => one.direction === 'push' && isDone(one)),
    takenHome: outcomes.filter((one) => one.direction === 'pull' && isDone(one)),
    toDecide: outcomes.filter(({ status }) => status === 'conflict'),
    toAllow: outcomes.filter((one) => isRefused(one) || one.withheld.length > 0),
    undone: outcomes.filter((one) => !DONE.includes(one.status) && !isRefused(one)),
  }
}

/** How many types there are: one that goes both ways has two outcomes. */
export const typesOf = (outcomes: TypeOutcome[]) =>
  new Set(outcomes.map(({ websiteId, typeKey }) => `${websiteId} ${typeKey}`)).size

/** How many types went, and what the others wait for. */
export function summary(outcomes: TypeOutcome[], { isUndoing = false } = {}): string {
  const { sent, takenHome, toDecide, toAllow, undone } = sorted(outcomes)
  const both = typesOf(toDecide.filter(isPart))
  const alone = typesOf(toDecide) - both
  const wait = (types: number) => (types === 1 ? 'waits' : 'wait')
  const said = [
    `${count(typesOf(sent), 'type')} sent`,
    takenHome.length > 0 && `${count(typesOf(takenHome), 'type')} taken home`,
    both > 0 && partWords(both, typesOf([...sent, ...takenHome]), isUndoing),
    alone > 0 &&
      `${alone} ${isUndoing ? 'left as changed since' : `${wait(alone)} for a decision`}`,
    toAllow.length > 0 && `${typesOf(toAllow)} ${wait(typesOf(toAllow))} for consent`,
    undone.length > 0 && `${typesOf(undone)} did not go`,
  ]
  return `${said.filter(Boolean).join(', ')}.`
}

/** Of which types only a part went, and why. */
function partWords(parts: number, done: number, isUndoing: boolean): string {
  const alone = parts === 1 && done === 1
  if (isUndoing) return `${alone ? '' : `${parts} of them `}in part, because it was changed since`
  if (alone) return 'and a part of it waits for a decision'
  return `${parts} of them ${parts === 1 ? 'waits' : 'wait'} for a decision about a part`
}
