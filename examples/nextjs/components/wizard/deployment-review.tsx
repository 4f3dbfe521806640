'use client'

import type { Conflict, Plan, RunOptions } from 'catalyst-sync'
import { useCallback, useState } from 'react'

import { ConflictDialog } from '@/components/conflict/conflict-dialog'
import { Notice, Wrong } from '@/components/parts/notice'
import { Tiles } from '@/components/parts/tiles'
import { post } from '@/lib/client'
import type { Provider } from '@/lib/deployment'
import { useResource } from '@/lib/use-resource'
import { useReview, type Choice } from '@/lib/use-review'
import type { Wire } from '@/lib/wire'
import { count, placeWords } from '@/lib/words'
import { Findings, PlanList } from './plan-list'

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
  const planned = chosen?.operations.length ?? 0
  const open = chosen?.conflicts.length ?? 0
  const ticked = full?.operations.filter(({ typeKey }) => !review.unticked.includes(typeKey)) ?? []
  const waiting = Math.max(0, ticked.length - planned)
  const nothing = planned === 0 && open === 0

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
          <Conflicts of={full.conflicts} onDecided={review.reload} />
          <PlanList review={review} selectable />
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
          <button
            className="primary"
            onClick={deploy}
            disabled={!chosen || nothing}
            aria-describedby="planned"
          >
            {planned === 0 && open > 0 ? 'Record the conflict' : 'Deploy'}
          </button>
          <span id="planned" role="status" className="muted">
            {chosen && (nothing ? 'Nothing to deploy' : count(planned, 'type'))}
            {chosen && waiting > 0 && `; ${waiting} waiting for your word`}
          </span>
        </span>
      </div>
    </section>
  )
}

function Conflicts({ of, onDecided }: { of: Wire<Conflict>[]; onDecided(): void }) {
  const { value } = useResource<{ conflicts: { id: string }[] }>(
    of.length > 0 ? '/api/v1/sync/conflicts?status=pending' : undefined,
  )
  const [deciding, setDeciding] = useState<string>()
  const recorded = (id: string) => value?.conflicts.some((one) => one.id === id) ?? false
  return (
    <>
      {of.map(({ id, name, fields }) => (
        <Notice key={id} tone="warn" title={`${name} was changed on both sides`}>
          <p>
            {fields.map(({ path }) => placeWords(path)).join('; ')}. This stays as it is on either
            side until it is decided; the rest of the type goes.
          </p>
          {recorded(id) ? (
            <p>
              <button onClick={() => setDeciding(id)}>Decide {name}</button>
            </p>
          ) : (
            <p className="muted">The deployment records it; then it can be decided.</p>
          )}
        </Notice>
      ))}
      {deciding && (
        <ConflictDialog
          id={deciding}
          onClose={() => setDeciding(undefined)}
          onDecided={() => {
            setDeciding(undefined)
            onDecided()
          }}
        />
      )}
    </>
  )
}
