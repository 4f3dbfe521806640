'use client'

import type { Recovery, TypeOutcome } from 'catalyst-sync'
import { useState } from 'react'

import type { ConflictRow } from '@/components/conflict/conflict-dialog'
import { Dialog } from '@/components/parts/dialog'
import { Notice } from '@/components/parts/notice'
import { conflictOf } from '@/lib/conflicts'
import type { Job } from '@/lib/deployment'
import { sorted, summary } from '@/lib/outcomes'
import { plainWords } from '@/lib/words'
import type { OpenConflicts } from './open-conflicts'

export type Action = Exclude<Recovery['actions'][number], 'view_errors' | 'continue_later'>

const NAMES: Record<Action, [name: string, hint: string]> = {
  retry_failed: ['Retry failed', 'Only what failed is tried again'],
  force_full: [
    'Force full',
    'A new deployment sends all of its types again, whether they differ or not',
  ],
  manual_fix: ['Manual fix', 'Change the types, then deploy'],
}

/** An undoing names no types, so forcing all of its types would deploy every type there is. */
const holds = (action: Action, isUndoing: boolean) => !isUndoing || action !== 'force_full'

interface Props {
  job: Job
  recovery: Recovery
  /** How many types were tried again just now. */
  tried: number | undefined
  /** Nothing as long as they are not known. */
  open: OpenConflicts | undefined
  onClose(): void
  onAction(action: Action): void
  onDecide(conflict: ConflictRow): void
  onReview(): void
}

/** What can be done about a partial result; only what helps with it is offered. */
export function PartialFailureDialog(props: Props) {
  const { job, recovery, tried, open, onClose, onAction, onDecide, onReview } = props
  const outcomes = job.outcomes ?? []
  const { toDecide, toAllow, undone } = sorted(outcomes)
  const isUndoing = job.rollbackOf !== undefined
  // Neither a decision nor a consent is got by sending the same again.
  const offered = (Object.keys(NAMES) as Action[]).filter(
    (action) => undone.length > 0 && recovery.actions.includes(action) && holds(action, isUndoing),
  )
  const conflicts = open ? toDecide.flatMap((one) => conflictOf(one, open) ?? []) : []
  return (
    <Dialog title={recovery.message} onClose={onClose}>
      {tried !== undefined && undone.length > 0 && (
        <Notice tone="warn" title={`Tried again: ${undone.length} of ${tried} still did not go`} />
      )}
      <p>
        {summary(outcomes, { isUndoing })} What went stays; deployment{' '}
        <code>{job.id.slice(0, 8)}</code> can be carried on with now or later.
      </p>
      {undone.length > 0 && <Errors of={undone} atOnce={tried !== undefined} />}
      <div className="choices">
        {conflicts.map((conflict) => (
          <Choice
            key={conflict.id}
            name={`Decide ${conflict.details.name}`}
            hint="Both sides changed it; choose what holds"
            onChoose={() => onDecide(conflict)}
          />
        ))}
        {toAllow.length > 0 && (
          <Choice
            name="Review again"
            hint={`${isUndoing ? 'Undo it once more; what' : 'What'} deletes, or loses content, is confirmed there by name`}
            onChoose={onReview}
          />
        )}
        {offered.map((action) => (
          <Choice
            key={action}
            name={NAMES[action][0]}
            hint={NAMES[action][1]}
            onChoose={() => onAction(action)}
          />
        ))}
      </div>
      <footer>
        <button onClick={onClose}>Continue later</button>
      </footer>
    </Dialog>
  )
}

function Choice({ name, hint, onChoose }: { name: string; hint: string; onChoose(): void }) {
  return (
    <button className="choice-button" onClick={onChoose}>
      {name}
      <small>{hint}</small>
    </button>
  )
}

/** Why types did not go, when somebody wants to know, or has tried again. */
function Errors({ of, atOnce }: { of: TypeOutcome[]; atOnce: boolean }) {
  const [shown, setShown] = useState(atOnce)
  return (
    <>
      <p>
        <button onClick={() => setShown(!shown)} aria-expanded={shown} aria-controls="errors">
          {shown ? 'Hide errors' : 'View errors'}
        </button>
      </p>
      <div id="errors" className="stack tight" hidden={!shown}>
        {of.map(({ typeKey, websiteId, name, error }) => (
          <Notice key={`${websiteId} ${typeKey}`} tone="bad" title={name}>
            <p>{error ? plainWords(error.message) : 'It was not attempted.'}</p>
            {error && <p className="mono muted">{error.code}</p>}
          </Notice>
        ))}
      </div>
    </>
  )
}
