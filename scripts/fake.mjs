// The fake platform of catalyst-sync/testing: one WebAssembly file for the packages of all platforms.

import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { answers, ROOT, run } from './run.mjs'

const TARGET = 'wasm32-unknown-unknown'
const BUILT = join('target', 'fake', TARGET, 'release', 'catalyst_sync_fake.wasm')

/** The file in the package. */
export const FAKE = join('testing', 'fake.wasm')

/** Most bytes of it. */
const BUDGET = 650_000

/**
 * Builds it and puts it into `testing/`. Resolves like `run`; where Rust cannot compile for
 * WebAssembly, `ok` is false and `output` says what to install.
 */
export async function buildFake({ show = false, root = ROOT, env = {} } = {}) {
  const missing = await fakeMissing()
  if (missing !== undefined) return { ok: false, output: missing, seconds: 0 }
  const words = ['build', '--release', '--locked', '--manifest-path', join('fake', 'Cargo.toml')]
  words.push('--target', TARGET, '--target-dir', join('target', 'fake'))
  const built = await run('cargo', words, { cwd: root, env, show })
  if (built.ok) place(root)
  return built
}

/** Whether the file is there and small enough, for people. */
export function checkFake(root = ROOT) {
  const file = join(root, FAKE)
  if (!existsSync(file)) return { ok: false, text: `${FAKE} is missing` }
  const { size } = statSync(file)
  const [has, may] = [size, BUDGET].map((bytes) => `${Math.round(bytes / 1000)} kB`)
  return { ok: size <= BUDGET, text: `${FAKE} has ${has}, of at most ${may}` }
}

/**
 * What Rust lacks to compile for WebAssembly, for people; `undefined` where there is all of it. Where
 * rustup is, it is fetched first.
 */
export async function fakeMissing() {
  const found = await run('rustc', ['--print', 'target-libdir', '--target', TARGET])
  if (found.ok && existsSync(found.stdout.trim())) return undefined
  const fetches = await answers('rustup', '--version')
  if (fetches && (await run('rustup', ['target', 'add', TARGET])).ok) return undefined
  return `${FAKE} cannot be built without the target ${TARGET} of Rust: rustup target add ${TARGET}`
}

/** By renaming, because another process may be reading it. */
function place(root) {
  const fresh = join(root, `${FAKE}.${process.pid}`)
  try {
    copyFileSync(join(root, BUILT), fresh)
    renameSync(fresh, join(root, FAKE))
  } finally {
    rmSync(fresh, { force: true })
  }
}
