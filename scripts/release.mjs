// Builds the addon for release: node scripts/release.mjs [words for `napi build`]

import { join } from 'node:path'

import { ROOT, run } from './run.mjs'

const WORDS = ['--platform', '--release', '--js', 'native.js', '--dts', 'native.d.ts']

// A shell script, which Windows does not start: there the addon is optimized crate by crate.
const cargo = process.platform === 'win32' ? {} : { CARGO: join(ROOT, 'scripts', 'cargo-addon') }
const { ok } = await run(
  'npx',
  ['napi', 'build', ...WORDS, '--no-const-enum', ...process.argv.slice(2)],
  { show: true, env: cargo },
)
process.exitCode = ok ? 0 : 1
