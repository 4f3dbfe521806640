import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Fingerprints of the files in a folder, by name. */
export function fingerprints(folder) {
  const files = readdirSync(folder).sort()
  const hash = (name) => createHash('sha256').update(readFileSync(join(folder, name)))
  return new Map(files.map((name) => [name, hash(name).digest('hex')]))
}

/** The names whose content differs between two such maps, or which only one of them has. */
export function differing(before, after) {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort()
}
