// One content type of the CMS, read and changed there, by a colleague.

import { answer, bodyOf } from '@/lib/server/answer'
import { changeType, readType, removeType } from '@/lib/server/cms'

type Context = RouteContext<'/api/cms/content-types/[key]'>

export function GET(_: Request, { params }: Context) {
  return answer(async () => readType((await params).key))
}

export function PATCH(request: Request, { params }: Context) {
  return answer(async () => {
    const { tag, patch } = await bodyOf(request)
    return { type: await changeType((await params).key, patch as object, tag) }
  })
}

export function DELETE(_: Request, { params }: Context) {
  return answer(async () => {
    await removeType((await params).key)
    return new Response(null, { status: 204 })
  })
}
