// npm run consumers [-- words of names]: installs the packed package as its users do, has each of them
// deploy to the fake platform, and prints a table. Fails when one of them cannot.
//
// `--smoke` tries those that take seconds; `--json` prints rows as JSON. FAKE_OPTIMIZELY names the
// platform's program where it is built already.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { withBench } from './consumers/bench.mjs'
import { Installations } from './consumers/installation.mjs'
import { CONSUMERS } from './consumers/matrix.mjs'
import { buildForDevelopment } from './build.mjs'

const words = process.argv.slice(2)
const [smoke, json] = ['--smoke', '--json'].map((flag) => words.includes(flag))
const names = words.filter((word) => !word.startsWith('--')).map((word) => word.toLowerCase())

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

const fake = process.env.FAKE_OPTIMIZELY ?? (await built())
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

async function built() {
  const { ok, fake: program } = await buildForDevelopment()
  if (!ok) process.exit(1)
  return program
}
