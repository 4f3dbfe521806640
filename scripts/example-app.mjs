// Sets up examples/nextjs: packs the package and that of this platform as they would be published, and
// installs them there with everything else that the example needs.

import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { addonName, buildForDevelopment } from './build.mjs'
import { packAll } from './pack.mjs'
import { installPackages } from './packages.mjs'
import { requireTools } from './requirements.mjs'
import { duration, ROOT, run } from './run.mjs'

/** The example's folder. */
export const EXAMPLE = join(ROOT, 'examples', 'nextjs')

const PACKAGES = join(EXAMPLE, 'packages')
const MODULES = join(EXAMPLE, 'node_modules')
const PRISMA = join(MODULES, 'prisma', 'build', 'index.js')

/** What Next.js and the example's own scripts need. */
const NEEDS_NODE = [20, 11]

/** Where it is noted what was installed. */
const STAMP = join(MODULES, '.catalyst-sync')

/**
 * Does all of it, says what takes how long, and returns the path of the fake platform.
 *
 * With `FAKE_OPTIMIZELY` set, as the Jest tests know it, the addon and the fake are taken as they lie.
 */
export async function prepareExample() {
  await requireTools(NEEDS_NODE)
  await step('packages of npm', installPackages)
  const found = process.env.FAKE_OPTIMIZELY
  const { fake } = found
    ? { fake: found }
    : await step(`engine and fake platform${firstTime()}`, buildForDevelopment)
  await step('packages of the example', installExample)
  return fake
}

/** Runs a step, says how long it took, and ends the process with the output of one that failed. */
export async function step(name, work) {
  process.stdout.write(`${name} ...`)
  const clock = process.stdout.isTTY ? tick(name) : undefined
  const result = await work()
  clock?.stop()
  console.log(` ${result.ok ? 'ok' : 'FAILED'} (${duration(result.seconds)})`)
  if (result.ok) return result
  console.error(result.output)
  process.exit(1)
}

/** Shows on a terminal that a step goes on. */
function tick(name) {
  const started = performance.now()
  const draw = () =>
    process.stdout.write(`\r${name} ... ${duration((performance.now() - started) / 1000)} `)
  const timer = setInterval(draw, 1000)
  return {
    stop() {
      clearInterval(timer)
      process.stdout.write(`\r\x1b[K${name} ...`)
    },
  }
}

/** What somebody should know who waits for the compiler, before it has ever built anything here. */
function firstTime() {
  const isBuilt = existsSync(join(ROOT, 'target', 'debug', 'examples'))
  return isBuilt ? '' : ' (compiled from source: about ten minutes the first time)'
}

async function installExample() {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) {
    return { ok: true, output: '', seconds: 0 }
  }
  const started = performance.now()
  for (const work of [installTarballs, compileDatabase, generateClient]) {
    const result = await work()
    if (!result.ok) return result
  }
  writeFileSync(STAMP, wanted)
  return { ok: true, output: '', seconds: (performance.now() - started) / 1000 }
}

/** Not kept in its package.json, because each tarball is another one. */
async function installTarballs() {
  rmSync(PACKAGES, { recursive: true, force: true })
  mkdirSync(PACKAGES)
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  return run('npm', [...words, ...(await packAll(PACKAGES))], { cwd: EXAMPLE })
}

/** better-sqlite3 was compiled in the project's own folder; the same version is not compiled twice. */
async function compileDatabase() {
  const [here, there] = [join(ROOT, 'node_modules'), MODULES].map((folder) =>
    join(folder, 'better-sqlite3'),
  )
  if (versionOf(here) !== versionOf(there)) {
    return run('npm', ['rebuild', 'better-sqlite3'], { cwd: EXAMPLE })
  }
  const binary = join('build', 'Release', 'better_sqlite3.node')
  mkdirSync(join(there, 'build', 'Release'), { recursive: true })
  const fresh = join(there, `${binary}.${process.pid}`)
  copyFileSync(join(here, binary), fresh)
  renameSync(fresh, join(there, binary))
  return { ok: true, output: '', seconds: 0 }
}

/** Of Prisma's native engines it is only asked where they are: see `prisma-client.mjs`. */
async function generateClient() {
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_QUERY_ENGINE_LIBRARY: process.execPath,
    PRISMA_GENERATE_SKIP_AUTOINSTALL: '1',
    CHECKPOINT_DISABLE: '1',
  }
  return run(process.execPath, [PRISMA, 'generate', '--no-hints'], { cwd: EXAMPLE, env })
}

const versionOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version

/** What the packages are made of, and what is installed beside them. */
function fingerprint() {
  const hash = createHash('sha256').update(process.versions.modules)
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).files
  // Patterns are pages of the documentation, which the example does without.
  const files = own.filter((name) => !name.includes('*')).flatMap(filesOf)
  const example = ['package.json', 'package-lock.json', join('prisma', 'schema.prisma')]
  for (const file of ['package.json', addonName(), ...files.sort()]) {
    hash.update(readFileSync(join(ROOT, file)))
  }
  for (const file of example) hash.update(readFileSync(join(EXAMPLE, file)))
  return hash.digest('hex')
}

/** A file of the project, or all files of a folder. */
function filesOf(name) {
  if (statSync(join(ROOT, name)).isFile()) return [name]
  return readdirSync(join(ROOT, name)).flatMap((entry) => filesOf(join(name, entry)))
}
