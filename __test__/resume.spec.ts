import { type DeploymentHandle, type DeploymentJob, SyncEngine } from '..'
import { Bench, job, provider, watched } from './support/bench'
import { edit } from './support/studio'

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 3, options: { cacheTtlMs: 0 } })
})
afterEach(() => bench.close())

/** A deployment of which one type was refused. */
async function partly(): Promise<void> {
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [strike] })
  const { job: ended } = await bench.deploy().handle.done
  expect(ended).toMatchObject({
    status: 'failed',
    outcome: 'partial',
    recovery: { successful: 2, failed: 1, canResume: true },
  })
  await bench.platform.control('faults', { clear: true })
}

test('a deployment is carried on under its own id, by the process that knows it', async () => {
  await partly()
  const { handle, updates } = watched((onUpdate) =>
    bench.engine.resumeDeployment('deploy-1', onUpdate),
  )
  expect(updates[0]).toMatchObject({ id: 'deploy-1', status: 'running', websiteId: '' })
  expect(updates[0]?.recovery).toBeUndefined()
  const { job: ended, outcomes } = await handle.done
  expect(ended.status).toBe('completed')
  expect(outcomes.map(({ typeKey, status }) => `${typeKey} ${status}`)).toEqual([
    'Type1 success',
    'Type3 success',
    'Type2 success',
  ])
  expect(await bench.engine.getDeployment('deploy-1')).toMatchObject({ status: 'completed' })
})

test('another process carries on with what it finds in the state', async () => {
  await partly()
  const other = new SyncEngine(bench.options)
  const seen: DeploymentJob[] = []
  const { done } = other.resumeDeployment('deploy-1', (update) => seen.push(update), {
    mode: 'failed',
    provider: bench.options.provider,
  })
  expect(seen.map(({ id, status }) => `${id} ${status}`)).toEqual(['deploy-1 running'])
  const { outcomes } = await done
  expect(outcomes.map(({ typeKey }) => typeKey)).toEqual(['Type1', 'Type3', 'Type2'])
  await other.close()
})

test('what another process carried on is told where the deployment began, too', async () => {
  await partly()
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const other = new SyncEngine(bench.options)
  let done: DeploymentHandle['done'] | undefined
  await new Promise<void>((begun) => {
    const onUpdate = ({ progress }: DeploymentJob) => progress >= 20 && begun()
    done = other.resumeDeployment('deploy-1', onUpdate).done
  })
  const { job: refused } = await bench.engine.resumeDeployment('deploy-1', () => {}).done
  expect(refused.errorInfo?.code).toBe('DEPLOYMENT_IN_PROGRESS')
  expect(await bench.engine.getDeployment('deploy-1')).toMatchObject({ status: 'running' })
  const ended = new Promise<DeploymentJob>((resolve) => {
    const stop = bench.engine.watchDeployment('deploy-1', (job) => {
      if (job.status !== 'completed') return
      stop()
      resolve(job)
    })
  })
  await done
  for (const told of [await ended, await bench.engine.getDeployment('deploy-1')]) {
    expect(told?.outcomes?.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
  }
  await other.close()
})

test.each([
  ['an unknown deployment', 'nothing', undefined, 'DEPLOYMENT_NOT_FOUND'],
  ['no id', '', undefined, 'INVALID_ARGUMENT'],
  ['an id that is none', 7, undefined, 'INVALID_ARGUMENT'],
  ['a mode that is none', 'deploy-1', { mode: 'rest' }, 'INVALID_ARGUMENT'],
  ['options that are none', 'deploy-1', 'all', 'INVALID_ARGUMENT'],
  ['a provider that is none', 'deploy-1', { provider: 7 }, 'INVALID_ARGUMENT'],
])('%s ends failed', async (_, id, options, code) => {
  await partly()
  const { handle, updates } = watched((onUpdate) =>
    bench.engine.resumeDeployment(id as never, onUpdate, options as never),
  )
  const { job: ended } = await handle.done
  expect(ended.errorInfo?.code).toBe(code)
  expect(updates.map(({ status }) => status)).toEqual(['running', 'failed'])
})

test('what was allowed for a reviewed plan is not allowed for what came up since', async () => {
  await bench.deploy().handle.done
  edit(bench.folder.file('dev.db'), `DELETE FROM "ContentType" WHERE "id" = 'ct_1'`)
  const { digest: planDigest } = await bench.engine.planDeployment({ allowDelete: true })
  edit(bench.folder.file('dev.db'), `DELETE FROM "ContentType" WHERE "id" = 'ct_2'`)
  const options = { allowDelete: true, planDigest }
  const { job: stale } = await bench.deploy({ id: 'reviewed', options }).handle.done
  expect(stale.errorInfo?.code).toBe('PLAN_STALE')
  const { outcomes } = await bench.engine.resumeDeployment('reviewed', () => {}).done
  expect(outcomes.map(({ typeKey, status, error }) => [typeKey, status, error?.code])).toEqual([
    ['Type1', 'skipped', 'DELETE_REFUSED'],
    ['Type2', 'skipped', 'DELETE_REFUSED'],
  ])
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])
})

test('a deployment that runs is not resumed beside itself', async () => {
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const first = bench.engine.startDeployment(job(), provider(), () => {})
  const { job: second } = await bench.engine.resumeDeployment('deploy-1', () => {}).done
  expect(second.errorInfo?.code).toBe('DEPLOYMENT_IN_PROGRESS')
  expect((await first.done).job.status).toBe('completed')
})

test('where nothing was interrupted, there is nothing to recover', async () => {
  expect(await bench.engine.recover()).toEqual({ runs: [], findings: [], left: [] })
  await partly()
  expect(await bench.engine.recover()).toEqual({ runs: [], findings: [], left: [] })
  await expect(bench.engine.recover({ provider: 7 as never })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})
