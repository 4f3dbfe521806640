// npm run promises [-- <name> …]: breaks the promises of docs/promises.md one by one, and shows that
// a test fails each time.
//
// `--page` writes the page, and `--check` only looks whether what it names is there.

import { PROMISES } from './promises/index.mjs'
import { makeCopy, rewritten } from './promises/copy.mjs'
import { writePage, wrongNames, wrongWithPage } from './promises/page.mjs'
import { build, runTests } from './promises/trial.mjs'
import { installPackages } from './packages.mjs'
import { requireTools } from './requirements.mjs'
import { duration } from './run.mjs'

/** Says what is wrong, and ends. */
function end(wrong) {
  for (const sentence of wrong) console.error(sentence)
  process.exit(wrong.length === 0 ? 0 : 1)
}

/** What is wrong with the catalogue, without compiling anything. */
function check() {
  const wrong = [...wrongNames(), ...wrongWithPage()]
  try {
    rewritten(PROMISES)
  } catch (error) {
    wrong.push(error.message)
  }
  return wrong
}

const asked = process.argv.slice(2)
if (asked.includes('--page')) {
  writePage()
  end(check())
}
if (asked.includes('--check')) end(check())
const unknown = asked.filter((name) => !PROMISES.some((promise) => promise.name === name))
if (unknown.length > 0) end(unknown.map((name) => `there is no promise ${name}`))

await requireTools()
const packages = await installPackages()
if (!packages.ok) end([packages.output])
const promises = PROMISES.filter(({ name }) => asked.length === 0 || asked.includes(name))
const began = performance.now()
const passed = () => duration((performance.now() - began) / 1000)

// Every break is in the copy, whichever are asked for, so that it is compiled once.
await makeCopy(PROMISES)
process.stdout.write('compiling the copy ...')
const programs = await build(promises)
console.log(` ok (${passed()})`)

const named = [...new Set(promises.flatMap(({ tests }) => tests))]
process.stdout.write(`${named.length} tests with nothing broken ...`)
const sound = await runTests(programs, named)
const unsound = named.filter((test) => sound.get(test) !== 'passed')
console.log(unsound.length === 0 ? ` ok (${passed()})\n` : ' FAILED')
if (unsound.length > 0) end(unsound.map((test) => `${test}: ${sound.get(test)}`))

const missed = []
for (const { name, promise, bug, tests } of promises) {
  const states = await runTests(programs, tests, name)
  const not = tests.filter((test) => states.get(test) !== 'failed')
  if (not.length > 0) missed.push(name)
  console.log(
    `${not.length === 0 ? 'caught    ' : 'NOT CAUGHT'} ${name}\n    ${promise}\n    broken: ${bug}`,
  )
  for (const test of tests) console.log(`    ${test}: ${states.get(test)}`)
}
console.log(
  `\n${promises.length - missed.length} of ${promises.length} breaks caught (${passed()})`,
)
end(missed.map((name) => `${name} was not caught`))
