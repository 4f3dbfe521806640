// Builds the addon for release: node scripts/release.mjs [words for `napi build`]

import { join } from 'node:path'

import { buildFake, checkFake } from './fake.mjs'
import { ROOT, run } from './run.mjs'

const WORDS = ['--platform', '--release', '--js', 'native.js', '--dts', 'native.d.ts']

// A shell script, which Windows does not start: there the addon is optimized crate by crate.
const cargo = process.platform === 'win32' ? {} : { CARGO: join(ROOT, 'scripts', 'cargo-addon') }
const given = process.argv.slice(2)
const { ok } = await run('npx', ['napi', 'build', ...WORDS, '--no-const-enum', ...given], {
  show: true,
  env: cargo,
})
// It is the same for all platforms, so it is not built once more for each.
const fake = given.includes('--target') ? { ok: true } : await withFake()
process.exitCode = ok && fake.ok ? 0 : 1

async function withFake() {
  const built = await buildFake({ show: true })
  const checked = built.ok ? checkFake() : { ok: false, text: built.output }
  console.log(`${checked.ok ? 'ok' : 'FAILED'}: ${checked.text}`)
  return checked
}
