// npm run coverage: which lines of layers 0 to 6 the Rust tests reach, and of the JavaScript face
// those of Jest. Fails below the bound.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

import { buildForDevelopment } from './build.mjs'
import { NONE, ofCargo, ofJest, PASSED, plus } from './counts.mjs'
import { installPackages } from './packages.mjs'
import { requireTools } from './requirements.mjs'
import { answers, ROOT, run } from './run.mjs'

/** Percent of the lines of layers 0 to 6. */
const BOUND = 90
const FOLDER = join(ROOT, 'coverage')
const TARPAULIN = '0.37.5'

await requireTools()
// What an earlier run left must not be taken for this one's.
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER)
const rust = await measureRust()
const face = await measureFace()

for (const [name, lines] of rust.modules) if (lines.total > 0) print(name, lines)
print('layers 0 to 6', rust.lines)
print('the JavaScript face', face.lines)
const { unit, integration, failed } = plus(rust.counts, face.counts)
console.log(`\n${unit} unit tests, ${integration} integration tests, ${failed} failed`)
const enough = percent(rust.lines) >= BOUND
if (!enough) console.error(`coverage of layers 0 to 6 is below ${BOUND} %`)
process.exitCode = enough && failed === 0 ? 0 : 1

/** The crate without the boundary to Node.js: what is left are layers 0 to 6. */
async function measureRust() {
  if (!(await answers('cargo', 'tarpaulin', '--version'))) await installTarpaulin()
  const words = [
    ...['tarpaulin', '--engine', 'llvm', '--no-default-features', '--lib', '--tests'],
    ...['--include-files', 'src/*', '--no-fail-fast', '--skip-clean', '--color', 'never'],
    ...['--timeout', '1800'],
    // A folder of its own, because instrumented dependencies replace plain ones.
    ...['--target-dir', join(ROOT, 'target', 'tarpaulin')],
    ...['--out', 'json', '--output-dir', FOLDER],
    // Its thousands of lives take longer than all the rest when each line is counted; and what is put
    // through the doors is held to the stack and the memory of a program that does not count.
    ...['--', '--skip', 'simulation::', '--skip', 'fuzz::'],
  ]
  // Functions that count need more stack.
  const env = { RUST_MIN_STACK: String(16 * 1024 * 1024) }
  const result = await run('cargo', words, { env })
  const report = join(FOLDER, 'tarpaulin-report.json')
  if (!result.ok) console.error(result.output.replaceAll(PASSED, ''))
  if (!existsSync(report)) throw new Error('the Rust tests could not be measured')
  const modules = new Map()
  for (const { path, covered, coverable } of JSON.parse(readFileSync(report, 'utf8')).files) {
    const [, module] = relative(ROOT, join('/', ...path)).split(/[/\\]/)
    modules.set(module, sum(modules.get(module), { covered, total: coverable }))
  }
  const sorted = [...modules].sort(([one], [other]) => one.localeCompare(other))
  const lines = sorted.map(([, lines]) => lines).reduce(sum)
  return { modules: sorted, lines, counts: ofCargo(result) }
}

/** Compiled with little optimization: it is used once, and half of the time is saved. */
async function installTarpaulin() {
  const words = ['install', 'cargo-tarpaulin', '--version', TARPAULIN, '--locked']
  const env = { CARGO_PROFILE_RELEASE_OPT_LEVEL: '1', CARGO_PROFILE_RELEASE_LTO: 'off' }
  const { ok, output } = await run('cargo', words, { env })
  if (!ok) throw new Error(output)
}

async function measureFace() {
  const packages = await installPackages()
  if (!packages.ok) throw new Error(packages.output)
  const { ok, output, fake } = await buildForDevelopment()
  if (!ok) throw new Error(output)
  const report = join(FOLDER, 'jest.json')
  const words = [
    join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...['--ci', '--json', '--outputFile', report],
    ...['--coverage', '--coverageProvider', 'v8', '--coverageReporters', 'json-summary'],
    ...['--coverageDirectory', FOLDER],
    ...['--collectCoverageFrom', 'index.js', '--collectCoverageFrom', 'face/*.js'],
  ]
  const jest = await run(process.execPath, words, { env: { FAKE_OPTIMIZELY: fake } })
  if (!jest.ok) console.error(jest.stderr)
  const { total } = JSON.parse(readFileSync(join(FOLDER, 'coverage-summary.json'), 'utf8'))
  const { covered, total: all } = total.lines
  const counts = existsSync(report) ? ofJest(JSON.parse(readFileSync(report, 'utf8'))) : NONE
  return { lines: { covered, total: all }, counts }
}

function sum(one = { covered: 0, total: 0 }, other) {
  return { covered: one.covered + other.covered, total: one.total + other.total }
}

function percent({ covered, total }) {
  return (100 * covered) / total
}

function print(name, lines) {
  const { covered, total } = lines
  console.log(
    `${name.padEnd(20)} ${percent(lines).toFixed(1).padStart(5)} %  ${covered} of ${total} lines`,
  )
}
