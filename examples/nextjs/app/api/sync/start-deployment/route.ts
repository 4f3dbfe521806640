// POST starts a deployment, GET tells how it stands, DELETE cancels it.

import { cancelDeployment, getDeployment } from 'catalyst-sync'

import { answer, bodyOf, notFound, parametersOf } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { start, told, type Asked } from '@/lib/server/deployment'

const idOf = (request: Request) => parametersOf(request).get('id') ?? ''

const unknown = (id: string) => notFound(`no deployment has the id ${JSON.stringify(id)}`)

export async function POST(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const asked = (await bodyOf(request)) as Asked
    const details = [
      !asked.websiteId && { path: ['websiteId'], message: 'websiteId is required' },
      !asked.provider && { path: ['provider'], message: 'provider is required' },
    ].filter(Boolean)
    if (details.length > 0) {
      return Response.json({ error: 'Invalid request', details }, { status: 400 })
    }
    const deployment = await start(asked)
    return { success: true, deploymentId: deployment.id, deployment }
  })
}

export function GET(request: Request) {
  return answer(async () => {
    const job = await getDeployment(idOf(request))
    if (job === null) return unknown(idOf(request))
    return { success: true, job: await told(job) }
  })
}

export async function DELETE(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const id = idOf(request)
    // One that ended already stays as it ended.
    if (!cancelDeployment(id) && (await getDeployment(id)) === null) return unknown(id)
    return { success: true }
  })
}
