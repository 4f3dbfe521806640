// GET: the versions of a type, newest first.

import { getVersionHistory } from 'catalyst-sync'

import { answer, given, number, parametersOf } from '@/lib/server/answer'

const FILTERS = { author: 'author', source: 'source', startDate: 'from', endDate: 'to' }

export function GET(request: Request, { params }: RouteContext<'/api/v1/versions/[typeKey]'>) {
  return answer(async () => {
    const { typeKey } = await params
    const parameters = parametersOf(request)
    const limit = number(parameters, 'limit')
    const versions = await getVersionHistory(typeKey, { ...given(parameters, FILTERS), limit })
    return { success: true, typeKey, versions, count: versions.length }
  })
}
