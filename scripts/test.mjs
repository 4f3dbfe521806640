// npm test: from a fresh clone to the result of every test.
//
// Cargo tests the crate without the feature `node`, the way in which it links as a program. The
// boundary to Node.js is tested from the other side, by Jest, through the addon with all features.
// Generated cases are the same each time, so that a result speaks of the code alone; new ones are
// tried by `cargo nextest run` and, many of them, every night.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildForDevelopment } from './build.mjs'
import { buildFake, fakeMissing } from './fake.mjs'
import { NONE, ofCargo, ofDocumentation, ofJest, ofNextest, PASSED, plus } from './counts.mjs'
import { installPackages } from './packages.mjs'
import { requireTools } from './requirements.mjs'
import { answers, duration, ROOT, run } from './run.mjs'

const CORE = ['--no-default-features', '--color', 'never']
const SEED = { PROPTEST_RNG_SEED: process.env.PROPTEST_RNG_SEED ?? '1' }
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')

/** Runs a step, says how long it took, and shows the output of one that failed. */
async function step(name, work) {
  process.stdout.write(`${name} ...`)
  const result = await work()
  console.log(` ${result.ok ? 'ok' : 'FAILED'} (${duration(result.seconds)})`)
  if (!result.ok) console.error(result.output.replaceAll(PASSED, ''))
  return result
}

/** A step without which nothing else can run. */
async function needed(name, work) {
  const result = await step(name, work)
  if (!result.ok) end(plus(NONE, { ...NONE, failed: 1 }))
  return result
}

/** A step whose tests count; one that fails without a test that did is a failure of its own. */
async function counted(name, work, count) {
  const result = await step(name, work)
  const counts = count(result)
  if (!result.ok && counts.failed === 0) return { ...counts, failed: 1 }
  return counts
}

/** Prints how often suites asked their questions: a count and words per line; the same words add up. */
function showTallies(file) {
  const told = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  const sums = new Map()
  for (const line of told) {
    const [, count, what] = /^(\d+) (.*)$/.exec(line) ?? [undefined, 0, line]
    sums.set(what, (sums.get(what) ?? 0) + Number(count))
  }
  for (const [what, count] of sums) console.log(`  ${count.toLocaleString('en')} ${what}`)
}

async function rust() {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
  const tallies = join(folder, 'tallies')
  const nextest = await answers('cargo', 'nextest', '--version')
  const words = nextest
    ? ['nextest', 'run', '--no-fail-fast', ...CORE]
    : ['test', '--lib', '--tests', '--no-fail-fast', ...CORE]
  try {
    const env = { ...SEED, CATALYST_SYNC_TALLIES: tallies }
    const cargo = () => run('cargo', words, { env })
    const counts = await counted('Rust tests', cargo, nextest ? ofNextest : ofCargo)
    showTallies(tallies)
    return counts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function documentation() {
  const words = ['test', '--doc', ...CORE]
  return counted('examples in the documentation', () => run('cargo', words), ofDocumentation)
}

async function jest(fake) {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
  const report = join(folder, 'jest.json')
  const words = [JEST, '--ci', '--json', '--outputFile', report]
  const env = { FAKE_OPTIMIZELY: fake }
  try {
    return await counted(
      'Jest tests',
      () => run(process.execPath, words, { env }),
      () => (existsSync(report) ? ofJest(JSON.parse(readFileSync(report, 'utf8'))) : NONE),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function end({ unit, integration, failed }) {
  console.log(`\n${unit} unit tests, ${integration} integration tests`)
  const seconds = process.uptime()
  console.log(`${unit + integration} passed, ${failed} failed, in ${duration(seconds)}`)
  process.exit(failed === 0 ? 0 : 1)
}

await requireTools()
await needed('packages of npm', installPackages)
const { fake } = await needed('addon and fake platform', buildForDevelopment)
const missing = await fakeMissing()
if (missing === undefined) await needed('fake platform as WebAssembly', buildFake)
else console.log(`skipped: the tests of catalyst-sync/testing. ${missing}`)
end([await rust(), await documentation(), await jest(fake)].reduce(plus))
