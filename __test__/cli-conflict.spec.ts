// What the command line tells of a conflict after it was decided.

import { readFileSync, writeFileSync } from 'node:fs'

import { Bench } from './support/bench'
import { Shell } from './support/cli'
import { edit } from './support/studio'

let bench: Bench
let shell: Shell

/** Both sides change a label, and each side something else; one of the labels is decided on. */
beforeAll(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
  shell = Shell.at(bench)
  await shell.run(['deploy', '--yes'])
  const sql = `UPDATE "ContentType" SET "fields" = replace(replace("fields", '"Title"', '"Headline"'), 'Type 1', 'Article') WHERE "id" = 'ct_1'`
  edit(bench.folder.file('dev.db'), sql)
  const patch = { properties: { title: { displayName: 'Caption', isRequired: false } } }
  await bench.platform.control('edit', { key: 'Type1', patch })
  await shell.run(['deploy', '--yes'])
  await shell.run(['resolve', '--value', '/properties/title/displayName="Name"'])
})
afterAll(() => bench.close())

async function printed(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.run(words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

test('doctor says which attempts make a day degraded, and that a decision does not change it', async () => {
  const told = await printed('doctor')
  expect(told).toMatch(/^Health {2}degraded {2}Node/)
  expect(told).toContain('! attempts  3 of 4 succeeded in the last 24 hours')
  expect(told).toContain('1 done in part: a conflict was left')
  expect(told).toContain('each counts for 24 hours, also once it was decided or sent again')
  const { attempts, health } = await shell.json('doctor')
  expect(attempts).toEqual({ total: 4, successful: 3, partial: 1, failed: 0 })
  expect(health.successRate24h).toBe(0.75)
  expect(await printed('history', '--status', 'partial')).toContain('1 shown.')
})

test('show tells of a merged version what changed since each that it was made from', async () => {
  const told = await printed('show', 'Type1@2.0.0')
  expect(told).toContain('made from two versions: what changed since each gives a number')
  expect(told).toMatch(/Type1 1\.0\.1 \w+ → 2\.0\.0 \w+ \(patch\)\n~ \/fields\/title\/label/)
  expect(told).toMatch(
    /Type1 1\.1\.0 \w+ → 2\.0\.0 \w+ \(major\)\n(.*\n)*\+ \/fields\/title\/required/,
  )
  const { diff, merged } = await shell.json('show', 'Type1@2.0.0')
  expect([diff, merged].map(({ level }) => level)).toEqual(['patch', 'major'])
})

test('show tells of any other version what changed since the one before', async () => {
  expect(await printed('show', 'Type1@1.0.1')).not.toContain('two versions')
  expect(await shell.json('show', 'Type1@1.0.1')).toMatchObject({
    diff: { level: 'patch' },
    merged: null,
  })
})

test('resolve decides what no deployment has met, and what is recorded while the platform is away', async () => {
  const quarrel = async (before: string, here: string, there: string) => {
    const sql = `UPDATE "ContentType" SET "fields" = replace("fields", ?, ?) WHERE "id" = 'ct_2'`
    edit(bench.folder.file('dev.db'), sql, JSON.stringify(before), JSON.stringify(here))
    const patch = { properties: { title: { displayName: there } } }
    await bench.platform.control('edit', { key: 'Type2', patch })
  }
  await shell.run(['deploy', '--yes'])
  await quarrel('Title', 'Here', 'There')
  const { conflicts } = await shell.json('resolve', '--list')
  expect(conflicts).toMatchObject([
    { typeKey: 'Type2', fields: [{ local: 'Here', remote: 'There' }] },
  ])
  expect(await printed('resolve', '--strategy', 'source_wins')).toContain('1 of 1 decided')
  expect((await shell.run(['deploy', '--yes'])).code).toBe(0)
  expect((await shell.json('diff')).summary).toMatchObject({ updated: 0, conflicts: 0 })

  await quarrel('Here', 'Mine', 'Theirs')
  expect((await shell.run(['deploy', '--yes'])).code).toBe(3)
  const env = { OPTIMIZELY_API_URL: 'http://127.0.0.1:9/v1' }
  const away = await shell.run(['resolve', '--list'], { env })
  expect(away).toMatchObject({ code: 3, stdout: expect.stringContaining('1 open.') })
  expect(away.stderr).toContain('Only recorded conflicts are shown: ')
  expect(await printed('resolve', 'Type2', '--strategy', 'target_wins')).toContain('1 of 1 decided')
  const nothing = await shell.run(['resolve', '--list'], { env })
  expect(nothing).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('PLATFORM_UNREACHABLE'),
  })
})

test('resolve is about one target', async () => {
  const files = ['--provider', 'files', '--directory', 'types']
  await shell.run([...files, 'deploy', '--yes'])
  const path = bench.folder.file('types/Type2.json')
  const { fields, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
  const [first, ...others] = fields
  writeFileSync(
    path,
    JSON.stringify({ ...rest, fields: [{ ...first, label: 'On disk' }, ...others] }),
  )
  const sql = `UPDATE "ContentType" SET "fields" = replace("fields", ?, ?) WHERE "id" = 'ct_2'`
  edit(bench.folder.file('dev.db'), sql, JSON.stringify(first.label), '"In the studio"')
  expect((await shell.run([...files, 'deploy', '--yes'])).code).toBe(3)

  expect((await shell.json('resolve', '--list')).conflicts).toEqual([])
  expect((await shell.run(['resolve', '--strategy', 'source_wins'])).code).toBe(0)
  const { conflicts } = await shell.json(...files, 'resolve', '--list')
  expect(conflicts).toMatchObject([{ typeKey: 'Type2', fields: [{ remote: 'On disk' }] }])
  expect((await shell.run([...files, 'resolve', '--strategy', 'source_wins'])).code).toBe(0)
})
