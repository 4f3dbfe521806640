import { SyncEngine } from '..'
import { Folder, job } from './support/bench'
import { makeStudio } from './support/studio'

// What callers pass, after somebody got it wrong: a value, or an error with a code and a class. The same
// in `tests/fuzz.rs` for what others wrote.

const CASES = 1_200

/** Numbers by chance, the same each time (SplitMix32). */
let state = 1
function below(bound: number): number {
  state = (state + 0x9e3779b9) >>> 0
  let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return ((mixed ^ (mixed >>> 15)) >>> 0) % bound
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let at = 0; at < levels; at++) value = at % 2 ? [value] : { value }
  return value
}

const circular: Record<string, unknown> = {}
circular.self = circular

const unreadable = new Proxy(
  {},
  {
    get() {
      throw new Error('not for you')
    },
    ownKeys() {
      throw new TypeError('nor this')
    },
  },
)

const ODD: unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  -1,
  0.5,
  NaN,
  Infinity,
  1e400,
  2 ** 53 + 2,
  10n,
  Symbol('s'),
  '',
  ' ',
  'files',
  'c1',
  '\0',
  '\ud800',
  '\ufeff',
  '__proto__',
  '../..',
  'x'.repeat(70_000),
  '{"a":',
  [],
  [[]],
  [null, undefined],
  Array(1_000).fill('x'),
  {},
  Object.create(null),
  JSON.parse('{"__proto__":{"mode":"pull"}}'),
  deep(900),
  deep(20_000),
  circular,
  unreadable,
  new Date(NaN),
  new Date(8.64e15),
  new Map([['mode', 'pull']]),
  () => 'x',
  Promise.resolve(1),
]

const odd = () => ODD[below(ODD.length)]

const RUN = {
  dryRun: true,
  mode: 'push',
  planDigest: 'ab',
  conflictStrategy: 'merge',
  rollback: 'none',
  allowDelete: false,
  websiteId: 'site_1',
  contentTypeKeys: ['Type 1'],
}
const PAGE = { limit: 5, offset: 1, from: new Date(0), to: '2026-01-01', type: 'ct_1' }

/** Good arguments of what can be called. Nothing that writes where it is told to, and not `close`. */
const CALLS: Partial<Record<keyof SyncEngine, unknown[]>> = {
  as: [{ id: 'ada', role: 'admin' }],
  startDeployment: [job({ options: RUN } as never), 'files', () => {}],
  cancelDeployment: ['a'],
  resumeDeployment: ['a', () => {}, { mode: 'failed' }],
  watchDeployment: ['a', () => {}],
  getDeployment: ['a'],
  synchronize: [RUN],
  extractContentTypes: [{ websiteId: 'site_1' }],
  detectChanges: [{ ...RUN, includeDetails: true }],
  planDeployment: [RUN],
  previewMapping: [RUN],
  hashContentType: [{ a: 1 }],
  resolveConflicts: [['a', { key: 'ct_1' }], { strategy: 'manual', values: { '/a': 1 } }],
  listConflicts: [{ ...PAGE, status: 'pending' }],
  getConflict: ['a'],
  deleteConflict: ['a'],
  clearResolved: [{ olderThanDays: 3 }],
  recordVersion: ['ct_1', { source: 'UI', author: 'ada', message: 'why' }],
  getVersionHistory: ['ct_1', { ...PAGE, source: 'UI', changeType: 'update' }],
  getVersion: ['ab'],
  getVersionTree: [{ key: 'Type 1', websiteId: 'site_1', provider: 'files' }],
  formatTree: [{ typeKey: 'a', versions: [{ hash: 'a', parents: ['b'] }] }],
  findCommonAncestor: ['ab', 'cd'],
  diffVersions: ['ab', 'cd'],
  formatDiff: [{ from: 'a', to: 'b', changes: [{ kind: 'added', path: '/a' }] }],
  restoreVersion: ['ab', { author: 'ada', message: 'why' }],
  getSyncState: ['ct_1'],
  listSyncStates: [{ status: 'new', provider: 'files' }],
  acceptDrift: ['ct_1', '/a'],
  getSyncHistory: [{ ...PAGE, platform: 'files', status: 'SUCCESS' }],
  getSyncRecord: [1],
  getAnalytics: [{ ...PAGE, report: 'health', platform: 'files' }],
  validate: [RUN],
  listBackups: [PAGE],
  planRollback: ['a', { mode: 'full' }],
  rollbackDeployment: ['a', { mode: 'full', onUpdate: () => {} }],
  recover: [{ provider: 'files' }],
  health: [{ provider: 'files' }],
}

/** A copy of a value in which one part is odd. */
function damaged(value: unknown): unknown {
  const isPlain = typeof value === 'object' && value !== null && !(value instanceof Date)
  if (!isPlain || below(4) === 0) return odd()
  const names = Object.keys(value)
  const name = names[below(names.length)] ?? 'a'
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  copy[name] = damaged(copy[name])
  return copy
}

/** What an error is, as far as it is promised. */
function assertSaid(error: unknown, call: string): string {
  const { code, class: kind, message, status } = error as Record<string, unknown>
  if (typeof code !== 'string') throw error
  expect([call, typeof code, typeof kind, typeof message]).toEqual([
    call,
    'string',
    'string',
    'string',
  ])
  expect(call + code).not.toContain('INTERNAL')
  expect(status).toBeGreaterThanOrEqual(400)
  expect((message as string).length).toBeLessThan(2_000)
  return code as string
}

test('whatever is passed: a value, or an error with a code', async () => {
  const folder = new Folder()
  const databaseUrl = folder.file('dev.db')
  makeStudio(databaseUrl, 2)
  const provider = { id: 'files', config: { directory: 'model' } }
  const engine = new SyncEngine({ databaseUrl, filesRoot: folder.path, provider } as never)
  const names = Object.keys(CALLS) as (keyof SyncEngine)[]
  const codes = new Set<string>()
  let values = 0
  for (let at = 0; at < CASES; at++) {
    const name = names[at % names.length] as keyof SyncEngine
    const passed = [...(CALLS[name] ?? [])]
    const place = below(passed.length)
    passed[place] = damaged(passed[place])
    const call = `${at} ${String(name)}`
    try {
      const call_ = engine[name] as (...passed: unknown[]) => unknown
      const answer = call_.apply(engine, passed)
      if (typeof answer === 'function') (answer as () => void)()
      const { done } = (answer ?? {}) as { done?: Promise<{ job: { errorInfo?: unknown } }> }
      if (done) {
        const { errorInfo } = (await done).job
        if (errorInfo) codes.add((errorInfo as { code: string }).code)
      } else await answer
      values++
    } catch (error) {
      codes.add(assertSaid(error, call))
    }
  }
  expect(codes).toContain('INVALID_ARGUMENT')
  expect(codes).not.toContain('INTERNAL')
  expect(values).toBeGreaterThan(CASES / 10)
  // And the engine is as it was.
  expect((await engine.extractContentTypes()).types).toHaveLength(2)
  expect(await engine.verifyHistory()).toMatchObject({ ok: true })
  await engine.close()
  folder.remove()
})
