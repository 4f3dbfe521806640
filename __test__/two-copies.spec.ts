import Database from 'better-sqlite3'
import { setImmediate as turn } from 'node:timers/promises'
import { Bench } from './support/bench'
import { edit } from './support/studio'

// better-sqlite3 brings its own copy of SQLite into this process, as Prisma's engine does. On macOS
// the copies do not see each other's locks.
const onLinux = process.platform === 'linux' ? test : test.skip

let bench: Bench
let other: Database.Database
/** The contents of `ct_1`, of which the second one stands in the row. */
let versions: string[]

beforeEach(async () => {
  bench = await Bench.open({ types: 1 })
  const path = bench.folder.file('dev.db')
  versions = []
  for (const label of ['First', 'Second']) {
    edit(
      path,
      `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[0].label', ?)`,
      label,
    )
    versions.push((await bench.engine.recordVersion('ct_1', { source: 'UI' }))?.hash ?? '')
  }
  other = new Database(path)
})

afterEach(async () => {
  other?.close()
  await bench?.close()
})

const one = (sql: string) => other.prepare(sql).pluck().get()
const label = () => one(`SELECT json_extract("fields", '$.fields[0].label') FROM "ContentType"`)

onLinux.each([['DELETE'], ['WAL']])(
  'what the other copy writes keeps the engine out until it is committed (%s)',
  async (mode) => {
    other.pragma(`journal_mode = ${mode}`)
    other.exec(`BEGIN IMMEDIATE; UPDATE "Website" SET "name" = 'Theirs'`)
    await expect(bench.engine.restoreVersion(versions[0] ?? '')).rejects.toMatchObject({
      code: 'DATABASE_BUSY',
    })
    expect(label()).toBe('Second')
    other.exec('COMMIT')
    await bench.engine.restoreVersion(versions[0] ?? '')
    expect(label()).toBe('First')
    expect(one('SELECT "name" FROM "Website"')).toBe('Theirs')
    expect(one('PRAGMA integrity_check')).toBe('ok')
  },
  30_000,
)

onLinux.each([['DELETE'], ['WAL']])(
  'both copies write at once and nothing is lost (%s)',
  async (mode) => {
    other.pragma(`journal_mode = ${mode}`)
    const count = other.prepare(`UPDATE "Website" SET "metadata" = coalesce("metadata", 0) + 1`)
    for (let round = 0; round < 20; round++) {
      const restoring = bench.engine.restoreVersion(versions[round % 2] ?? '')
      for (let times = 0; times < 10; times++) {
        count.run()
        await turn()
      }
      await restoring
    }
    expect(one('SELECT "metadata" FROM "Website"')).toBe('200')
    expect(label()).toBe('Second')
    expect(one('PRAGMA integrity_check')).toBe('ok')
  },
  60_000,
)
