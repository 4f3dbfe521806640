import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, run } from './run.mjs'

const NEEDS_NODE = [20, 0]
const GET_NODE = 'https://nodejs.org'
const GET_RUST = 'https://rustup.rs'

/** Lists what is missing on this machine, each with what to do; empty when there is everything. */
export async function missingRequirements(needsNode = NEEDS_NODE) {
  const needsRust = rustVersion()
  const missing = []
  if (!reaches(process.versions.node, needsNode)) {
    missing.push(
      `Node.js ${needsNode.join('.')} or later is needed, this is ${process.versions.node}: ${GET_NODE}`,
    )
  }
  const cargo = await run('cargo', ['--version'])
  const found = /cargo (\d+\.\d+\.\d+)/.exec(cargo.stdout)?.[1]
  if (found === undefined) {
    missing.push(`Rust ${needsRust.join('.')} or later is needed, cargo was not found: ${GET_RUST}`)
  } else if (!reaches(found, needsRust)) {
    missing.push(`Rust ${needsRust.join('.')} or later is needed, this is ${found}: ${GET_RUST}`)
  }
  return missing
}

/** Ends the process with an explanation when something is missing. */
export async function requireTools(needsNode = NEEDS_NODE) {
  const missing = await missingRequirements(needsNode)
  if (missing.length === 0) return
  for (const sentence of missing) console.error(sentence)
  process.exit(1)
}

/** The oldest Rust that the crate builds with, as it says itself. */
function rustVersion() {
  const manifest = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8')
  const [, major, minor] = /^rust-version = "(\d+)\.(\d+)"/m.exec(manifest)
  return [Number(major), Number(minor)]
}

function reaches(version, [major, minor]) {
  const [hasMajor, hasMinor] = version.split('.').map(Number)
  return hasMajor > major || (hasMajor === major && hasMinor >= minor)
}
