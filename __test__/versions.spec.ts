import * as sync from '..'
import { Bench } from './support/bench'
import { edit } from './support/studio'

let bench: Bench

beforeAll(async () => {
  bench = await Bench.open({ types: 2 })
})

afterAll(() => bench?.close())

const rename = (label: string) =>
  edit(
    bench.folder.file('dev.db'),
    `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[0].label', ?) WHERE "id" = 'ct_1'`,
    label,
  )

/** The versions of a type with one more of another label, newest first. */
async function relabelled(id: string): Promise<sync.Version[]> {
  rename('Elsewhere')
  await bench.engine.recordVersion(id, { source: 'UI' })
  return bench.engine.getVersionHistory(id)
}

test('a history is recorded, asked for, compared and drawn', async () => {
  const { engine } = bench
  const first = await engine.recordVersion('ct_1', { source: 'UI', author: 'ada', message: 'made' })
  expect(first).toMatchObject({
    typeKey: 'Type1',
    websiteId: 'site_1',
    parents: [],
    source: 'UI',
    author: 'ada',
    message: 'made',
    semver: '1.0.0',
    changeType: 'create',
    imported: false,
    findings: [],
  })
  if (first === null) throw new Error('there is a first version')
  expect(first.createdAt).toBeInstanceOf(Date)
  expect(first.contentHash).toBe(engine.hashContentType(first.snapshot ?? {}))
  expect(await engine.recordVersion('Type1', { source: 'UI' })).toBeNull()

  rename('Headline')
  const second = await engine.recordVersion(
    { key: 'Type1', websiteId: 'site_1', provider: 'optimizely' },
    { source: 'AI' },
  )
  if (second === null) throw new Error('there is a second version')
  expect(second).toMatchObject({ semver: '1.0.1', author: 'system', message: null })

  const history = await engine.getVersionHistory('ct_1')
  expect(history).toStrictEqual([second, first])
  const bounds = { from: first.createdAt ?? 0, to: new Date(Date.now() + 1_000).toISOString() }
  expect(await engine.getVersionHistory('ct_1', bounds)).toHaveLength(2)
  const filters = [{ source: 'AI' }, { author: 'system' }, { changeType: 'update' }, { limit: 1 }]
  for (const filter of filters as object[]) {
    expect(await engine.getVersionHistory('ct_1', filter)).toStrictEqual([second])
  }
  expect(await engine.getVersion(first.hash)).toStrictEqual(first)
  expect(await engine.getVersion('0'.repeat(64))).toBeNull()

  const tree = await engine.getVersionTree('ct_1')
  expect(tree).toMatchObject({ roots: [first.hash], heads: [second.hash], head: second.hash })
  expect(tree.versions.map(({ children }) => children)).toEqual([[second.hash], []])
  expect(tree.versions[0]?.createdAt).toStrictEqual(first.createdAt)
  expect(sync.formatTree(tree).split('\n')).toEqual([
    expect.stringMatching(/^\* 1\.0\.1 [0-9a-f]{8} update AI by system, .*Z$/),
    expect.stringMatching(/^\* 1\.0\.0 [0-9a-f]{8} create UI by ada, .*Z: made$/),
    '',
  ])

  const lineage = await engine.getLineage(second.hash)
  expect(lineage.map(({ hash }) => hash)).toEqual([second.hash, first.hash])
  expect(lineage[0]?.createdAt).toBeInstanceOf(Date)
  expect(await engine.findCommonAncestor(second.hash, first.hash)).toStrictEqual(first)

  const diff = await engine.diffVersions(first.hash, second.hash)
  expect(diff).toMatchObject({
    level: 'patch',
    fields: { modified: ['title'], unchanged: ['body'] },
  })
  expect(diff.from.createdAt).toStrictEqual(first.createdAt)
  expect(diff.changes).toStrictEqual([
    {
      path: '/fields/title/label',
      kind: 'modified',
      before: 'Title',
      after: 'Headline',
      level: 'patch',
    },
  ])
  expect(engine.formatDiff(diff)).toContain('~ /fields/title/label: "Title" → "Headline"\n')
})

test('an earlier content is restored on top', async () => {
  const { engine } = bench
  const [latest, , first] = await relabelled('ct_1')
  const restored = await engine.restoreVersion(first?.hash ?? '', { author: 'bob', message: 'no' })
  expect(restored).toMatchObject({
    parents: [latest?.hash],
    contentHash: first?.contentHash,
    source: 'UI',
    author: 'bob',
    message: 'no',
  })
  expect(restored?.createdAt).toBeInstanceOf(Date)
  const { types } = await engine.extractContentTypes()
  const type = types.find(({ id }) => id === 'ct_1')
  expect(type?.contentHash).toBe(first?.contentHash)
  expect(await engine.restoreVersion(first?.hash ?? '')).toBeNull()
})

test('a deployment records versions', async () => {
  const { engine } = bench
  await bench.deploy({ id: 'seen' }).handle.done
  const [version] = await engine.getVersionHistory('Type2')
  expect(version).toMatchObject({ source: 'SYNC', message: 'seen by the deployment seen' })
})

test.each<[string, unknown[], string]>([
  ['recordVersion', [5, { source: 'UI' }], 'type is 5, and should be the key or id of a type'],
  ['recordVersion', [{}, { source: 'UI' }], 'type.key is missing, and should be a text'],
  ['recordVersion', ['ct_1'], 'options.source is missing, and should be "UI" or "AI" or "SYNC"'],
  ['recordVersion', ['ct_1', { source: 'x' }], 'options.source is "x", and should be "UI" or'],
  ['recordVersion', ['ct_1', { source: 'UI', author: 1 }], 'options.author is 1'],
  ['getVersionHistory', ['ct_1', { from: 'x' }], 'options.from is "x", and should be a date'],
  ['getVersionHistory', ['ct_1', { to: new Date(NaN), from: {} }], 'options.from is an object'],
  ['getVersionHistory', ['ct_1', { limit: 0 }], 'options.limit is 0, and should be a whole number'],
  ['getVersionHistory', ['ct_1', { changeType: 'x' }], 'options.changeType is "x"'],
  ['getVersion', [5], 'hash is 5, and should be a text'],
  ['getVersion', [], 'hash is missing, and should be the hash of a version'],
  ['restoreVersion', [], 'hash is missing, and should be the hash of a version'],
  ['restoreVersion', ['x'], 'hash is "x", and should be the hash of a version'],
  ['restoreVersion', ['x', { author: 5 }], 'options.author is 5, and should be a text'],
  ['getLineage', ['x'], 'hash is "x", and should be the hash of a version'],
  ['diffVersions', ['x', 'y'], 'hashA is "x", and should be the hash of a version'],
])('%s refuses %p', async (name, given, message) => {
  const method = bench.engine[name as 'getVersion'] as (...given: unknown[]) => Promise<unknown>
  await expect(method.apply(bench.engine, given)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message),
  })
})

test('what is unknown is told', async () => {
  await expect(bench.engine.getVersionTree('Nothing')).rejects.toMatchObject({
    code: 'TYPE_NOT_FOUND',
    status: 404,
  })
})

test('only answers are drawn', () => {
  for (const wrong of [null, 5, {}, { versions: [{}] }]) {
    const expected = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
    expect(() => sync.formatTree(wrong as never)).toThrow(expected)
    expect(() => sync.formatDiff(wrong as never)).toThrow(expected)
  }
})
