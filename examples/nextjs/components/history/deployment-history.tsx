'use client'

import Link from 'next/link'

import { Status } from '@/components/parts/badge'
import { Wrong } from '@/components/parts/notice'
import type { Job } from '@/lib/deployment'
import { typesOf } from '@/lib/outcomes'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { milliseconds, shortId, time } from '@/lib/words'

/** The latest deployments. */
export function DeploymentHistory() {
  const { value, error } = useResource<{ deployments: Wire<Job>[] }>('/api/sync/deployments')
  if (error) return <Wrong error={error} />
  const deployments = value?.deployments ?? []
  return (
    <div className="card flush table" tabIndex={0} role="region" aria-label="Deployments">
      <table>
        <caption>Deployments</caption>
        <thead>
          <tr>
            <th scope="col">Deployment</th>
            <th scope="col">Started</th>
            <th scope="col">Platform</th>
            <th scope="col">Result</th>
            <th scope="col" className="number">
              Types
            </th>
            <th scope="col" className="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {deployments.map((job) => (
            <tr key={`${job.id} ${job.startedAt}`}>
              <th scope="row">
                <Link href={`/?deployment=${encodeURIComponent(job.id)}`} className="mono">
                  {shortId(job.id)}
                </Link>
                {job.rollbackOf && <span className="muted"> undoes {shortId(job.rollbackOf)}</span>}
                {undone(job, deployments) && <span className="muted"> undone since</span>}
              </th>
              <td className="when">{time(job.startedAt)}</td>
              <td>{job.providerId}</td>
              <td>
                <Status of={job.outcome === 'partial' ? 'partial' : job.status} />
              </td>
              <td className="number">{job.outcomes ? typesOf(job.outcomes) : '–'}</td>
              <td className="number">{milliseconds(job.metrics?.timeTaken)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {value && deployments.length === 0 && <p className="empty">Nothing was deployed yet.</p>}
    </div>
  )
}

/** Whether another deployment undid this one, and was not undone itself. */
function undone({ id }: Wire<Job>, all: Wire<Job>[]): boolean {
  const undoing = all.find(({ rollbackOf, outcome }) => rollbackOf === id && outcome === 'success')
  return undoing !== undefined && !undone(undoing, all)
}
