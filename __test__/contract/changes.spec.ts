import type { Conflict } from '../..'
import { relabel, retitle, titleOf, WORLDS, type World } from '../support/worlds'

const TITLE = '/properties/title/displayName'

describe.each(WORLDS)('changes, in %s', (_, open) => {
  let world: World
  beforeEach(async () => {
    world = await open()
  })
  afterEach(() => world.close())

  const summary = async () => (await world.engine.detectChanges()).summary

  /** One open conflict: here `Here`, there `There`. */
  async function conflicting(): Promise<Conflict> {
    await world.engine.synchronize()
    await retitle(world, 'Type1', 'There')
    relabel(world, 'ct_1', 'Here')
    await world.engine.synchronize()
    const { conflicts } = await world.engine.listConflicts({ status: 'pending' })
    const [conflict] = conflicts
    if (conflict === undefined) throw new Error('there is no conflict')
    return conflict
  }

  test('are told by who made them', async () => {
    expect(await summary()).toMatchObject({ total: 2, created: 2 })
    await world.engine.synchronize()
    expect(await summary()).toMatchObject({ total: 0, unchanged: 2 })
    relabel(world, 'ct_1', 'Here')
    await retitle(world, 'Type2', 'There')
    const { details, ...set } = await world.engine.detectChanges({ includeDetails: true })
    expect(set).toMatchObject({ complete: true, summary: { updated: 1, remoteChanged: 1 } })
    expect(details?.updated).toMatchObject([
      {
        key: 'Type1',
        status: 'modified',
        changes: [{ path: TITLE, before: 'Title', after: 'Here' }],
        risk: 'safe',
      },
    ])
    expect(details?.remoteChanged).toMatchObject([{ key: 'Type2', status: 'remote_modified' }])
  })

  test('need an answer of the platform', async () => {
    await world.remote.fail({ kind: 'status', status: 500 }, { method: 'GET', times: 3 })
    await expect(world.engine.detectChanges()).rejects.toMatchObject({
      code: 'PLATFORM_FAILED',
      class: 'NETWORK',
    })
    expect(await summary()).toMatchObject({ created: 2 })
  })

  test('are refused for what is not there', async () => {
    const wrong = world.engine.detectChanges({ websiteId: 'nowhere' })
    await expect(wrong).rejects.toMatchObject({ code: 'WEBSITE_NOT_FOUND', status: 404 })
    await expect(wrong).rejects.toBeInstanceOf(Error)
  })

  test('of both sides in one place are a conflict, with three sides', async () => {
    const conflict = await conflicting()
    expect(conflict).toMatchObject({
      typeKey: 'Type1',
      type: 'field',
      status: 'pending',
      fields: [{ path: TITLE, ancestor: 'Title', local: 'Here', remote: 'There' }],
      autoMerged: [],
    })
    expect(conflict.createdAt).toBeInstanceOf(Date)
    expect(await world.engine.getConflict(conflict.id)).toStrictEqual(conflict)
  })

  test.each([
    ['source_wins', 'Here', 'Here'],
    ['target_wins', 'There', 'There'],
  ] as const)('in conflict are decided by %s', async (strategy, here, there) => {
    const { id } = await conflicting()
    const [decided] = await world.engine.resolveConflicts([id], { strategy, resolvedBy: 'ada' })
    expect(decided).toMatchObject({ success: true, remaining: [], requiresManual: false })
    expect(await titleOf(world, 'Type1')).toBe('There')
    expect(world.studio.get('ct_1')?.fields.fields[0]?.label).toBe(here)
    await world.engine.synchronize()
    expect(await titleOf(world, 'Type1')).toBe(there)
    expect(await summary()).toMatchObject({ total: 0, conflicts: 0 })
    const log = await world.engine.getConflict(id)
    expect(log).toMatchObject({ status: 'resolved', resolution: strategy, resolvedBy: 'ada' })
  })

  test('in conflict are decided by a value of their own', async () => {
    const { id } = await conflicting()
    const values = { [TITLE]: 'Both' }
    const [decided] = await world.engine.resolveConflicts([id], { strategy: 'manual', values })
    expect(decided).toMatchObject({ success: true, strategy: 'manual' })
    await world.engine.synchronize()
    expect(await titleOf(world, 'Type1')).toBe('Both')
    expect(world.studio.get('ct_1')?.fields.fields[0]?.label).toBe('Both')
  })

  test('of the platform are accepted as drift', async () => {
    await world.engine.synchronize()
    await retitle(world, 'Type1', 'There')
    expect(await world.engine.acceptDrift('Type1', TITLE)).toMatchObject({ paths: [TITLE] })
    expect(await summary()).toMatchObject({ remoteChanged: 0, unchanged: 2 })
  })
})
