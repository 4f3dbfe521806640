// Runs the named tests in the copy, with a break on or with none.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildForDevelopment } from '../build.mjs'
import { ROOT, run } from '../run.mjs'
import { COPY, VARIABLE } from './copy.mjs'

/** A test that takes longer hangs. */
const LONGEST = 300_000

const TARGET = { CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target') }
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')
const IN_JEST = /^(.+)\.spec: (.+)$/

/** Compiles what the tests of some promises need; resolves to what runs them. */
export async function build(promises) {
  const tests = promises.flatMap((promise) => promise.tests)
  const programs = {}
  if (tests.some((test) => !IN_JEST.test(test))) programs.rust = await buildTests()
  if (tests.some((test) => IN_JEST.test(test))) {
    const built = await buildForDevelopment({ root: COPY, env: TARGET })
    if (!built.ok) throw new Error('the addon of the copy does not compile')
    programs.fake = built.fake
  }
  return programs
}

async function buildTests() {
  const words = ['test', '--no-run', '--no-default-features', '--test', 'main']
  words.push('--message-format', 'json-render-diagnostics')
  const built = await run('cargo', words, { cwd: COPY, env: TARGET })
  if (!built.ok) {
    process.stderr.write(built.stderr)
    throw new Error('the copy does not compile')
  }
  const lines = built.stdout.split('\n').filter((line) => line.includes('"compiler-artifact"'))
  const artifacts = lines.map((line) => JSON.parse(line))
  return artifacts.find(({ target, executable }) => target.name === 'main' && executable).executable
}

/**
 * Runs tests with a break on, or with none; resolves to the state of each: `passed`, `failed`, or
 * what else became of it.
 */
export async function runTests(programs, tests, name = '') {
  const rust = tests.filter((test) => !IN_JEST.test(test))
  const states = rust.length > 0 ? await runRust(programs.rust, rust, name) : new Map()
  for (const test of tests.filter((one) => IN_JEST.test(one))) {
    states.set(test, await runJest(programs.fake, test, name))
  }
  return states
}

async function runRust(program, tests, name) {
  const env = { PROPTEST_RNG_SEED: '1', [VARIABLE]: name }
  const { output, ended } = await bounded(program, ['--exact', ...tests], env)
  const told = new Map(
    [...output.matchAll(/^test (\S+) \.\.\. (ok|FAILED)$/gm)].map(([, test, how]) => [test, how]),
  )
  const state = (test) => {
    if (told.get(test) === 'ok') return 'passed'
    if (told.get(test) === undefined) return ended ? 'not run' : 'does not end'
    // A test fails where it says what it expected, and not where the product falls over.
    const panic = new RegExp(`^thread '${test}'.* panicked at (\\S+):\\d+:\\d+:`, 'm').exec(output)
    return panic?.[1].startsWith('src') ? `falls over in ${panic[1]}` : 'failed'
  }
  return new Map(tests.map((test) => [test, state(test)]))
}

async function runJest(fake, test, name) {
  const [, spec, title] = IN_JEST.exec(test)
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
  const report = join(folder, 'jest.json')
  const pattern = `^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`
  const words = [JEST, '--ci', '--json', '--outputFile', report, '--testNamePattern', pattern]
  words.push(join('__test__', `${spec}.spec.ts`))
  try {
    const { ended } = await bounded(process.execPath, words, {
      FAKE_OPTIMIZELY: fake,
      [VARIABLE]: name,
    })
    if (!ended) return 'does not end'
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    if (numPassedTests + numFailedTests !== 1) return 'not run'
    return numFailedTests === 1 ? 'failed' : 'passed'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a program in the copy, for so long at most. */
function bounded(program, words, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: COPY,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text))
    }
    let ended = true
    const timer = setTimeout(() => {
      ended = false
      child.kill('SIGKILL')
    }, LONGEST)
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(timer)
      resolve({ output, ended })
    })
  })
}
