// Which version somebody means: its hash, or `Article@1.2.0`, `Article@a143badd`.

import { Failure } from './failure.mjs'

const HASH = /^[0-9a-f]{64}$/

/** The shortest beginning of a hash that names a version. */
const SHORTEST = 4

/** The version that a text names, with its content. */
export async function versionOf(session, text) {
  const engine = await session.engine()
  if (HASH.test(text)) {
    const version = await engine.getVersion(text)
    if (version !== null) return version
    throw unknown(text, 'catalyst-sync log <type> lists versions')
  }
  const at = text.lastIndexOf('@')
  const next = 'write its hash, Type@1.2.0, or Type@ and the beginning of its hash'
  if (at < 1) throw new Failure('INVALID_ARGUMENT', `${text} names no version`, { next })
  const [key, name] = [text.slice(0, at), text.slice(at + 1)]
  const versions = await engine.getVersionHistory(await session.type(key))
  const fits = versions.filter(
    ({ hash, semver }) => semver === name || (name.length >= SHORTEST && hash.startsWith(name)),
  )
  if (fits.length === 1) return fits[0]
  if (fits.length === 0) throw unknown(text, `catalyst-sync log ${key} lists versions`)
  const problems = fits.map(({ hash, semver }) => `${hash} ${semver ?? ''}`)
  throw new Failure('INVALID_ARGUMENT', `${text} names several versions`, { problems, next })
}

function unknown(text, next) {
  return new Failure('VERSION_NOT_FOUND', `there is no version ${text}`, { next })
}
