// What each command shows and does, in the order in which people come to need them.

import { readFileSync, statSync, writeFileSync } from 'node:fs'

import Database from 'better-sqlite3'

import { Bench } from './support/bench'
import { Shell } from './support/cli'
import { edit } from './support/studio'

let bench: Bench
let shell: Shell
beforeAll(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
  shell = Shell.at(bench, { CATALYST_SYNC_KEY: 'ab'.repeat(32) })
})
afterAll(() => bench.close())

/** What a command prints, with names and times that differ each time replaced. */
async function shown(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.run(words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .replace(/optimizely:127\.0\.0\.1:\d+:\w+/g, 'TARGET')
    .replace(/cli-[0-9a-f]{12}/g, 'DEPLOYMENT')
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/by \S+/g, 'by SOMEBODY')
}

function change(id: string, from: string, to: string): void {
  const sql = `UPDATE "ContentType" SET "fields" = replace("fields", ?, ?) WHERE "id" = ?`
  edit(bench.folder.file('dev.db'), sql, from, to, id)
}

test('plan shows what is new', async () => {
  expect(await shown('plan')).toBe(`Target  TARGET  the studio → the platform

  + Type 1 Type1
      + /baseType  "_component"
      + /description  "A type"
      + /properties/body  string
      + /properties/title  string, required

  + Type 2 Type2
      + /baseType  "_component"
      + /description  "A type"
      + /properties/body  string
      + /properties/title  string, required

Plan: 2 to add, 0 to change, 0 to destroy; 0 unchanged.
`)
})

test('deploy shows the plan, then a line per finished type on stderr', async () => {
  const { code, stdout, stderr } = await shell.run(['deploy', '--yes'])
  expect(code).toBe(0)
  expect(stderr).toContain('Detecting changes (2 new, 0 modified, 0 failed last sync)...')
  expect(stderr.match(/^✓ .*$/gm)?.sort()).toEqual([
    '✓ created    Type 1 Type1',
    '✓ created    Type 2 Type2',
  ])
  expect(stdout).toContain('Plan: 2 to add')
  expect(stdout).toMatch(/\nDeployed: 2 succeeded; \d+\.\d s, 3 requests\. cli-[0-9a-f]{12}\n$/)
  expect(stdout + stderr).not.toContain('\x1b')
})

test('status shows what is not in step', async () => {
  expect(await shown('status')).toBe(`Target  TARGET

2 types, 2 of them in step and not shown.
`)
  change('ct_1', '"Title"', '"Headline"')
  expect(await shown('status')).toBe(`Target  TARGET

TYPE   STATUS    VERSION  LAST SYNC             WEBSITE
Type1  modified  1.0.0    TIME  site_1

2 types, 1 of them in step and not shown.
`)
})

test('diff shows who changed what, plan what would be done', async () => {
  change('ct_2', '"required":true', '"required":true,"validation":{"maxLength":140}')
  await bench.platform.control('edit', {
    key: 'Type2',
    patch: { properties: { title: { maxLength: 200 }, body: { displayName: 'Story' } } },
  })
  const [diff, plan] = await Promise.all([shown('diff'), shown('plan')])
  const conflict = `      /properties/title/maxLength
          agreed    nothing
          studio    140
          platform  200
          hint      what fits the other side's rule fits this one, too; the platform's side loses nothing
`
  const id = /conflict_\w+/.exec(diff)?.[0]
  expect(diff).toBe(`Target  TARGET

Changed in the studio
  ~ Type 1 Type1
      ~ /properties/title/displayName  "Title" → "Headline"

Changed on both sides
  ! Type 2 Type2  ${id}
${conflict}
0 new, 1 modified, 0 deleted, 1 in conflict, 0 changed on the platform; 0 unchanged.
`)
  expect(plan).toBe(`Target  TARGET  the studio → the platform

  ~ Type 1 Type1
      ~ /properties/title/displayName  "Title" → "Headline"

  ! Type 2 Type2  ${id}
${conflict}
Plan: 0 to add, 1 to change, 0 to destroy, 1 in conflict; 0 unchanged.
`)
})

test('a removed property is withheld; one that becomes another type is replaced', async () => {
  change('ct_1', '"type":"richText"', '"type":"boolean"')
  expect(await shown('plan', 'Type1')).toContain('withheld /properties/body/type')
  expect(await shown('plan', 'Type1', '--allow-data-loss')).toContain(
    `-/+ /properties/body/type  {"type":"string"} → {"type":"boolean"}`,
  )
  change('ct_1', '"type":"boolean"', '"type":"richText"')
})

test('resolve decides what a deployment recorded', async () => {
  const deployed = await shell.run(['deploy', '--yes'])
  expect(deployed.code).toBe(3)
  expect(deployed.stdout).toContain('next  catalyst-sync resolve')
  const wrong = await shell.run(['resolve', '--value', '/properties/title/maxLength'])
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('path=json') })
  const { conflicts } = await shell.json('resolve', '--list')
  expect(conflicts).toMatchObject([{ typeKey: 'Type2', status: 'pending' }])
  expect(await shown('resolve', 'Type2', '--value', '/properties/title/maxLength=180')).toBe(
    `✓ Type2  manual
      /properties/title/maxLength  180

1 of 1 decided. Nothing was sent.
next  catalyst-sync deploy
`,
  )
  const missing = await shell.run(['resolve', 'Type2', '--strategy', 'merge'])
  expect(missing.stderr).toContain('CONFLICT_NOT_FOUND  there is no open conflict of Type2')
})

test('deploy --both takes home what the platform changed', async () => {
  const { code } = await shell.run(['deploy', '--both', '--yes'])
  expect(code).toBe(0)
  const { summary } = await bench.engine.detectChanges()
  expect(summary).toMatchObject({ total: 0, conflicts: 0, remoteChanged: 0, unchanged: 2 })
})

test('drift says what moved on the platform, and accepts it', async () => {
  await bench.platform.control('edit', { key: 'Type1', patch: { displayName: 'Story' } })
  expect(await shown('drift')).toBe(`  ~ Type 1 Type1  text
      ~ /displayName  "Type 1" → "Story"
      info    DRIFT_TEXT  Type1 /displayName
              the platform changed displayName from "Type 1" to "Story": only what people read
              bring it home, overrule it, or accept it with catalyst-sync drift --accept

1 type moved on the platform.
next  catalyst-sync deploy --pull   takes it home
      catalyst-sync drift <type> --accept <path>   takes it for no change
`)
  const accepted = await shell.json('drift', 'Type1', '--accept', '/displayName')
  expect(accepted).toMatchObject({ kind: 'acceptedDrift', paths: ['/displayName'] })
  expect(await shown('drift')).toBe('Nothing moved on the platform.\n')
})

test('history shows attempts under their deployments', async () => {
  const text = await shown('history', '--limit', '2')
  expect(text).toMatch(/^DEPLOYMENT {2}TIME by SOMEBODY\n {2}✓ \w+ update +Type\d\n/)
  expect(text).toMatch(/\n2 shown of \d+; --limit shows more\.\n$/)
  const { data } = await shell.json('history', 'Type2', '--status', 'partial')
  expect(data.map((one: { errorCode: string }) => one.errorCode)).toEqual([])
})

test('log, show and restore go through the versions of a type', async () => {
  const log = await shown('log', 'Type1')
  expect(log.match(/Type1@[0-9a-f]{12} {2}\S+ {2}\w+/g)?.at(-1)).toMatch(/ 1\.0\.0 {2}create$/)
  expect(await shown('log', 'Type1', '--graph')).toMatch(
    /^\* .*\n(.*\n)*\* 1\.0\.0 [0-9a-f]{8} create/,
  )
  const { versions } = await shell.json('log', 'Type1')
  const [{ semver }] = versions
  const show = await shown('show', `Type1@${semver}`)
  expect(show).toContain('~ /fields/title/label: "Title" → "Headline"')
  expect(await shown('show', 'Type1@1.0.0', `Type1@${semver}`)).toContain('"Title" → "Headline"')

  const restored = await shown('restore', 'Type1@1.0.0', '--yes', '-m', 'as it was')
  expect(restored).toContain('as it was')
  expect(restored).toContain('next  catalyst-sync deploy Type1')
  const again = await shown('restore', 'Type1@1.0.0', '--yes')
  expect(again).toContain('That is the present content already.')
})

test('rollback undoes a deployment', async () => {
  const { deployment } = await shell.json('deploy', '--yes')
  const undone = await shell.json('rollback', deployment.id, '--yes')
  expect(undone).toMatchObject({
    kind: 'deployment',
    deployment: { id: `${deployment.id}-rollback`, rollbackOf: deployment.id, status: 'completed' },
  })
})

test('validate shows errors and warnings, and counts notes', async () => {
  expect(await shown('validate')).toMatch(
    /^0 errors, 0 warnings, \d+ notes; --all shows the notes\.\n$/,
  )
  const all = await shown('validate', '--all')
  expect(all).toContain('info    LOSS  Type1')
  expect(all).toMatch(/\n0 errors, 0 warnings, \d+ notes\.\n$/)
  change('ct_1', '"name":"body"', '"name":"title"')
  const { code, stdout } = await shell.run(['validate'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^error {3}\w+ {2}Type1/)
  await shell.run(['restore', 'Type1@1.0.0', '--yes'])
})

test('recover and doctor answer', async () => {
  expect(await shown('recover')).toBe('Nothing was left open.\n')
  expect(await shown('doctor')).toMatch(
    /^Health {2}\w+ .*\n {2}✓ database {2}ok\n {2}✓ state {5}ok\n/,
  )
})

test('report shows what the library answers', async () => {
  const options = { format: 'markdown', contentTypeKeys: ['Type1'] as string[] } as const
  const [answer] = await Promise.allSettled([bench.engine.renderReport(options)])
  const { code, stdout, stderr } = await shell.run(['report', 'Type1', '--format', 'markdown'])
  const isThere = answer.status === 'fulfilled'
  expect({ code, hasText: stdout !== '' }).toEqual({ code: isThere ? 0 : 1, hasText: isThere })
  expect(stderr).toContain(answer.status === 'rejected' ? answer.reason.code : '')
})

test('audit verifies, and exports what only its owner may read', async () => {
  expect(await shown('audit', 'verify')).toMatch(/^✓ whole {2}\d+ entries; nobody signed them/)
  const file = bench.folder.file('audit.jsonl')
  const { entries } = await shell.json('audit', 'export', file)
  expect(statSync(file).mode & 0o077).toBe(0)
  const { stdout } = await shell.run(['audit', 'export', '-'])
  expect(stdout).toBe(readFileSync(file, 'utf8'))
  expect(stdout.trim().split('\n')).toHaveLength(entries + 2)
  edit(
    bench.folder.file('dev.db.catalyst-sync'),
    `UPDATE sync_history SET actor = 'x' WHERE id = 1`,
  )
  const { code, stdout: verdict } = await shell.run(['audit', 'verify'])
  expect(code).toBe(1)
  expect(verdict).toMatch(/^✗ broken {2}sync_history\/1/)
})

test('credentials go in from the environment or stdin, and never come out', async () => {
  const secret = { clientId: 'an-id', clientSecret: 'a-secret' }
  const words = ['credentials', 'set', 'optimizely']
  const results = [
    await shell.run([...words, '--from-env']),
    await shell.run([...words, '--stdin'], { input: JSON.stringify(secret) }),
    await shell.run([...words, '--stdin'], {
      input: 'OPTIMIZELY_CLIENT_ID=an-id\nOPTIMIZELY_CLIENT_SECRET=a-secret\n',
    }),
  ]
  for (const result of results) {
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toBe('✓ kept for optimizely; nothing reads them back.\n')
  }
  const env = { CATALYST_SYNC_KEY_NEXT: 'cd'.repeat(32) }
  const rotated = await shell.run(['credentials', 'rotate'], { env })
  expect(rotated.stdout).toContain('1 set encrypted with CATALYST_SYNC_KEY_NEXT.')
  expect(await shown('credentials', 'remove', 'optimizely')).toBe('Forgotten for optimizely.\n')

  const broken = await shell.run([...words, '--stdin'], { input: '{"clientSecret": "a-secret"' })
  expect(broken.stderr).toContain('what came from stdin is no JSON')
  expect(broken.stderr).not.toContain('a-secret')
})

describe('uninstall', () => {
  test('removes the state when its name is given, and nothing else', async () => {
    const studio = readFileSync(bench.folder.file('dev.db'))
    const refused = await shell.run(['uninstall', '--remove', 'dev.db'])
    expect(refused.code).toBe(4)
    expect(statSync(bench.folder.file('dev.db.catalyst-sync')).isFile()).toBe(true)
    const { removed } = await shell.json('uninstall', '--remove', 'dev.db.catalyst-sync')
    expect(removed).toContain(bench.folder.file('dev.db.catalyst-sync'))
    expect(readFileSync(bench.folder.file('dev.db'))).toEqual(studio)
    expect((await shell.json('uninstall')).removed).toEqual([])
  })

  test('leaves alone what is no state', async () => {
    writeFileSync(bench.folder.file('notes.txt'), 'mine')
    const words = ['uninstall', '--state', 'notes.txt', '--remove', 'notes.txt']
    const { code, stderr } = await shell.run(words)
    expect(code).toBe(1)
    expect(stderr).toContain('is no state of catalyst-sync, and was left alone')
    expect(readFileSync(bench.folder.file('notes.txt'), 'utf8')).toBe('mine')
  })

  test("drops our tables of the studio's database, all of them and no others", async () => {
    const path = bench.folder.file('dev.db')
    const tables = () => {
      const database = new Database(path, { readonly: true })
      const rows = database.prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
      )
      const names = rows.pluck().all() as string[]
      database.close()
      return names
    }
    const before = tables()
    const deployed = await shell.run(['deploy', '--yes', '--state', 'studio'])
    // The state is gone: what differs by now is a conflict, and nobody knows who changed what.
    expect(deployed.code).toBe(3)
    expect(tables().length).toBeGreaterThan(before.length)
    const sql = bench.folder.file('drop.sql')
    const { tables: named } = await shell.json('uninstall', '--state', 'studio', '--sql', sql)
    expect(tables().filter((name) => !before.includes(name))).toEqual([...named].sort())
    const database = new Database(path)
    database.exec(readFileSync(sql, 'utf8'))
    database.close()
    expect(tables()).toEqual(before)
  })
})
