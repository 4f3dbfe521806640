// GET: what was sent and what came back, the latest first.

import { getSyncHistory } from 'catalyst-sync'

import { answer, given, number, parametersOf } from '@/lib/server/answer'

const FILTERS = {
  typeKey: 'type',
  platform: 'platform',
  status: 'status',
  deploymentId: 'deploymentId',
  startDate: 'from',
  endDate: 'to',
}

export function GET(request: Request) {
  return answer(() => {
    const parameters = parametersOf(request)
    return getSyncHistory({
      ...given(parameters, FILTERS),
      limit: number(parameters, 'limit'),
      offset: number(parameters, 'offset'),
    })
  })
}
