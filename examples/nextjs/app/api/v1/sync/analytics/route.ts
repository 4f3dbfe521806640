// GET: the history added up, in the four forms that the studio asks for.

import { getAnalytics } from 'catalyst-sync'

import { answer, BadRequest, given, parametersOf } from '@/lib/server/answer'

const FILTERS = { platform: 'platform', typeKey: 'type', startDate: 'from', endDate: 'to' }

export function GET(request: Request) {
  return answer(async () => {
    const parameters = parametersOf(request)
    const options = given(parameters, FILTERS)
    switch (parameters.get('type') ?? 'health') {
      case 'health':
        return getAnalytics(options)
      case 'metrics':
        return { data: await getAnalytics({ ...options, report: 'metrics' }) }
      case 'failures':
        return { patterns: (await getAnalytics({ ...options, report: 'failures' })).patterns }
      case 'success-rate': {
        const report = await getAnalytics({ ...options, report: 'success-rate' })
        const { platform, successRate, averageSyncTime, timeRange } = report
        return { platform, successRate, averageSyncTime, timeRange }
      }
      default:
        throw new BadRequest('type must be health, metrics, failures or success-rate')
    }
  })
}
