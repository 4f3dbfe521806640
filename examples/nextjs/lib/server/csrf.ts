// The studio's token against requests of other sites: a cookie that a header must repeat.

import { randomBytes, timingSafeEqual } from 'node:crypto'

import { cookies } from 'next/headers'

import { TOKEN_HEADER, TOKEN_REFUSED } from '@/lib/csrf'

const COOKIE = 'csrf_token'
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
  const sent = Buffer.from(request.headers.get(TOKEN_HEADER) ?? '')
  if (held.length > 0 && held.length === sent.length && timingSafeEqual(held, sent)) return
  return Response.json({ error: TOKEN_REFUSED, nextStep: 'load the page again' }, { status: 403 })
}
