import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, run } from './run.mjs'

/** Where it is noted what was installed. */
const STAMP = join(ROOT, 'node_modules', '.catalyst-sync')

/**
 * Installs the development packages unless they are there already. Resolves like `run`.
 *
 * Not `npm ci`: that refuses to run when a registry lacks one of the optional packages of *other*
 * platforms. `--no-save` keeps to the lock file and leaves it as it is.
 */
export async function installPackages() {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) {
    return { ok: true, output: '', seconds: 0 }
  }
  const result = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund'])
  if (result.ok) writeFileSync(STAMP, wanted)
  return result
}

/** Compiled packages fit one version of Node's interface, so it belongs to what is wanted. */
function fingerprint() {
  const hash = createHash('sha256').update(process.versions.modules)
  for (const file of ['package.json', 'package-lock.json']) {
    hash.update(readFileSync(join(ROOT, file)))
  }
  return hash.digest('hex')
}
