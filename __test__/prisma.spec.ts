import { execFileSync } from 'node:child_process'
import { AsyncLocalStorage } from 'node:async_hooks'

import type { Version } from '..'
import { recordVersions, type RecordVersionsOptions } from '../prisma'
import { Bench } from './support/bench'
import { clientOf, DATES, describeClient, type PrismaClient } from './support/client'
import { ROOT } from './support/script'

let bench: Bench
let unrecorded: string[]
const clients = new Set<PrismaClient>()

beforeEach(async () => {
  bench = await Bench.open({ types: 0 })
  unrecorded = []
})
afterEach(async () => {
  for (const client of clients) await client.$disconnect()
  clients.clear()
  await bench.close()
})

function plain(...[made]: [Parameters<typeof clientOf>[1]?]): PrismaClient {
  const client = clientOf(bench.folder.file('dev.db'), made)
  clients.add(client)
  return client
}

function extended(options: RecordVersionsOptions = {}, client = plain()) {
  const onUnrecorded = ({ message }: Error) => unrecorded.push(message)
  return client.$extends(
    recordVersions({
      note: { source: 'AI', author: 'ada', message: 'why' },
      engine: bench.engine,
      onUnrecorded,
      ...options,
    }),
  )
}

const fields = (label: string) =>
  JSON.stringify({ name: 'Post', fields: [{ id: 'f1', name: 'title', label, type: 'text' }] })

const post = (id: string, name = 'Post') => ({ id, websiteId: 'site_1', name, fields: fields('A') })

const brief = ({ changeType, source, author, message }: Version) =>
  [changeType, source, author, message].join(' ')

async function history(id: string): Promise<string[]> {
  return (await bench.engine.getVersionHistory(id)).map(brief)
}

describeClient('with a generated client', () => {
  test('each change of one row is recorded with its source and author', async () => {
    const { contentType } = extended()
    const made = await contentType.create({ data: post('c1') })
    expect(made).toMatchObject({ id: 'c1', name: 'Post' })
    expect(await history('c1')).toEqual(['create AI ada why'])
    await contentType.update({ where: { id: 'c1' }, data: { fields: fields('B') } })
    await contentType.update({ where: { id: 'c1' }, data: { fields: fields('B') } })
    await contentType.upsert({
      where: { id: 'c1' },
      create: post('c1'),
      update: { fields: fields('C') },
    })
    await contentType.upsert({ where: { id: 'c2' }, create: post('c2'), update: {} })
    await contentType.delete({ where: { id: 'c1' } })
    const [gone, ...rest] = await history('c1')
    expect(gone).toBe('delete AI ada why')
    expect(rest).toEqual(['update AI ada why', 'update AI ada why', 'create AI ada why'])
    expect((await history('c2')).at(-1)).toBe('create AI ada why')
    expect(unrecorded).toEqual([])
  })

  test('the caller gets the members that it asked for', async () => {
    const { contentType } = extended()
    const data = { data: post('c1'), select: { name: true } }
    expect(await contentType.create(data)).toStrictEqual({ name: 'Post' })
    const change = { where: { id: 'c1' }, data: { fields: fields('B') }, omit: { id: true } }
    expect(await contentType.update(change)).not.toHaveProperty('id')
    expect(change.omit).toStrictEqual({ id: true })
    const both = { where: {}, data: { name: 'Story' }, select: { id: true, name: true } }
    expect(await contentType.updateManyAndReturn(both)).toStrictEqual([{ id: 'c1', name: 'Story' }])
    expect(await history('c1')).toHaveLength(3)
  })

  test('a client that leaves the id out records all the same, and still leaves it out', async () => {
    const { contentType } = extended({}, plain({ omit: { contentType: { id: true } } }))
    const made = await contentType.create({ data: post('c1') })
    expect(made).not.toHaveProperty('id')
    expect(made).toMatchObject({ name: 'Post' })
    const where = { id: 'c1' }
    const data = { fields: fields('B') }
    expect(await contentType.update({ where, data, omit: { name: true } })).toStrictEqual(
      expect.not.objectContaining({ id: 'c1', name: 'Post' }),
    )
    // Whoever asks for it gets it.
    expect(
      await contentType.update({ where, data: { name: 'Story' }, omit: { id: false } }),
    ).toHaveProperty('id', 'c1')
    const all = await contentType.updateManyAndReturn({ data: { fields: fields('C') } })
    expect(all.map((row) => 'id' in row)).toEqual([false])
    await contentType.updateMany({ data: { fields: fields('D') } })
    await contentType.delete({ where })
    expect((await history('c1')).map((line) => line.split(' ')[0])).toEqual([
      'delete',
      'update',
      'update',
      'update',
      'update',
      'create',
    ])
    expect(unrecorded).toEqual([])
  })

  test('a type that is given another id keeps its history', async () => {
    const { contentType } = extended()
    await contentType.create({ data: post('c1') })
    const rename = (id: string, to: string) =>
      contentType.update({ where: { id }, data: { id: to, fields: fields(to) } })
    expect(await rename('c1', 'c2')).toHaveProperty('id', 'c2')
    await contentType.updateMany({ where: { id: 'c2' }, data: { id: { set: 'c3' } } })
    await contentType.updateMany({ where: { id: 'c3' }, data: { fields: fields('C') } })
    await contentType.update({ where: { id: 'c3' }, data: { id: 'c4' } }).website()
    await contentType.update({ where: { id: 'c4' }, data: { fields: fields('D') } })
    expect((await history('c4')).map((line) => line.split(' ')[0])).toEqual([
      'update',
      'update',
      'update',
      'update',
      'update',
      'create',
    ])
    expect(unrecorded).toEqual([])
    const where = { id: 'c5' }
    const create = post('c6', 'Other')
    await contentType.upsert({ where, create, update: {} }).website()
    expect(unrecorded).toEqual([
      'upsert of content types is not recorded: the answer does not tell which; name it by its id',
    ])
  })

  test('changes of many rows are recorded where it can be told which', async () => {
    const { contentType } = extended()
    expect(await contentType.createMany({ data: [post('c1')] })).toStrictEqual({ count: 1 })
    await contentType.createManyAndReturn({ data: [{ ...post('c2'), name: 'Other' }] })
    expect(await contentType.updateMany({ data: { fields: fields('B') } })).toEqual({ count: 2 })
    expect(await contentType.deleteMany({ where: { name: 'Other' } })).toEqual({ count: 1 })
    expect(await history('c1')).toEqual(['update AI ada why', 'create AI ada why'])
    expect(await history('c2')).toEqual([
      'delete AI ada why',
      'update AI ada why',
      'create AI ada why',
    ])
    expect(unrecorded).toEqual([])
    const { id, ...unnamed } = post('c3')
    await contentType.createMany({ data: unnamed })
    expect(unrecorded).toEqual([
      'createMany of content types is not recorded: use createManyAndReturn, which tells the ids',
    ])
  })

  test('what is in an array of a transaction is recorded when it is through', async () => {
    const prisma = extended()
    await prisma.$transaction([
      prisma.contentType.create({ data: post('c1') }),
      prisma.contentType.createMany({ data: [post('c2', 'Other')] }),
      prisma.website.update({ where: { id: 'site_1' }, data: { name: 'Ours' } }),
      prisma.contentType.upsert({ where: { id: 'c3' }, create: post('c3', 'Third'), update: {} }),
    ])
    for (const id of ['c1', 'c2', 'c3']) expect(await history(id)).toEqual(['create AI ada why'])
    await prisma.$transaction([
      prisma.contentType.update({ where: { id: 'c1' }, data: { fields: fields('B') } }),
      prisma.contentType.delete({ where: { id: 'c2' } }),
    ])
    expect((await history('c1'))[0]).toBe('update AI ada why')
    expect((await history('c2'))[0]).toBe('delete AI ada why')
    const failing = prisma.$transaction([
      prisma.contentType.update({ where: { id: 'c1' }, data: { fields: fields('C') } }),
      prisma.contentType.create({ data: post('c1') }),
    ])
    await expect(failing).rejects.toMatchObject({ code: 'P2002' })
    expect(await history('c1')).toHaveLength(2)
    expect(unrecorded).toEqual([])
    await prisma.$transaction([prisma.contentType.updateMany({ data: { fields: fields('D') } })])
    expect(unrecorded).toEqual([
      'updateMany of content types is not recorded: in a transaction it does not tell which',
    ])
  })

  test('what is in an open transaction is told, and can be recorded when it is through', async () => {
    const prisma = extended()
    await prisma.contentType.create({ data: post('c1') })
    await prisma.$transaction(async (tx) => {
      await tx.contentType.update({ where: { id: 'c1' }, data: { fields: fields('B') } })
      await tx.contentType.updateMany({ data: { fields: fields('C') } })
      await tx.contentType.createMany({ data: [post('c2', 'Other')] })
    })
    const why = 'its transaction is open; call recordVersion when it is through'
    expect(unrecorded).toEqual(
      ['update', 'updateMany', 'createMany'].map(
        (operation) => `${operation} of content types is not recorded: ${why}`,
      ),
    )
    expect(await history('c1')).toHaveLength(1)
    await bench.engine.recordVersion('c1', { source: 'UI', author: 'bob' })
    expect((await history('c1'))[0]).toBe('update UI bob ')
    // What nobody recorded is found by the next deployment.
    await bench.deploy().handle.done
    expect(await history('c2')).toEqual([expect.stringMatching('^create SYNC system')])
  })

  test('what is written beside a content type is written, and what its own write does is recorded', async () => {
    const prisma = extended()
    const { id, contentItems } = await prisma.contentType.create({
      data: {
        name: 'Post',
        fields: fields('A'),
        website: { connect: { id: 'site_1' } },
        contentItems: { create: { websiteId: 'site_1', data: '{}' } },
      },
      include: { contentItems: true },
    })
    expect(id).toMatch(/^c[a-z0-9]{24}$/)
    expect(contentItems).toHaveLength(1)
    expect(await history(id)).toEqual(['create AI ada why'])
    // Not seen, as the documentation says.
    await prisma.website.update({
      where: { id: 'site_1' },
      data: { contentTypes: { update: { where: { id }, data: { fields: fields('B') } } } },
    })
    expect(await history(id)).toHaveLength(1)
  })

  test('a change is recorded when the answer is a row that belongs to it', async () => {
    const { contentType } = extended()
    const made = await contentType.create({ data: post('c1') }).website()
    expect(made).toMatchObject({ id: 'site_1', name: 'Site' })
    expect(await history('c1')).toEqual(['create AI ada why'])
    const where = { id: 'c1' }
    expect(
      await contentType.update({ where, data: { fields: fields('B') } }).contentItems(),
    ).toEqual([])
    expect(await history('c1')).toHaveLength(2)
    expect(unrecorded).toEqual([])
    const { id, ...unnamed } = post('c2', 'Other')
    expect(await contentType.create({ data: unnamed }).website()).toHaveProperty('id')
    expect(unrecorded).toEqual([
      'create of content types is not recorded: the answer does not tell which; name it by its id',
    ])
  })

  test('who changes something is asked at each change, in its own context', async () => {
    const requests = new AsyncLocalStorage<string>()
    const { contentType } = extended({
      note: async ({ id, operation }) => ({
        source: 'UI',
        author: requests.getStore(),
        message: `${operation} ${id}`,
      }),
    })
    await requests.run('ada', async () => await contentType.create({ data: post('c1') }))
    await requests.run(
      'bob',
      async () => await contentType.update({ where: { id: 'c1' }, data: { fields: fields('B') } }),
    )
    expect(await history('c1')).toEqual(['update UI bob update c1', 'create UI ada create c1'])
  })

  test('a change that cannot be recorded is made all the same, and told', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { contentType } = extended({ note: { source: 'X' as 'UI' }, onUnrecorded: undefined })
    await contentType.create({ data: post('c1') })
    expect(warned.mock.calls).toEqual([
      [
        'options.source is "X", and should be "UI" or "AI" or "SYNC"',
        { code: 'CATALYST_SYNC_UNRECORDED' },
      ],
    ])
    warned.mockRestore()
    const failing = async () => Promise.reject(new Error('nobody is there'))
    await extended({ note: failing }).contentType.update({
      where: { id: 'c1' },
      data: { name: 'Story' },
    })
    expect(unrecorded).toEqual(['nobody is there'])
    const [row] = await contentType.findMany()
    expect(row?.name).toBe('Story')
    // Of what was never recorded there is nothing to tell.
    unrecorded = []
    await extended().contentType.delete({ where: { id: 'c1' } })
    expect(unrecorded).toEqual([])
  })

  test('an operation that fails records nothing and fails as it is', async () => {
    const { contentType } = extended()
    await contentType.create({ data: post('c1') })
    const again = contentType.create({ data: post('c1') })
    await expect(again).rejects.toMatchObject({ code: 'P2002' })
    expect(await history('c1')).toHaveLength(1)
  })

  describe.each(DATES)('rows that the engine writes, read by a client that writes %s', (dates) => {
    const client = () => plain({ timestampFormat: dates })

    test('a type that came home is one of the studio, and is changed like one', async () => {
      const properties = { town: { type: 'string', displayName: 'Town' } }
      const types = [{ key: 'Venue', displayName: 'Venue', baseType: '_component', properties }]
      await bench.platform.control('seed', { version: 'v1', types })
      const began = Date.now()
      await bench.deploy({ options: { mode: 'pull' }, selectedTypes: ['Venue'] }).handle.done
      const { contentType, contentItem } = client()
      const [made] = await contentType.findMany({ include: { website: true } })
      expect(made).toMatchObject({ name: 'Venue', websiteId: 'site_1', website: { name: 'Site' } })
      expect(made?.id).toMatch(/^c[a-z0-9]{24}$/)
      for (const date of [made?.createdAt, made?.updatedAt]) {
        expect(date).toBeInstanceOf(Date)
        expect(date?.getTime()).toBeGreaterThanOrEqual(began)
      }
      const { fields: text, settings, id = '' } = made ?? {}
      expect(JSON.parse(text ?? '')).toMatchObject({
        name: 'Venue',
        fields: [{ name: 'town', label: 'Town', type: 'text' }],
      })
      expect(typeof JSON.parse(settings ?? 'null')).toBe('object')

      await contentItem.create({ data: { contentTypeId: id, websiteId: 'site_1', data: '{}' } })
      const data = { fields: text?.replace('"Town"', '"City"') }
      const changed = await contentType.update({ where: { id }, data })
      expect(changed.createdAt).toEqual(made?.createdAt)
      expect(await bench.engine.planDeployment({ mode: 'push' })).toMatchObject({
        operations: [{ typeKey: 'Venue', operation: 'update', direction: 'push' }],
      })
      await bench.deploy().handle.done
      await bench.platform.control('edit', {
        key: 'Venue',
        patch: { properties: { town: { displayName: 'Place' } } },
      })
      await bench.deploy({ options: { mode: 'pull' } }).handle.done
      const home = await contentType.findUniqueOrThrow({ where: { id } })
      expect(home.fields).toContain('"Place"')
      expect(home.createdAt).toEqual(made?.createdAt)
      expect(home.updatedAt.getTime()).toBeGreaterThan(changed.updatedAt.getTime())
      expect(await contentItem.count({ where: { contentType: { name: 'Venue' } } })).toBe(1)
    })

    test('rows of both writers stand in the order of their dates', async () => {
      const { contentType } = client()
      const at = (date: Date) => ({ createdAt: date, updatedAt: date })
      await contentType.create({ data: { ...post('c1', 'First'), ...at(new Date(1)) } })
      const properties = { town: { type: 'string', displayName: 'Town' } }
      const types = [{ key: 'Venue', displayName: 'Venue', baseType: '_component', properties }]
      await bench.platform.control('seed', { version: 'v1', types })
      await bench.deploy({ options: { mode: 'pull' }, selectedTypes: ['Venue'] }).handle.done
      const later = at(new Date(Date.now() + 1_000))
      await contentType.create({ data: { ...post('c3', 'Last'), ...later } })
      const inOrder = await contentType.findMany({ orderBy: { createdAt: 'asc' } })
      expect(inOrder.map(({ name }) => name)).toEqual(['First', 'Venue', 'Last'])
      const venue = inOrder[1]
      const since = { where: { updatedAt: { gte: venue?.updatedAt } } }
      expect(await contentType.count(since)).toBe(2)
    })

    test('a type that was restored has its earlier content, and new changes are seen', async () => {
      const { contentType } = client()
      const where = { id: 'c1' }
      const made = await contentType.create({ data: post('c1') })
      const first = await bench.engine.recordVersion('c1', { source: 'UI' })
      await contentType.update({ where, data: { fields: fields('B') } })
      await bench.engine.recordVersion('c1', { source: 'UI' })
      await bench.engine.restoreVersion(first?.hash ?? '')
      const restored = await contentType.findUniqueOrThrow({ where })
      expect(JSON.parse(restored.fields)).toEqual(JSON.parse(made.fields))
      expect(restored.createdAt).toEqual(made.createdAt)
      expect(restored.updatedAt.getTime()).toBeGreaterThanOrEqual(made.updatedAt.getTime())
      await contentType.update({ where, data: { fields: fields('C') } })
      const last = await bench.engine.recordVersion('c1', { source: 'UI' })
      expect(last).toMatchObject({ changeType: 'update', source: 'UI' })
      await bench.engine.restoreVersion(last?.parents[0] ?? '')
      expect((await contentType.findUniqueOrThrow({ where })).fields).toBe(restored.fields)
    })
  })

  // On macOS two copies of SQLite in a process do not see each other's locks.
  const onLinux = process.platform === 'linux' ? test : test.skip

  onLinux('client and engine write alternately and at once, and nothing is lost', async () => {
    const prisma = plain()
    await prisma.contentType.create({ data: post('c1') })
    const versions: string[] = []
    for (const label of ['A', 'B']) {
      await prisma.contentType.update({ where: { id: 'c1' }, data: { fields: fields(label) } })
      versions.push((await bench.engine.recordVersion('c1', { source: 'UI' }))?.hash ?? '')
    }
    for (let round = 0; round < 10; round++) {
      await Promise.all([
        bench.engine.restoreVersion(versions[round % 2] ?? ''),
        prisma.contentItem.create({
          data: { contentTypeId: 'c1', websiteId: 'site_1', data: `${round}` },
        }),
      ])
      const { fields: text } = await prisma.contentType.findUniqueOrThrow({ where: { id: 'c1' } })
      expect(JSON.parse(text)).toEqual(JSON.parse(fields('AB'[round % 2] ?? '')))
    }
    expect(await prisma.contentItem.count()).toBe(10)
    expect(await prisma.$queryRawUnsafe('PRAGMA integrity_check')).toEqual([
      { integrity_check: 'ok' },
    ])
  })
})

test('ESM exports the same', () => {
  const script = `import { recordVersions } from './prisma.mjs'; console.log(recordVersions.name)`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
  })
  expect(output.toString()).toBe('recordVersions\n')
})
