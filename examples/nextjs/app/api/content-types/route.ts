// GET: the content types, and how much content there is of each.

import { answer, parametersOf } from '@/lib/server/answer'
import { studio } from '@/lib/server/prisma'

export function GET(request: Request) {
  return answer(async () => {
    const websiteId = parametersOf(request).get('websiteId') ?? undefined
    const rows = await studio().contentType.findMany({
      where: { websiteId },
      include: { _count: { select: { contentItems: true } } },
      orderBy: { name: 'asc' },
    })
    const data = rows.map(({ fields, settings: _, _count, ...row }) => ({
      ...row,
      definition: JSON.parse(fields),
      contentItems: _count.contentItems,
    }))
    return { data }
  })
}
