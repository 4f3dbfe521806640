'use strict'

// The studio's tables in memory: what a test puts there, and what the engine made of it.

const { call, failure } = require('../face/errors.js')

/** As the studio's migrations make them. */
const TABLES = [
  `CREATE TABLE "Website" (
    "id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "description" TEXT,
    "category" TEXT NOT NULL, "metadata" TEXT, "icon" TEXT, "settings" TEXT,
    "isActive" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL)`,
  `CREATE TABLE "ContentType" (
    "id" TEXT NOT NULL PRIMARY KEY, "websiteId" TEXT NOT NULL, "name" TEXT NOT NULL,
    "fields" TEXT NOT NULL, "settings" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "ContentType_websiteId_fkey" FOREIGN KEY ("websiteId")
      REFERENCES "Website" ("id") ON DELETE CASCADE ON UPDATE CASCADE)`,
  `CREATE TABLE "ContentItem" (
    "id" TEXT NOT NULL PRIMARY KEY, "contentTypeId" TEXT NOT NULL, "websiteId" TEXT NOT NULL,
    "data" TEXT NOT NULL, "status" TEXT NOT NULL DEFAULT 'draft',
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL,
    "metadata" TEXT, "publishedAt" DATETIME, "slug" TEXT,
    CONSTRAINT "ContentItem_contentTypeId_fkey" FOREIGN KEY ("contentTypeId")
      REFERENCES "ContentType" ("id") ON DELETE CASCADE ON UPDATE CASCADE)`,
]

const COLUMNS = ['id', 'websiteId', 'name', 'fields', 'settings', 'createdAt', 'updatedAt']
const LISTED = COLUMNS.map((name) => `"${name}"`).join(', ')

/** Rows as JSON. */
const SELECT = `SELECT json_array(${LISTED}) FROM "ContentType"`

/** The n-th of the values that a statement is given, which are one JSON list. */
const value = (at) => `?1 ->> ${at}`

/** As Prisma writes it. */
const PUT = `INSERT INTO "ContentType" (${LISTED})
  VALUES (${COLUMNS.map((_, at) => value(at)).join(', ')})
  ON CONFLICT ("id") DO UPDATE SET ${COLUMNS.slice(1)
    .map((name) => `"${name}" = excluded."${name}"`)
    .join(', ')}`

/** The studio of a test engine. */
class TestStudio {
  #bed
  #website
  #made = 0

  constructor(bed, { id, name }) {
    this.#bed = bed
    this.#website = id
    for (const table of TABLES) this.#run(table)
    this.putWebsite({ id, name })
  }

  put(type) {
    const { id = this.#freshId(), ...given } = type
    const held = this.get(id)
    const now = this.#bed.advance(0)
    const made = { websiteId: this.#website, settings: null, createdAt: now, ...held }
    const row = { ...made, updatedAt: now, ...given, id }
    for (const member of ['name', 'fields']) {
      if (row[member] === undefined) {
        throw failure('INVALID_ARGUMENT', `${member} of the type ${id} is missing`)
      }
    }
    row.fields = definitionOf(row.name, row.fields)
    this.#run(
      PUT,
      COLUMNS.map((name) => stored(row[name])),
    )
    return this.get(id)
  }

  edit(id, change) {
    const { fields } = this.#found(id)
    return this.put({ id, fields: change(fields) ?? fields })
  }

  get(id) {
    const [row] = this.#run(`${SELECT} WHERE "id" = ${value(0)}`, [id])
    return row === undefined ? null : shown(row)
  }

  list(websiteId) {
    const only = websiteId === undefined ? '' : `WHERE "websiteId" = ${value(0)}`
    return this.#run(`${SELECT} ${only} ORDER BY "name", "id"`, [websiteId]).map(shown)
  }

  remove(id) {
    const held = this.get(id) !== null
    this.#run(`DELETE FROM "ContentType" WHERE "id" = ${value(0)}`, [id])
    return held
  }

  putWebsite({ id, name = id, category = 'blog' }) {
    const now = this.#bed.advance(0)
    this.#run(
      `INSERT INTO "Website" ("id", "name", "category", "createdAt", "updatedAt")
       VALUES (${value(0)}, ${value(1)}, ${value(2)}, ${value(3)}, ${value(3)})
       ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name"`,
      [id, name, category, now],
    )
  }

  setContent(id, items) {
    const { websiteId } = this.#found(id)
    const count = typeof items === 'number' ? items : items.length
    this.#run(`DELETE FROM "ContentItem" WHERE "contentTypeId" = ${value(0)}`, [id])
    const now = this.#bed.advance(0)
    for (let at = 0; at < count; at++) {
      const data = JSON.stringify(typeof items === 'number' ? {} : items[at])
      this.#run(
        `INSERT INTO "ContentItem" ("id", "contentTypeId", "websiteId", "data", "updatedAt")
         VALUES (${value(0)}, ${value(1)}, ${value(2)}, ${value(3)}, ${value(4)})`,
        [`${id}_item_${at + 1}`, id, websiteId, data, now],
      )
    }
  }

  #found(id) {
    const row = this.get(id)
    if (row === null) throw failure('TYPE_NOT_FOUND', `the studio has no type with the id "${id}"`)
    return row
  }

  #freshId() {
    let id
    do id = `ct_${++this.#made}`
    while (this.get(id) !== null)
    return id
  }

  #run(sql, values = []) {
    return JSON.parse(call(() => this.#bed.query(sql, JSON.stringify(values))))
  }
}

/** A list of fields becomes what the studio's type builder writes; anything else stays as it is. */
function definitionOf(name, fields) {
  if (!Array.isArray(fields)) return fields
  const texts = { name, pluralName: `${name}s`, icon: 'doc', description: '' }
  return { ...texts, fields, relationships: [] }
}

/** What stands in a column: dates as whole milliseconds, and what is no text as JSON. */
function stored(value) {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** A row in values of this realm. */
function shown(columns) {
  const row = Object.fromEntries(COLUMNS.map((name, at) => [name, columns[at]]))
  for (const name of ['fields', 'settings']) row[name] = parsed(row[name])
  for (const name of ['createdAt', 'updatedAt']) row[name] = new Date(row[name])
  return row
}

/** What a test wrote may be anything. */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

module.exports = { TestStudio }
