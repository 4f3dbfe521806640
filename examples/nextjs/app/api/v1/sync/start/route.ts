// POST: starts a deployment and says where to follow it.

import { answer, bodyOf } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { start, type Asked } from '@/lib/server/deployment'

export async function POST(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const { id, status } = await start((await bodyOf(request)) as Asked)
    const events = `/api/v1/sync/events?id=${id}`
    return Response.json({ success: true, syncId: id, status, events }, { status: 202 })
  })
}
