'use client'

import type { AtomChange, ChangeDetails, Plan, RunOptions } from 'catalyst-sync'
import { useEffect, useState } from 'react'

import { Status } from '@/components/parts/badge'
import { ChangeList } from '@/components/parts/change-list'
import { Wrong } from '@/components/parts/notice'
import { ask, post } from '@/lib/client'
import type { Wire } from '@/lib/wire'
import { count } from '@/lib/words'

type Mode = NonNullable<RunOptions['mode']>

/** A type of which the CMS moved something. */
interface Moved {
  key: string
  name: string
  status: string
  changes: Wire<AtomChange>[]
  contentItems: number
}

interface Props {
  providerId: string
  websiteId: string
  mode: Mode
  /** The plan of this direction, with every consent. */
  plan: Wire<Plan>
}

/** What the CMS changed and this direction does not carry out, so that nobody takes it for unseen. */
export function CmsChanges({ providerId, websiteId, mode, plan }: Props) {
  const [moved, setMoved] = useState<Moved[]>()
  const [error, setError] = useState<Error>()

  // Anew for each plan: what is shown beside each other was read at the same time.
  useEffect(() => {
    const abort = new AbortController()
    setError(undefined)
    readMoved(providerId, websiteId, abort.signal).then(setMoved, (reason: Error) => {
      if (!abort.signal.aborted) setError(reason)
    })
    return () => abort.abort()
  }, [providerId, websiteId, plan])

  if (error) return <Wrong error={error} />
  const home = new Set(
    plan.operations.filter(({ direction }) => direction === 'pull').map(({ typeKey }) => typeKey),
  )
  const left = moved?.filter(({ key }) => !home.has(key)) ?? []
  if (left.length === 0) return null
  return (
    <section className="card flush" aria-labelledby="moved">
      <div className="operation">
        <h3 id="moved">Changed in the CMS</h3>
        <p className="muted">{SAYS[mode]}</p>
      </div>
      {left.map(({ key, name, status, changes, contentItems }) => (
        <article className="operation" key={key} aria-label={`${name}, changed in the CMS`}>
          <div className="title">
            <strong>{name}</strong>
            <Status of={status} />
          </div>
          <div className="body">
            {status === 'remote_modified' && <ChangeList changes={changes} />}
            <p className="muted">{fate(mode, status, contentItems)}</p>
          </div>
        </article>
      ))}
    </section>
  )
}

const SAYS: Record<Mode, string> = {
  push: 'A colleague changed this there. It is not overwritten, and does not come home in this direction.',
  pull: 'A colleague changed this there, and it does not come home by itself.',
  bidirectional: 'A colleague changed this there, and it does not come home by itself.',
}

/** What becomes of it in this direction. */
function fate(mode: Mode, status: string, contentItems: number): string {
  if (status === 'remote_new') {
    return mode === 'push'
      ? 'Stays there; both ways makes it here, too.'
      : 'Both ways makes it here.'
  }
  if (status === 'remote_deleted') {
    if (contentItems === 0) return 'The studio keeps it, and it is not made there again.'
    return `The studio keeps it, because ${count(contentItems, 'content item')} here ${contentItems === 1 ? 'is' : 'are'} of it.`
  }
  return mode === 'push' ? 'Stays as it is there; both ways takes it home.' : 'Stays as it is.'
}

/** Types that only the CMS changed, and of those that both changed, what the CMS did. */
async function readMoved(provider: string, websiteId: string, signal: AbortSignal) {
  const query = new URLSearchParams({ provider, websiteId, includeDetails: 'true' })
  const everything = { provider, websiteId, mode: 'pull', allowDelete: true, allowDataLoss: true }
  const [{ details }, { operations }] = await Promise.all([
    ask<{ details: Wire<ChangeDetails> }>(`/api/v1/sync/changes?${query}`, { signal }),
    post<Wire<Plan>>('/api/v1/sync/plan', everything, signal),
  ])
  const known = new Set(details.remoteChanged.map(({ key }) => key))
  const beside = operations.filter(({ typeKey }) => !known.has(typeKey))
  return [
    ...details.remoteChanged,
    ...beside.map(({ typeKey, ...rest }) => ({ ...rest, key: typeKey, status: 'remote_modified' })),
  ] satisfies Moved[]
}
