'use client'

import Link from 'next/link'
import { useState } from 'react'

import { ConflictDialog, seenOf, type ConflictRow } from '@/components/conflict/conflict-dialog'
import { Status } from '@/components/parts/badge'
import { Notice, Wrong } from '@/components/parts/notice'
import { Tiles } from '@/components/parts/tiles'
import { withTargetOf } from '@/lib/conflicts'
import type { Job, Provider } from '@/lib/deployment'
import { sorted, summary, typesOf } from '@/lib/outcomes'
import { count, milliseconds, noun, plainWords, shortId } from '@/lib/words'
import { Log } from './deployment-progress'
import { useOpenConflicts } from './open-conflicts'
import { OutcomeTable } from './outcome-table'
import { PartialFailureDialog, type Action } from './partial-failure-dialog'
import { RollbackDialog, undoWords } from './rollback-dialog'

interface Props {
  job: Job
  provider: Provider
  /** How many types were tried again in it. */
  tried: number | undefined
  onAction(action: Action): void
  /** Another deployment is to be shown: the one that undoes this one, or that this one undoes. */
  onShow(id: string): void
  onAgain(): void
}

/** How a deployment ended, and what can be done then. */
export function DeploymentResults({ job, provider, tried, onAction, onShow, onAgain }: Props) {
  const [asking, setAsking] = useState(
    job.outcome === 'partial' &&
      job.recovery !== undefined &&
      !job.rollbackOf &&
      !isOnlyRecorded(job),
  )
  const [undoing, setUndoing] = useState(false)
  const [deciding, setDeciding] = useState<ConflictRow>()
  const [decided, setDecided] = useState(false)
  const outcomes = job.outcomes ?? []
  const { sent, takenHome, toDecide, undone } = sorted(outcomes)
  const isUndoing = job.rollbackOf !== undefined
  const conflicts = useOpenConflicts(toDecide.length > 0 && !isUndoing)
  const open = conflicts.open && withTargetOf(job, conflicts.open)
  const didNothing = sent.length + takenHome.length === 0
  const canUndo =
    job.undoneBy === undefined &&
    outcomes.some(
      ({ status, operation, direction, rolledBack }) =>
        operation !== 'none' &&
        !rolledBack &&
        (direction === 'push' ? status !== 'not_attempted' : status === 'success'),
    )
  return (
    <section className="stack" aria-labelledby="step">
      <div className="spread">
        <h2 id="step" tabIndex={-1}>
          {headline(job, provider)}
        </h2>
        <Status of={statusOf(job)} />
      </div>
      {job.undoneBy && (
        <p className="muted">
          What it did was undone since, by{' '}
          <Link href={`/?deployment=${encodeURIComponent(job.undoneBy)}`}>
            the deployment {shortId(job.undoneBy)}
          </Link>
          . The table tells what it did then.
        </p>
      )}
      {job.error && job.outcome !== 'partial' && <Failure of={job} />}
      {job.outcome === 'partial' && (
        <p className="muted">
          {summary(outcomes, { isUndoing })} {!didNothing && 'What went stays.'}
        </p>
      )}
      {job.status === 'cancelled' && job.outcomes === undefined && (
        <p className="muted" role="status">
          Waiting for the answers that are still out …
        </p>
      )}
      {conflicts.error && <Wrong error={conflicts.error} />}
      {decided && (
        <Notice tone="good" title="Decided">
          <p>The next deployment carries it out.</p>
        </Notice>
      )}
      {job.metrics && (
        <Tiles
          of={[
            [`${noun(typesOf(sent), 'type')} sent`, typesOf(sent)],
            ...tile(`${noun(typesOf(takenHome), 'type')} taken home`, typesOf(takenHome)),
            ...tile(isUndoing ? 'changed since' : 'to decide', typesOf(toDecide)),
            ...tile('did not go', typesOf(undone)),
            [noun(job.metrics.requests, 'request'), job.metrics.requests],
            ['time', milliseconds(job.metrics.timeTaken)],
          ]}
        />
      )}
      {outcomes.length > 0 && (
        <OutcomeTable of={outcomes} isUndoing={isUndoing} open={open} onDecide={setDeciding} />
      )}
      <details className="card flush">
        <summary className="log-summary">Log, {count(job.logs.length, 'entry', 'entries')}</summary>
        <Log of={job} />
      </details>
      <div className="bar">
        <button onClick={onAgain}>Deploy again</button>
        <span className="row">
          {job.recovery?.canResume && (
            <button onClick={() => setAsking(true)}>What to do about it</button>
          )}
          {canUndo && <button onClick={() => setUndoing(true)}>{undoWords(job).title}</button>}
        </span>
      </div>
      {asking && job.recovery && (
        <PartialFailureDialog
          job={job}
          recovery={job.recovery}
          tried={tried}
          open={open}
          onClose={() => setAsking(false)}
          onDecide={(conflict) => {
            setAsking(false)
            setDeciding(conflict)
          }}
          // No deployment undoes; the one that is undone does.
          onReview={() => (job.rollbackOf === undefined ? onAgain() : onShow(job.rollbackOf))}
          onAction={(action) => {
            setAsking(false)
            onAction(action)
          }}
        />
      )}
      {deciding && (
        <ConflictDialog
          conflict={seenOf(deciding)}
          onClose={() => setDeciding(undefined)}
          onDecided={() => {
            setDeciding(undefined)
            setDecided(true)
            conflicts.reload()
          }}
        />
      )}
      {undoing && (
        <RollbackDialog
          id={job.id}
          words={undoWords(job)}
          onClose={() => setUndoing(false)}
          onStarted={onShow}
        />
      )}
    </section>
  )
}

/** A number that is told where there is something to tell. */
const tile = (name: string, types: number): [string, number][] => (types > 0 ? [[name, types]] : [])

/** Nothing was to be done but to remember what both sides changed: no failure that has to be dealt with. */
const isOnlyRecorded = ({ outcomes = [] }: Job) =>
  outcomes.length > 0 &&
  outcomes.every((one) => one.status === 'conflict' && one.operation === 'none')

function statusOf(job: Job): string {
  if (job.undoneBy) return 'undone'
  if (isOnlyRecorded(job)) return 'conflict'
  return job.outcome === 'partial' ? 'partial' : job.status
}

function headline(job: Job, { name }: Provider): string {
  const { status, outcome, rollbackOf, undoneBy, outcomes = [] } = job
  if (undoneBy) return rollbackOf ? 'This undoing was taken back' : 'This deployment was undone'
  if (status === 'cancelled') return 'The deployment was cancelled'
  const { sent, takenHome, undone } = sorted(outcomes)
  if (outcome === 'partial') {
    if (undone.length > 0) return 'Some types did not make it'
    if (rollbackOf) return 'Undone, but for what was changed since'
    const words = sent.length + takenHome.length > 0 ? 'Done, and something' : 'Something'
    return `${words} waits for a decision`
  }
  if (status === 'failed') return 'The deployment did not go through'
  if (rollbackOf?.endsWith('-rollback')) return `${name} has again what was undone`
  return rollbackOf ? `The deployment is undone on ${name}` : `${name} has what you reviewed`
}

/** What the page knows better than the engine, which does not know the page. */
const KNOWN: Record<string, string> = {
  PLAN_STALE: 'Something changed after your review, so nothing was sent. Review it again.',
}

function Failure({ of: { error, errorInfo } }: { of: Job }) {
  const { nextStep, operations = [] } = errorInfo?.details ?? {}
  const known = errorInfo && KNOWN[errorInfo.code]
  return (
    <Notice tone="bad" title={known ?? plainWords(error ?? '')} alert>
      {nextStep && !known && <p>{plainWords(nextStep)}</p>}
      {operations.length > 0 && (
        <ul>
          {operations.map(({ typeKey, operation, change }) => (
            <li key={`${typeKey} ${change}`}>
              {typeKey}: the {operation} was {change} since
            </li>
          ))}
        </ul>
      )}
      {errorInfo && !known && <p className="mono">{errorInfo.code}</p>}
    </Notice>
  )
}
