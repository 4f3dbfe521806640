import { type Actor, type DeploymentHandle, type RunOptions, type SyncEngine } from '..'
import { Bench, job, provider, watched } from './support/bench'
import { edit } from './support/studio'

const REFUSED = { code: 'ROLE_REFUSED', class: 'FORBIDDEN', status: 403 }

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 1 })
})
afterEach(() => bench.close())

const as = (role?: Actor['role']) => bench.engine.as({ id: 'ada', role })

test('a deployment of somebody is told with their name, by every engine', async () => {
  const { done } = as('editor').startDeployment(job(), provider(), () => {})
  expect((await done).job.status).toBe('completed')
  const { data } = await bench.engine.getSyncHistory()
  expect(data.map(({ actor }) => actor)).toEqual(['ada'])
  expect(bench.engine.getDeploymentHistory().map(({ id }) => id)).toEqual(['deploy-1'])
  const [version] = await bench.engine.getVersionHistory('Type1')
  expect(version?.author).toBe('ada')
  const recorded = await as('editor').recordVersion('Type1', { source: 'UI' })
  expect(recorded).toBeNull()
})

test('who edits restores what the type held, and what nobody recorded is kept', async () => {
  const first = await bench.engine.recordVersion('Type1', { source: 'UI' })
  const label = `UPDATE ContentType SET fields = replace(fields, ?, ?) WHERE id = 'ct_1'`
  edit(bench.folder.file('dev.db'), label, '"Title"', '"Headline"')
  const restored = await as('editor').restoreVersion(first?.hash ?? '')
  expect(restored).toMatchObject({ author: 'ada', contentHash: first?.contentHash })
  const versions = await bench.engine.getVersionHistory('Type1')
  expect(versions.map(({ author }) => author)).toEqual(['ada', 'system', 'system'])
})

test('who may only look sees everything and changes nothing', async () => {
  const viewer = as()
  expect((await viewer.detectChanges()).summary.created).toBe(1)
  const plan = await viewer.planDeployment()
  expect(plan.operations).toHaveLength(1)
  const rehearsal = await viewer.synchronize({ dryRun: true })
  expect(rehearsal.job.status).toBe('completed')

  const { handle, updates } = watched((onUpdate) =>
    viewer.startDeployment(job(), provider(), onUpdate),
  )
  const { job: ended } = await handle.done
  expect(ended.errorInfo).toMatchObject({ code: 'ROLE_REFUSED', class: 'FORBIDDEN' })
  expect(updates.map(({ status }) => status)).toEqual(['running', 'failed'])
  await expect(viewer.resolveConflicts(['Type1'])).rejects.toMatchObject(REFUSED)
  await expect(viewer.recordVersion('Type1', { source: 'UI' })).rejects.toMatchObject(REFUSED)
  expect(() => viewer.cancelDeployment('deploy-1')).toThrow(expect.objectContaining(REFUSED))
})

test('what may be lost is for an admin to allow', async () => {
  const options = { allowDelete: true }
  const refused = await as('editor').synchronize(options)
  expect(refused.job.error).toContain('"ada" acts as editor and may not deploy with allowDelete')
  expect(refused.job.errorInfo?.details).toMatchObject({
    nextStep: 'ask somebody with the role admin',
  })
  expect((await as('admin').synchronize(options)).job.status).toBe('completed')
})

test.each<[string, RunOptions]>([
  ['allowDelete', { allowDelete: true }],
  ['force', { force: true }],
])("nobody goes on with an admin's deployment with %s", async (_, options) => {
  const strike = { when: { method: 'POST', key: 'Type1' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [strike] })
  const { job: failed } = await as('admin').startDeployment(job({ options }), provider(), () => {})
    .done
  expect(failed.recovery?.failed).toBe(1)
  await bench.platform.control('faults', { clear: true })
  const goingsOn: [Actor['role'], (engine: SyncEngine) => DeploymentHandle][] = [
    ['viewer', (engine) => engine.resumeDeployment('deploy-1', () => {})],
    ['editor', (engine) => engine.resumeDeployment('deploy-1', () => {})],
    ['editor', (engine) => engine.retryDeployment(failed, provider(), () => {})],
  ]
  for (const [role, goOn] of goingsOn) {
    const { job: refused } = await goOn(as(role)).done
    expect(refused.errorInfo).toMatchObject({ code: 'ROLE_REFUSED' })
  }
  expect(await bench.platform.keys('Type')).toEqual([])
  const { done } = as('admin').resumeDeployment('deploy-1', () => {})
  expect((await done).job.status).toBe('completed')
})

test("nobody goes on with an admin's rollback", async () => {
  await bench.deploy().handle.done
  const strike = { when: { method: 'DELETE', key: 'Type1' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [strike] })
  const { job: failed } = await bench.engine.rollbackDeployment('deploy-1', { allowDelete: true })
    .done
  expect(failed).toMatchObject({ id: 'deploy-1-rollback', status: 'failed' })
  await bench.platform.control('faults', { clear: true })
  for (const role of ['viewer', 'editor'] as const) {
    const { job: refused } = await as(role).resumeDeployment(failed.id, () => {}).done
    expect(refused.errorInfo).toMatchObject({ code: 'ROLE_REFUSED' })
  }
  expect(await bench.platform.keys('Type')).toEqual(['Type1'])
  const { done } = as('admin').resumeDeployment(failed.id, () => {})
  expect((await done).job.status).toBe('completed')
  expect(await bench.platform.keys('Type')).toEqual([])
})

test('a right is handed down and never up', () => {
  const editor = as('editor')
  expect(() => editor.as({ id: 'bob', role: 'admin' })).toThrow(expect.objectContaining(REFUSED))
  expect(() => editor.as({ id: 'bob', role: 'viewer' })).not.toThrow()
})

test.each([
  [undefined, 'actor.id is missing'],
  ['ada', 'actor is "ada"'],
  [{ id: '' }, 'actor.id is ""'],
  [{ id: ' ' }, 'actor.id is " "'],
  [{ id: 7 }, 'actor.id is 7'],
  [{ id: 'x'.repeat(201) }, 'actor.id is "xxx'],
  [{ id: 'ada', role: 'owner' }, 'actor.role is "owner"'],
  [{ id: 'ada', role: 1 }, 'actor.role is 1'],
])('%j is no actor', (actor, message) => {
  expect(() => bench.engine.as(actor as never)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message) as string,
    }),
  )
})

const CLOSED = { code: 'ENGINE_CLOSED' }

test('closing an engine that acts for somebody closes it alone', async () => {
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const { handle } = bench.deploy()
  const [viewer, other] = [as('viewer'), as('viewer')]
  await viewer.close()
  await expect(viewer.detectChanges()).rejects.toMatchObject(CLOSED)
  const { done } = viewer.startDeployment(job({ id: 'late' }), provider(), () => {})
  expect((await done).job).toMatchObject({ status: 'failed', errorInfo: CLOSED })
  expect((await handle.done).job.status).toBe('completed')
  expect((await other.detectChanges()).summary.total).toBe(0)
  expect((await bench.engine.detectChanges()).summary.total).toBe(0)
})

test('what it started is cancelled with it, and nothing else', async () => {
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const editor = as('editor')
  const rehearsal = bench.engine.synchronize({ dryRun: true })
  const { handle } = watched((onUpdate) => editor.startDeployment(job(), provider(), onUpdate))
  await editor.close()
  expect((await handle.done).job.status).toBe('cancelled')
  expect((await rehearsal).job.status).toBe('completed')
})

test('closing an engine closes those that were made of it', async () => {
  const admin = as('admin')
  const editor = admin.as({ id: 'eve', role: 'editor' })
  await admin.close()
  expect((await editor.detectChanges()).summary.created).toBe(1)
  await bench.engine.close()
  await expect(editor.detectChanges()).rejects.toMatchObject(CLOSED)
})
