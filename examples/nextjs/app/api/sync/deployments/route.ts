// GET: the latest deployments.

import { answer } from '@/lib/server/answer'
import { recentDeployments, shown } from '@/lib/server/deployment'

export const GET = () =>
  answer(async () => ({ deployments: (await recentDeployments()).map(shown) }))
