// npm run fuzz -- <door> <seconds>: goes on where the seeded cases of tests/fuzz end, guided by coverage.
//
// Needs the nightly compiler and cargo-fuzz; without them it says so and does nothing. What is found on
// the way is kept in fuzz/grown, what breaks in fuzz/artifacts.

import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { answers, ROOT, run } from './run.mjs'

const DOORS = readdirSync(join(ROOT, 'fuzz/corpus')).sort()

/** Above what the deepest and the longest of the seeded cases need. */
const LIMITS = ['-rss_limit_mb=2048', '-timeout=20', '-max_len=100000', '-print_final_stats=1']

const [door = 'all', seconds = '60'] = process.argv.slice(2)
if (!/^\d+$/.test(seconds) || (door !== 'all' && !DOORS.includes(door))) {
  console.error(`usage: npm run fuzz -- <all|${DOORS.join('|')}> <seconds>`)
  process.exit(2)
}

/** What is missing on this machine. */
async function missing() {
  if (!(await answers('cargo', '+nightly', '--version'))) return 'no nightly compiler'
  if (!(await answers('cargo', '+nightly', 'fuzz', '--version'))) return 'no cargo-fuzz'
  return undefined
}

const why = await missing()
if (why !== undefined) {
  console.log(`skipped, nothing was fuzzed: there is ${why}`)
  console.log('rustup toolchain install nightly && cargo install cargo-fuzz')
  process.exit(0)
}

let broken = 0
for (const one of door === 'all' ? DOORS : [door]) {
  const grown = join('fuzz', 'grown', one)
  mkdirSync(join(ROOT, grown), { recursive: true })
  console.log(`${one}, for ${seconds} s`)
  const words = ['+nightly', 'fuzz', 'run', one, grown, join('fuzz', 'corpus', one)]
  const { ok, seconds: taken } = await run(
    'cargo',
    [...words, '--', `-max_total_time=${seconds}`, ...LIMITS],
    { show: true },
  )
  if (!ok) broken++
  console.log(`${one}: ${ok ? 'nothing broke' : 'BROKEN'} (${taken.toFixed(0)} s)`)
}
process.exit(broken === 0 ? 0 : 1)
