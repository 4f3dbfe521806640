import { type DeploymentJob, SyncEngine } from '..'
import { Bench, provider, watched } from './support/bench'
import { edit } from './support/studio'

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
})
afterEach(() => bench.close())

const outcomesOf = ({ outcomes = [] }: { outcomes?: DeploymentJob['outcomes'] }) =>
  outcomes.map(({ typeKey, operation, status }) => `${typeKey} ${operation} ${status}`)

test('a deployment is undone as one of its own, and again', async () => {
  await bench.deploy().handle.done
  const plan = await bench.engine.planRollback('deploy-1', { allowDelete: true })
  expect(plan.summary).toMatchObject({ destroy: 2, add: 0, change: 0 })
  expect(plan.createdAt).toBeInstanceOf(Date)

  const { handle, updates } = watched((onUpdate) =>
    bench.engine.rollbackDeployment('deploy-1', {
      allowDelete: true,
      planDigest: plan.digest,
      onUpdate,
    }),
  )
  expect(updates[0]).toMatchObject({
    id: 'deploy-1-rollback',
    rollbackOf: 'deploy-1',
    providerId: 'optimizely',
    status: 'running',
  })
  const undone = await handle.done
  expect(undone.job).toMatchObject({ status: 'completed', progress: 100 })
  expect(outcomesOf(undone)).toEqual(['Type1 delete success', 'Type2 delete success'])
  expect(updates.at(-1)?.logs.map(({ message }) => message)).toContain(
    'Rolling back deploy-1 (2 types)...',
  )
  expect((await bench.engine.detectChanges()).summary).toMatchObject({ created: 2, total: 2 })

  const redone = await bench.engine.rollbackDeployment('deploy-1-rollback').done
  expect(outcomesOf(redone)).toEqual(['Type1 create success', 'Type2 create success'])
  const ids = bench.engine.getDeploymentHistory().map(({ id }) => id)
  expect(ids).toEqual(['deploy-1-rollback-rollback', 'deploy-1-rollback', 'deploy-1'])
})

test('another process undoes what it finds in the state', async () => {
  await bench.deploy().handle.done
  const other = new SyncEngine(bench.options)
  const undone = await other.rollbackDeployment('deploy-1', { allowDelete: true }).done
  expect(outcomesOf(undone)).toEqual(['Type1 delete success', 'Type2 delete success'])
  expect(await bench.engine.getDeployment('deploy-1-rollback')).toMatchObject({
    rollbackOf: 'deploy-1',
    providerId: 'optimizely',
    websiteId: 'site_1',
    startedAt: expect.any(Date),
    status: 'completed',
  })
  const later = new SyncEngine(bench.options)
  const report = await later.renderReport({ deploymentId: 'deploy-1', format: 'markdown' })
  expect(report).toMatch(/It was rolled back at \d{4}-/)
  await Promise.all([other.close(), later.close()])
})

test('a job that fails has itself undone', async () => {
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [strike] })
  const options = { rollback: 'full', allowDelete: true } as const
  const { updates, handle } = bench.deploy({ options })
  const { outcomes } = await handle.done
  expect(outcomes.map(({ typeKey, status, rolledBack }) => [typeKey, status, rolledBack])).toEqual([
    ['Type1', 'success', true],
    ['Type2', 'failed', undefined],
  ])
  const last = updates.at(-1)
  expect(last).toMatchObject({ id: 'deploy-1', status: 'failed', outcome: 'partial' })
  expect(last?.logs.map(({ message }) => message)).toContain(
    'Rollback deploy-1-rollback completed: 1 types undone, 0 not',
  )
  expect((await bench.engine.detectChanges()).summary.created).toBe(2)
})

test('whoever carries a rollback on, or repeats it, undoes', async () => {
  await bench.deploy().handle.done
  const strike = { when: { method: 'DELETE', key: 'Type2' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [strike] })
  const partly = await bench.engine.rollbackDeployment('deploy-1', { allowDelete: true }).done
  expect(outcomesOf(partly)).toEqual(['Type1 delete success', 'Type2 delete failed'])
  const again = bench.engine.retryDeployment(partly.job, provider(), () => {})
  expect(outcomesOf(await again.done)).toEqual(['Type2 delete failed'])
  await bench.platform.control('faults', { clear: true })
  const other = new SyncEngine(bench.options)
  const rest = await other.resumeDeployment('deploy-1-rollback', () => {}).done
  expect(outcomesOf(rest)).toEqual(['Type1 delete success', 'Type2 delete success'])
  await other.close()
})

test('the studio follows when its rows are not to be kept', async () => {
  await bench.deploy().handle.done
  const label = `UPDATE ContentType SET fields = replace(fields, ?, ?) WHERE id = 'ct_1'`
  edit(bench.folder.file('dev.db'), label, '"Title"', '"Headline"')
  await bench.deploy({ id: 'deploy-2' }).handle.done
  const undone = await bench.engine.rollbackDeployment('deploy-2', { preserveData: false }).done
  const told = undone.outcomes.map(({ typeKey, direction, status }) => [typeKey, direction, status])
  expect(told).toEqual([
    ['Type1', 'push', 'success'],
    ['Type1', 'pull', 'success'],
  ])
  expect((await bench.engine.detectChanges()).summary.total).toBe(0)
  const { types } = await bench.engine.extractContentTypes()
  expect(JSON.stringify(types)).not.toContain('Headline')
})

test.each([
  ['an unknown deployment', 'nothing', undefined, 'DEPLOYMENT_NOT_FOUND'],
  ['no id', '', undefined, 'INVALID_ARGUMENT'],
  ['an id that is none', 7, undefined, 'INVALID_ARGUMENT'],
  ['a mode that is none', 'deploy-1', { mode: 'rest' }, 'INVALID_ARGUMENT'],
  ['options that are none', 'deploy-1', 'all', 'INVALID_ARGUMENT'],
  ['a provider that is none', 'deploy-1', { provider: 7 }, 'INVALID_ARGUMENT'],
  ['another plan', 'deploy-1', { planDigest: '0'.repeat(64) }, 'PLAN_STALE'],
])('%s ends failed', async (_, id, options, code) => {
  await bench.deploy().handle.done
  const asked = bench.engine.rollbackDeployment(id as never, options as never)
  const { job } = await asked.done
  expect(job).toMatchObject({ status: 'failed', errorInfo: { code } })
  if (code === 'PLAN_STALE') return
  await expect(bench.engine.planRollback(id as never, options as never)).rejects.toMatchObject({
    code,
  })
})

test('a deployment that runs is not undone', async () => {
  const { handle } = bench.deploy()
  const { job } = await bench.engine.rollbackDeployment('deploy-1').done
  expect(job).toMatchObject({ status: 'failed', errorInfo: { code: 'DEPLOYMENT_IN_PROGRESS' } })
  expect((await handle.done).job.status).toBe('completed')
})

test('who may not undo is told who may', async () => {
  await bench.deploy().handle.done
  const editor = bench.engine.as({ id: 'ada', role: 'editor' })
  const { job } = await editor.rollbackDeployment('deploy-1').done
  expect(job).toMatchObject({ status: 'failed', errorInfo: { code: 'ROLE_REFUSED' } })
})

test('what is kept is listed', async () => {
  await bench.deploy().handle.done
  expect(await bench.engine.listBackups()).toEqual({ backups: [], total: 0, hasMore: false })
  await bench.engine.rollbackDeployment('deploy-1', { allowDelete: true }).done
  const { backups, total, hasMore } = await bench.engine.listBackups({ limit: 1 })
  expect({ total, hasMore }).toEqual({ total: 2, hasMore: true })
  expect(backups).toEqual([
    {
      id: expect.stringMatching(/^backup_\d+$/),
      deploymentId: 'deploy-1-rollback',
      typeKey: expect.stringMatching(/^Type\d$/),
      websiteId: expect.any(String),
      target: expect.stringMatching(/^optimizely:/),
      operation: 'delete',
      size: expect.any(Number),
      compressed: false,
      takenAt: expect.any(Date),
    },
  ])
  const one = await bench.engine.listBackups({ type: 'Type1', deploymentId: 'deploy-1-rollback' })
  expect(one.backups.map(({ typeKey }) => typeKey)).toEqual(['Type1'])
  await expect(bench.engine.listBackups({ type: 'Nothing' })).rejects.toMatchObject({
    code: 'TYPE_NOT_FOUND',
  })
  await expect(bench.engine.listBackups({ limit: 0 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})
