import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, run } from './run.mjs'

/** Where it is noted what was installed. */
const STAMP = join(ROOT, 'node_modules', '.catalyst-sync')

/** What a script of its own compiles or downloads, and a program that fails where it did not. */
const COMPILED = 'better-sqlite3'
const WORKS = `new (require('${COMPILED}'))(':memory:')`

/**
 * Installs the development packages unless they are there already. Resolves like `run`.
 *
 * Not `npm ci`: that refuses to run when a registry lacks one of the optional packages of *other*
 * platforms. `--no-save` keeps to the lock file and leaves it as it is.
 *
 * Of the scripts of packages only those run that are needed: Prisma's would fetch engines that no test
 * uses, and would refuse the oldest Node.js.
 */
export async function installPackages() {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) {
    return { ok: true, output: '', seconds: 0 }
  }
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  const installed = await run('npm', words)
  if (!installed.ok) return installed
  const loaded = await run(process.execPath, ['-e', WORKS])
  const built = loaded.ok ? loaded : await run('npm', ['rebuild', COMPILED])
  if (built.ok) writeFileSync(STAMP, wanted)
  return { ...built, seconds: installed.seconds + built.seconds }
}

/** Compiled packages fit one version of Node's interface, so it belongs to what is wanted. */
function fingerprint() {
  const hash = createHash('sha256').update(process.versions.modules)
  for (const file of ['package.json', 'package-lock.json']) {
    hash.update(readFileSync(join(ROOT, file)))
  }
  return hash.digest('hex')
}
