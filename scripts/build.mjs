import { copyFileSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, run } from './run.mjs'

/**
 * Builds the addon and the fake platform without optimization of our own code, and puts the addon
 * where `native.js` looks for it.
 *
 * One call of cargo for both, because the tests then need the same dependencies in the same shape.
 * Resolves like `run`, with `fake`, the path of the fake platform's program. `root` is the folder of
 * the project, or of a copy of it.
 */
export async function buildForDevelopment({ show = false, root = ROOT, env = {} } = {}) {
  const words = ['build', '--lib', '--example', 'fake-optimizely']
  words.push('--message-format', 'json-render-diagnostics')
  const result = await run('cargo', words, { cwd: root, env })
  if (show || !result.ok) process.stderr.write(result.stderr)
  if (!result.ok) return result
  const artifacts = result.stdout
    .split('\n')
    .filter((line) => line.includes('"compiler-artifact"'))
    .map((line) => JSON.parse(line))
  const library = artifacts
    .find(({ target }) => target.name === 'catalyst_sync' && target.kind.includes('cdylib'))
    .filenames.find((path) => /\.(so|dylib|dll)$/.test(path))
  place(library, root)
  const fake = artifacts.find(({ target }) => target.name === 'fake-optimizely').executable
  return { ...result, fake }
}

/** Copies the library to its name as an addon; by renaming, because another process may hold it. */
function place(library, root) {
  const addon = join(root, addonName())
  const fresh = `${addon}.${process.pid}`
  copyFileSync(library, fresh)
  renameSync(fresh, addon)
}

/** The file that `native.js` loads here; the packages of the platforms know it. */
export function addonName() {
  const folder = join(ROOT, 'npm')
  const packages = readdirSync(folder).map((name) =>
    JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')),
  )
  const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
  const fits = packages.find(
    (one) =>
      one.os.includes(process.platform) &&
      one.cpu.includes(process.arch) &&
      (one.libc === undefined || one.libc.includes(libc)),
  )
  if (fits === undefined) {
    throw new Error(`there is no package for ${process.platform} on ${process.arch}`)
  }
  return fits.main
}
