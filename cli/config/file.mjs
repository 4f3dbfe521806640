// The configuration file: found, read, and held against the schema.

import { existsSync, readFileSync } from 'node:fs'
import { basename, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { Failure } from '../failure.mjs'
import { problemsOf } from './problems.mjs'

/** Names of configuration files, in the order in which they are looked for. */
const NAMES = ['js', 'mjs', 'cjs', 'json', 'yaml', 'yml'].map(
  (ending) => `catalyst-sync.config.${ending}`,
)

/** The key of a configuration in `package.json`. */
export const KEY = 'catalyst-sync'

/** The page that lists the keys, which comes with the package. */
const PAGE = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url))

/** The configuration in a folder as `{ path, config }`, or `undefined` where there is none. */
export async function readConfiguration(folder, named) {
  const found = named === undefined ? find(folder) : { path: resolve(folder, named) }
  if (found === undefined) return undefined
  const config = found.config ?? (await read(found.path))
  const problems = problemsOf(config)
  if (problems.length > 0) {
    const message = `${basename(found.path)} is not a configuration of catalyst-sync`
    const page = relative(folder, PAGE)
    const next = `correct the file; ${page.startsWith('..') ? PAGE : page} lists the keys`
    throw new Failure('CONFIG_INVALID', message, { problems, next })
  }
  return { path: found.path, config }
}

function find(folder) {
  const all = configurationsIn(folder)
  if (all.length > 1) {
    const message = `there are several configurations: ${all.map(({ path }) => basename(path)).join(', ')}`
    throw new Failure('CONFIG_INVALID', message, {
      next: 'keep one of them, or name it with --config',
    })
  }
  return all[0]
}

/** Every configuration of a folder, as `{ path }`; that of `package.json` with its `config`. */
export function configurationsIn(folder) {
  const files = NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path))
  const inPackage = packageKey(folder)
  return [...files.map((path) => ({ path })), ...(inPackage ? [inPackage] : [])]
}

function packageKey(folder) {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return undefined
  const config = parsed(path, JSON.parse)[KEY]
  return config === undefined ? undefined : { path, config }
}

async function read(path) {
  if (!existsSync(path)) {
    const next = 'name another file with --config, or make one with catalyst-sync init'
    throw new Failure('CONFIG_NOT_FOUND', `${path} does not exist`, { next })
  }
  if (basename(path) === 'package.json') return parsed(path, JSON.parse)[KEY]
  if (extname(path) === '.json') return parsed(path, JSON.parse)
  if (/\.ya?ml$/.test(path)) {
    const { parse } = await import('yaml')
    return parsed(path, parse)
  }
  return evaluated(path)
}

function parsed(path, parse) {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** What a module exports as its default, or what a function exported so returns. */
async function evaluated(path) {
  try {
    const { default: exported } = await import(pathToFileURL(path).href)
    return typeof exported === 'function' ? await exported() : exported
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path, cause) {
  // The first line says where; those after it quote the file, which may hold a secret.
  const reason = String(cause?.message ?? cause).split('\n')[0]
  return new Failure('CONFIG_INVALID', `${path} cannot be read: ${reason}`, { cause })
}
