// Checks a built addon for Linux: node scripts/check-addon.mjs FILE GLIBC
//
// It exports nothing but the entry point of Node.js, so that its SQLite meets no other; it stays
// small; and it needs no newer glibc than the one named, or none at all for `none` (musl).

import { statSync } from 'node:fs'
import { resolve } from 'node:path'

import { run } from './run.mjs'

const MEGABYTE = 1_000_000
const BUDGET = 9 * MEGABYTE

const [given, ceiling] = process.argv.slice(2)
if (ceiling === undefined) {
  console.error('usage: node scripts/check-addon.mjs FILE GLIBC')
  process.exit(2)
}
const file = resolve(given)

const checks = [exportsOnlyItsEntry(), staysSmall(), runsOn(ceiling)]
for (const { ok, text } of await Promise.all(checks)) {
  console.log(`${ok ? 'ok' : 'FAILED'}: ${text}`)
  if (!ok) process.exitCode = 1
}

async function exportsOnlyItsEntry() {
  const symbols = (await output('nm', ['-D', '--defined-only', file])).trim().split('\n')
  const names = symbols.map((line) => line.split(' ').at(-1))
  const foreign = names.filter((name) => name !== 'napi_register_module_v1')
  const some = foreign.slice(0, 5).join(', ')
  return {
    ok: names.includes('napi_register_module_v1') && foreign.length === 0,
    text: `exports its entry point and ${foreign.length} other symbols ${some}`.trimEnd(),
  }
}

async function staysSmall() {
  const { size } = statSync(file)
  const megabytes = (size / MEGABYTE).toFixed(1)
  return { ok: size < BUDGET, text: `${megabytes} MB, of at most ${BUDGET / MEGABYTE}` }
}

async function runsOn(ceiling) {
  const symbols = await output('objdump', ['-T', file])
  const versions = [...symbols.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))
  const needed = Math.max(...versions)
  if (ceiling === 'none') return { ok: versions.length === 0, text: 'needs no glibc' }
  return {
    ok: needed <= Number(ceiling.split('.')[1]),
    text: `needs glibc 2.${needed}, of at most ${ceiling}`,
  }
}

async function output(program, words) {
  const { ok, stdout, stderr } = await run(program, words)
  if (!ok) throw new Error(stderr)
  return stdout
}
