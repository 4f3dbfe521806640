'use client'

import { useEffect, useRef, useState } from 'react'

import { Status } from '@/components/parts/badge'
import { Notice, Wrong } from '@/components/parts/notice'
import {
  cancelDeployment,
  followDeployment,
  isLive,
  startDeployment,
  type Job,
  type Provider,
} from '@/lib/deployment'
import { plainWords } from '@/lib/words'

interface Props {
  /** Started when it is `pending`; else only watched. */
  job: Job
  provider: Provider
  /** The id that it has on the server. */
  onStart(id: string): void
  onComplete(job: Job): void
  /** It could not be started. */
  onBack(): void
}

/** A deployment while it runs. Going away does not end it. */
export function DeploymentProgress({ job, provider, onStart, onComplete, onBack }: Props) {
  const [current, setCurrent] = useState(job)
  const [error, setError] = useState<Error>()
  const [lost, setLost] = useState(false)
  const started = useRef(false)
  const told = useRef({ onStart, onComplete })
  told.current = { onStart, onComplete }
  const waiting = job.status === 'pending'

  useEffect(() => {
    // In development effects run twice, and a deployment is started once.
    if (!waiting || started.current) return
    started.current = true
    startDeployment(job, provider).then((id) => told.current.onStart(id), setError)
  }, [job, provider, waiting])

  useEffect(() => {
    if (waiting) return
    return followDeployment(job.id, {
      onInterruption: setLost,
      onUpdate(update) {
        setCurrent(update)
        if (!isLive(update)) told.current.onComplete(update)
      },
    })
  }, [job.id, waiting])

  return (
    <section className="stack" aria-labelledby="step">
      <div className="spread">
        <h2 id="step" tabIndex={-1}>
          {job.rollbackOf ? 'Undoing a deployment on' : 'Deploying to'} {provider.name}
        </h2>
        <Status of={current.status} />
      </div>
      {error && <Wrong error={error} />}
      {lost && (
        <Notice tone="warn" title="The connection to the studio is lost.">
          The deployment goes on without it; this page comes back by itself.
        </Notice>
      )}
      <Progress of={current} />
      <Log of={current} />
      {waiting && error ? (
        <div className="bar">
          <span className="muted">If it began all the same, the history shows it.</span>
          <button onClick={onBack}>Back to the review</button>
        </div>
      ) : (
        <div className="bar">
          <span className="muted">You may leave or reload this page; the deployment goes on.</span>
          <button
            disabled={current.status !== 'running'}
            onClick={() => {
              setError(undefined)
              cancelDeployment(current.id).catch(setError)
            }}
          >
            Cancel
          </button>
        </div>
      )}
    </section>
  )
}

function Progress({ of: { progress, status, logs } }: { of: Job }) {
  return (
    <div className="stack tight">
      <div
        className={`progress ${status}`}
        role="progressbar"
        aria-label="Deployment"
        aria-valuenow={progress}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${progress}%` }} />
      </div>
      <div className="spread muted">
        <span role="status">{plainWords(logs.at(-1)?.message ?? 'Starting …')}</span>
        <span>{progress} %</span>
      </div>
    </div>
  )
}

/** What a deployment said, the latest in sight. */
export function Log({ of: { logs } }: { of: Job }) {
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [logs.length])
  return (
    <ol className="card flush log" ref={list} tabIndex={0} aria-label="Log of the deployment">
      {logs.map((entry, at) => (
        <li key={at}>
          <time dateTime={entry.timestamp.toISOString()}>
            {entry.timestamp.toLocaleTimeString('en-GB')}
          </time>
          <span className={entry.level}>{plainWords(entry.message)}</span>
        </li>
      ))}
    </ol>
  )
}
