'use client'

import type { Conflict, ConflictField } from 'catalyst-sync'
import { useState } from 'react'

import { Dialog } from '@/components/parts/dialog'
import { Notice, Wrong } from '@/components/parts/notice'
import { post } from '@/lib/client'
import type { Wire } from '@/lib/wire'
import { placeWords } from '@/lib/words'
import { isReady, Overlap, type Decision } from './overlap'

/** A conflict as the studio's route tells it. */
export interface ConflictRow {
  id: string
  typeKey: string
  websiteId: string
  target: string
  type: Conflict['type']
  status: Conflict['status']
  details: Wire<Pick<Conflict, 'name' | 'fields' | 'autoMerged' | 'digest'>>
  resolution: string | null
  resolvedBy: string | null
  resolvedAt: string | null
  createdAt: string
}

interface Answer {
  success: boolean
  error?: string
  remaining?: Wire<ConflictField>[]
}

/** A conflict as somebody saw it; that digest is what the decision is about. */
export type SeenConflict = Wire<Pick<Conflict, 'id' | 'name' | 'fields' | 'autoMerged' | 'digest'>>

export const seenOf = ({ id, details }: ConflictRow): SeenConflict => ({ id, ...details })

interface Props {
  conflict: SeenConflict
  /** Of a conflict that only looking showed, which no deployment has recorded. */
  provider?: string
  onClose(): void
  onDecided(): void
}

/** A conflict, property by property: what both had, what each made of it, and which shall hold. */
export function ConflictDialog({ conflict, provider, onClose, onDecided }: Props) {
  const { id, name, fields, autoMerged, digest } = conflict
  const [decisions, setDecisions] = useState<Record<string, Decision>>({})
  const [failure, setFailure] = useState<Error>()
  const whole = fields.some(({ path }) => path === '')
  const ready = fields.length > 0 && fields.every(({ path }) => isReady(decisions[path]))

  async function decide() {
    const side = sideOf(fields, decisions)
    const resolution = side
      ? { resolution: side === 'local' ? 'source_wins' : 'target_wins' }
      : { resolution: 'manual', values: valuesOf(fields, decisions) }
    try {
      const body = { action: 'resolve', conflictId: id, digest, provider, ...resolution }
      const answer = await post<Answer>('/api/v1/sync/conflicts', body)
      if (answer.success) onDecided()
      else setFailure(new Error(answer.error))
    } catch (reason) {
      setFailure(reason as Error)
    }
  }

  return (
    <Dialog title={`Decide ${name}`} onClose={onClose}>
      <p className="muted">
        The studio and the CMS changed the same thing apart. Choose what holds; nothing is sent
        before the next deployment.
      </p>
      {fields.map((field) => (
        <Overlap
          key={field.path}
          field={field}
          custom={!whole}
          decision={decisions[field.path]}
          onDecide={(decision) => setDecisions((all) => ({ ...all, [field.path]: decision }))}
        />
      ))}
      {autoMerged.length > 0 && (
        <Notice title="Changed on one side only, and no question">
          <p>{autoMerged.map(placeWords).join('; ')}</p>
        </Notice>
      )}
      {failure && <Wrong error={failure} />}
      <footer>
        <button onClick={onClose}>Later</button>
        <button className="primary" onClick={decide} disabled={!ready}>
          Decide
        </button>
      </footer>
    </Dialog>
  )
}

/** The side that holds everywhere; the record says it in one word then. */
function sideOf(fields: Wire<ConflictField>[], decisions: Record<string, Decision>) {
  const [first, ...others] = new Set(fields.map(({ path }) => decisions[path]?.side))
  return others.length === 0 && first !== 'custom' ? first : undefined
}

/** `null` takes away what is there. */
function valuesOf(fields: Wire<ConflictField>[], decisions: Record<string, Decision>) {
  return Object.fromEntries(
    fields.map((field) => {
      const decision = decisions[field.path]
      return [field.path, (decision && valueOf(field, decision)) ?? null]
    }),
  )
}

function valueOf(field: Wire<ConflictField>, decision: Decision): unknown {
  if (decision.side !== 'custom') return field[decision.side]
  return 'value' in decision.given ? decision.given.value : undefined
}
