// Run by loading.spec.ts in a Jest of its own, whose ES modules are those of `node:vm`.

import { hashContentType, SyncEngine } from '../../index.mjs'

test('what the package returns belongs to the realm of the test', async () => {
  expect(hashContentType('{}')).toMatch(/^44136fa3/)
  const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
  const error = await engine.extractContentTypes().catch((reason) => reason)
  expect(error).toBeInstanceOf(Error)
  const job = { id: 'a', status: 'pending', progress: 0, startedAt: new Date(), logs: [] }
  const seen = []
  const { job: last } = await engine.startDeployment(job, 'optimizely', ({ status }) =>
    seen.push(status),
  ).done
  expect(seen).toStrictEqual(['running', 'failed'])
  expect(last.completedAt).toBeInstanceOf(Date)
  await engine.close()
})
