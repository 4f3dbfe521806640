// What Prisma has to know of tables in the studio's database that it did not make: their models, and a
// migration that makes them. Without it, `prisma migrate` takes them for drift and offers a reset.

import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Failure } from './failure.mjs'
import { createStatements, migrations, PREFIX } from './tables.mjs'

const MODELS = fileURLToPath(new URL('models.prisma', import.meta.url))

const BEGIN =
  '// Tables of catalyst-sync: begin. Kept by `catalyst-sync init --prisma`; the client leaves them out.'
const END = '// Tables of catalyst-sync: end.'

/** Where Prisma looks for a schema, unless it is told otherwise. */
const PLACES = ['prisma/schema.prisma', 'schema.prisma']

/** Has a studio's Prisma project know the tables; tells what was written, by path. */
export async function teachPrisma(folder, named) {
  const schema = findSchema(folder, named)
  const written = []
  if (await addModels(join(folder, schema))) written.push(schema)
  const migration = await addMigration(folder, join(dirname(schema), 'migrations'))
  if (migration !== undefined) written.push(join(migration.path, 'migration.sql'))
  return { written, migration: migration?.name }
}

function findSchema(folder, named) {
  const found = [named, ...PLACES].find((place) => place && existsSync(join(folder, place)))
  if (found !== undefined && (named === undefined || found === named)) return found
  const message = `there is no ${named ?? PLACES.join(' or ')}`
  throw new Failure('SCHEMA_NOT_FOUND', message, { next: 'name it: init --prisma <schema>' })
}

/** Puts the models at the end of a schema, or in the place of those of another release. */
async function addModels(path) {
  const schema = await readFile(path, 'utf8')
  const block = `${BEGIN}\n\n${readFileSync(MODELS, 'utf8').trimEnd()}\n\n${END}\n`
  const [from, to] = [schema.indexOf(BEGIN), schema.indexOf(END)]
  const around =
    from < 0 || to < from
      ? [`${schema.trimEnd()}\n\n`, '']
      : [schema.slice(0, from), schema.slice(to + END.length).replace(/^\n/, '')]
  const wanted = around.join(block)
  if (wanted === schema) return false
  await writeFile(path, wanted)
  return true
}

/** Adds a migration with what those that are there do not make yet; `undefined` when they make it all. */
async function addMigration(folder, place) {
  const from = (await latestIn(join(folder, place))) + 1
  const all = migrations()
  if (from > all.at(-1).number) return undefined
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const name = `${stamp}_catalyst_sync`
  const path = join(place, name)
  await mkdir(join(folder, path), { recursive: true })
  await writeFile(join(folder, path, 'migration.sql'), createStatements(from))
  const lock = join(folder, place, 'migration_lock.toml')
  if (!existsSync(lock)) await writeFile(lock, 'provider = "sqlite"\n')
  return { name, path }
}

const RECORDED = new RegExp(`INSERT INTO ${PREFIX}sync_migrations VALUES \\((\\d+),`, 'g')

/** The number of the latest of the engine's migrations that are among a project's own. */
async function latestIn(folder) {
  if (!existsSync(folder)) return 0
  const texts = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name, 'migration.sql')
      return existsSync(path) ? readFile(path, 'utf8') : ''
    }),
  )
  const numbers = texts.flatMap((text) =>
    [...text.matchAll(RECORDED)].map(([, one]) => Number(one)),
  )
  return Math.max(0, ...numbers)
}
