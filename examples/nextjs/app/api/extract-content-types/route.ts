// GET: the content types of a website with their fields, whichever dialect they are stored in.

import { extractContentTypes, type SyncError } from 'catalyst-sync'

import { parametersOf } from '@/lib/server/answer'

export async function GET(request: Request) {
  try {
    const websiteId = parametersOf(request).get('websiteId') ?? undefined
    const { types } = await extractContentTypes({ websiteId })
    const data = types.map(({ id, name, fields }) => ({ id, name, fields: fieldsOf(fields) }))
    return Response.json({ success: true, data })
  } catch (reason) {
    const { message, status = 500, code } = reason as SyncError
    const body = {
      success: false,
      error: 'Failed to extract content types',
      details: message,
      code,
    }
    return Response.json(body, { status })
  }
}

/** The seed stores a bare list, the builder an object around it. */
function fieldsOf(definition: unknown): unknown[] {
  if (Array.isArray(definition)) return definition
  const fields = (definition as { fields?: unknown } | null)?.fields
  return Array.isArray(fields) ? fields : []
}
