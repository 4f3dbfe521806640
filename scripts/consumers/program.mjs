// Consumers that are programs: each deploys everything, looks again, and prints what it saw.

import { deepStrictEqual } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expectOk } from '../pack.mjs'
import { ROOT } from '../run.mjs'
import { TYPES } from './bench.mjs'

const EXPECTED = { created: TYPES, first: 'running', status: 'completed', left: 0 }

/** Runs a file of the consumer. */
export function program(file) {
  return async (folder, { environment }) => {
    const printed = await expectOk(process.execPath, [file], folder, environment)
    deepStrictEqual(JSON.parse(printed), EXPECTED)
  }
}

/** Compiles the consumer as strictly as can be, with this project's compiler, and runs it. */
export function compiled(module, moduleResolution) {
  return async (folder, bench) => {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'esnext.disposable'] },
      ...{ outDir: 'out', types: ['node'], typeRoots: [join(ROOT, 'node_modules', '@types')] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ skipLibCheck: false, verbatimModuleSyntax: true },
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const config = JSON.stringify({ compilerOptions, files: ['main.ts'] })
    writeFileSync(join(folder, 'tsconfig.json'), config)
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    await expectOk(process.execPath, [compiler], folder)
    await program(join('out', 'main.js'))(folder, bench)
  }
}
