import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import ts from 'typescript'

import sync = require('..')

const root = join(__dirname, '..')
const names = Object.keys(sync).sort()

/** What a declaration file exports as values, and the methods of its class. */
function declared() {
  const program = ts.createProgram([join(root, 'index.d.ts')], { target: ts.ScriptTarget.ES2022 })
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(join(root, 'index.d.ts'))
  const module = file && checker.getSymbolAtLocation(file)
  if (!module) throw new Error('index.d.ts is no module')
  const values = checker
    .getExportsOfModule(module)
    .filter((symbol) => symbol.flags & ts.SymbolFlags.Value)
  const engine = values.find((symbol) => symbol.name === 'SyncEngine')
  if (!engine) throw new Error('index.d.ts has no SyncEngine')
  const methods = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(engine))
  return {
    values: values.map((symbol) => symbol.name).sort(),
    methods: methods.map((symbol) => symbol.name).filter((name) => !name.startsWith('__@')),
  }
}

test('index.d.ts declares what index.js exports, no more and no less', () => {
  expect(declared().values).toEqual(names)
})

test('index.d.ts declares the methods of the class, no more and no less', () => {
  const own = Object.getOwnPropertyNames(sync.SyncEngine.prototype)
  expect(declared().methods.sort()).toEqual(own.filter((name) => name !== 'constructor').sort())
})

test('every function is a method too', () => {
  const functions = names.filter((name) => !['SyncEngine', 'configure'].includes(name))
  for (const name of functions) expect(sync.SyncEngine.prototype).toHaveProperty(name)
  for (const name of functions.filter((name) => name !== 'credentials')) {
    expect(sync[name as 'health'].name).toBe(name)
  }
})

test('ESM exports the same names', () => {
  const script = `console.log(JSON.stringify(Object.keys(await import('./index.mjs')).sort()))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
  })
  expect(JSON.parse(output.toString())).toEqual(names)
})
