import type { Actor, DeploymentJob } from '../..'
import { job } from '../support/bench'
import { relabel, WORLDS, type World } from '../support/worlds'

describe.each(WORLDS)('what was done, in %s', (_, open) => {
  let world: World
  beforeEach(async () => {
    world = await open()
  })
  afterEach(() => world.close())

  const run = (changes: Partial<DeploymentJob> = {}) =>
    world.engine.startDeployment(job(changes), world.provider, () => {}).done

  test('is in the history, with what was sent and what came back', async () => {
    await run({ id: 'first' })
    const { data, total } = await world.engine.getSyncHistory({ deploymentId: 'first' })
    expect(total).toBe(2)
    expect(data.map(({ typeKey }) => typeKey).sort()).toEqual(['Type1', 'Type2'])
    expect(data[0]).toMatchObject({
      websiteId: 'site_1',
      targetPlatform: 'optimizely',
      syncDirection: 'PUSH',
      syncStatus: 'SUCCESS',
      attempts: 1,
      actor: 'system',
    })
    expect(data[0]?.startedAt).toBeInstanceOf(Date)
    expect(await world.engine.getSyncRecord(data[0]?.id ?? '')).toEqual(data[0])
    expect(await world.engine.getDeployment('first')).toMatchObject({ status: 'completed' })
    expect(await world.engine.verifyHistory()).toMatchObject({ ok: true })
  })

  test('is known of every type', async () => {
    expect(await world.engine.getSyncState('Type1')).toMatchObject({ status: 'new' })
    await run()
    expect(await world.engine.getSyncState('Type1')).toMatchObject({
      status: 'in_sync',
      remoteId: 'Type1',
    })
    relabel(world, 'ct_1', 'Headline')
    const states = await world.engine.listSyncStates()
    expect(states.map(({ typeKey, status }) => `${typeKey} ${status}`)).toEqual([
      'Type1 modified',
      'Type2 in_sync',
    ])
  })

  test('has versions, which come back', async () => {
    await run()
    relabel(world, 'ct_1', 'Headline')
    const second = await world.engine.recordVersion('Type1', { source: 'UI', author: 'ada' })
    const [newest, first] = await world.engine.getVersionHistory('Type1')
    expect(newest).toMatchObject({ hash: second?.hash, parents: [first?.hash], author: 'ada' })
    await world.engine.restoreVersion(first?.hash ?? '')
    expect(world.studio.get('ct_1')?.fields.fields[0]?.label).toBe('Title')
    expect(await world.engine.getVersionHistory('Type1')).toHaveLength(3)
  })

  test('is undone, by a plan that was reviewed, and again', async () => {
    await run()
    const plan = await world.engine.planRollback('deploy-1', { allowDelete: true })
    expect(plan.summary).toMatchObject({ destroy: 2, add: 0, change: 0 })
    const options = { allowDelete: true, planDigest: plan.digest }
    const undone = await world.engine.rollbackDeployment('deploy-1', options).done
    expect(undone.outcomes.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'delete success',
      'delete success',
    ])
    expect(await world.remote.keys()).toEqual([])
    await world.engine.rollbackDeployment('deploy-1-rollback').done
    expect(await world.remote.keys()).toEqual(['Type1', 'Type2'])
  })

  test('is undone without what a colleague did since', async () => {
    await run({ id: 'first' })
    relabel(world, 'ct_1', 'Headline')
    await run({ id: 'second' })
    await world.remote.edit('Type1', { properties: { body: { displayName: 'Text' } } })
    await world.engine.rollbackDeployment('second').done
    expect((await world.remote.get('Type1'))?.properties).toMatchObject({
      title: { displayName: 'Title' },
      body: { displayName: 'Text' },
    })
  })

  test('was done by somebody who may', async () => {
    const as = (role?: Actor['role']) => world.engine.as({ id: 'ada', role })
    const refused = { code: 'ROLE_REFUSED', class: 'FORBIDDEN', status: 403 }
    const { job: ended } = await as().startDeployment(job(), world.provider, () => {}).done
    expect(ended.errorInfo).toMatchObject({ code: 'ROLE_REFUSED' })
    await expect(as().recordVersion('Type1', { source: 'UI' })).rejects.toMatchObject(refused)
    const may = await as('editor').synchronize()
    expect(may.job.status).toBe('completed')
    const { data } = await world.engine.getSyncHistory({ deploymentId: may.job.id })
    expect(data.map(({ actor }) => actor)).toEqual(['ada', 'ada'])
    const lossy = await as('editor').synchronize({ allowDelete: true })
    expect(lossy.job.error).toContain('"ada" acts as editor and may not deploy with allowDelete')
  })

  test('is found wrong before anything is sent', async () => {
    world.studio.edit('ct_1', ({ fields }) => {
      fields.push({ name: 'title', label: 'Again', type: 'text' })
    })
    const findings = await world.engine.validate()
    expect(findings.map(({ severity, typeKey }) => `${severity} ${typeKey}`)).toContain(
      'error Type1',
    )
    await run()
    expect(await world.remote.keys()).toEqual(['Type2'])
  })

  test('is healthy, and counted', async () => {
    await run()
    expect(await world.engine.health()).toMatchObject({ status: 'healthy', successRate24h: 1 })
    expect(world.engine.metrics()).toContain('catalyst_sync_')
  })

  test('ends with the engine', async () => {
    await world.engine.close()
    await expect(world.engine.detectChanges()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  })
})
