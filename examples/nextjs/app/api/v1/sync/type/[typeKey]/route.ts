// GET: the attempts at one type, and the last that succeeded.

import { getLastSuccessfulSync, getSyncHistory } from 'catalyst-sync'

import { answer, given, number, parametersOf } from '@/lib/server/answer'

const FILTERS = { platform: 'platform', status: 'status' }

export function GET(request: Request, { params }: RouteContext<'/api/v1/sync/type/[typeKey]'>) {
  return answer(async () => {
    const { typeKey } = await params
    const parameters = parametersOf(request)
    const history = await getSyncHistory({
      ...given(parameters, FILTERS),
      type: typeKey,
      limit: number(parameters, 'limit'),
      offset: number(parameters, 'offset'),
    })
    return { ...history, typeKey, lastSuccessfulSync: await getLastSuccessfulSync(typeKey) }
  })
}
