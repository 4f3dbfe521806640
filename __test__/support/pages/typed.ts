// What is typed into a project, as it stands on the pages, and what has to come of each line.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'

import Database from 'better-sqlite3'

import { environment } from '../script'
import { edit } from '../studio'
import { editOnBothSides } from './edited'
import type { Answer, Project } from './project'

/** A line of a block, and what has to come of it. */
export interface Line {
  line: string
  exits: number
  /** The first line that it prints. */
  first: string | RegExp
  /** What else the page promises of it. */
  shows?: string
  /** What people do before they type it. */
  before?: (project: Project) => Promise<void>
  /** What it asks on a terminal. */
  answers?: Answer[]
  /** What is typed below it, to see that it did something. */
  then?: string
  /** What is looked at then. */
  after?: (project: Project) => void
}

/** A block that is typed. */
export interface TypedBlock {
  page: string
  /** Whether the environment says already where the studio and the platform are; it does, unless told. */
  isSet?: boolean
  lines: Line[]
}

const TARGET = /^Target  optimizely:\S+  the studio → the platform$/
const PLANS = { exits: 0, first: TARGET, shows: 'Plan: 2 to add, 0 to change, 0 to destroy' }
const ASKS: Line['answers'] = [['Deploy to optimizely:', 'y\r']]
const DEPLOYS = { exits: 0, first: TARGET, shows: 'Deployed: 2 succeeded' }

/** Every block of commands that is typed, in the order of the pages. */
export const TYPED: TypedBlock[] = [
  {
    page: 'README.md',
    lines: [
      { line: 'npx catalyst-sync plan', ...PLANS },
      { line: 'npx catalyst-sync deploy', answers: ASKS, ...DEPLOYS },
      {
        line: 'npx catalyst-sync resolve',
        before: conflict,
        answers: [['leave it open', '\r']],
        exits: 0,
        first: 'Type 1 Type1',
        shows: '1 of 1 decided. Nothing was sent.',
      },
    ],
  },
  {
    page: 'docs/cli.md',
    isSet: false,
    lines: [
      {
        line: 'npx catalyst-sync init',
        exits: 0,
        first: 'wrote catalyst-sync.config.mjs',
        shows: 'OPTIMIZELY_CLIENT_SECRET  to be filled in',
      },
      {
        line: 'npx catalyst-sync doctor',
        before: fillIn,
        exits: 0,
        first: /^Health  healthy  /,
        shows: '.env.local: OPTIMIZELY_CLIENT_ID',
      },
      { line: 'npx catalyst-sync plan', ...PLANS },
      { line: 'npx catalyst-sync deploy', answers: ASKS, ...DEPLOYS },
    ],
  },
  {
    page: 'docs/cli.md',
    lines: [{ line: 'catalyst-sync plan', before: editOnBothSides, exits: 0, first: TARGET }],
  },
  {
    page: 'docs/cli.md',
    lines: [
      { line: 'catalyst-sync validate', exits: 0, first: /^0 errors, / },
      { line: 'catalyst-sync plan --json > plan.json', exits: 0, first: '' },
      {
        line: `catalyst-sync deploy --yes --plan-digest "$(node -p 'require("./plan.json").digest')"`,
        ...DEPLOYS,
      },
      {
        line: 'catalyst-sync plan --detailed-exitcode',
        exits: 0,
        first: TARGET,
        shows: 'Nothing to do. 2 unchanged.',
      },
    ],
  },
  {
    page: 'docs/cli.md',
    lines: [
      {
        line: 'catalyst-sync drift --detailed-exitcode',
        before: drift,
        exits: 2,
        first: '~ Type 1 Type1  text',
        shows: '1 type moved on the platform.',
      },
    ],
  },
  {
    page: 'docs/cli.md',
    lines: [
      {
        line: 'catalyst-sync uninstall --state studio --sql drop.sql',
        before: keepStateInStudio,
        exits: 0,
        first: /^drop\.sql drops \d+ tables named catalyst_…, and nothing else\.$/,
      },
      {
        line: 'npx prisma db execute --file drop.sql --schema prisma/schema.prisma',
        exits: 0,
        first: 'Script executed successfully.',
        after: nothingIsLeft,
      },
    ],
  },
  {
    page: 'docs/configuration.md',
    lines: [
      {
        line: 'catalyst-sync init --state studio',
        before: beginWithPrisma,
        exits: 0,
        first: 'wrote catalyst-sync.config.mjs',
        shows: 'wrote prisma/schema.prisma\nwrote prisma/migrations/',
      },
      {
        line: 'catalyst-sync init --prisma',
        exits: 0,
        first: 'Prisma knows all of it already.',
      },
      {
        line: 'npx prisma migrate deploy',
        exits: 0,
        first: /^Prisma schema loaded/,
        then: 'catalyst-sync deploy --yes',
        shows: 'Deployed: 2 succeeded',
      },
    ],
  },
  {
    page: 'docs/operation.md',
    lines: [
      {
        line: 'CATALYST_SYNC_KEY=$(openssl rand -base64 32)',
        then: 'export CATALYST_SYNC_KEY; catalyst-sync credentials set optimizely --from-env',
        exits: 0,
        first: '✓ kept for optimizely; nothing reads them back.',
      },
    ],
  },
]

/** An editor and a colleague change one label, and a deployment finds it. */
async function conflict(project: Project): Promise<void> {
  const sql = `UPDATE "ContentType" SET "fields" = replace("fields", '"Title"', '"Headline"') WHERE "id" = 'ct_1'`
  edit(project.file('dev.db'), sql)
  await relabel(project)
  expect(await project.type('catalyst-sync deploy --yes')).toMatchObject({ code: 3 })
}

/** After a deployment, a colleague changes a label in the CMS. */
async function drift(project: Project): Promise<void> {
  expect(await project.type('catalyst-sync deploy --yes')).toMatchObject({ code: 0 })
  await relabel(project)
}

function relabel({ bench }: Project): Promise<unknown> {
  const patch = { properties: { title: { displayName: 'Caption' } } }
  return bench.platform.control('edit', { key: 'Type1', patch })
}

/** The keys that `init` left open get their values. */
async function fillIn(project: Project): Promise<void> {
  const values = Object.entries(environment(project.bench))
  writeFileSync(project.file('.env.local'), values.map((pair) => `${pair.join('=')}\n`).join(''))
}

/** The state has been tables of the studio's database for a while. */
async function keepStateInStudio(project: Project): Promise<void> {
  project.usePrisma()
  const deployed = await project.type('catalyst-sync deploy --yes --state studio')
  expect(deployed).toMatchObject({ code: 0 })
}

/** The studio's tables were made by its own first migration, and hold what they held. */
async function beginWithPrisma(project: Project): Promise<void> {
  project.usePrisma()
  renameSync(project.file('dev.db'), project.file('before.db'))
  const migration = 'prisma/migrations/20250801000000_init'
  mkdirSync(project.file(migration), { recursive: true })
  writeFileSync(project.file('prisma/migrations/migration_lock.toml'), 'provider = "sqlite"\n')
  const schema = '--to-schema-datamodel prisma/schema.prisma'
  const lines = [
    `prisma migrate diff --from-empty ${schema} --script > ${migration}/migration.sql`,
    'prisma migrate deploy',
  ]
  for (const line of lines) expect(await project.type(line)).toMatchObject({ code: 0 })
  const studio = new Database(project.file('dev.db'))
  studio.exec(`ATTACH '${project.file('before.db')}' AS before`)
  for (const table of ['Website', 'ContentType']) {
    studio.exec(`INSERT INTO "${table}" SELECT * FROM before."${table}"`)
  }
  studio.close()
}

/** The studio has its own tables, and no other. */
function nothingIsLeft(project: Project): void {
  const studio = new Database(project.file('dev.db'), { readonly: true })
  const tables = studio.prepare(`SELECT "name" FROM sqlite_master WHERE "type" = 'table'`).all()
  studio.close()
  expect(tables).toEqual([{ name: 'Website' }, { name: 'ContentType' }, { name: 'ContentItem' }])
}
