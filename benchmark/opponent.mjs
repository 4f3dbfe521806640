/**
 * What a Node developer would write: better-sqlite3, JSON.stringify over sorted keys, crypto, and
 * microdiff. Prints its CPU time, peak memory and result as one line of JSON.
 *
 *     node benchmark/opponent.mjs <database> <folder with the pages of the listing>
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import Database from 'better-sqlite3'
import microdiff from 'microdiff'

import { toOptimizely } from './fixture.mjs'

const VOLATILE = new Set([
  'id',
  'createdAt',
  'updatedAt',
  '_id',
  '_createdAt',
  '_updatedAt',
  'lastModified',
  'timestamp',
])

const TYPE_MEMBERS = ['key', 'displayName', 'description', 'baseType']
const PROPERTY_MEMBERS = [
  'type',
  'displayName',
  'description',
  'isRequired',
  'sortOrder',
  'minLength',
  'maxLength',
  'enum',
]

/** The studio's ContentTypeHasher: members sorted at every level. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const copy = {}
  for (const key of Object.keys(value).sort()) copy[key] = sorted(value[key])
  return copy
}

function contentHash(id, definition) {
  const kept = { key: id, ...definition }
  for (const key of Object.keys(kept)) if (VOLATILE.has(key)) delete kept[key]
  return createHash('sha256')
    .update(JSON.stringify(sorted(kept)))
    .digest('hex')
}

function pick(object, members) {
  const picked = {}
  for (const member of members) if (object[member] !== undefined) picked[member] = object[member]
  return picked
}

/** A definition of the platform down to what the studio can say of it. */
function owned(remote) {
  const properties = {}
  for (const [key, property] of Object.entries(remote.properties)) {
    properties[key] = pick(property, PROPERTY_MEMBERS)
  }
  return { ...pick(remote, TYPE_MEMBERS), properties }
}

function* listing(folder) {
  for (let index = 0; ; index++) {
    const file = path.join(folder, `page-${index}.json`)
    if (!existsSync(file)) return
    yield* JSON.parse(readFileSync(file, 'utf8')).items
  }
}

function detect(file, folder) {
  const remotes = new Map()
  for (const remote of listing(folder)) remotes.set(remote.key, remote)
  const found = { created: [], updated: [], unchanged: [] }
  const database = new Database(file, { readonly: true })
  const rows = database.prepare(
    'SELECT id, websiteId, name, fields, settings FROM ContentType ORDER BY rowid',
  )
  for (const row of rows.iterate()) {
    const definition = JSON.parse(row.fields)
    const hash = contentHash(row.id, definition)
    const local = toOptimizely(definition)
    const remote = remotes.get(local.key)
    if (remote === undefined) {
      found.created.push({ key: local.key, hash })
      continue
    }
    const changes = microdiff(owned(remote), local)
    if (changes.length > 0) found.updated.push({ key: local.key, hash, changes })
    else found.unchanged.push(local.key)
  }
  database.close()
  return found
}

const [, , file, folder] = process.argv
const before = process.cpuUsage()
const found = detect(file, folder)
const used = process.cpuUsage(before)
const summary = Object.fromEntries(
  Object.entries(found).map(([kind, types]) => [kind, types.length]),
)
const cpuMs = (used.user + used.system) / 1000
console.log(JSON.stringify({ cpuMs, peakBytes: process.resourceUsage().maxRSS * 1024, summary }))
