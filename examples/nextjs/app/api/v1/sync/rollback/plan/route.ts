// POST: what undoing a deployment would do. Writes nothing.

import { getDeployment, planRollback, type RollbackOptions } from 'catalyst-sync'

import { answer, bodyOf, notFound, text } from '@/lib/server/answer'
import { providerOf } from '@/lib/server/provider'

export function POST(request: Request) {
  return answer(async () => {
    const body = await bodyOf(request)
    const id = text(body, 'id')
    const job = await getDeployment(id)
    if (job === null) return notFound(`no deployment has the id ${JSON.stringify(id)}`)
    const options = (body.options ?? {}) as RollbackOptions
    return planRollback(id, { ...options, provider: providerOf(job.providerId) })
  })
}
