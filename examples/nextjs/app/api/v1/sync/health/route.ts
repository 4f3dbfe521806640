// GET: whether a deployment could run now.

import { health } from 'catalyst-sync'

import { answer, parametersOf } from '@/lib/server/answer'
import { providerOf } from '@/lib/server/provider'

export function GET(request: Request) {
  return answer(() => health({ provider: providerOf(parametersOf(request).get('provider')) }))
}
