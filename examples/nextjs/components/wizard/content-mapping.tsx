'use client'

import type { FieldMapping, Loss, TypeMapping } from 'catalyst-sync'
import Link from 'next/link'

import { Badge, Status } from '@/components/parts/badge'
import { Wrong } from '@/components/parts/notice'
import type { Provider } from '@/lib/deployment'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { attribute, count, plainWords, time, value } from '@/lib/words'

interface Props {
  provider: Provider
  websiteId: string
  onBack(): void
  onNext(): void
}

/** How each content type is expressed on the platform, and how it stands. */
export function ContentMapping({ provider, websiteId, onBack, onNext }: Props) {
  const query = new URLSearchParams({ provider: provider.id, websiteId })
  const { value: answer, error } = useResource<{ mappings: Wire<TypeMapping>[] }>(
    `/api/v1/sync/mapping?${query}`,
  )
  const mappings = answer?.mappings ?? []
  return (
    <section className="stack" aria-labelledby="step">
      <h2 id="step" tabIndex={-1}>
        How the types appear in {provider.name}
      </h2>
      {error && <Wrong error={error} />}
      {!answer && !error && <p className="muted">Reading both sides …</p>}
      {answer && (
        <div className="card flush">
          <ul className="mappings">
            {mappings.map((mapping) => (
              <li key={mapping.typeKey}>
                <Mapping of={mapping} />
              </li>
            ))}
          </ul>
          {mappings.length === 0 && <p className="empty">This website has no content types.</p>}
        </div>
      )}
      <div className="bar">
        <button onClick={onBack}>Back</button>
        <span className="row">
          <span className="muted" role="status">
            {answer && count(mappings.length, 'content type')}
          </span>
          <button className="primary" onClick={onNext} disabled={mappings.length === 0}>
            Next: review
          </button>
        </span>
      </div>
    </section>
  )
}

function Mapping({ of }: { of: Wire<TypeMapping> }) {
  const { typeKey, name, status, platformKey, baseType, conflicts, lastAttempt, fields } = of
  return (
    <details className="mapping" name="mapping">
      <summary>
        <span className="mapping-name">{name}</span>
        <span className="mono muted">→ {platformKey}</span>
        <span className="mapping-status">
          <Status of={status} />
          {conflicts > 1 && <Badge tone="warn">{count(conflicts, 'conflict')}</Badge>}
        </span>
        <span className="muted mapping-last">
          {lastAttempt ? (
            <>
              <Status of={lastAttempt.status} /> {time(lastAttempt.at)}
            </>
          ) : (
            'never deployed'
          )}
        </span>
      </summary>
      <div className="mapping-body stack tight">
        {lastAttempt?.error && <p className="badge bad">{plainWords(lastAttempt.error)}</p>}
        <p className="muted">
          Base type <code>{baseType ?? 'none'}</code> · key <code>{typeKey}</code>
          {conflicts > 0 && (
            <>
              {' · '}
              <Link href="/conflicts">decide the conflict</Link>
            </>
          )}
        </p>
        <Fields of={fields} name={name} />
        <Losses of={of.losses} />
      </div>
    </details>
  )
}

function Fields({ of, name }: { of: Wire<FieldMapping>[]; name: string }) {
  return (
    <div className="table" tabIndex={0} role="region" aria-label={`Fields of ${name}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Kind</th>
            <th scope="col">Property</th>
            <th scope="col">Type there</th>
            <th scope="col">Not carried over</th>
          </tr>
        </thead>
        <tbody>
          {of.map((field) => (
            <tr key={field.platformKey}>
              <th scope="row">{field.name}</th>
              <td>{field.kind}</td>
              <td className="mono">{field.platformKey}</td>
              <td className="mono">
                {field.platformType} {field.held && <Badge>kept</Badge>}
              </td>
              <td className="muted">
                {field.losses.map(({ attribute: name, reason }) => (
                  <span key={name} title={reason}>
                    {attribute(name)}{' '}
                  </span>
                ))}
                {field.losses.length === 0 && '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What not every font has. */
const PICTURE = /\p{Extended_Pictographic}/u

function Losses({ of }: { of: Wire<Loss>[] }) {
  if (of.length === 0) return null
  const said = of.map(({ attribute: name, value: held }) => {
    const shown = value(held)
    return PICTURE.test(shown) ? attribute(name) : `${attribute(name)} (${shown})`
  })
  return <p className="muted">Stays in the studio: {said.join(', ')}</p>
}
