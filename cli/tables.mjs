// The tables of the state, as the migrations of the engine make them.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What tables and indexes begin with in the studio's own database. */
export const PREFIX = 'catalyst_'

const FOLDER = fileURLToPath(new URL('../src/sqlite/migrations', import.meta.url))
const { version } = createRequire(import.meta.url)('../package.json')

/** The engine's record of its migrations, in its words. */
const RECORD = `CREATE TABLE ${PREFIX}sync_migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  release TEXT NOT NULL
);`

/** The migrations in their order: `{ number, name, sql }`, with the names of the studio's database. */
export function migrations() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const template = readFileSync(join(FOLDER, file), 'utf8').replaceAll('\r', '')
      const [, number, name] = /^(\d+)_(\w+)\.sql$/.exec(file)
      return {
        number: Number(number),
        name: name.replaceAll('_', ' '),
        sql: template.replaceAll('{prefix}', PREFIX),
        checksum: createHash('sha256').update(template).digest('hex'),
      }
    })
}

/** The names of all tables, newest first, so that nothing is dropped before what came after it. */
export function tableNames() {
  const made = [RECORD, ...migrations().map(({ sql }) => sql)].join('\n')
  return [...made.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name).reverse()
}

/** SQL that removes the tables of the state from the studio's database, and nothing else. */
export function dropStatements() {
  return tableNames()
    .map((name) => `DROP TABLE IF EXISTS "${name}";\n`)
    .join('')
}

/**
 * SQL that makes the tables from a migration on, and has the engine know that they are there, so that
 * it finds them in a database that only Prisma's migrations have made.
 */
export function createStatements(from = 1) {
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`
  const steps = migrations()
    .filter(({ number }) => number >= from)
    .map(
      ({ number, name, sql, checksum }) =>
        `${sql}\nINSERT INTO ${PREFIX}sync_migrations VALUES ` +
        `(${number}, ${quoted(name)}, ${quoted(checksum)}, ${quoted(version)});\n`,
    )
  return [...(from === 1 ? [`${RECORD}\n`] : []), ...steps].join('\n')
}
