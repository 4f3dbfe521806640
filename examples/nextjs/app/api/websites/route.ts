// GET: the websites of the studio.

import { answer } from '@/lib/server/answer'
import { studio } from '@/lib/server/prisma'

export const GET = () =>
  answer(async () => ({
    data: await studio().website.findMany({
      select: { id: true, name: true, description: true, category: true },
      orderBy: { name: 'asc' },
    }),
  }))
