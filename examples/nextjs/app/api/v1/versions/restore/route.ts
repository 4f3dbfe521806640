// POST: makes the content of a version the present one. No platform is touched.

import { getVersion, restoreVersion } from 'catalyst-sync'

import { answer, bodyOf, notFound, text } from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { EDITOR } from '@/lib/server/editor'

export async function POST(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const body = await bodyOf(request)
    const hash = text(body, 'hash')
    if ((await getVersion(hash)) === null) return notFound(`no version has the hash ${hash}`)
    const version = await restoreVersion(hash, { author: EDITOR })
    return { success: true, version }
  })
}
