// The CMS's own interface, as a colleague's tool uses it: not by way of the engine.

import { BadRequest } from './answer'

const BASE = (process.env.OPTIMIZELY_API_URL ?? 'https://api.cms.optimizely.com/v1').replace(
  /\/+$/,
  '',
)

/** Tokens live 300 seconds; this one is let go a while before. */
const SPARE_MS = 60_000

interface Token {
  value: string
  until: number
}

let token: Token | undefined

/** What the CMS refused, in its own words. */
export class CmsError extends Error {
  readonly code = 'CMS_REFUSED'

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** A content type as the CMS has it. */
export interface CmsType {
  key: string
  displayName?: string
  description?: string
  baseType?: string
  lastModified?: string
  lastModifiedBy?: string
  properties?: Record<string, CmsProperty>
}

export interface CmsProperty {
  type: string
  displayName?: string
  description?: string
  required?: boolean
  minLength?: number
  maxLength?: number | null
  minimum?: number
  maximum?: number
}

async function authorization(): Promise<string> {
  if (token === undefined || token.until < Date.now()) {
    const answer = await fetch(new URL('/oauth/token', BASE), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: process.env.OPTIMIZELY_CLIENT_ID,
        client_secret: process.env.OPTIMIZELY_CLIENT_SECRET,
      }),
    })
    // Its text may repeat the credentials.
    if (!answer.ok) throw new CmsError(401, 'the CMS does not accept the credentials')
    const { access_token, expires_in } = await answer.json()
    token = { value: access_token, until: Date.now() + expires_in * 1000 - SPARE_MS }
  }
  return `Bearer ${token.value}`
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, authorization: await authorization() }
  const answer = await fetch(`${BASE}${path}`, { ...init, headers, cache: 'no-store' })
  if (answer.ok) return answer
  const problem = await answer.json().catch(() => ({}))
  throw new CmsError(
    answer.status,
    problem.detail ?? problem.title ?? `the CMS answered ${answer.status}`,
  )
}

const at = (key: string) => `/contenttypes/${encodeURIComponent(key)}`

/** The types that somebody made, without those of the CMS itself. */
export async function listTypes(): Promise<CmsType[]> {
  const answer = await ask('/contenttypes?pageIndex=0&pageSize=1000&sources=DEFAULT')
  const { items } = (await answer.json()) as { items: CmsType[] }
  return items
}

/** A type and the tag of its state. */
export async function readType(key: string): Promise<{ type: CmsType; tag: string | null }> {
  const answer = await ask(at(key))
  return { type: await answer.json(), tag: answer.headers.get('etag') }
}

/** Changes a type, if it still is as it was shown. */
export async function changeType(key: string, patch: object, tag: unknown): Promise<CmsType> {
  if (typeof tag !== 'string') throw new BadRequest('tag is required')
  await ask(at(key), {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': tag },
    body: JSON.stringify(patch),
  })
  return (await readType(key)).type
}

export async function removeType(key: string): Promise<void> {
  await ask(at(key), { method: 'DELETE' })
}
