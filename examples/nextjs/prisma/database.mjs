// The studio's database: its migrations, and a website to begin with.

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { PrismaBetterSQLite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaClient } from '@prisma/client'
import Database from 'better-sqlite3'

import { WEBSITE } from './website.mjs'

const MIGRATIONS = join(import.meta.dirname, 'migrations')

/**
 * Makes a database of a path unless it is there already; tells whether it did.
 *
 * `prisma migrate deploy` would do the first half. It needs an engine that Prisma downloads, and this
 * example starts without a network.
 */
export async function makeDatabase(path) {
  if (existsSync(path)) return false
  mkdirSync(dirname(path), { recursive: true })
  migrate(path)
  await addWebsite(path, WEBSITE)
  return true
}

function migrate(path) {
  const database = new Database(path)
  try {
    for (const name of readdirSync(MIGRATIONS).sort()) {
      database.exec(readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8'))
    }
  } finally {
    database.close()
  }
}

/** Adds a website to a database that is there: `{ id, name, …, types }`. */
export async function addWebsite(path, { types, ...website }) {
  const adapter = new PrismaBetterSQLite3(
    { url: `file:${path}` },
    { timestampFormat: 'unixepoch-ms' },
  )
  const prisma = new PrismaClient({ adapter })
  try {
    await prisma.website.create({ data: website })
    for (const { id, name, fields, items } of types) {
      const row = {
        id,
        websiteId: website.id,
        name,
        fields: JSON.stringify(fields),
        settings: '{}',
      }
      await prisma.contentType.create({ data: row })
      const content = contentOf(website.id, { id, fields, items })
      await prisma.contentItem.createMany({ data: content })
    }
  } finally {
    await prisma.$disconnect()
  }
}

/** Content with a value in each field, so that what would be lost can be counted. */
function contentOf(websiteId, { id, fields, items }) {
  return Array.from({ length: items }, (_, at) => ({
    contentTypeId: id,
    websiteId,
    status: at % 5 === 0 ? 'draft' : 'published',
    slug: `${fields.pluralName.toLowerCase().replaceAll(' ', '-')}-${at + 1}`,
    data: JSON.stringify(
      Object.fromEntries(fields.fields.map(({ name, label }) => [name, `${label} ${at + 1}`])),
    ),
  }))
}
