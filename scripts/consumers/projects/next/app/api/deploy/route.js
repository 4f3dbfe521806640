import { detectChanges, getDeployment, startDeployment } from 'catalyst-sync'

/** Deploys, and answers when it has ended. */
export async function POST(request) {
  const { id } = await request.json()
  const job = {
    id,
    providerId: 'optimizely',
    status: 'pending',
    progress: 0,
    startedAt: new Date(),
    logs: [],
  }
  const seen = []
  await startDeployment(job, 'optimizely', ({ status }) => seen.push(status)).done
  const { status } = await getDeployment(id)
  const { summary } = await detectChanges()
  return Response.json({ first: seen[0], status, left: summary.total })
}
