// POST: undoes a deployment, as it was previewed.

import { getDeployment, rollbackDeployment, type RollbackOptions } from 'catalyst-sync'

import { answer, bodyOf, notFound, text } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { providerOf } from '@/lib/server/provider'

export async function POST(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const body = await bodyOf(request)
    const id = text(body, 'id')
    const job = await getDeployment(id)
    if (job === null) return notFound(`no deployment has the id ${JSON.stringify(id)}`)
    const options = (body.options ?? {}) as RollbackOptions
    rollbackDeployment(id, { ...options, provider: providerOf(job.providerId) })
    return Response.json({ success: true, syncId: `${id}-rollback` }, { status: 202 })
  })
}
