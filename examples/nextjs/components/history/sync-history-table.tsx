'use client'

import type { SyncHistory } from 'catalyst-sync'
import { useState } from 'react'

import { Status } from '@/components/parts/badge'
import { Wrong } from '@/components/parts/notice'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { count, milliseconds, plainWords, time } from '@/lib/words'

const PAGE = 20

/** Of the table of attempts. */
const COLUMNS = 7

const STATUSES = [
  ['', 'All results'],
  ['SUCCESS', 'Done'],
  ['PARTIAL', 'Partly'],
  ['FAILED', 'Failed'],
]

/** Every attempt that reached a platform, the latest first. */
export function SyncHistoryTable() {
  const [status, setStatus] = useState('')
  const [offset, setOffset] = useState(0)
  const query = new URLSearchParams({ limit: String(PAGE), offset: String(offset), status })
  const { value, error } = useResource<Wire<SyncHistory>>(`/api/v1/sync/history?${query}`)
  if (error) return <Wrong error={error} />
  return (
    <section className="stack tight" aria-labelledby="attempts">
      <div className="spread">
        <h2 id="attempts">Attempts</h2>
        <span className="row">
          <span className="muted" role="status">
            {value && count(value.total, 'attempt')}
          </span>
          <label className="hidden" htmlFor="status">
            Result
          </label>
          <select
            id="status"
            value={status}
            onChange={(event) => {
              setStatus(event.target.value)
              setOffset(0)
            }}
          >
            {STATUSES.map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </span>
      </div>
      {value && <Attempts of={value.data} />}
      {value && (value.hasMore || offset > 0) && (
        <div className="actions">
          <button disabled={offset === 0} onClick={() => setOffset(offset - PAGE)}>
            Newer
          </button>
          <button disabled={!value.hasMore} onClick={() => setOffset(offset + PAGE)}>
            Older
          </button>
        </div>
      )}
    </section>
  )
}

function Attempts({ of }: { of: Wire<SyncHistory>['data'] }) {
  return (
    <div className="card flush table" tabIndex={0} role="region" aria-label="Attempts">
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Done</th>
            <th scope="col">Result</th>
            <th scope="col">When</th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="number">
              Requests
            </th>
            <th scope="col">Exchange</th>
          </tr>
        </thead>
        <tbody>
          {of.map((record) => (
            <Attempt key={record.id} of={record} />
          ))}
        </tbody>
      </table>
      {of.length === 0 && <p className="empty">No attempt of this kind.</p>}
    </div>
  )
}

function Attempt({ of: record }: { of: Wire<SyncHistory>['data'][number] }) {
  return (
    <>
      <tr className={record.errorMessage ? 'remarked' : undefined}>
        <th scope="row">{record.typeKey}</th>
        <td>
          {record.operation} {record.syncDirection === 'PULL' && 'here'}
        </td>
        <td>
          <Status of={record.syncStatus} />
        </td>
        <td className="when">{time(record.startedAt)}</td>
        <td className="number">{milliseconds(record.durationMs)}</td>
        <td className="number">{record.attempts}</td>
        <td>
          <details>
            <summary>Show</summary>
            <pre className="json">{JSON.stringify(record.pushedData, null, 2)}</pre>
            <pre className="json">{JSON.stringify(record.responseData, null, 2)}</pre>
          </details>
        </td>
      </tr>
      {record.errorMessage && (
        <tr>
          <td colSpan={COLUMNS} className="remark">
            {plainWords(record.errorMessage)}
          </td>
        </tr>
      )}
    </>
  )
}
