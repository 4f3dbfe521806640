import { Bench } from './support/bench'

const TITLE = '/properties/title/displayName'

let bench: Bench

beforeEach(async () => {
  bench = await Bench.open({ types: 1, options: { cacheTtlMs: 0 } })
  await bench.deploy().handle.done
  const patch = { properties: { title: { displayName: 'There' } } }
  await bench.platform.control('edit', { version: 'v1', key: 'Type1', patch })
})
afterEach(() => bench.close())

test('drift is told with its severity, and accepted', async () => {
  const { details } = await bench.engine.detectChanges({ includeDetails: true })
  expect(details?.remoteChanged).toMatchObject([
    {
      key: 'Type1',
      status: 'remote_modified',
      drift: 'text',
      findings: [{ severity: 'info', code: 'DRIFT_TEXT', typeKey: 'Type1', path: TITLE }],
    },
  ])
  const accepted = await bench.engine.acceptDrift({ key: 'Type1', provider: 'optimizely' }, TITLE)
  expect(accepted).toStrictEqual({
    typeKey: 'Type1',
    websiteId: 'site_1',
    target: expect.stringMatching(/^optimizely:/),
    paths: [TITLE],
  })
  const { summary } = await bench.engine.detectChanges()
  expect(summary).toMatchObject({ unchanged: 1, remoteChanged: 0 })
  expect(await bench.engine.getSyncState('Type1')).toMatchObject({ status: 'in_sync' })
})

test.each<[unknown[], string, string]>([
  [[], 'INVALID_ARGUMENT', 'type is missing, and should be the key or id of a type'],
  [['Type1'], 'INVALID_ARGUMENT', 'path is missing, and should be a path as in `changes`'],
  [['Type1', 'title'], 'INVALID_ARGUMENT', 'path is "title", and should be a path as in `changes`'],
  [['Type1', 5], 'INVALID_ARGUMENT', 'path is 5, and should be a text'],
  [['Type1', '/x'], 'INVALID_ARGUMENT', 'nothing of Type1 moved on the platform at /x'],
  [['Nothing', ''], 'TYPE_NOT_FOUND', 'no type has the key or id "Nothing"'],
])('acceptDrift refuses %p', async (given, code, message) => {
  const method = bench.engine.acceptDrift as (...given: unknown[]) => Promise<unknown>
  await expect(method.apply(bench.engine, given)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})
