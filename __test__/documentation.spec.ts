// Every code block of the documentation does what it says; documentation-shell.spec.ts types its commands.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import ts from 'typescript'

import { Folder } from './support/bench'
import { describeClient } from './support/client'
import { isBlock, moduleOf, type Block, type Step } from './support/pages/blocks'
import { at, BLOCKS, PAGES, STEPS } from './support/pages/pages'
import { PROGRAM } from './support/platform'
import { node, ROOT } from './support/script'
import { hasFake } from './support/worlds'

const RUNS = ['js', 'ts']

/** What pages take for granted before their first line. */
const BEGINNINGS: Record<string, string> = { 'docs/report.md': 'agreed' }

test('every block is of a language that is looked at', () => {
  const known = ['js', 'json', 'sh', 'text', 'ts', 'yaml']
  const others = BLOCKS.filter(({ language }) => !known.includes(language))
  // The layers are drawn.
  expect(others.map(({ page, language }) => [page, language])).toEqual([
    ['docs/architecture.md', ''],
  ])
  // What is shown is what something printed.
  expect(BLOCKS.filter(({ language, prints }) => language === 'text' && !prints)).toEqual([])
})

test('what is not run says why, and is known', () => {
  const reasons = BLOCKS.flatMap(({ page, norun }) => (norun ? [`${page}: ${norun}`] : []))
  expect(reasons).toEqual([])
})

// Prisma, of which a page shows the use, does not load in every Node.js.
describeClient('examples run', () => {
  const pages = PAGES.filter(
    (page) => stepsThatRun(page).some(isBlock) && (page !== 'docs/testing.md' || hasFake()),
  )

  test.each(pages)('%s', async (page) => {
    const folder = folderOf(page)
    try {
      const words = [join(ROOT, '__test__/support/pages/run.mjs'), folder.path, PROGRAM]
      const env = {
        // A key that is none, for what is encrypted with it.
        CATALYST_SYNC_KEY: Buffer.alloc(32, 7).toString('base64'),
        NODE_NO_WARNINGS: '1',
      }
      const { code, stderr } = await node(words, env)
      expect({ page, code, stderr }).toEqual({ page, code: 0, stderr: '' })
      const printed = JSON.parse(readFileSync(folder.file('printed.json'), 'utf8'))
      const shown = shownBy(page)
      const really = shown.map(([block]) => [at(block), printed[block.line]])
      expect(really).toEqual(shown.map(([block, { text }]) => [at(block), text]))
    } finally {
      folder.remove()
    }
  })
})

test('TypeScript is strict', () => {
  const folder = new Folder()
  try {
    link(folder)
    writeFileSync(folder.file('package.json'), '{ "type": "module" }')
    const names = BLOCKS.filter(({ language }) => language === 'ts').map((block, index) => {
      const name = folder.file(`block-${index}.ts`)
      writeFileSync(name, `// ${at(block)}\n${block.text}\nexport {}\n`)
      return name
    })
    const program = ts.createProgram(names, {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    })
    const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const [where = ''] = file?.text.split('\n') ?? []
      return `${where} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
    expect(problems).toEqual([])
    expect(names.length).toBeGreaterThan(0)
  } finally {
    folder.remove()
  }
})

test('JSON is JSON', () => {
  const broken = BLOCKS.filter(({ language, text }) => language === 'json' && !isJson(text))
  expect(broken.map(at)).toEqual([])
})

test('YAML is YAML', () => {
  const broken = BLOCKS.filter(({ language, text }) => language === 'yaml' && !isYaml(text))
  expect(broken.map(at)).toEqual([])
})

/** Scenes, and blocks that are run, of a page. */
function stepsThatRun(page: string): Step[] {
  return STEPS.filter(
    (step) =>
      step.page === page &&
      (!isBlock(step) || (RUNS.includes(step.language) && step.norun === undefined)),
  )
}

/** Blocks, each with the one that shows what it prints. */
function shownBy(page: string): [Block, Block][] {
  const blocks = BLOCKS.filter((block) => block.page === page)
  return blocks.flatMap((block, index) => {
    const before = blocks[index - 1]
    return block.prints && before && RUNS.includes(before.language)
      ? ([[before, block]] as [Block, Block][])
      : []
  })
}

/** A folder with the modules of a page and the package. */
function folderOf(page: string): Folder {
  const folder = new Folder()
  link(folder)
  const before = BEGINNINGS[page]
  const first = before === undefined ? [] : [{ line: 0, scene: before }]
  const steps = stepsThatRun(page).map((step) => {
    if (!isBlock(step)) return step
    const { name, text } = moduleOf(step)
    const module = `line-${step.line}.${name}`
    writeFileSync(folder.file(module), text)
    return { line: step.line, module }
  })
  writeFileSync(folder.file('steps.json'), JSON.stringify([...first, ...steps]))
  return folder
}

/** As an installation would: the package under its name. */
function link(folder: Folder): void {
  mkdirSync(folder.file('node_modules'))
  symlinkSync(ROOT, folder.file('node_modules/catalyst-sync'), 'junction')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function isYaml(text: string): boolean {
  const { parseDocument } = require('yaml') as {
    parseDocument: (text: string) => { errors: unknown[] }
  }
  return parseDocument(text).errors.length === 0
}
