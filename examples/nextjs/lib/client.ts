// Requests of the pages to the studio's routes.

import { TOKEN_HEADER, TOKEN_REFUSED } from './csrf'
import type { Failure } from './wire'

/** An answer that is no success, with what it says. */
export class ApiError extends Error {
  readonly code?: string
  readonly nextStep?: string
  readonly details?: unknown

  constructor(
    readonly status: number,
    failure: Failure,
  ) {
    super(failure.error)
    this.code = failure.code
    this.nextStep = failure.nextStep
    this.details = failure.details
  }
}

interface Asked {
  method?: string
  body?: unknown
  signal?: AbortSignal
}

let token: Promise<string> | undefined

/** The token of this browser. One that could not be had is asked for anew by whoever needs it next. */
function csrf(): Promise<string> {
  if (token) return token
  const asked = ask<{ token: string }>('/api/csrf-token').then((body) => body.token)
  token = asked
  asked.catch(() => forget(asked))
  return asked
}

function forget(refused: Promise<string>) {
  if (token === refused) token = undefined
}

/** Asks a route; rejects with an `ApiError` for anything but a success. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  if ((asked.method ?? 'GET') === 'GET') return send<T>(path, asked, {})
  try {
    return await sendSigned<T>(path, asked)
  } catch (reason) {
    // Routes look at the token before they do anything, so what they refuse for it was not begun.
    if (!isTokenRefused(reason)) throw reason
    return sendSigned<T>(path, asked)
  }
}

const isTokenRefused = (reason: unknown) =>
  reason instanceof ApiError && reason.status === 403 && reason.message === TOKEN_REFUSED

async function sendSigned<T>(path: string, asked: Asked): Promise<T> {
  const held = csrf()
  const headers = { 'content-type': 'application/json', [TOKEN_HEADER]: await held }
  try {
    return await send<T>(path, asked, headers)
  } catch (reason) {
    // Its cookie is gone, or another one.
    if (isTokenRefused(reason)) forget(held)
    throw reason
  }
}

async function send<T>(
  path: string,
  { method = 'GET', body, signal }: Asked,
  headers: Record<string, string>,
): Promise<T> {
  const answer = await fetch(path, {
    method,
    signal,
    headers,
    cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (answer.status === 204) return undefined as T
  const result: unknown = await answer.json().catch(() => undefined)
  if (!answer.ok) {
    const failure = (result as Failure | undefined) ?? {
      error: `the studio answered ${answer.status}`,
    }
    throw new ApiError(answer.status, failure)
  }
  return result as T
}

export const post = <T>(path: string, body: unknown, signal?: AbortSignal) =>
  ask<T>(path, { method: 'POST', body, signal })
