'use client'

import type { FailuresReport, HealthReport, MetricsReport, SuccessRateReport } from 'catalyst-sync'

import { Status } from '@/components/parts/badge'
import { Notice, Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import { Tiles } from '@/components/parts/tiles'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { milliseconds, noun, percent, time } from '@/lib/words'
import { Days } from './days'

const at = (type: string) => `/api/v1/sync/analytics?type=${type}`

/** The history added up, in the studio's four reports. */
export function AnalyticsPage() {
  const health = useResource<Wire<HealthReport>>(at('health'))
  const metrics = useResource<{ data: Wire<MetricsReport> }>(at('metrics'))
  const failures = useResource<Wire<Pick<FailuresReport, 'patterns'>>>(at('failures'))
  const rate = useResource<Wire<Omit<SuccessRateReport, 'total' | 'report'>>>(at('success-rate'))
  const error = health.error ?? metrics.error ?? failures.error ?? rate.error
  const data = metrics.value?.data
  return (
    <>
      <PageHead title="Analytics">What was attempted, what came of it, and what is open.</PageHead>
      {error && <Wrong error={error} />}
      <div className="stack">
        {health.value && <Health of={health.value} />}
        {data && rate.value && (
          <Tiles
            of={[
              [noun(data.total, 'attempt'), data.total],
              ['done', data.successful],
              ['partly', data.partial],
              ['failed', data.failed],
              [noun(data.retries, 'retry', 'retries'), data.retries],
              ['success', percent(rate.value.successRate)],
              ['mean time', milliseconds(rate.value.averageSyncTime)],
            ]}
          />
        )}
        {data && <Days of={data.byDay} />}
        {data && data.byPlatform.length > 0 && <Platforms of={data.byPlatform} />}
        {failures.value && <Failures of={failures.value.patterns} />}
      </div>
    </>
  )
}

function Health({ of }: { of: Wire<HealthReport> }) {
  const { status, issues, lastSuccessAt, openConflicts, unfinished } = of
  return (
    <div className="card stack tight">
      <div className="spread">
        <h2>Health</h2>
        <Status of={status} />
      </div>
      <p className="muted">
        Last success {time(lastSuccessAt)} · open conflicts {openConflicts} · unfinished writes{' '}
        {unfinished}
      </p>
      {issues.map((issue) => (
        <Notice key={issue} tone="warn" title={issue} />
      ))}
    </div>
  )
}

function Platforms({ of }: { of: Wire<MetricsReport>['byPlatform'] }) {
  return (
    <div className="card flush table" tabIndex={0} role="region" aria-label="By platform">
      <table>
        <caption>By platform</caption>
        <thead>
          <tr>
            <th scope="col">Platform</th>
            {['Attempts', 'To create', 'To change', 'To delete', 'Success', 'Mean time'].map(
              (name) => (
                <th scope="col" className="number" key={name}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={one.platform}>
              <th scope="row">{one.platform}</th>
              <td className="number">{one.total}</td>
              <td className="number">{one.created}</td>
              <td className="number">{one.updated}</td>
              <td className="number">{one.deleted}</td>
              <td className="number">{percent(one.successRate)}</td>
              <td className="number">{milliseconds(one.averageSyncTime)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Failures({ of }: { of: Wire<FailuresReport>['patterns'] }) {
  return (
    <div className="card flush table" tabIndex={0} role="region" aria-label="Failures">
      <table>
        <caption>What failed most</caption>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">What happened</th>
            <th scope="col" className="number">
              Times
            </th>
            <th scope="col">Types</th>
            <th scope="col">Latest</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ code, message, count, types, latest }) => (
            <tr key={code}>
              <th scope="row" className="mono">
                {code ?? 'imported'}
              </th>
              <td className="words">{message}</td>
              <td className="number">{count}</td>
              <td>{types.join(', ')}</td>
              <td className="when">{time(latest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.length === 0 && <p className="empty">Nothing failed.</p>}
    </div>
  )
}
