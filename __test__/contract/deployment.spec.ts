import type { DeploymentJob, TypeOutcome } from '../..'
import { job, messages, statuses, watched } from '../support/bench'
import { retitle, titleOf, relabel, WORLDS, type World } from '../support/worlds'

describe.each(WORLDS)('deployments, in %s', (_, open) => {
  let world: World
  beforeEach(async () => {
    world = await open()
  })
  afterEach(() => world.close())

  const deploy = (changes: Partial<DeploymentJob> = {}) =>
    watched((onUpdate) => world.engine.startDeployment(job(changes), world.provider, onUpdate))

  const brief = (outcomes: TypeOutcome[] = []) =>
    outcomes.map(({ typeKey, operation, status, error }) =>
      [typeKey, operation, status, error?.code ?? ''].join(' ').trim(),
    )

  test('begin before they are returned, end once, and create what is new', async () => {
    const { handle, updates } = deploy()
    expect(statuses(updates)).toEqual(['running'])
    const { job: last, metrics, outcomes } = await handle.done
    expect(brief(outcomes)).toEqual(['Type1 create success', 'Type2 create success'])
    expect(last).toMatchObject({ status: 'completed', outcome: 'success', progress: 100 })
    expect(last.completedAt).toBeInstanceOf(Date)
    expect(updates.at(-1)).toEqual(last)
    expect(statuses(updates).filter((status) => status !== 'running')).toEqual(['completed'])
    expect(metrics).toMatchObject({
      successRate: 1,
      requests: (await world.remote.requests()).length,
    })
    expect(await world.remote.keys()).toEqual(['Type1', 'Type2'])
    expect((await world.remote.get('Type1'))?.properties).toMatchObject({
      title: { type: 'string', displayName: 'Title', isRequired: true },
      body: { type: 'string', displayName: 'Body' },
    })
  })

  test('say the same things', async () => {
    const { updates, handle } = deploy()
    await handle.done
    const said = messages(updates.at(-1))
    // Which of two that are sent at once ends first, nobody knows.
    const isEnd = (message: string) => message.endsWith(': created')
    const ends = said.filter(isEnd).sort()
    expect([...said.filter((message) => !isEnd(message)), ...ends]).toEqual([
      'Extracting content types from database...',
      'Found 2 content types to sync...',
      'Detecting changes (2 new, 0 modified, 0 failed last sync)...',
      'Transforming to Optimizely schema...',
      'Creating new content types (1 of 2)...',
      'Syncing Type 1 (1 of 2)...',
      'Syncing Type 2 (2 of 2)...',
      'Verifying synchronization...',
      'Sync completed: 2 succeeded, 0 failed',
      'Type 1: created',
      'Type 2: created',
    ])
  })

  test('show progress that rises, and is 100 at the end only', async () => {
    const { updates, handle } = deploy({ progress: 3 })
    await handle.done
    const progress = updates.map((update) => update.progress)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect([progress[0], progress.indexOf(100)]).toEqual([3, progress.length - 1])
    expect(new Set(updates.map((update) => update.logs)).size).toBe(updates.length)
  })

  test('do nothing the second time', async () => {
    await deploy().handle.done
    const before = (await world.remote.requests()).filter(({ method }) => method !== 'GET').length
    expect(brief((await deploy().handle.done).outcomes)).toEqual([])
    const after = (await world.remote.requests()).filter(({ method }) => method !== 'GET').length
    expect(after).toBe(before)
  })

  test('send what moved here and keep what moved there', async () => {
    await deploy().handle.done
    relabel(world, 'ct_1', 'Headline')
    await world.remote.edit('Type1', { properties: { body: { displayName: 'Text' } } })
    expect(brief((await deploy().handle.done).outcomes)).toEqual(['Type1 update success'])
    expect((await world.remote.get('Type1'))?.properties).toMatchObject({
      title: { displayName: 'Headline' },
      body: { displayName: 'Text' },
    })
  })

  test('overwrite nothing that moved on both sides', async () => {
    await deploy().handle.done
    relabel(world, 'ct_1', 'Here')
    await retitle(world, 'Type1', 'There')
    const { outcomes } = await deploy().handle.done
    expect(brief(outcomes)).toEqual(['Type1 none conflict CONFLICT'])
    expect(await titleOf(world, 'Type1')).toBe('There')
  })

  test('fail for one type, ship the rest, and offer to go on', async () => {
    await world.remote.fail({ kind: 'status', status: 403 }, { method: 'POST', key: 'Type2' })
    const { job: last, outcomes } = await deploy().handle.done
    expect(brief(outcomes)).toEqual(['Type1 create success', 'Type2 create failed FORBIDDEN'])
    expect(last).toMatchObject({
      status: 'failed',
      outcome: 'partial',
      recovery: { successful: 1, failed: 1, canResume: true },
    })
    const rest = await world.engine.resumeDeployment('deploy-1', () => {}).done
    expect(brief(rest.outcomes)).toEqual(['Type1 create success', 'Type2 create success'])
  })

  test('repeat what the platform could not answer, and double nothing', async () => {
    await world.remote.fail({ kind: 'status', status: 503 }, { method: 'POST', key: 'Type1' })
    expect(brief((await deploy().handle.done).outcomes)).toEqual([
      'Type1 create success',
      'Type2 create success',
    ])
    const posts = (await world.remote.requests()).filter(
      ({ method, key }) => method === 'POST' && key,
    )
    expect(posts.map(({ key, status }) => `${key} ${status}`).sort()).toEqual([
      'Type1 201',
      'Type1 503',
      'Type2 201',
    ])
  })

  test('tell what the platform dropped without a word', async () => {
    const members = ['properties.title.isRequired']
    await world.remote.fail({ kind: 'dropMembers', members }, { method: 'POST', key: 'Type1' })
    const { outcomes } = await deploy().handle.done
    expect(outcomes[0]?.dropped).toEqual(['/properties/title/required'])
  })

  test('delete only what they may', async () => {
    await deploy().handle.done
    world.studio.remove('ct_2')
    expect(brief((await deploy().handle.done).outcomes)).toEqual([
      'Type2 delete skipped DELETE_REFUSED',
    ])
    expect(await world.remote.keys()).toEqual(['Type1', 'Type2'])
    const { outcomes } = await deploy({ options: { allowDelete: true } }).handle.done
    expect(brief(outcomes)).toEqual(['Type2 delete success'])
    expect(await world.remote.keys()).toEqual(['Type1'])
  })

  test('are cancelled inside their first update, and send nothing', async () => {
    const seen: string[] = []
    const handle = world.engine.startDeployment(job(), world.provider, ({ id, status }) => {
      seen.push(status)
      if (status === 'running') world.engine.cancelDeployment(id)
    })
    expect(seen).toEqual(['running', 'cancelled'])
    expect((await handle.done).job.status).toBe('cancelled')
    expect(await world.remote.keys()).toEqual([])
  })

  test('bring home what moved there', async () => {
    await deploy().handle.done
    await retitle(world, 'Type1', 'There')
    const { outcomes } = await deploy({ options: { mode: 'pull' } }).handle.done
    expect(brief(outcomes)).toEqual(['Type1 update success'])
    expect(world.studio.get('ct_1')?.fields.fields.map(({ label }) => label)).toEqual([
      'There',
      'Body',
    ])
  })

  test('have no second one beside them', async () => {
    const first = deploy({ id: 'same' })
    const second = deploy({ id: 'same' })
    expect((await second.handle.done).job.errorInfo?.code).toBe('DEPLOYMENT_IN_PROGRESS')
    expect((await first.handle.done).job.status).toBe('completed')
  })

  test('have no second one of the same website beside them', async () => {
    const release = await world.remote.hold()
    const both = [deploy({ id: 'one' }).handle.done, deploy({ id: 'two' }).handle.done]
    const refused = await Promise.race(both)
    expect(refused.job.errorInfo?.code).toBe('DEPLOYMENT_IN_PROGRESS')
    const other = refused.job.id === 'one' ? 'two' : 'one'
    expect(refused.job.error).toContain(`the deployment ${other} has been running since `)
    await release()
    const ended = (await Promise.all(both)).find(({ job }) => job.id === other)
    expect(ended?.job.status).toBe('completed')
  })

  test('do exactly what was reviewed', async () => {
    const { digest } = await world.engine.planDeployment()
    relabel(world, 'ct_1', 'Headline')
    const stale = await world.engine.synchronize({ planDigest: digest })
    expect(stale.job.errorInfo).toMatchObject({
      code: 'PLAN_STALE',
      details: { operations: [{ typeKey: 'Type1', operation: 'create', change: 'changed' }] },
    })
    const { digest: planDigest } = await world.engine.planDeployment()
    expect(brief((await world.engine.synchronize({ planDigest })).outcomes)).toEqual([
      'Type1 create success',
      'Type2 create success',
    ])
  })
})
