'use client'

import type { Health } from 'catalyst-sync'

import { Status } from '@/components/parts/badge'
import { Notice, Wrong } from '@/components/parts/notice'
import type { Provider } from '@/lib/deployment'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { PROVIDERS } from './providers'

export interface Website {
  id: string
  name: string
}

interface Props {
  provider: Provider
  websites: Website[]
  websiteId: string
  onChoose(provider: Provider): void
  onWebsite(id: string): void
  onNext(): void
}

/** Of which website and where to deploy, and whether it could be reached now. */
export function ProviderStep({
  provider,
  websites,
  websiteId,
  onChoose,
  onWebsite,
  onNext,
}: Props) {
  const health = useResource<Wire<Health>>(`/api/v1/sync/health?provider=${provider.id}`)
  return (
    <section className="stack" aria-labelledby="step">
      <h2 id="step" tabIndex={-1}>
        Where should the content types go?
      </h2>
      {websites.length > 1 && (
        <div className="row">
          <label htmlFor="website">Website</label>
          <select
            id="website"
            value={websiteId}
            onChange={(event) => onWebsite(event.target.value)}
          >
            {websites.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="choices" role="radiogroup" aria-labelledby="step">
        {PROVIDERS.map((one) => (
          <label className="choice" key={one.id}>
            <input
              type="radio"
              name="provider"
              checked={one.id === provider.id}
              disabled={one.unavailable}
              onChange={() => onChoose(one)}
            />
            <span>{one.name}</span>
            <small>{one.description}</small>
          </label>
        ))}
      </div>
      <div aria-live="polite">
        {health.error && <Wrong error={health.error} />}
        {health.value && <Reachable health={health.value} name={provider.name} />}
        {!health.value && !health.error && <p className="muted">Looking at {provider.name} …</p>}
      </div>
      <div className="bar">
        <span className="muted">Nothing is sent before you have seen what it is.</span>
        <button className="primary" onClick={onNext} disabled={!isUsable(health.value)}>
          Next: mapping
        </button>
      </div>
    </section>
  )
}

const isUsable = (health: Wire<Health> | undefined) =>
  health !== undefined && health.platform.status === 'ok' && health.database.status !== 'failed'

function Reachable({ health, name }: { health: Wire<Health>; name: string }) {
  const parts = [health.database, health.state, health.platform]
  const wrong = parts.filter(({ message }) => message !== undefined)
  return (
    <div className="stack tight">
      <p className="row">
        {name}: <Status of={health.platform.status} />
      </p>
      {wrong.map(({ code, message }) => (
        <Notice key={code} tone="warn" title={message ?? ''}>
          <span className="mono">{code}</span>
        </Notice>
      ))}
    </div>
  )
}
