// GET: one attempt.

import { getSyncRecord } from 'catalyst-sync'

import { answer, notFound } from '@/lib/server/answer'

export function GET(_: Request, { params }: RouteContext<'/api/v1/sync/[syncId]'>) {
  return answer(async () => {
    const { syncId } = await params
    return (await getSyncRecord(syncId)) ?? notFound('Sync record not found')
  })
}
