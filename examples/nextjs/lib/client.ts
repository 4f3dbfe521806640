// Requests of the pages to the studio's routes.

import type { Failure } from './wire'

const TOKEN_HEADER = 'x-csrf-token'

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

let token: Promise<string> | undefined

function csrf(): Promise<string> {
  token ??= fetch('/api/csrf-token')
    .then((answer) => answer.json())
    .then((body: { token: string }) => body.token)
  return token
}

/** Asks a route; rejects with an `ApiError` for anything but a success. */
export async function ask<T>(
  path: string,
  { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const answer = await fetch(path, {
    method,
    signal,
    cache: 'no-store',
    ...(method !== 'GET' && {
      headers: { 'content-type': 'application/json', [TOKEN_HEADER]: await csrf() },
    }),
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
