'use client'

import { useState } from 'react'

import { Badge, Status } from '@/components/parts/badge'
import { Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import { useResource } from '@/lib/use-resource'
import { count, placeWords, time } from '@/lib/words'
import { ConflictDialog, type ConflictRow } from './conflict-dialog'

interface Answer {
  conflicts: ConflictRow[]
  pagination: { total: number }
}

/** What both sides changed apart: what is open, and what was decided. */
export function ConflictList() {
  const { value, error, reload } = useResource<Answer>('/api/v1/sync/conflicts')
  const [deciding, setDeciding] = useState<string>()
  const conflicts = value?.conflicts ?? []
  const open = conflicts.filter(({ status }) => status === 'pending')
  return (
    <>
      <PageHead title="Conflicts">
        Both sides changed the same property. Nothing of it is overwritten before somebody decides.
      </PageHead>
      {error && <Wrong error={error} />}
      <p role="status" className="muted page-status">
        {value &&
          `${count(open.length, 'conflict')} open, ${count(value.pagination.total, 'conflict')} in all`}
      </p>
      {value && conflicts.length === 0 && (
        <div className="card empty">Nothing was ever changed on both sides.</div>
      )}
      {conflicts.length > 0 && (
        <div className="card flush">
          {conflicts.map((conflict) => (
            <article className="operation" key={conflict.id} aria-label={conflict.details.name}>
              <div className="spread">
                <span className="row">
                  <strong>{conflict.details.name}</strong>
                  <Status of={conflict.status} />
                  {conflict.resolution && <Badge>{conflict.resolution.replaceAll('_', ' ')}</Badge>}
                </span>
                {conflict.status === 'pending' && (
                  <button className="primary" onClick={() => setDeciding(conflict.id)}>
                    Decide {conflict.details.name}
                  </button>
                )}
              </div>
              <p>{conflict.details.fields.map(({ path }) => placeWords(path)).join('; ')}</p>
              <p className="muted">
                Seen {time(conflict.createdAt)}
                {conflict.resolvedAt &&
                  `, decided ${time(conflict.resolvedAt)} by ${conflict.resolvedBy}`}
              </p>
            </article>
          ))}
        </div>
      )}
      {deciding && (
        <ConflictDialog
          id={deciding}
          onClose={() => setDeciding(undefined)}
          onDecided={() => {
            setDeciding(undefined)
            reload()
          }}
        />
      )}
    </>
  )
}
