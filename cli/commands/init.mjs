// init: a configuration file, and the keys of the environment.

import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { parse } from 'dotenv'
import { Option } from 'commander'

import { FILES } from '../config/environment.mjs'
import { NAMES } from '../config/file.mjs'
import { writeConfiguration } from '../config/writing.mjs'
import { Failure } from '../failure.mjs'
import { teachPrisma } from '../prisma.mjs'
import { clean } from '../text/clean.mjs'

/** The keys of the environment that a first deployment needs, with what they are. */
const KEYS = {
  DATABASE_URL: "The studio's SQLite database, as Prisma writes it: file:./dev.db",
  OPTIMIZELY_CLIENT_ID: 'An API key of Optimizely: Settings > API Keys',
  OPTIMIZELY_CLIENT_SECRET: 'Its secret, which is shown once',
}

export default {
  words: 'init',
  summary: 'Writes a configuration file, and the keys of the environment that are missing.',
  options: [
    new Option('--format <format>', 'form of the file')
      .choices(['mjs', 'cjs', 'json', 'yaml', 'package.json'])
      .default('mjs'),
    new Option('--force', 'replace the file that is there'),
    new Option(
      '--prisma [schema]',
      'models and a migration for the tables of --state studio, only',
    ),
  ],
  examples: [
    ['init', 'asks what is not said'],
    ['init --provider files --directory model --no-input', 'asks nothing'],
    ['init --format yaml --mapping native', 'in another form'],
    ['init --state studio', "tables in the studio's database, known to Prisma"],
    ['init --prisma', 'after an upgrade: models and a migration for what is new'],
  ],
  async run(session, flags) {
    const folder = process.cwd()
    const made =
      flags.prisma === undefined ? await configure(session, flags, folder) : { files: [] }
    if (flags.prisma !== undefined || flags.state === 'studio') {
      const schema = typeof flags.prisma === 'string' ? flags.prisma : undefined
      const { written, migration } = await teachPrisma(folder, schema)
      made.files.push(...written)
      made.migration = migration ?? null
    }
    session.out.result('init', made, ({ paint }) => renderMade(made, paint))
  },
}

async function configure(session, flags, folder) {
  requireFree(folder, flags)
  const config = await wanted(session, flags)
  const files = [await writeConfiguration(folder, flags.format, config)]
  const needed = config.provider === undefined ? KEYS : { DATABASE_URL: KEYS.DATABASE_URL }
  const keys = await addKeys(folder, needed, session.env)
  if (keys.names.length > 0) files.push(keys.file)
  return { files, keys: keys.names, config }
}

/** What was written, and what to do with it. */
function renderMade({ files, keys = [], migration }, paint) {
  const next = migration
    ? [
        'npx prisma migrate deploy',
        `npx prisma migrate resolve --applied ${migration}   ${paint.dim('where a deployment made the tables already')}`,
      ]
    : ['catalyst-sync doctor']
  return [
    ...files.map((file) => `${paint.green('wrote')} ${clean(file)}`),
    ...keys.map((name) => `      ${name}  ${paint.dim('to be filled in')}`),
    ...(files.length === 0 ? ['Prisma knows all of it already.'] : []),
    ...next.map((command, at) => `${at === 0 ? paint.dim('next') : paint.dim('  or')}  ${command}`),
  ].join('\n')
}

/** Never over a configuration that somebody wrote. */
function requireFree(folder, { force }) {
  if (force) return
  const there = NAMES.filter((name) => existsSync(join(folder, name)))
  if (there.length === 0) return
  throw new Failure('CONFIG_EXISTS', `${there[0]} is there already`, {
    next: 'edit it, or replace it with --force',
  })
}

/** What is to be written: what the flags say, and where somebody can be asked, what they answer. */
async function wanted({ prompt }, { provider, directory, mapping, state, website, database }) {
  const config = { databaseUrl: database, mapping, stateUrl: state, website }
  const id = provider ?? (prompt.isPossible ? await askForProvider(prompt) : 'optimizely')
  if (id === 'files') {
    const folder = directory ?? (prompt.isPossible ? await askForFolder(prompt) : 'model')
    config.provider = { id, config: { directory: folder } }
  }
  if (mapping === undefined && prompt.isPossible) config.mapping = await askForMapping(prompt)
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}

function askForProvider(prompt) {
  const choices = [
    { name: 'Optimizely CMS (SaaS)', value: 'optimizely' },
    { name: 'a folder of JSON files', value: 'files' },
  ]
  return prompt.choose('Where to?', choices, { instead: '--provider' })
}

function askForFolder(prompt) {
  return prompt.text('Folder:', { instead: '--directory', default: 'model' })
}

function askForMapping(prompt) {
  const choices = [
    {
      name: 'compatible',
      value: 'compatible',
      description: 'keeps the types that the proof of concept made',
    },
    { name: 'native', value: 'native', description: 'uses what the platform really has' },
  ]
  return prompt.choose('How are fields expressed?', choices, { instead: '--mapping' })
}

/** Adds the keys that neither the environment nor a file has, without a value, to the first file that is there. */
async function addKeys(folder, keys, env) {
  const held = await Promise.all(
    FILES.map(async (name) => {
      const path = join(folder, name)
      return existsSync(path) ? { name, variables: parse(await readFile(path)) } : undefined
    }),
  )
  const there = held.filter(Boolean)
  const isKnown = (key) => env[key] || there.some(({ variables }) => key in variables)
  const names = Object.keys(keys).filter((key) => !isKnown(key))
  const file = there[0]?.name ?? FILES[0]
  if (names.length > 0) {
    const lines = names.map((name) => `# ${keys[name]}\n${name}=\n`)
    const gap = there.length === 0 ? '' : '\n\n'
    await appendFile(join(folder, file), `${gap}${lines.join('\n')}`)
  }
  return { file, names }
}
