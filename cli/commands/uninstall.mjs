// uninstall: removes what the engine keeps, and nothing of the studio's.

import { createReadStream, existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'

import { Option } from 'commander'

import { Failure } from '../failure.mjs'
import { dropStatements, tableNames } from '../tables.mjs'
import { clean } from '../text/clean.mjs'

/** What a state has, and hardly any other file. */
const MARK = 'CREATE TABLE sync_migrations'

/** What SQLite and the engine keep beside a state. */
const BESIDE = ['-wal', '-shm', '-journal', '.locks']

export default {
  words: 'uninstall',
  summary: "Removes the engine's state, for good, and nothing of the studio's.",
  options: [
    new Option('--remove <name>', 'agree, by the name of the file of the state'),
    new Option('--sql <file>', "for a state in the studio's database: where to write the SQL"),
  ],
  examples: [
    ['uninstall', 'asks for the name of the file'],
    ['uninstall --remove dev.db.catalyst-sync', 'does not ask'],
    [
      'uninstall --sql drop.sql',
      "for stateUrl 'studio'; then npx prisma db execute --file drop.sql",
    ],
  ],
  async run(session, flags) {
    const engine = await session.engine()
    const { database, state } = engine.stateLocation()
    return state === database ? writeStatements(session, flags) : removeFile(session, flags, state)
  },
}

/** The studio's database is opened by the studio: its own tool executes the statements. */
async function writeStatements(session, { sql }) {
  const names = tableNames()
  if (sql === undefined) {
    const message = `the state is ${names.length} tables named catalyst_… in the studio's database`
    throw new Failure('CONSENT_MISSING', message, {
      next: 'catalyst-sync uninstall --sql drop.sql writes the SQL that drops them',
    })
  }
  await writeFile(sql, dropStatements())
  session.out.result('uninstall', { sql, tables: names, removed: [] }, ({ paint }) =>
    [
      `${clean(sql)} drops ${names.length} tables named catalyst_…, and nothing else.`,
      `${paint.dim('next')}  npx prisma db execute --file ${clean(sql)} --schema prisma/schema.prisma`,
      '      then take their models out of the schema, and the migrations that made them',
    ].join('\n'),
  )
}

async function removeFile(session, { remove }, state) {
  const { out, prompt } = session
  const name = basename(state)
  if (!existsSync(state)) {
    out.result('uninstall', { state, removed: [] }, () => `There is no state at ${clean(state)}.`)
    return
  }
  if (!(await holds(state, MARK))) {
    const message = `${state} is no state of catalyst-sync, and was left alone`
    throw new Failure('STATE_INCOMPATIBLE', message, { next: 'name the state with --state' })
  }
  await agree(prompt, { remove, name, state })
  const removed = [state, ...BESIDE.map((ending) => `${state}${ending}`)].filter(existsSync)
  for (const path of removed) await rm(path, { recursive: true, force: true })
  out.result('uninstall', { state, removed }, ({ paint }) =>
    [
      ...removed.map((path) => `${paint.red('removed')} ${clean(path)}`),
      "The studio's database is as it was.",
    ].join('\n'),
  )
}

async function agree(prompt, { remove, name, state }) {
  const next = `--remove ${name}`
  if (remove === name) return
  if (remove !== undefined) {
    throw new Failure('DELETE_REFUSED', `--remove names ${remove}, and the state is ${name}`, {
      next,
    })
  }
  const question = `${state} holds what both sides agreed on, the versions and the audit. Type ${name} to remove it:`
  if (await prompt.typed(question, name, { instead: next })) return
  throw new Failure('DELETE_REFUSED', 'that is not the name of the state; nothing was removed', {
    next,
  })
}

/** Whether a file has a text in it, however large it is. */
async function holds(path, text) {
  let end = ''
  for await (const part of createReadStream(path, 'latin1')) {
    if ((end + part).includes(text)) return true
    end = part.slice(-text.length)
  }
  return false
}
