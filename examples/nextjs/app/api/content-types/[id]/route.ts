// One content type: GET reads it, PUT changes its definition, DELETE takes it away with its content.

import { answer, BadRequest, bodyOf, notFound, parametersOf, text } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { EDITOR } from '@/lib/server/editor'
import { actingAs, studio, type Note } from '@/lib/server/prisma'
import { count } from '@/lib/words'

type Context = RouteContext<'/api/content-types/[id]'>

const missing = (id: string) => notFound(`no content type has the id ${JSON.stringify(id)}`)

/** Who changes it: somebody at the user interface, or the assistant. */
function noteOf(source: unknown, message: unknown): Note {
  if (source !== 'UI' && source !== 'AI') throw new BadRequest('source must be UI or AI')
  const author = source === 'AI' ? 'assistant' : EDITOR
  return { source, author, ...(typeof message === 'string' && message && { message }) }
}

/** The state that an edit began with. */
function stateOf(body: Record<string, unknown>): Date {
  const at = new Date(text(body, 'updatedAt'))
  if (Number.isNaN(at.getTime())) throw new BadRequest('updatedAt must be a date')
  return at
}

export function GET(_: Request, { params }: Context) {
  return answer(async () => {
    const { id } = await params
    const row = await studio().contentType.findUnique({ where: { id } })
    if (row === null) return missing(id)
    const { fields, settings: _settings, ...rest } = row
    return { data: { ...rest, definition: JSON.parse(fields) } }
  })
}

export async function PUT(request: Request, { params }: Context) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const { id } = await params
    const body = await bodyOf(request)
    const { definition, source = 'UI', message } = body
    if (typeof definition !== 'object' || definition === null) {
      throw new BadRequest('definition must be an object')
    }
    const where = { id, updatedAt: stateOf(body) }
    if ((await studio().contentType.count({ where: { id } })) === 0) return missing(id)
    const { name } = definition as { name?: unknown }
    const data = {
      fields: JSON.stringify(definition),
      ...(typeof name === 'string' && name && { name }),
    }
    // Looking and writing are one statement, so that nobody comes in between.
    const [saved] = await actingAs(noteOf(source, message), () =>
      studio().contentType.updateManyAndReturn({ where, data, select: { updatedAt: true } }),
    )
    if (saved === undefined) {
      const error = 'the content type was changed meanwhile, and nothing was saved'
      return Response.json({ error, nextStep: 'read it again' }, { status: 409 })
    }
    return { data: { id, definition, updatedAt: saved.updatedAt } }
  })
}

export async function DELETE(request: Request, { params }: Context) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const { id } = await params
    if ((await studio().contentType.count({ where: { id } })) === 0) return missing(id)
    const items = await studio().contentItem.count({ where: { contentTypeId: id } })
    if (items > 0 && parametersOf(request).get('withContent') !== 'true') {
      const error = `${count(items, 'content item')} ${items === 1 ? 'is' : 'are'} of this type: delete it with its content, or keep it`
      return Response.json({ error, contentItems: items }, { status: 409 })
    }
    await actingAs(noteOf('UI', undefined), () => studio().contentType.delete({ where: { id } }))
    return new Response(null, { status: 204 })
  })
}
