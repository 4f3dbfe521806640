'use client'

import type { TypeOutcome } from 'catalyst-sync'
import { useState } from 'react'

import { Status } from '@/components/parts/badge'
import { Notice } from '@/components/parts/notice'
import { Tiles } from '@/components/parts/tiles'
import type { Job, Provider } from '@/lib/deployment'
import { count, milliseconds, percent, placeWords } from '@/lib/words'
import { Log } from './deployment-progress'
import { PartialFailureDialog, type Action } from './partial-failure-dialog'
import { RollbackDialog } from './rollback-dialog'

interface Props {
  job: Job
  provider: Provider
  onAction(action: Action): void
  onRollback(id: string): void
  onAgain(): void
}

/** How a deployment ended, and what can be done then. */
export function DeploymentResults({ job, provider, onAction, onRollback, onAgain }: Props) {
  const [asking, setAsking] = useState(job.outcome === 'partial' && job.recovery !== undefined)
  const [undoing, setUndoing] = useState(false)
  const outcomes = job.outcomes ?? []
  const canUndo = outcomes.some(
    ({ status, operation, direction, rolledBack }) =>
      direction === 'push' && operation !== 'none' && status !== 'not_attempted' && !rolledBack,
  )
  return (
    <section className="stack" aria-labelledby="step">
      <div className="spread">
        <h2 id="step" tabIndex={-1}>
          {headline(job, provider)}
        </h2>
        <Status of={job.outcome === 'partial' ? 'partial' : job.status} />
      </div>
      {job.error && <Failure of={job} />}
      {job.metrics && (
        <Tiles
          of={[
            ['types', outcomes.filter(({ status }) => status === 'success').length],
            ['content items', job.metrics.contentItemsProcessed.toLocaleString('en')],
            ['requests', job.metrics.requests],
            ['time', milliseconds(job.metrics.timeTaken)],
            ['success', percent(job.metrics.successRate)],
          ]}
        />
      )}
      {outcomes.length > 0 && <Outcomes of={outcomes} />}
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
          {canUndo && <button onClick={() => setUndoing(true)}>Undo this deployment</button>}
        </span>
      </div>
      {asking && job.recovery && (
        <PartialFailureDialog
          job={job}
          recovery={job.recovery}
          onClose={() => setAsking(false)}
          onAction={(action) => {
            setAsking(false)
            onAction(action)
          }}
        />
      )}
      {undoing && (
        <RollbackDialog id={job.id} onClose={() => setUndoing(false)} onStarted={onRollback} />
      )}
    </section>
  )
}

function headline({ status, outcome, rollbackOf }: Job, { name }: Provider): string {
  if (status === 'cancelled') return 'The deployment was cancelled'
  if (outcome === 'partial') return 'Some types did not make it'
  if (status === 'failed') return 'The deployment did not go through'
  return rollbackOf ? `The deployment is undone on ${name}` : `${name} has what you reviewed`
}

function Failure({ of: { error, errorInfo } }: { of: Job }) {
  const { nextStep, operations = [] } = errorInfo?.details ?? {}
  return (
    <Notice tone="bad" title={error ?? ''} alert>
      {nextStep && <p>{nextStep}</p>}
      {operations.length > 0 && (
        <ul>
          {operations.map(({ typeKey, operation, change }) => (
            <li key={`${typeKey} ${change}`}>
              {typeKey}: the {operation} was {change} since
            </li>
          ))}
        </ul>
      )}
      {errorInfo && <p className="mono">{errorInfo.code}</p>}
    </Notice>
  )
}

function Outcomes({ of }: { of: TypeOutcome[] }) {
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
            <tr key={`${outcome.direction} ${outcome.typeKey}`}>
              <th scope="row">{outcome.name}</th>
              <td>
                {outcome.operation === 'none' ? '–' : outcome.operation}
                {outcome.direction === 'pull' && ' in the studio'}
              </td>
              <td>
                <Status of={outcome.status} />
              </td>
              <td>{remark(outcome)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function remark({ error, withheld, dropped, rewritten, rolledBack }: TypeOutcome): string {
  const places = (words: string, paths: string[]) =>
    paths.length > 0 ? [`${words}: ${paths.map(placeWords).join('; ')}`] : []
  return [
    ...(error ? [error.message] : []),
    ...(rolledBack ? ['undone again'] : []),
    ...places('waits for consent', withheld),
    ...places('not kept there', dropped),
    ...places('written otherwise there', rewritten),
  ].join(' · ')
}
