// The studio's content hash, written anew from its rules: leave out the volatile members at the
// top, rebuild every object from its sorted keys by assignment, JSON.stringify, SHA-256.
//
// Reads one JSON string per line, whose content is the text of a document, and prints one line for
// each: the hash, or `-` when JSON.parse refuses the text.
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'

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

function rebuild(value) {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(rebuild)
  const rebuilt = {}
  for (const key of Object.keys(value).sort()) rebuilt[key] = rebuild(value[key])
  return rebuilt
}

function withoutVolatile(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const kept = { ...value }
  for (const key of VOLATILE) delete kept[key]
  return kept
}

function hash(text) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    return '-'
  }
  const canonical = JSON.stringify(rebuild(withoutVolatile(value)))
  return createHash('sha256').update(canonical, 'utf8').digest('hex')
}

let out = []
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  out.push(hash(JSON.parse(line)))
  if (out.length === 1000) {
    process.stdout.write(out.join('\n') + '\n')
    out = []
  }
}
if (out.length > 0) process.stdout.write(out.join('\n') + '\n')
