'use client'

import type { Conflict, ConflictField } from 'catalyst-sync'
import { useState } from 'react'

import { Dialog } from '@/components/parts/dialog'
import { Notice, Wrong } from '@/components/parts/notice'
import { post } from '@/lib/client'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { placeWords } from '@/lib/words'
import { Overlap, type Decision } from './overlap'

/** A conflict as the studio's route tells it. */
export interface ConflictRow {
  id: string
  typeKey: string
  type: Conflict['type']
  status: Conflict['status']
  details: Pick<Conflict, 'name' | 'fields' | 'autoMerged'>
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

interface Props {
  id: string
  onClose(): void
  onDecided(): void
}

/** A conflict, property by property: what both had, what each made of it, and which shall hold. */
export function ConflictDialog({ id, onClose, onDecided }: Props) {
  const { value, error } = useResource<{ conflict: ConflictRow }>(
    `/api/v1/sync/conflicts?id=${encodeURIComponent(id)}`,
  )
  const [decisions, setDecisions] = useState<Record<string, Decision>>({})
  const [failure, setFailure] = useState<Error>()
  const conflict = value?.conflict
  const fields = conflict?.details.fields ?? []
  const whole = fields.some(({ path }) => path === '')
  const ready = fields.length > 0 && fields.every(({ path }) => decisions[path] !== undefined)

  async function decide() {
    const first = fields[0] && decisions[fields[0].path]
    const resolution = whole
      ? { resolution: first?.side === 'local' ? 'source_wins' : 'target_wins' }
      : { resolution: 'manual', values: valuesOf(fields, decisions) }
    try {
      const body = { action: 'resolve', conflictId: id, ...resolution }
      const answer = await post<Answer>('/api/v1/sync/conflicts', body)
      if (answer.success) onDecided()
      else setFailure(new Error(answer.error))
    } catch (reason) {
      setFailure(reason as Error)
    }
  }

  return (
    <Dialog title={conflict ? `Decide ${conflict.details.name}` : 'Decide'} onClose={onClose}>
      {error && <Wrong error={error} />}
      {conflict && (
        <>
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
          {conflict.details.autoMerged.length > 0 && (
            <Notice title="Changed on one side only, and no question">
              <p>{conflict.details.autoMerged.map(placeWords).join('; ')}</p>
            </Notice>
          )}
        </>
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

/** `null` takes away what is there. */
function valuesOf(fields: Wire<ConflictField>[], decisions: Record<string, Decision>) {
  return Object.fromEntries(
    fields.map((field) => {
      const decision = decisions[field.path]
      const value = decision?.side === 'custom' ? decision.value : field[decision?.side ?? 'local']
      return [field.path, value ?? null]
    }),
  )
}
