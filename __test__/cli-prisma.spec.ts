// Tables in the studio's database: Prisma knows them, and the engine knows those that Prisma made.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import Database from 'better-sqlite3'

import { Bench } from './support/bench'
import { describeClient } from './support/client'
import { Shell } from './support/cli'
import { node, ROOT } from './support/script'

describeClient('init --prisma', () => {
  let bench: Bench
  let shell: Shell
  beforeAll(async () => {
    bench = await Bench.open({ types: 2 })
    shell = Shell.at(bench)
    mkdirSync(bench.folder.file('prisma'))
    copyFileSync(
      join(ROOT, '__test__/support/studio.prisma'),
      bench.folder.file('prisma/schema.prisma'),
    )
  })
  afterAll(() => bench.close())

  const schema = () => bench.folder.file('prisma/schema.prisma')
  const migrationsFolder = () => bench.folder.file('prisma/migrations')
  const database = (name: string) => `file:${bench.folder.file(name)}`

  /** Runs a command of Prisma, which fetches nothing. */
  async function prisma(words: string[], name = 'dev.db') {
    const config = join(ROOT, '__test__/support/prisma.config.mjs')
    const program = join(ROOT, 'node_modules/prisma/build/index.js')
    const { code, stdout, stderr } = await node([program, ...words, '--config', config], {
      DATABASE_URL: database(name),
      PRISMA_SCHEMA: schema(),
      PRISMA_MIGRATIONS: migrationsFolder(),
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    })
    return { code, output: `${stdout}\n${stderr}`, stdout }
  }

  /** What Prisma finds between its migrations and its schema. */
  const drift = () =>
    prisma([
      ...['migrate', 'diff', '--from-migrations', migrationsFolder()],
      ...['--to-schema-datamodel', schema(), '--exit-code', '--script'],
    ])

  /** The studio's own first migration, and a database that only it made. */
  async function begin(): Promise<void> {
    const words = ['migrate', 'diff', '--from-empty', '--to-schema-datamodel', schema(), '--script']
    const { stdout } = await prisma(words)
    const folder = join(migrationsFolder(), '20250801000000_init')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'migration.sql'), stdout.slice(stdout.indexOf('-- CreateTable')))
    writeFileSync(join(migrationsFolder(), 'migration_lock.toml'), 'provider = "sqlite"\n')
    await prisma(['migrate', 'deploy'], 'studio.db')
    const studio = new Database(bench.folder.file('studio.db'))
    studio.exec(`ATTACH '${bench.folder.file('dev.db')}' AS bench`)
    for (const table of ['Website', 'ContentType']) {
      studio.exec(`INSERT INTO "${table}" SELECT * FROM bench."${table}"`)
    }
    studio.close()
  }

  test('it needs a schema', async () => {
    const { code, stderr } = await shell.run(['init', '--prisma', 'other.prisma'])
    expect(code).toBe(1)
    expect(stderr).toContain('SCHEMA_NOT_FOUND  there is no other.prisma')
  })

  test('Prisma finds no drift between the models and the migration', async () => {
    await begin()
    const { files, migration } = await shell.json('init', '--prisma')
    expect(files).toEqual(['prisma/schema.prisma', `prisma/migrations/${migration}/migration.sql`])
    expect(await drift()).toMatchObject({ code: 0 })
  })

  test('a second time there is nothing left to write', async () => {
    const before = readdirSync(migrationsFolder())
    const again = await shell.json('init', '--prisma')
    expect(again).toMatchObject({ files: [], migration: null })
    expect(readdirSync(migrationsFolder())).toEqual(before)
  })

  test('the engine works in a database that only Prisma made', async () => {
    expect(await prisma(['migrate', 'deploy'], 'fresh.db')).toMatchObject({ code: 0 })
    const fresh = new Shell(bench.folder.path, { ...shell.env, DATABASE_URL: database('fresh.db') })
    const { summary } = await fresh.json('plan', '--state', 'studio')
    expect(summary).toMatchObject({ add: 0 })
    const settled = await fresh.json('audit', 'verify', '--state', 'studio')
    expect(settled).toMatchObject({ kind: 'auditVerdict', ok: true })
    expect(existsSync(bench.folder.file('fresh.db.catalyst-sync'))).toBe(false)
  })

  test('Prisma takes over tables that a deployment made', async () => {
    const own = new Shell(bench.folder.path, { ...shell.env, DATABASE_URL: database('studio.db') })
    const deploy = ['deploy', '--yes', '--state', 'studio']
    expect(await own.run(deploy)).toMatchObject({ code: 0 })
    const name = readdirSync(migrationsFolder()).find((one) => one.endsWith('catalyst_sync')) ?? ''
    const { output } = await prisma(['migrate', 'resolve', '--applied', name], 'studio.db')
    expect(output).toContain(`${name} marked as applied`)
    const { output: status } = await prisma(['migrate', 'status'], 'studio.db')
    expect(status).toContain('Database schema is up to date!')
    expect(await own.run(deploy)).toMatchObject({ code: 0, stderr: '' })
  })
})
