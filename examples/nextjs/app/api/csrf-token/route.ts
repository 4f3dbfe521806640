// GET: the token that starting and cancelling a deployment repeat.

import { csrfToken } from '@/lib/server/csrf'

export const GET = async () => Response.json({ token: await csrfToken() })
