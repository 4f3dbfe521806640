// Generates the Prisma client that tests use, where the studio has its own: `@prisma/client`.
//
// Nothing is fetched: a client with `engineType = "client"` is compiled from what the packages hold. Of
// Prisma's native engines it is only asked where they are, so any program stands for them.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { ROOT, run } from './run.mjs'

const SCHEMA = join(ROOT, '__test__', 'support', 'studio.prisma')
const PRISMA = join(ROOT, 'node_modules', 'prisma')

/** Where it is noted what the client was generated from. */
const STAMP = join(ROOT, 'node_modules', '.prisma', 'client', '.catalyst-sync')

/** What Prisma 6.19 needs; the engine itself runs in 18.17, too. */
const OLDEST = [18, 18]

/** Generates the client unless it is there already. Jest runs this before all tests. */
export default async function generateClient() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    console.log(`Prisma needs Node.js ${OLDEST.join('.')}: what uses its client is skipped`)
    return
  }
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  const words = [join(PRISMA, 'build', 'index.js'), 'generate', '--no-hints', '--schema', SCHEMA]
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_QUERY_ENGINE_LIBRARY: process.execPath,
    PRISMA_GENERATE_SKIP_AUTOINSTALL: '1',
    CHECKPOINT_DISABLE: '1',
  }
  const { ok, output } = await run(process.execPath, words, { env })
  if (!ok) throw new Error(`no Prisma client was generated:\n${output}`)
  writeFileSync(STAMP, wanted)
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of [SCHEMA, join(PRISMA, 'package.json')]) hash.update(readFileSync(file))
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateClient()
