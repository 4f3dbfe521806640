// Where the two databases are, as the engine resolves their addresses.

import { existsSync } from 'node:fs'
import { join, normalize, resolve } from 'node:path'

/**
 * The file behind an address, as Prisma finds it: what follows `file:`, up to the first `?`, is relative
 * to the folder of the schema; a plain path is relative to the working directory.
 */
function fileOf(url, folder) {
  if (!url.startsWith('file:')) return resolve(folder, url)
  const path = url.slice('file:'.length).split('?')[0]
  const schema = join(folder, 'prisma', 'schema.prisma')
  return normalize(resolve(existsSync(schema) ? join(folder, 'prisma') : folder, path))
}

/** The studio's file and that of the state, which may be the same. */
export function placesOf({ databaseUrl, stateUrl }, folder) {
  const studio = fileOf(databaseUrl, folder)
  if (stateUrl === undefined) return { studio, state: `${studio}.catalyst-sync` }
  return { studio, state: stateUrl === 'studio' ? studio : fileOf(stateUrl, folder) }
}
