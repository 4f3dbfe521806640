// One content type of the CMS, read and changed there, by a colleague.

import { answer, bodyOf } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { changeType, readType, removeType } from '@/lib/server/cms'

type Context = RouteContext<'/api/cms/content-types/[key]'>

export function GET(_: Request, { params }: Context) {
  return answer(async () => readType((await params).key))
}

export async function PATCH(request: Request, { params }: Context) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const { tag, patch } = await bodyOf(request)
    return { type: await changeType((await params).key, patch as object, tag) }
  })
}

export async function DELETE(request: Request, { params }: Context) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    await removeType((await params).key)
    return new Response(null, { status: 204 })
  })
}
