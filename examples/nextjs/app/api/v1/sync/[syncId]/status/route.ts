// GET: how one attempt stands. What is recorded has ended, so its progress is whole.

import { getSyncRecord } from 'catalyst-sync'

import { answer, notFound } from '@/lib/server/answer'

export function GET(_: Request, { params }: RouteContext<'/api/v1/sync/[syncId]/status'>) {
  return answer(async () => {
    const record = await getSyncRecord((await params).syncId)
    if (record === null) return notFound('Sync record not found')
    const { id, syncStatus, startedAt, completedAt, errorMessage, retryCount } = record
    const { typeKey, targetPlatform } = record
    return {
      id,
      syncStatus,
      startedAt,
      completedAt,
      errorMessage,
      retryCount,
      typeKey,
      targetPlatform,
      progress: 100,
      status: syncStatus === 'FAILED' ? 'failed' : 'completed',
    }
  })
}
