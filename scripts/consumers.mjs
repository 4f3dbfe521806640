// npm run consumers [-- words of names]: installs the packed package as its users do, has each of them
// deploy to the fake platform, and prints a table. Fails when one of them cannot.
//
// `--smoke` tries those that take seconds; `--json` prints rows as JSON. FAKE_OPTIMIZELY names the
// platform's program where it and the addon are built already; else both are built.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildForDevelopment } from './build.mjs'
import { buildFake } from './fake.mjs'
import { installPackages } from './packages.mjs'
import { requireTools } from './requirements.mjs'

const words = process.argv.slice(2)
const [smoke, json] = ['--smoke', '--json'].map((flag) => words.includes(flag))
const names = words.filter((word) => !word.startsWith('--')).map((word) => word.toLowerCase())

const fake = process.env.FAKE_OPTIMIZELY ?? (await setUp())
// What follows needs what was just set up, so it is loaded only now.
const { withBench } = await import('./consumers/bench.mjs')
const { Installations } = await import('./consumers/installation.mjs')
const { CONSUMERS } = await import('./consumers/matrix.mjs')

const chosen = CONSUMERS.filter(
  (one) =>
    (!smoke || one.smoke) &&
    (names.length === 0 || names.some((word) => one.name.toLowerCase().includes(word))),
)
if (chosen.length === 0) {
  console.error(`nobody is called ${names.join(' or ')}; there are:`)
  for (const { name } of CONSUMERS) console.error(`  ${name}`)
  process.exit(1)
}

// Without links in it, because bundlers compare paths.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'catalyst-sync-')))
const rows = []
try {
  const installations = new Installations(folder)
  for (const consumer of chosen) rows.push(await tried(installations, consumer))
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
if (json) console.log(JSON.stringify(rows))
else showTable()
process.exitCode = rows.every(({ result }) => result === 'ok') ? 0 : 1

/** Has a consumer deploy; tells how it went. */
async function tried(installations, consumer) {
  const { name, use } = consumer
  if (!json) process.stderr.write(`${name} ...`)
  const row = { consumer: name, version: '', result: 'ok', seconds: 0 }
  let started = performance.now()
  try {
    const { folder: place, version } = await installations.place(consumer)
    row.version = version
    started = performance.now()
    await withBench(place, fake, (bench) => use(place, bench))
  } catch (error) {
    row.result = 'FAILED'
    console.error(`\n${error.message}`)
  }
  row.seconds = Math.round((performance.now() - started) / 100) / 10
  if (!json) process.stderr.write(` ${row.result} (${row.seconds} s)\n`)
  return row
}

/** Markdown, to be read here and to be put into the README. */
function showTable() {
  console.log('| consumer | version | result | seconds |\n|---|---|---|---|')
  for (const { consumer, version, result, seconds } of rows) {
    console.log(`| ${consumer} | ${version} | ${result} | ${seconds} |`)
  }
}

/** From a fresh clone to the addon and the fake platform; tells where that is. */
async function setUp() {
  await requireTools()
  await done('the packages of npm', installPackages())
  const { fake: program } = await done('the addon', buildForDevelopment())
  await done('the fake platform as WebAssembly', buildFake())
  return program
}

async function done(name, work) {
  const result = await work
  if (result.ok) return result
  console.error(`${name} could not be set up:\n${result.output}`)
  process.exit(1)
}
