// The studio's token against requests of other sites: a cookie that a header must repeat.

import { randomBytes, timingSafeEqual } from 'node:crypto'

import { cookies } from 'next/headers'

const COOKIE = 'csrf_token'
const HEADER = 'x-csrf-token'
const DAY = 24 * 60 * 60

/** The token of this browser; it gets one where it has none. */
export async function csrfToken(): Promise<string> {
  const jar = await cookies()
  const held = jar.get(COOKIE)?.value
  if (held) return held
  const token = randomBytes(32).toString('hex')
  jar.set(COOKIE, token, { httpOnly: true, sameSite: 'strict', path: '/', maxAge: DAY })
  return token
}

/** The refusal of a request that does not repeat the token; nothing when it does. */
export async function refusal(request: Request): Promise<Response | undefined> {
  const held = Buffer.from((await cookies()).get(COOKIE)?.value ?? '')
  const sent = Buffer.from(request.headers.get(HEADER) ?? '')
  if (held.length > 0 && held.length === sent.length && timingSafeEqual(held, sent)) return
  return Response.json(
    { error: 'Invalid CSRF token', nextStep: 'load the page again' },
    { status: 403 },
  )
}
