// The variables that the engine reads, from the environment and from the files where the studio keeps its own.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'dotenv'

/** The variables that matter; no others are taken from a file. */
export const VARIABLES = [
  'DATABASE_URL',
  'OPTIMIZELY_CLIENT_ID',
  'OPTIMIZELY_CLIENT_SECRET',
  'OPTIMIZELY_API_URL',
  'CATALYST_SYNC_KEY',
  'CATALYST_SYNC_KEY_NEXT',
  'CATALYST_SYNC_AUDIT_KEY',
]

/** The files, in the order in which they count; what the process was given counts before both. */
export const FILES = ['.env.local', '.env']

/** Completes `env` from the files of a folder, and tells where each variable came from. */
export function completeEnvironment(env, folder) {
  const origins = {}
  for (const name of VARIABLES) if (env[name]) origins[name] = 'environment'
  for (const file of FILES) {
    const path = join(folder, file)
    if (!existsSync(path)) continue
    const held = parse(readFileSync(path))
    for (const name of VARIABLES) {
      if (origins[name] !== undefined || !held[name]) continue
      env[name] = held[name]
      origins[name] = file
    }
  }
  return origins
}
