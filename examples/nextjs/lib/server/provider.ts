// Which provider a request means. Nothing that a browser sends decides where credentials go.

import type { ProviderRef } from 'catalyst-sync'

/** Where the platform `files` keeps its files, below `FILES_ROOT`. */
const DIRECTORY = 'model'

/** The provider of an id, or of an object with an id; without one, the engine's own. */
export function providerOf(asked: unknown): ProviderRef {
  const id = typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : asked
  if (id === undefined || id === null || id === '') return 'optimizely'
  return id === 'files' ? { id, config: { directory: DIRECTORY } } : (id as ProviderRef)
}
