// GET: the content types as the CMS has them.

import { answer } from '@/lib/server/answer'
import { listTypes } from '@/lib/server/cms'

export const GET = () => answer(async () => ({ types: await listTypes() }))
