// Answers of the routes.

import type { SyncError } from 'catalyst-sync'

import type { Failure } from '@/lib/wire'

/** What a request has wrong; the message names it. */
export class BadRequest extends Error {
  readonly status = 400
}

/** Answers with what some work results in, and with a failure that names itself where it fails. */
export async function answer(work: () => Promise<unknown>): Promise<Response> {
  try {
    const result = await work()
    return result instanceof Response ? result : Response.json(result)
  } catch (reason) {
    return failed(reason)
  }
}

/** Everything that the engine rejects with says which status it deserves. */
export function failed(reason: unknown, more: object = {}): Response {
  const { message, code, status, details } = reason as Partial<SyncError> & Error
  if (status === undefined) console.error(reason)
  const body: Failure = {
    error: status === undefined ? 'the studio failed; its log says more' : message,
    ...(code && { code }),
    ...(details?.nextStep && { nextStep: details.nextStep }),
    ...(details && { details }),
  }
  return Response.json({ ...body, ...more }, { status: status ?? 500 })
}

export function notFound(error: string): Response {
  return Response.json({ error }, { status: 404 })
}

/** The members of a request's body. */
export async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = await request.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadRequest('the body must be a JSON object')
  }
  return body as Record<string, unknown>
}

/** A member that must be a text with something in it. */
export function text(from: Record<string, unknown>, name: string): string {
  const value = from[name]
  if (typeof value !== 'string' || value === '') throw new BadRequest(`${name} is required`)
  return value
}

/** A number among the parameters; what is no number is refused by the engine, by name. */
export function number(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name)
  return value === null ? undefined : Number(value)
}

/** A list among the parameters, as `a,b`. */
export function list(parameters: URLSearchParams, name: string): string[] | undefined {
  return parameters.get(name)?.split(',').filter(Boolean)
}

/** Parameters that are there, by the names that the engine knows. */
export function given(
  parameters: URLSearchParams,
  names: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, known]) => {
      const value = parameters.get(name)
      return value === null || value === '' ? [] : [[known, value]]
    }),
  )
}

export const parametersOf = (request: Request) => new URL(request.url).searchParams
