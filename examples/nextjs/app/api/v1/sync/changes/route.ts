// What differs between the studio and the platform. Writes nothing.

import { detectChanges, type QueryOptions } from 'catalyst-sync'

import { answer, bodyOf, list, parametersOf } from '@/lib/server/answer'
import { providerOf } from '@/lib/server/provider'

/** What the studio takes for a type, in seconds. */
const SECONDS_PER_TYPE = 2

export function GET(request: Request) {
  return answer(async () => {
    const parameters = parametersOf(request)
    const { summary, details, timestamp } = await detectChanges({
      provider: providerOf(parameters.get('provider')),
      websiteId: parameters.get('websiteId') ?? undefined,
      contentTypeKeys: list(parameters, 'contentTypes'),
      includeDetails: parameters.get('includeDetails') === 'true',
    })
    const body = {
      provider: parameters.get('provider') ?? 'optimizely',
      timestamp,
      summary,
      ...(details && { details }),
      estimatedSyncTime: summary.total * SECONDS_PER_TYPE,
    }
    return Response.json(body, { headers: { 'cache-control': 'no-cache' } })
  })
}

export function POST(request: Request) {
  return answer(async () => {
    const { provider, contentTypeKeys, websiteId } = (await bodyOf(request)) as QueryOptions
    const changes = await detectChanges({
      provider: providerOf(provider),
      websiteId,
      contentTypeKeys,
      includeDetails: true,
    })
    return {
      success: true,
      provider: provider ?? 'optimizely',
      timestamp: changes.timestamp,
      changes,
    }
  })
}
