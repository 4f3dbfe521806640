// Deploys, with `require`; prints what became of it.

const { close, detectChanges, startDeployment } = require('catalyst-sync')

async function main() {
  const { summary } = await detectChanges()
  const job = {
    id: 'from-commonjs',
    providerId: 'optimizely',
    status: 'pending',
    progress: 0,
    startedAt: new Date(),
    logs: [],
  }
  const seen = []
  const { done } = startDeployment(job, 'optimizely', ({ status }) => seen.push(status))
  const { job: ended } = await done
  const after = await detectChanges()
  await close()
  console.log(
    JSON.stringify({
      created: summary.created,
      first: seen[0],
      status: ended.status,
      left: after.summary.total,
    }),
  )
}

main()
