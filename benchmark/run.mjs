/**
 * The figures of design.md §9, each beside its opponent in the same run. See README.md here.
 *
 *     npm run benchmark -- --sizes 100,1000,10000
 *
 * Every measurement is a process of its own. Nothing here fails because something is slow.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

import { withFake } from './fake.mjs'
import { expected, makeListing, makeStudio } from './fixture.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ADDON = path.join(ROOT, `catalyst-sync.${process.platform}-${process.arch}-gnu.node`)
const program = (name) => path.join(ROOT, 'target/release/examples', name)
const script = (name) => path.join(ROOT, 'benchmark', name)

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,10000,100000' },
    only: { type: 'string' },
  },
})
const SIZES = values.sizes.split(',').map(Number)
const LARGE = 10_000

const rows = []
const folder = mkdtempSync(path.join(os.tmpdir(), 'catalyst-sync-benchmark-'))

async function run(file, ...words) {
  const { stdout } = await promisify(execFile)(file, words.map(String), { maxBuffer: 1 << 26 })
  return JSON.parse(stdout)
}

const node = (name, ...words) => run(process.execPath, script(name), ...words)
const addon = (what, given) => node('engine.mjs', what, JSON.stringify(given ?? {}))

/** The median of several runs by a member. */
async function median(times, member, measure) {
  const results = []
  for (let n = 0; n < times; n++) results.push(await measure(n))
  return results.sort((a, b) => a[member] - b[member])[times >> 1]
}

function note(what, value, limit, isMet) {
  rows.push({ what, value, limit, verdict: isMet === undefined ? '' : isMet ? 'met' : 'NOT MET' })
  console.log(`${what}: ${value}${limit ? ` (limit: ${limit})` : ''}`)
}

const ms = (number) => `${number.toFixed(number < 10 ? 1 : 0)} ms`
const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const ratio = (number) => number.toFixed(number < 0.1 ? 3 : 2)

function makeWorld(size) {
  const at = path.join(folder, `${size}`)
  rmSync(at, { recursive: true, force: true })
  makeListing(at, size)
  makeListing(`${at}-equal`, size, { isEqual: true })
  const database = path.join(at, 'dev.db')
  return { size, database, bytes: makeStudio(database, size), pages: at, equal: `${at}-equal` }
}

function check(what, found, size) {
  const wanted = expected(size)
  for (const [kind, count] of Object.entries(wanted)) {
    if (found[kind] !== count) throw new Error(`${what} found ${found[kind]} ${kind}, not ${count}`)
  }
}

/** Detection by itself: the listing given to both as the bodies of its pages. */
async function detection(size) {
  const world = makeWorld(size)
  const times = size > LARGE ? 1 : 3
  const own = (pages, state, verb) =>
    run(program('benchmark-detect'), world.database, pages, path.join(world.pages, state), verb)
  const theirs = await median(times, 'cpuMs', () =>
    node('opponent.mjs', world.database, world.pages),
  )
  const cold = await median(times, 'cpuMs', (n) => own(world.pages, `cold-${n}`, 'details'))
  const counted = await median(times, 'cpuMs', (n) => own(world.pages, `counted-${n}`, 'detect'))
  check('the opponent', theirs.summary, size)
  check('the engine', cold.summary, size)
  check('the engine', counted.summary, size)
  const name = `${size.toLocaleString('en')} types`
  note(`${name}: opponent, CPU`, ms(theirs.cpuMs))
  note(
    `${name}: cold, CPU`,
    `${ms(cold.cpuMs)}, ${ratio(cold.cpuMs / theirs.cpuMs)} of it`,
    size >= LARGE ? 'a third' : '',
    size >= LARGE ? cold.cpuMs * 3 <= theirs.cpuMs : undefined,
  )
  note(`${name}: cold, per type`, `${((cold.cpuMs * 1000) / size).toFixed(0)} µs`)
  note(
    `${name}: cold, peak`,
    `${mb(counted.peakBytes)}, ${ratio(counted.peakBytes / world.bytes)} of the definitions (opponent ${mb(theirs.peakBytes)})`,
    size > LARGE ? '1.5' : '',
    size > LARGE ? counted.peakBytes < 1.5 * world.bytes : undefined,
  )
  await own(world.equal, 'known', 'deploy')
  const known = await median(times, 'cpuMs', () => own(world.equal, 'known', 'detect'))
  if (known.summary.unchanged !== size) throw new Error('an equal platform is not found equal')
  note(
    `${name}: known, another process, CPU`,
    `${ms(known.cpuMs)}, ${ratio(known.cpuMs / theirs.cpuMs)} of the opponent`,
    size >= LARGE ? 'a tenth' : '',
    size >= LARGE ? known.cpuMs * 10 <= theirs.cpuMs : undefined,
  )
  note(
    `${name}: known, same process again, CPU`,
    `${ms(known.againCpuMs)}, ${ratio(known.againCpuMs / theirs.cpuMs)} of the opponent`,
  )
  note(
    `${name}: known, peak`,
    `${mb(known.peakBytes)}, ${ratio(known.peakBytes / world.bytes)} of the definitions`,
    size > LARGE ? '1.5' : '',
    size > LARGE ? known.peakBytes < 1.5 * world.bytes : undefined,
  )
  rmSync(world.pages, { recursive: true })
  rmSync(world.equal, { recursive: true })
}

function studio(name, count) {
  const database = path.join(folder, name)
  makeStudio(database, count)
  return database
}

/** Deployments through the addon, over HTTP. */
async function deployments() {
  const created = await withFake({ latencyMs: 50 }, (origin) =>
    addon('deploy', { database: studio('new.db', 100), origin }),
  )
  succeeded(created)
  note(
    '100 new types at 50 ms latency',
    `${(created.wallMs / 1000).toFixed(2)} s, ${created.requests} requests, ${ms(created.cpuMs)} CPU`,
    '2.5 s',
    created.wallMs < 2500,
  )

  const [own, fetched] = await withFake({ types: 1 }, async (origin) => [
    await median(3, 'us', () => run(program('benchmark-requests'), origin, 4000)),
    await median(3, 'us', () => addon('fetch', { origin, count: 4000 })),
  ])
  note(
    'CPU per request',
    `${own.us.toFixed(0)} µs, ${ratio(own.us / fetched.us)} of fetch (${fetched.us.toFixed(0)} µs)`,
    '50 µs',
    own.us < 50,
  )

  await withFake({ types: LARGE }, async (origin) => {
    const world = { database: studio('large.db', LARGE), origin }
    const forget = () => rmSync(`${world.database}.catalyst-sync`, { force: true })
    const first = await addon('deploy', world)
    succeeded(first)
    note(
      '10,000 types adopted, 200 of them written',
      `${(first.wallMs / 1000).toFixed(1)} s, ${ms(first.cpuMs)} CPU`,
    )
    const again = await median(3, 'cpuMs', () => addon('deploy', world))
    succeeded(again)
    note(
      '10,000 unchanged types deployed',
      `${ms(again.cpuMs)} CPU, ${again.requests} requests`,
      '370 ms',
      again.cpuMs <= 370,
    )
    const idle = await least(() => addon('idle', { ms: 1000 }))
    note('event loop held while idle for a second', ms(idle))
    await held('deployment, all unchanged', () => addon('deploy', world))
    await held('detection, summary', () => addon('detect', { ...world, includeDetails: false }))
    await held('deployment, all adopted', () => (forget(), addon('deploy', world)))
    const details = { ...world, includeDetails: true }
    await held('detection with details', () => (forget(), addon('detect', details)))
    await withFake({}, (nowhere) =>
      held('detection with details, all new', () =>
        addon('detect', { ...details, origin: nowhere }),
      ),
    )
  })
}

/** The least of what three runs say, because what the machine adds to one is not the engine's. */
async function least(measure) {
  const results = []
  for (let n = 0; n < 3; n++) results.push((await measure()).heldMs)
  return Math.min(...results)
}

async function held(what, measure) {
  const worst = await least(measure)
  note(`event loop held at worst, ${what}`, ms(worst), '10 ms', worst < 10)
}

function succeeded({ status, error }) {
  if (status !== 'completed') throw new Error(`the deployment ended ${status}: ${error}`)
}

/** Three sides of 10,000 types. */
async function merging() {
  const sides = path.join(folder, 'sides.jsonl')
  const merged = await median(5, 'cpuMs', () => run(program('benchmark-merge'), sides))
  const theirs = await median(5, 'cpuMs', () => node('opponent-merge.mjs', sides))
  note('10,000 types, a fifth changed on each side: two passes of microdiff, CPU', ms(theirs.cpuMs))
  note(
    '10,000 types, a fifth changed on each side: detect and merge, CPU',
    `${ms(merged.cpuMs)}, ${ratio(merged.cpuMs / theirs.cpuMs)} of it`,
    '1.0; 130 ms',
    merged.cpuMs < theirs.cpuMs && merged.cpuMs < 130,
  )
}

/** Histories. */
async function versions() {
  const state = path.join(folder, 'versions.db')
  const history = await run(program('benchmark-versions'), studio('few.db', 1000), state)
  const page = 'of 100,000 versions, the newest 50 of a type with 10,000'
  note(page, ms(history.pageMs), '10 ms', history.pageMs < 10)
  const search = 'of 100,000 versions, those of one author among 100 of a type'
  note(search, ms(history.searchMs), '10 ms', history.searchMs < 10)
  const graph = 'the graph of 10,000 versions of a type'
  note(graph, ms(history.graphMs), '100 ms', history.graphMs < 100)
}

/** Conflicts, decided one by one and many at a time. */
async function decisions() {
  const [alone, together] = [11, 1000]
  const count = alone + together
  for (const asked of [false, true]) {
    const measure = async () => {
      const made = await addon('resolve', { database: conflicting(count), alone, asked })
      if (made.decided !== count) throw new Error(`${made.decided} of ${count} were decided`)
      return made
    }
    const { ones, many } = await measure()
    const [first, ...walls] = ones.map(({ wallMs }) => wallMs)
    walls.sort((a, b) => a - b)
    const one = walls[walls.length >> 1]
    if (!asked) note('one conflict decided', `${ms(one)} (the first ${ms(first)})`, '5 ms', one < 5)
    const how = asked ? 'through a callback' : 'in one call'
    note(
      `1,000 conflicts decided ${how}`,
      `${(many.wallMs / 1000).toFixed(1)} s, ${ms(many.cpuMs)} CPU`,
    )
    await held(`1,000 conflicts decided ${how}`, measure)
  }
  const strategy = 'target_wins'
  const made = await addon('resolve', { database: conflicting(1011), alone: 11, strategy })
  const walls = made.ones.slice(1).map(({ wallMs }) => wallMs)
  walls.sort((a, b) => a - b)
  const one = walls[walls.length >> 1]
  note('one conflict decided for the platform', ms(one), '5 ms', one < 5)
}

/** A studio in a folder of its own, with the files that it will be deployed to. */
function conflicting(count) {
  const at = path.join(folder, 'conflicts')
  rmSync(at, { recursive: true, force: true })
  mkdirSync(at)
  return studio(path.join('conflicts', 'dev.db'), count)
}

/** What concerns the package and small studios. */
async function rest() {
  const bytes = statSync(ADDON).size
  note('size of the addon', mb(bytes), '9 MB', bytes < 9e6)
  const load = await median(5, 'wallMs', () => addon('load'))
  note('loading the addon', ms(load.wallMs), '50 ms', load.wallMs < 50)
  for (const entries of [0, 1000]) {
    const { us } = await addon('update', { entries })
    note(
      `an update with ${entries} log entries`,
      `${us.toFixed(1)} µs`,
      entries ? '' : '10 µs',
      entries ? undefined : us < 10,
    )
  }
  await withFake({}, async (origin) => {
    const world = { database: studio('small.db', 100), origin }
    const { extractMs, transformMs } = await addon('extract', world)
    note('extract 100 types', ms(extractMs), '1 s', extractMs < 1000)
    note('transform 100 types', ms(transformMs), '0.5 s', transformMs < 500)
    const sync = await addon('deploy', world)
    succeeded(sync)
    note('sync 100 types', ms(sync.wallMs), '30 s', sync.wallMs < 30_000)
    const again = await addon('deploy', world)
    note('a sync operation besides the requests', ms(again.wallMs), '100 ms', again.wallMs < 100)
  })
}

function table() {
  const cells = [['figure', 'measured', 'limit', '']]
  for (const { what, value, limit, verdict } of rows)
    cells.push([what, value, limit ?? '', verdict])
  const widths = cells[0].map((_, at) => Math.max(...cells.map((row) => row[at].length)))
  const line = (row) => `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n')
}

for (const needed of [
  ADDON,
  program('benchmark-detect'),
  program('benchmark-merge'),
  program('benchmark-versions'),
  program('benchmark-requests'),
  program('fake-optimizely'),
]) {
  if (!existsSync(needed)) {
    console.error(`${path.relative(ROOT, needed)} is missing; run: npm run benchmark:build`)
    process.exit(1)
  }
}
const parts = {
  rest,
  deployments,
  merging,
  decisions,
  versions,
  detection: async () => {
    for (const size of SIZES) await detection(size)
  },
}
try {
  for (const [name, part] of Object.entries(parts)) if ((values.only ?? name) === name) await part()
  console.log(`\n${table()}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
