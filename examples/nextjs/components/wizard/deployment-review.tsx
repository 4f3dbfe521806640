'use client'

import type { Plan, RunOptions } from 'catalyst-sync'
import { useCallback, useState } from 'react'

import { Wrong } from '@/components/parts/notice'
import { Tiles } from '@/components/parts/tiles'
import { post } from '@/lib/client'
import type { Provider } from '@/lib/deployment'
import { typesIn, useReview, type Choice } from '@/lib/use-review'
import type { Wire } from '@/lib/wire'
import { count } from '@/lib/words'
import { CmsChanges } from './cms-changes'
import { useOpenConflicts } from './open-conflicts'
import { Findings, PlanList } from './plan-list'
import { PlannedConflicts } from './planned-conflicts'

type Mode = NonNullable<RunOptions['mode']>

const MODES: [Mode, string, string][] = [
  ['push', 'Studio to CMS', 'The studio is not written'],
  ['pull', 'CMS to studio', 'What only changed there comes home'],
  ['bidirectional', 'Both ways', 'Home first, then there'],
]

interface Props {
  provider: Provider
  websiteId: string
  onBack(): void
  onDeploy(options: RunOptions, selectedTypes: string[]): void
}

/** What will change, before anything does. What is deployed is exactly the plan that is shown. */
export function DeploymentReview({ provider, websiteId, onBack, onDeploy }: Props) {
  const [mode, setMode] = useState<Mode>('push')
  const plan = useCallback(
    (choice: Choice, signal: AbortSignal) => {
      const asked = { ...choice, provider: provider.id, websiteId, mode }
      return post<Wire<Plan>>('/api/v1/sync/plan', asked, signal)
    },
    [provider.id, websiteId, mode],
  )
  const review = useReview(plan)
  const { full, chosen, choice, error } = review
  const types = new Set(full?.operations.map(({ typeKey }) => typeKey))
  const others = full?.findings.filter(({ typeKey }) => !typeKey || !types.has(typeKey)) ?? []
  const planned = typesIn(chosen?.operations ?? [])
  const conflicts = chosen?.conflicts ?? []
  const ticked = full?.operations.filter(({ typeKey }) => !review.unticked.includes(typeKey)) ?? []
  const waiting = Math.max(0, typesIn(ticked) - planned)
  const nothing = planned === 0
  const [decided, setDecided] = useState<string>()
  // A deployment of nothing leaves the conflicts to whoever looks after them; once is enough.
  const known = useOpenConflicts(nothing && conflicts.length > 0).open
  const unknown = conflicts.filter(({ id }) => known?.every((one) => one.id !== id))

  function decide(name: string) {
    setDecided(name)
    review.reload()
  }

  function deploy() {
    if (!chosen || !choice) return
    const { contentTypeKeys = [], ...consents } = choice
    onDeploy({ ...consents, mode, planDigest: chosen.digest }, contentTypeKeys)
  }

  return (
    <section className="stack" aria-labelledby="step">
      <h2 id="step" tabIndex={-1}>
        What will change
      </h2>
      <fieldset className="choices">
        <legend className="hidden">Direction</legend>
        {MODES.map(([value, name, hint]) => (
          <label className="choice" key={value}>
            <input
              type="radio"
              name="mode"
              checked={mode === value}
              onChange={() => setMode(value)}
            />
            <span>{name}</span>
            <small>{hint}</small>
          </label>
        ))}
      </fieldset>
      {error && (
        <>
          <Wrong error={error} />
          <p>
            <button onClick={review.reload}>Look again</button>
          </p>
        </>
      )}
      {!full && !error && (
        <p className="muted">Comparing both sides with what they last agreed on …</p>
      )}
      {full && (
        <>
          <Tiles
            of={[
              ['to create', full.summary.add],
              ['to change', full.summary.change],
              ['to delete', full.summary.destroy],
              ['in conflict', full.summary.conflicts],
            ]}
          />
          <PlannedConflicts
            of={full.conflicts}
            provider={provider.id}
            decided={decided}
            onDecided={decide}
          />
          <PlanList review={review} selectable />
          <CmsChanges providerId={provider.id} websiteId={websiteId} mode={mode} plan={full} />
          {others.length > 0 && (
            <div className="card stack tight">
              <h3>Worth knowing</h3>
              {others.map((finding) => (
                <div key={`${finding.typeKey} ${finding.code} ${finding.path}`}>
                  {finding.typeKey && <strong>{finding.typeKey}</strong>}
                  <Findings of={[finding]} />
                </div>
              ))}
            </div>
          )}
        </>
      )}
      <div className="bar">
        <button onClick={onBack}>Back</button>
        <span className="row">
          {chosen && (
            <span className="muted">
              Plan <code>{chosen.digest.slice(0, 12)}</code>
            </span>
          )}
          {nothing && unknown.length > 0 && (
            <button onClick={deploy}>
              Record the {unknown.length === 1 ? 'conflict' : `${unknown.length} conflicts`} for
              later
            </button>
          )}
          <button
            className="primary"
            onClick={deploy}
            disabled={!chosen || nothing}
            aria-describedby="planned"
          >
            Deploy
          </button>
          <span id="planned" role="status" className="muted">
            {full && !choice && 'No type is ticked, so there is nothing to deploy'}
            {chosen && (nothing ? 'Nothing to deploy' : count(planned, 'type'))}
            {chosen && conflicts.length > 0 && `; ${count(conflicts.length, 'conflict')} to decide`}
            {chosen && waiting > 0 && `; ${waiting} waiting for your word`}
          </span>
        </span>
      </div>
    </section>
  )
}
