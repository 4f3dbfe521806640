import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'

import Database from 'better-sqlite3'

import { SyncEngine } from '..'
import { Bench, Folder, job, provider } from './support/bench'

const KEY = 'a key of the tests that is long enough'

interface Line {
  entry: { action: string; outcome: string; code?: string; actor: string; role: string }
}

/** The lines of the documentation, as anybody would copy them. */
const verify = (() => {
  const text = readFileSync(join(__dirname, '../docs/audit.md'), 'utf8')
  const [, code] = /<!-- verify-export[^]*?```js\n([^]*?)```/.exec(text) ?? []
  if (code === undefined) throw new Error('docs/audit.md has no lines that verify')
  return new Function('require', `${code}; return verify`)(require) as (
    path: string,
    key?: string,
  ) => number
})()

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 3 })
})
afterEach(() => bench.close())

const entriesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => (JSON.parse(line) as Line).entry)

/** The entries, as a stream gets them. */
async function exported() {
  const text: string[] = []
  const stream = new Writable({ write: (chunk, _, taken) => (text.push(`${chunk}`), taken()) })
  await bench.engine.exportHistory(stream)
  return entriesOf(text.join(''))
}

/** Does something while the environment holds a key. */
async function withKey<T>(work: () => Promise<T>): Promise<T> {
  process.env['CATALYST_SYNC_AUDIT_KEY'] = KEY
  try {
    return await work()
  } finally {
    delete process.env['CATALYST_SYNC_AUDIT_KEY']
  }
}

test('a history that nobody touched verifies, and before it begins, too', async () => {
  expect(await bench.engine.verifyHistory()).toStrictEqual({ ok: true, entries: 0, keyed: false })
  await bench.deploy().handle.done
  expect(await bench.engine.verifyHistory()).toStrictEqual({ ok: true, entries: 9, keyed: false })
  const state = new Database(bench.folder.file('dev.db.catalyst-sync'))
  state.exec(`UPDATE sync_history SET actor = 'mallory' WHERE id = 2`)
  state.close()
  expect(await bench.engine.verifyHistory()).toMatchObject({
    ok: false,
    firstBroken: expect.stringMatching(/^sync_history\/2, which entry \d covers, was changed$/),
  })
})

test('a file is whole, for its owner, and verifies alone', async () => {
  await bench.deploy().handle.done
  const path = bench.folder.file('audit.jsonl')
  writeFileSync(path, 'an earlier one')
  expect(await bench.engine.exportHistory(path)).toStrictEqual({ entries: 9 })
  expect(verify(path)).toBe(9)
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(bench.folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  const entries = entriesOf(readFileSync(path, 'utf8'))
  expect(entries.at(-1)).toMatchObject({ action: 'run.end', outcome: 'completed', role: 'admin' })

  const text = readFileSync(path, 'utf8')
  for (const [from, to, reason] of [
    ['"sync_status":"SUCCESS"', '"sync_status":"FAILED"', 'covers another row'],
    ['"action":"push.', '"action":"pull.', 'is not what its hash says'],
    [/.*\n(.*\n)$/, '$1', 'the end is missing'],
    [/(?<=\n).*"sequence":4.*\n/, '', 'entry 5 does not follow the one before'],
  ] as const) {
    const damaged = bench.folder.file('damaged.jsonl')
    writeFileSync(damaged, text.replace(from, to))
    expect(() => verify(damaged)).toThrow(reason)
  }
})

test('with a key, the file says that nobody else wrote it', async () => {
  const keyed = await withKey(() => Bench.open({ types: 2 }))
  await keyed.deploy().handle.done
  expect(await keyed.engine.verifyHistory()).toStrictEqual({
    ok: true,
    entries: 7,
    keyed: true,
    signedFrom: 1,
  })
  const path = keyed.folder.file('audit.jsonl')
  await keyed.engine.exportHistory(path)
  expect(readFileSync(path, 'utf8')).not.toContain(KEY)
  expect(verify(path, KEY)).toBe(7)
  expect(verify(path)).toBe(7)
  expect(() => verify(path, 'another key that is long enough')).toThrow('not signed')
  await keyed.close()
})

test('what retention left verifies as well', async () => {
  const folder = new Folder()
  const kept = await Bench.open({ types: 3, options: { retention: { audit: { count: 5 } } } })
  for (const id of ['a', 'b', 'c']) await kept.deploy({ id }).handle.done
  const path = folder.file('audit.jsonl')
  const { entries } = await kept.engine.exportHistory(path)
  expect(entries).toBeLessThan(8)
  expect(verify(path)).toBe(entries)
  const [header] = readFileSync(path, 'utf8').split('\n')
  expect(JSON.parse(header ?? '').anchor.sequence).toBeGreaterThan(0)
  await kept.close()
  folder.remove()
})

test('a stream gets a part when it has taken the one before, and is not ended', async () => {
  // More than one part: each holds at most 128 entries.
  const many = await Bench.open({ types: 150, options: { requestsPerMinute: 100_000 } })
  await many.deploy().handle.done
  let held = 0
  let most = 0
  const parts: string[] = []
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, taken) {
      held += 1
      most = Math.max(most, held)
      parts.push(chunk.toString())
      setImmediate(() => {
        held -= 1
        taken()
      })
    },
  })
  expect(await many.engine.exportHistory(slow)).toStrictEqual({ entries: 303 })
  expect([most, parts.length > 2, slow.writableEnded]).toEqual([1, true, false])
  expect(slow.writableLength).toBe(0)
  expect(slow.listenerCount('error')).toBe(0)
  const path = many.folder.file('parts.jsonl')
  writeFileSync(path, parts.join(''))
  expect(verify(path)).toBe(303)
  await many.close()
})

const failing = () =>
  new Writable({ write: (_chunk, _encoding, taken) => taken(new Error('no room left')) })
const destroyed = () => new PassThrough().destroy()
const ended = () => new PassThrough().end()
const closing = () => {
  const stream = new Writable({ write: () => void stream.destroy() })
  return stream
}

test.each([
  ['fails', failing, 'no room left'],
  ['was destroyed', destroyed, 'closed'],
  ['was ended', ended, 'write after end'],
  ['closes meanwhile', closing, ''],
])('a stream that %s is named as the reason', async (_, make, reason) => {
  await bench.deploy().handle.done
  await expect(bench.engine.exportHistory(make())).rejects.toMatchObject({
    code: 'EXPORT_FAILED',
    class: 'STATE',
    status: 503,
    message: expect.stringContaining(reason),
    cause: expect.anything(),
  })
})

test('a place that cannot be written is named, and nothing is left of the attempt', async () => {
  await bench.deploy().handle.done
  const folder = bench.folder.file('folder')
  mkdirSync(folder)
  await expect(bench.engine.exportHistory(folder)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('is there and is no file'),
  })
  await expect(bench.engine.exportHistory(join(folder, 'none', 'x'))).rejects.toMatchObject({
    code: 'EXPORT_FAILED',
    message: expect.stringContaining('ENOENT'),
  })
  expect(readdirSync(folder)).toEqual([])
})

test.each([undefined, null, '', 5, {}, { write() {} }])(
  '%p is neither a path nor a stream',
  async (destination) => {
    await expect(bench.engine.exportHistory(destination as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^destination is .*, and should be a path or a stream$/),
    })
  },
)

test('a destination that throws is an error with a code', async () => {
  const stream = {
    on() {},
    off() {},
    write() {
      throw new Error('no room')
    },
  }
  await expect(bench.engine.exportHistory(stream as never)).rejects.toMatchObject({
    code: 'EXPORT_FAILED',
    message: expect.stringContaining('the stream cannot be written: no room') as string,
  })
  const unreadable = {
    get write(): never {
      throw new Error('no')
    },
  }
  await expect(bench.engine.exportHistory(unreadable as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'destination.write cannot be read',
  })
})

test('what is refused at once is audited right after', async () => {
  const viewer = bench.engine.as({ id: 'ada', role: 'viewer' })
  expect(() => viewer.cancelDeployment('deploy-1')).toThrow()
  expect(() => viewer.as({ id: 'bob', role: 'admin' })).toThrow()
  let refused: object[] = []
  while (refused.length < 2) {
    refused = (await exported()).filter(({ outcome }) => outcome === 'refused')
  }
  const of = { actor: 'ada', role: 'viewer', code: 'ROLE_REFUSED' }
  expect(refused).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...of, action: 'cancel deployments', deploymentId: 'deploy-1' }),
      expect.objectContaining({ ...of, action: 'have somebody act with a higher role' }),
    ]),
  )
})

test('a rollback that is refused is told as one, with the role that it needs', async () => {
  await bench.deploy().handle.done
  const editor = bench.engine.as({ id: 'eve', role: 'editor' })
  const { job: refused } = await editor.rollbackDeployment('deploy-1').done
  expect(refused.errorInfo?.code).toBe('ROLE_REFUSED')
  expect((await exported()).at(-1)).toMatchObject({
    action: 'roll deployments back',
    detail: { needed: 'admin' },
  })
})

test('who cancelled a deployment is named, and it need not be who began it', async () => {
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const eve = bench.engine.as({ id: 'eve', role: 'editor' })
  const begun = new Promise<void>((resolve) => {
    const show = ({ progress }: { progress: number }) => progress >= 20 && resolve()
    const { done } = bench.engine.startDeployment(job({ id: 'a' }), provider(), show)
    void done.then(() => resolve())
  })
  await begun
  expect(eve.cancelDeployment('a')).toBe(true)
  const { handle } = bench.deploy({ id: 'b' })
  await handle.done
  const ends = (await exported()).filter(({ action }) => /^(cancel|run.end)/.test(action))
  expect(ends).toMatchObject([
    { action: 'run.end', outcome: 'cancelled', actor: 'system' },
    { action: 'cancel deployments', outcome: 'asked', actor: 'eve', role: 'editor' },
    { action: 'run.end', outcome: 'completed', actor: 'system' },
  ])
  expect(await bench.engine.verifyHistory()).toMatchObject({ ok: true })
})

test('closing right after a refusal does not lose it', async () => {
  const viewer = bench.engine.as({ id: 'ada', role: 'viewer' })
  expect(() => viewer.cancelDeployment('deploy-1')).toThrow()
  await bench.engine.close()
  const engine = new SyncEngine(bench.options)
  // The first entry, and the refusal.
  expect(await engine.verifyHistory()).toStrictEqual({ ok: true, entries: 2, keyed: false })
  await engine.close()
})

test('a key that keeps nobody out is refused, and not repeated', async () => {
  process.env['CATALYST_SYNC_AUDIT_KEY'] = 'sh0rt'
  const engine = new SyncEngine(bench.options)
  delete process.env['CATALYST_SYNC_AUDIT_KEY']
  await expect(engine.verifyHistory()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.not.stringContaining('sh0rt'),
  })
  await engine.close()
})
