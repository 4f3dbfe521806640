import { deepStrictEqual } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expectOk } from '../pack.mjs'

/** Runs four test files in two processes; each resets its modules before every test. */
export async function jest(folder, { environment }) {
  writeFileSync(join(folder, 'package.json'), '{ "jest": { "testEnvironment": "node" } }')
  const report = join(folder, 'report.json')
  const runner = join(folder, '../node_modules/jest/bin/jest.js')
  const words = ['--ci', '--maxWorkers=2', '--detectOpenHandles=false', '--json']
  await expectOk(process.execPath, [runner, ...words, '--outputFile', report], folder, environment)
  const { numPassedTestSuites, numPassedTests } = JSON.parse(readFileSync(report, 'utf8'))
  deepStrictEqual(
    { numPassedTestSuites, numPassedTests },
    { numPassedTestSuites: 4, numPassedTests: 12 },
  )
}
