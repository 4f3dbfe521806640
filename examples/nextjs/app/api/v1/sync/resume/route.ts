// POST: carries on with a deployment: what failed (`failed`), that and what was never attempted
// (`continue`), or all of it (`all`).

import { getDeployment, resumeDeployment } from 'catalyst-sync'

import { answer, bodyOf, notFound, text } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { ignore } from '@/lib/server/deployment'
import { providerOf } from '@/lib/server/provider'

export async function POST(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const body = await bodyOf(request)
    const id = text(body, 'id')
    const job = await getDeployment(id)
    if (job === null) return notFound(`no deployment has the id ${JSON.stringify(id)}`)
    const mode = (body.mode ?? 'continue') as 'continue' | 'failed' | 'all'
    resumeDeployment(id, ignore, { mode, provider: providerOf(job.providerId) })
    return Response.json({ success: true, syncId: id }, { status: 202 })
  })
}
