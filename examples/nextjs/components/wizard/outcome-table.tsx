'use client'

import type { TypeOutcome } from 'catalyst-sync'

import type { ConflictRow } from '@/components/conflict/conflict-dialog'
import { Badge, Status } from '@/components/parts/badge'
import { conflictOf } from '@/lib/conflicts'
import { isPart } from '@/lib/outcomes'
import { count, placeWords, plainWords } from '@/lib/words'
import type { OpenConflicts } from './open-conflicts'

const DONE = { create: 'created', update: 'changed', delete: 'deleted', none: '–' }

interface Props {
  of: TypeOutcome[]
  /** What a rollback leaves was changed since, and is no conflict of the two sides. */
  isUndoing: boolean
  /** Nothing as long as they are not known. */
  open: OpenConflicts | undefined
  onDecide(conflict: ConflictRow): void
}

/** What became of each type, and where somebody has to decide. */
export function OutcomeTable({ of, isUndoing, open, onDecide }: Props) {
  return (
    <div
      className="card flush table"
      tabIndex={0}
      role="region"
      aria-label="What became of each type"
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Done</th>
            <th scope="col">Result</th>
            <th scope="col">What to know</th>
          </tr>
        </thead>
        <tbody>
          {of.map((outcome) => (
            <tr key={`${outcome.direction} ${outcome.websiteId} ${outcome.typeKey}`}>
              <th scope="row">{outcome.name}</th>
              <td>{done(outcome)}</td>
              <td>
                {isPart(outcome) ? (
                  <Badge tone="warn">Partly done</Badge>
                ) : (
                  <Status of={outcome.status} />
                )}
              </td>
              <td className="words">
                {!isUndoing &&
                outcome.status === 'conflict' &&
                outcome.error?.code === 'CONFLICT' ? (
                  <Waits outcome={outcome} open={open} onDecide={onDecide} />
                ) : (
                  remark(outcome)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function done({ operation, direction, status }: TypeOutcome): string {
  if (operation === 'none' || status === 'not_attempted') return '–'
  // What failed was to be done.
  const word = status === 'success' || status === 'conflict' ? DONE[operation] : operation
  return direction === 'pull' ? `${word} in the studio` : word
}

/** What of a type waits for a decision, and the way to decide it. */
function Waits({
  outcome,
  open,
  onDecide,
}: { outcome: TypeOutcome } & Pick<Props, 'open' | 'onDecide'>) {
  const conflict = open && conflictOf(outcome, open)
  const went = outcome.direction === 'pull' ? 'taken home' : 'sent'
  const begins = isPart(outcome) ? `${went}, ` : ''
  if (conflict === undefined) {
    const now = open === undefined ? 'a part waits for a decision' : 'the rest is decided by now'
    return `${begins}${now}`
  }
  const { fields, name } = conflict.details
  const wait = fields.length === 1 ? 'waits' : 'wait'
  const what = count(fields.length, 'property', 'properties')
  return (
    <>
      {begins}
      {what} {wait} for a decision: {fields.map(({ path }) => placeWords(path)).join('; ')}{' '}
      <button onClick={() => onDecide(conflict)}>Decide {name}</button>
    </>
  )
}

/** A property says it for everything that is of it. */
const outermost = (paths: string[]) =>
  paths.filter((path) => !paths.some((outer) => path.startsWith(`${outer}/`)))

function remark({ error, withheld, dropped, rewritten, rolledBack }: TypeOutcome): string {
  const places = (words: string, paths: string[]) =>
    paths.length > 0 ? [`${words}: ${outermost(paths).map(placeWords).join('; ')}`] : []
  return [
    ...(error ? [plainWords(error.message)] : []),
    ...(rolledBack ? ['undone again'] : []),
    ...places('waits for consent', withheld),
    ...places('not kept there', dropped),
    ...places('written otherwise there', rewritten),
  ].join(' · ')
}
