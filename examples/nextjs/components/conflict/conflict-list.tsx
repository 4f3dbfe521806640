'use client'

import type { ConflictField } from 'catalyst-sync'
import Link from 'next/link'
import { useState } from 'react'

import { Badge, Status } from '@/components/parts/badge'
import { Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { count, placeWords, time } from '@/lib/words'
import { ConflictDialog, seenOf, type ConflictRow } from './conflict-dialog'
import { sideWords } from './overlap'

interface Answer {
  conflicts: ConflictRow[]
  pagination: { total: number }
}

const HELD: Record<string, string> = {
  source_wins: 'the studio’s holds',
  target_wins: 'the CMS’s holds',
  merge: 'merged',
  manual: 'chosen by hand',
  settled: 'became equal',
}

const heldWords = (resolution: string) => HELD[resolution] ?? resolution.replaceAll('_', ' ')

/** What both sides had, the one that holds first. */
function fieldWords(field: Wire<ConflictField>, resolution: string | null): string {
  const [local, remote] = [field.local, field.remote].map((side) => sideWords(field, side))
  const sides =
    resolution === 'target_wins'
      ? `${remote}, as in the CMS; the studio had ${local}`
      : resolution === 'source_wins'
        ? `${local}, as in the studio; the CMS had ${remote}`
        : `the studio had ${local}, the CMS ${remote}`
  return `${placeWords(field.path)}: ${sides}`
}

/** What both sides changed apart: what is open, and what was decided. */
export function ConflictList() {
  const { value, error, reload } = useResource<Answer>('/api/v1/sync/conflicts')
  const [deciding, setDeciding] = useState<ConflictRow>()
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
                  {conflict.resolution && <Badge>{heldWords(conflict.resolution)}</Badge>}
                </span>
                {conflict.status === 'pending' && (
                  <button className="primary" onClick={() => setDeciding(conflict)}>
                    Decide {conflict.details.name}
                  </button>
                )}
              </div>
              <ul className="overlaps">
                {conflict.details.fields.map((field) => (
                  <li key={field.path}>{fieldWords(field, conflict.resolution)}</li>
                ))}
              </ul>
              <p className="muted">
                Seen {time(conflict.createdAt)}
                {conflict.resolvedAt &&
                  `, decided ${time(conflict.resolvedAt)} by ${conflict.resolvedBy}`}
                {conflict.resolution === 'manual' && (
                  <>
                    . What was chosen stands in the{' '}
                    <Link href={`/versions?type=${encodeURIComponent(conflict.details.name)}`}>
                      versions
                    </Link>
                  </>
                )}
              </p>
            </article>
          ))}
        </div>
      )}
      {deciding && (
        <ConflictDialog
          conflict={seenOf(deciding)}
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
