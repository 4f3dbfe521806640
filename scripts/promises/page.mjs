// The page of the documentation that lists the promises.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT } from '../run.mjs'
import { CHAPTERS, PROMISES } from './index.mjs'
import { jestTests, linesOf, rustTests } from './tests.mjs'

const PAGE = join(ROOT, 'docs', 'promises.md')

/** Suites that ask one question many times, and where the number of times stands. */
const CASES = [
  ['`tests/simulation.rs`', 'seeds of a simulated world', seeds],
  [
    '`tests/crash.rs`',
    'named points at which a process dies',
    () => linesOf('tests/golden/crash-points.txt', isPoint),
  ],
  [
    '`tests/crash/kill.rs`',
    'of them by `SIGKILL` of a child process',
    () => linesOf('tests/golden/crash-points.txt', isPoint),
  ],
  ['`tests/simulation/bugs.rs`', 'deliberate bugs that the simulation finds', bugs],
  [
    '`tests/success_rate.rs`',
    'operations while one request in twenty goes wrong; at least 99.9 % are done in one run',
    () => numberIn('tests/success_rate.rs', /assert_eq!\(operations, (\d+)\)/),
  ],
  ['`tests/fuzz.rs`', 'inputs through nine doors for what others wrote', inputs],
  [
    '`tests/fault_matrix.rs`',
    'faults on operations, through both versions of the API',
    () =>
      linesOf('tests/golden/fault-matrix-v1.txt') +
      linesOf('tests/golden/fault-matrix-preview3.txt'),
  ],
  [
    '`tests/merge/matrix.rs`',
    'pairs of edits, reviewed by hand',
    () => linesOf('tests/golden/merge-matrix.txt'),
  ],
  [
    '`tests/drift/corpus.rs`',
    'movements with their severity',
    () => linesOf('tests/golden/drift-corpus.jsonl'),
  ],
]

const sourceOf = (path) => readFileSync(join(ROOT, path), 'utf8')
const numberIn = (path, pattern) => Number(pattern.exec(sourceOf(path))[1])

function seeds() {
  return numberIn('tests/simulation.rs', /const SEEDS: u64 = (\d+);/)
}

/** A line with a reason is one of a phase that does not exist. */
function isPoint(line) {
  return !line.includes(':')
}

function bugs() {
  return sourceOf('tests/simulation.rs').match(/^ {4}finds_\w+: \w+ from \d+;$/gm).length
}

function inputs() {
  const doors = sourceOf('tests/fuzz.rs').matchAll(/^ {4}\w+: ([\d_]+) \w+;$/gm)
  return [...doors].reduce((sum, [, cases]) => sum + Number(cases.replaceAll('_', '')), 0)
}

/** The page as it is to be. */
export function page() {
  const rust = rustTests()
  const jest = jestTests()
  const count = (suite) =>
    suite.endsWith('.spec')
      ? (jest.get(suite.slice(0, -'.spec'.length))?.length ?? 0)
      : rust.filter((name) => name.startsWith(`${suite}::`)).length
  const cell = (text) => text.replaceAll('|', '\\|')
  const row = ({ name, promise, suites, bug, tests }) => {
    const counted = suites.map((suite) => `\`${suite}\` ${count(suite)}`).join(', ')
    const failing = tests.map((test) => `\`${test}\``).join(', ')
    return `| ${cell(promise)} | ${counted} | \`${name}\`: ${cell(bug)} | ${cell(failing)} |`
  }
  const tables = CHAPTERS.map(
    ([title, promises]) => `## ${title}

| promise | suites, and how many tests each has | the break | tests that then fail |
| --- | --- | --- | --- |
${promises.map(row).join('\n')}
`,
  )
  const cases = CASES.map(
    ([suite, what, number]) => `| ${suite} | ${what} | ${number().toLocaleString('en')} |`,
  )
  return `# What is promised and how it is tested

${PROMISES.length} promises. Beside each stand the suites that test it, a small mistake in the product that breaks it, and tests that then fail.
\`npm run promises\` makes these mistakes one by one and prints what became of each; \`npm run promises -- <name> …\` makes some. It
fails when a mistake is not caught, or cannot be made any more.

A copy of the project is compiled once, with every mistake beside what it breaks and a variable of the environment to choose by. All
tests that are named pass there before the first mistake is made. Nothing of this is in the product.

Suites are modules of \`tests/\`, and specs of \`__test__/\`; a name of the form \`cancel.spec: …\` is a test of Jest. This page is written by
\`npm run promises -- --page\`, and \`npm test\` fails when a test, a promise or a mistake that it names is not there.

${tables.join('\n')}
## Suites that ask many times

| suite | what | how many |
| --- | --- | ---: |
${cases.join('\n')}

\`npm test\` prints these numbers as the suites counted them, and how long it took. Beside these, \`tests/layers.rs\` fails on a
dependency that the layers do not allow, \`__test__/two-processes.spec.ts\` has a Prisma client and two engines at work on one database,
and \`npm run soak\` goes on for as long as it is told to; [simulation.md](simulation.md) says more about all of them.

## What is promised and not broken here

Figures are measured in \`benchmark/\` and not tested: how long the event loop is held, CPU, memory, size of the addon. The README says which limits are met.
`
}

/** Writes the page. */
export function writePage() {
  writeFileSync(PAGE, page())
}

/**
 * What is wrong with the page, if anything. How many tests a suite has is not compared: a new test makes a
 * page old, not wrong.
 */
export function wrongWithPage() {
  const plain = (text) => text.replaceAll('\r', '').replaceAll(/(`[\w.]+`) \d+/g, '$1 #')
  const written = readFileSync(PAGE, 'utf8')
  if (plain(written) === plain(page())) return []
  return ['docs/promises.md is out of date: npm run promises -- --page']
}

/** Names in the catalogue that name nothing. */
export function wrongNames() {
  const rust = new Set(rustTests())
  const jest = jestTests()
  const isSuite = (suite) =>
    suite.endsWith('.spec')
      ? jest.has(suite.slice(0, -'.spec'.length))
      : [...rust].some((name) => name.startsWith(`${suite}::`))
  const isTest = (test) => {
    const [, spec, name] = /^(.+)\.spec: (.+)$/.exec(test) ?? []
    return spec === undefined ? rust.has(test) : (jest.get(spec)?.includes(name) ?? false)
  }
  const seen = new Set()
  return PROMISES.flatMap(({ name, suites, tests, changes }) => {
    const wrong = [
      ...suites.filter((suite) => !isSuite(suite)).map((suite) => `no suite ${suite}`),
      ...tests.filter((test) => !isTest(test)).map((test) => `no test ${test}`),
    ]
    if (seen.has(name)) wrong.push("its name is another one's")
    if (tests.length === 0 || changes.length === 0) wrong.push('nothing breaks it')
    seen.add(name)
    return wrong.map((what) => `${name}: ${what}`)
  })
}
