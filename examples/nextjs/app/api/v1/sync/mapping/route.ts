// GET: how each type is expressed on the platform, and what came of it last.

import { previewMapping } from 'catalyst-sync'

import { answer, list, parametersOf } from '@/lib/server/answer'
import { providerOf } from '@/lib/server/provider'

export function GET(request: Request) {
  return answer(async () => {
    const parameters = parametersOf(request)
    const mappings = await previewMapping({
      provider: providerOf(parameters.get('provider')),
      websiteId: parameters.get('websiteId') ?? undefined,
      contentTypeKeys: list(parameters, 'contentTypes'),
    })
    return { mappings }
  })
}
