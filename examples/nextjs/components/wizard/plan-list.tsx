'use client'

import type { Finding } from 'catalyst-sync'
import { useId } from 'react'

import { Badge } from '@/components/parts/badge'
import { ChangeList } from '@/components/parts/change-list'
import { consentKey, isDestructive, type Operation, type Review } from '@/lib/use-review'
import { count, plainWords } from '@/lib/words'

const SIGNS = { create: '+', update: '~', delete: '−' }
const WORDS = { create: 'create', update: 'change', delete: 'delete' }
const TONES = { error: 'bad', warning: 'warn', info: 'plain' } as const
const SEVERITIES = { error: 'Not deployed', warning: 'Warning', info: 'Note' }

/** Above so many changes they are folded. */
const FOLDED_FROM = 12

/** What a plan does, type by type, with what has to be ticked and confirmed. */
export function PlanList({ review, selectable }: { review: Review; selectable: boolean }) {
  const { full } = review
  if (!full) return null
  return (
    <div className="card flush">
      {full.operations.map((operation) => (
        <PlannedType
          key={`${operation.direction} ${operation.typeKey}`}
          operation={operation}
          findings={full.findings.filter(({ typeKey }) => typeKey === operation.typeKey)}
          review={review}
          selectable={selectable}
        />
      ))}
      {full.operations.length === 0 && <p className="empty">Nothing would be changed.</p>}
    </div>
  )
}

interface TypeProps {
  operation: Operation
  findings: Finding[]
  review: Review
  selectable: boolean
}

function PlannedType({ operation, findings, review, selectable }: TypeProps) {
  const { typeKey, name, changes, contentItems, dependsOn, direction } = operation
  const ticked = !review.unticked.includes(typeKey)
  const title = (
    <>
      <span className={`sign ${operation.operation}`} aria-hidden>
        {SIGNS[operation.operation]}
      </span>
      <span>
        <span className="hidden">{WORDS[operation.operation]} </span>
        {name}
      </span>
    </>
  )
  return (
    <article className="operation" aria-label={`${WORDS[operation.operation]} ${name}`}>
      <div className="title">
        {selectable ? (
          <label>
            <input
              type="checkbox"
              checked={ticked}
              onChange={(event) => review.tick(typeKey, event.target.checked)}
            />
            {title}
          </label>
        ) : (
          <strong className="row">{title}</strong>
        )}
        {direction === 'pull' && <Badge tone="accent">into the studio</Badge>}
        {operation.operation === 'delete' && <Badge tone="bad">deletes the type</Badge>}
        {operation.operation !== 'delete' && isDestructive(operation) && (
          <Badge tone="bad">loses content</Badge>
        )}
        {contentItems > 0 && <Badge>{count(contentItems, 'content item')} here</Badge>}
        {dependsOn.length > 0 && <span className="muted">after {dependsOn.join(', ')}</span>}
      </div>
      <div className="body">
        {changes.length > FOLDED_FROM ? (
          <details>
            <summary>{propertiesOf(operation)}</summary>
            <ChangeList changes={changes} />
          </details>
        ) : (
          <ChangeList changes={changes} />
        )}
        <Findings of={findings} />
        {ticked && isDestructive(operation) && <Consent operation={operation} review={review} />}
      </div>
    </article>
  )
}

function propertiesOf({ changes }: Operation): string {
  const names = changes.flatMap(({ path }) => /^\/properties\/([^/]+)$/.exec(path)?.[1] ?? [])
  return names.length > 0
    ? `${count(names.length, 'property', 'properties')}: ${names.join(', ')}`
    : count(changes.length, 'change')
}

/** A deletion or a loss is agreed to by writing the name of the type. */
function Consent({ operation, review }: { operation: Operation; review: Review }) {
  const id = useId()
  const { name, direction } = operation
  const key = consentKey(operation)
  const where = direction === 'pull' ? 'in the studio' : 'there'
  const word = review.words[key] ?? ''
  const agreed = word.trim() === name
  return (
    <div className="notice bad">
      <label htmlFor={id}>
        {operation.operation === 'delete'
          ? `To delete the type ${where}, write its name: ${name}`
          : `To lose what is removed ${where}, write the name of the type: ${name}`}
      </label>
      <div className="row">
        <input
          id={id}
          type="text"
          autoComplete="off"
          value={word}
          onChange={(event) => review.confirm(key, event.target.value)}
        />
        <span className="muted" role="status">
          {agreed ? 'You agreed to it.' : 'Until then it waits, and everything else goes.'}
        </span>
      </div>
    </div>
  )
}

/** What was found, each with what to do about it. */
export function Findings({ of }: { of: Finding[] }) {
  return of.map(({ severity, code, message, remedy, path }) => (
    <div key={`${code} ${path} ${message}`} className="finding">
      <p>
        <Badge tone={TONES[severity]}>{SEVERITIES[severity]}</Badge> {plainWords(message)}
      </p>
      <p className="muted">{plainWords(remedy)}</p>
    </div>
  ))
}
