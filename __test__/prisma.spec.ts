import { execFileSync } from 'node:child_process'
import { AsyncLocalStorage } from 'node:async_hooks'

import type { Version } from '..'
import { recordVersions, type RecordVersionsOptions } from '../prisma'
import { Bench } from './support/bench'
import { PrismaLike } from './support/prisma'
import { ROOT } from './support/script'

// No client can be generated without Prisma's engines: its place takes one that keeps to the contract
// that Prisma documents for extensions.

let bench: Bench
let unrecorded: string[]

beforeEach(async () => {
  bench = await Bench.open({ types: 0 })
  unrecorded = []
})
afterEach(() => bench.close())

function extended(options: RecordVersionsOptions = {}) {
  const onUnrecorded = ({ message }: Error) => unrecorded.push(message)
  const prisma = new PrismaLike(bench.folder.file('dev.db'))
  return prisma.$extends(
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

const post = (id: string) => ({ id, websiteId: 'site_1', name: 'Post', fields: fields('A') })

const brief = ({ changeType, source, author, message }: Version) =>
  [changeType, source, author, message].join(' ')

async function history(id: string): Promise<string[]> {
  return (await bench.engine.getVersionHistory(id)).map(brief)
}

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

test('what is in a transaction is recorded when it is there, and told when it is not', async () => {
  const prisma = extended()
  await prisma.within('batch').contentType.create({ data: post('c1') })
  expect(await history('c1')).toEqual(['create AI ada why'])
  await prisma.within('batch').contentType.updateMany({ data: { fields: fields('B') } })
  await prisma.within('itx').contentType.update({ where: { id: 'c1' }, data: { name: 'Story' } })
  expect(await history('c1')).toHaveLength(1)
  expect(unrecorded).toEqual([
    'updateMany of content types is not recorded: in a transaction it does not tell which',
    'update of content types is not recorded: its transaction is open; call recordVersion when it is through',
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
  await requests.run('ada', () => contentType.create({ data: post('c1') }))
  await requests.run('bob', () => contentType.update({ data: { fields: fields('B') } }))
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
  await extended({ note: failing }).contentType.update({ data: { name: 'Story' } })
  expect(unrecorded).toEqual(['nobody is there'])
  const [row] = (await contentType.findMany({})) as { name: string }[]
  expect(row?.name).toBe('Story')
  // Of what was never recorded there is nothing to tell.
  unrecorded = []
  await extended().contentType.delete({ where: { id: 'c1' } })
  expect(unrecorded).toEqual([])
})

test('an operation that fails records nothing and fails as it is', async () => {
  const { contentType } = extended()
  await contentType.create({ data: post('c1') })
  const code = 'SQLITE_CONSTRAINT_PRIMARYKEY'
  await expect(contentType.create({ data: post('c1') })).rejects.toMatchObject({ code })
  expect(await history('c1')).toHaveLength(1)
})

test('ESM exports the same', () => {
  const script = `import { recordVersions } from './prisma.mjs'; console.log(recordVersions.name)`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
  })
  expect(output.toString()).toBe('recordVersions\n')
})
