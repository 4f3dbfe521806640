// POST: what a deployment would do. Writes nothing.

import { planDeployment, type PlanOptions } from 'catalyst-sync'

import { answer, bodyOf } from '@/lib/server/answer'
import { providerOf } from '@/lib/server/provider'

export function POST(request: Request) {
  return answer(async () => {
    const { provider, ...options } = (await bodyOf(request)) as PlanOptions
    return planDeployment({ ...options, provider: providerOf(provider) })
  })
}
