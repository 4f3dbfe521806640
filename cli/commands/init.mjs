// init: a configuration file, and the keys of the environment.

import { existsSync, readFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { parse } from 'dotenv'
import { Option } from 'commander'

import { FILES } from '../config/environment.mjs'
import { configurationsIn } from '../config/file.mjs'
import { IN_PACKAGE, removeConfiguration, writeConfiguration } from '../config/writing.mjs'
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
    new Option('--force', 'replace the file that is there, also one in another form'),
    new Option(
      '--prisma [schema]',
      'models and a migration for the tables of --state studio, only',
    ),
  ],
  examples: [
    ['init', 'asks for target, database and mapping, where they are not said'],
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
  const variables = variablesOf(folder, session.env)
  const config = await wanted(session, flags, variables)
  const file = await writeConfiguration(folder, flags.format, config)
  // Two of them would be refused.
  const others = thoseThere(folder).filter((name) => name !== file)
  for (const name of others) await removeConfiguration(folder, name)
  const files = [file]
  const keys = await addKeys(folder, neededKeys(config), variables)
  if (keys.names.length > 0) files.push(keys.file)
  return { files, removed: others.map(wordsOf), keys: keys.names, config }
}

/** What was written, and what to do with it. */
function renderMade({ files, removed = [], keys = [], config, migration }, paint) {
  const next = migration
    ? [
        'npx prisma migrate deploy',
        `npx prisma migrate resolve --applied ${migration}   ${paint.dim('where a deployment made the tables already')}`,
      ]
    : ['catalyst-sync doctor']
  return [
    ...files.map((file) => `${paint.green('wrote')} ${clean(file)}`),
    ...removed.map((name) => `${paint.yellow('removed')} ${clean(name)}`),
    ...(config
      ? [`      mapping  ${config.mapping}  ${paint.dim('what is deployed keeps it')}`]
      : []),
    ...keys.map((name) => `      ${name}  ${paint.dim('to be filled in')}`),
    ...(files.length === 0 ? ['Prisma knows all of it already.'] : []),
    ...next.map((command, at) => `${at === 0 ? paint.dim('next') : paint.dim('  or')}  ${command}`),
  ].join('\n')
}

/** Never over a configuration that somebody wrote. */
function requireFree(folder, { force }) {
  if (force) return
  const there = thoseThere(folder)
  if (there.length === 0) return
  throw new Failure('CONFIG_EXISTS', `${wordsOf(there[0])} is there already`, {
    next: 'edit it, or replace it with --force',
  })
}

/** The files of a folder that hold a configuration. */
function thoseThere(folder) {
  return configurationsIn(folder).map(({ path }) => basename(path))
}

/** A configuration by its file: `package.json` is more than that. */
function wordsOf(name) {
  return name === IN_PACKAGE ? `the key catalyst-sync of ${name}` : name
}

/** The keys that a configuration leaves to the environment. */
function neededKeys({ provider, databaseUrl }) {
  const { DATABASE_URL, ...access } = KEYS
  return {
    ...(databaseUrl === undefined && { DATABASE_URL }),
    ...(provider === undefined && access),
  }
}

/** What is to be written: what the flags say, and where somebody can be asked, what they answer. */
async function wanted({ prompt }, flags, variables) {
  const { provider, directory, mapping, state, website, database } = flags
  const config = { databaseUrl: database, mapping, stateUrl: state, website }
  const id = provider ?? (prompt.isPossible ? await askForProvider(prompt) : 'optimizely')
  if (id === 'files') {
    const folder = directory ?? (prompt.isPossible ? await askForFolder(prompt) : 'model')
    config.provider = { id, config: { directory: folder } }
  }
  if (database === undefined && prompt.isPossible && !variables.has('DATABASE_URL')) {
    config.databaseUrl = await askForDatabase(prompt)
  }
  // Nobody who has deployed before is without a configuration: this is a new start.
  config.mapping ??= prompt.isPossible ? await askForMapping(prompt) : 'native'
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

/** As Prisma writes it: a path after `file:` begins in the folder of the schema. */
function askForDatabase(prompt) {
  const question = "The studio's SQLite database, as Prisma writes it:"
  return prompt.text(question, { instead: '--database', default: 'file:./dev.db' })
}

function askForMapping(prompt) {
  const choices = [
    {
      name: 'native, for a new start',
      value: 'native',
      description: 'each kind becomes what the platform has for it',
    },
    {
      name: 'compatible, where the proof of concept deployed before',
      value: 'compatible',
      description:
        'keeps the types that are there; rich text, references and most others are strings',
    },
  ]
  const question = 'How are fields expressed? What is deployed keeps its type.'
  return prompt.choose(question, choices, { instead: '--mapping' })
}

/** The variables that the environment or a file of the folder holds, and those files. */
function variablesOf(folder, env) {
  const files = FILES.filter((name) => existsSync(join(folder, name)))
  const held = files.map((name) => parse(readFileSync(join(folder, name))))
  const has = (key) => Boolean(env[key]) || held.some((variables) => key in variables)
  return { files, has }
}

/** Adds the keys that neither the environment nor a file has, without a value, to the file that nobody commits. */
async function addKeys(folder, keys, { files, has }) {
  const names = Object.keys(keys).filter((key) => !has(key))
  const [file] = FILES
  if (names.length > 0) {
    const lines = names.map((name) => `# ${keys[name]}\n${name}=\n`)
    const gap = files.includes(file) ? '\n\n' : ''
    await appendFile(join(folder, file), `${gap}${lines.join('\n')}`)
  }
  return { file, names }
}
