/**
 * A studio of any size and the platform that it was deployed to, the same at every run.
 *
 * Definitions have 10 to 20 fields and about 3 KB. The platform lacks one type in a hundred, and of
 * another one in a hundred it lacks the description of a property; everything else is equal. So
 * whoever compares the two finds a hundredth to create and a hundredth to update.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import Database from 'better-sqlite3'

/** Types on a page of the listing, as the engine asks for them. */
export const PAGE_SIZE = 1000

const KINDS = [
  'text',
  'textarea',
  'richText',
  'select',
  'boolean',
  'date',
  'number',
  'image',
  'url',
]

const isMissing = (n) => n % 100 === 7
const isBehind = (n) => n % 100 === 13

function field(n, at) {
  const type = KINDS[(n + at) % KINDS.length]
  const name = `${type.toLowerCase()}Field${at}`
  const label = `${type} ${at} of ${n}`
  const own = {
    id: `17550000000${at}_${n.toString(36)}`,
    name,
    label,
    type,
    required: at % 3 === 0,
  }
  own.helpText = `What to write into "${label}".`
  if (type === 'text') own.validation = { minLength: at, maxLength: 60 + at }
  if (type === 'number') own.validation = { min: 0, max: 1000 + n }
  if (type === 'select') {
    own.options = ['draft', 'review', 'live'].map((value) => ({ label: `${value} ${at}`, value }))
  }
  return { ...own, order: at }
}

/** The nth definition, as the studio's user interface writes it. */
export function definition(n) {
  const fields = Array.from({ length: 10 + (n % 11) }, (_, at) => field(n, at))
  const description = `Pages of the kind ${n}`
  return {
    name: nameOf(n),
    pluralName: `Types ${n}`,
    icon: '📄',
    description,
    fields,
    relationships: [],
  }
}

const nameOf = (n) => `Content Type ${n}`

/** A definition in the schema of Optimizely, by the table of the compatible profile. */
export function toOptimizely(definition) {
  const properties = {}
  definition.fields.forEach((field, at) => {
    const property = {
      type: { boolean: 'boolean', date: 'dateTime' }[field.type] ?? 'string',
      displayName: field.label || field.name,
      description: field.helpText,
      isRequired: field.required,
      sortOrder: 10 * (at + 1),
    }
    if (field.type === 'text') {
      property.minLength = field.validation.minLength
      property.maxLength = field.validation.maxLength
    }
    if (field.type === 'select') {
      property.enum = field.options.map(({ label, value }) => ({ value, displayName: label }))
    }
    properties[field.name] = property
  })
  const { name, description } = definition
  const key = name.replaceAll(/[^A-Za-z0-9_]/g, '')
  return { key, displayName: name, description, baseType: '_component', properties }
}

/** The nth type as the platform has it; nothing where it has none. */
export function onPlatform(n) {
  if (isMissing(n)) return undefined
  const type = toOptimizely(definition(n))
  if (isBehind(n)) delete Object.values(type.properties)[0].description
  return type
}

/** Makes the studio's database; tells how many bytes its definitions have. */
export function makeStudio(file, count) {
  const database = new Database(file)
  database.exec(`
    CREATE TABLE Website (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO Website VALUES ('w1', 'Site');
    CREATE TABLE ContentType (id TEXT NOT NULL PRIMARY KEY, websiteId TEXT NOT NULL, name TEXT NOT NULL,
      fields TEXT NOT NULL, settings TEXT, createdAt DATETIME NOT NULL, updatedAt DATETIME NOT NULL);
    CREATE TABLE ContentItem (id TEXT NOT NULL PRIMARY KEY, contentTypeId TEXT NOT NULL);
    CREATE INDEX ContentItem_contentTypeId ON ContentItem (contentTypeId);`)
  const insert = database.prepare('INSERT INTO ContentType VALUES (?, ?, ?, ?, NULL, 1, 1)')
  let bytes = 0
  database.transaction(() => {
    for (let n = 0; n < count; n++) {
      const fields = JSON.stringify(definition(n))
      bytes += Buffer.byteLength(fields)
      insert.run(`ct_${n}`, 'w1', nameOf(n), fields)
    }
  })()
  database.close()
  return bytes
}

/**
 * Writes the platform's listing as the bodies of its pages; tells how many bytes they have. With
 * `isEqual` the platform lacks nothing.
 */
export function makeListing(folder, count, { isEqual = false } = {}) {
  mkdirSync(folder)
  const total = isEqual ? count : count - expected(count).created
  const stamps = {
    source: '',
    isContract: false,
    created: STAMP,
    lastModified: STAMP,
    lastModifiedBy: 'bench',
  }
  let bytes = 0
  let items = []
  const write = (index) => {
    const page = { items, pageIndex: index, pageSize: PAGE_SIZE, totalCount: total }
    const file = path.join(folder, `page-${index}.json`)
    writeFileSync(file, JSON.stringify(page))
    bytes += statSync(file).size
    items = []
  }
  let index = 0
  for (let n = 0; n < count; n++) {
    const type = isEqual ? toOptimizely(definition(n)) : onPlatform(n)
    if (type !== undefined) items.push({ ...type, ...stamps })
    if (items.length === PAGE_SIZE) write(index++)
  }
  write(index)
  return bytes
}

/** What everybody must find. */
export function expected(count) {
  const created = Array.from({ length: count }, (_, n) => n).filter(isMissing).length
  const updated = Array.from({ length: count }, (_, n) => n).filter(isBehind).length
  return { created, updated, unchanged: count - created - updated }
}

const STAMP = '2026-11-20T10:00:00.000Z'
