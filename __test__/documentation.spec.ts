// Every code block of the README and of docs/ does what it says, or says why it is not run.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import ts from 'typescript'

import { Folder } from './support/bench'
import { describeClient } from './support/client'
import { isBlock, moduleOf, stepsOf, type Block, type Step } from './support/pages/blocks'
import { PROGRAM } from './support/platform'
import { node, ROOT } from './support/script'

jest.setTimeout(60_000)

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
]

const STEPS = PAGES.flatMap((page) => stepsOf(page, readFileSync(join(ROOT, page), 'utf8')))
const BLOCKS = STEPS.filter(isBlock)
const RUNS = ['js', 'ts']

/** What pages take for granted before their first line. */
const BEGINNINGS: Record<string, string> = { 'docs/report.md': 'agreed' }

/** Where a block is, for people. */
const at = ({ page, line }: Block) => `${page}:${line}`

test('every block is of a language that is looked at', () => {
  // Without a language: drawings.
  const known = ['', 'js', 'json', 'sh', 'sql', 'text', 'ts', 'yaml']
  expect(BLOCKS.filter(({ language }) => !known.includes(language)).map(at)).toEqual([])
})

test('what is not run says why, and is known', () => {
  const reasons = BLOCKS.flatMap(({ page, norun }) => (norun ? [`${page}: ${norun}`] : []))
  expect(reasons).toEqual([])
})

// Prisma, of which a page shows the use, does not load in every Node.js.
describeClient('examples run', () => {
  const pages = PAGES.filter((page) => stepsThatRun(page).some(isBlock))

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

describe('commands', () => {
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8')
  const { scripts, devDependencies } = JSON.parse(manifest) as Record<
    'scripts' | 'devDependencies',
    Record<string, string>
  >
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const tested = (name: string) => join(ROOT, 'tests', `${name}.rs`)
  const ofShell = (name: string) => join(ROOT, 'cli', 'commands', `${name}.mjs`)
  /** Beginnings of commands, and whether one that begins so can be carried out. */
  const known: [RegExp, (name: string) => boolean][] = [
    [/^npm run ([\w:-]+)/, (name) => name in scripts],
    [/^npm (test)$/, (name) => name in scripts],
    [/^(?:npx )?catalyst-sync ([\w-]+)/, (name) => existsSync(ofShell(name))],
    [/^npx (prisma) /, (name) => name in devDependencies],
    [/^cargo test --no-default-features (\w+)$/, (name) => existsSync(tested(name))],
    [/^([A-Z_]+)=\S/, (name) => readme.includes(`\`${name}\``)],
  ]
  const lines = BLOCKS.filter(({ language }) => language === 'sh').flatMap((block) =>
    block.text.split('\n').map((text) => [at(block), text.replace(/\s+#.*$/, '').trim()] as const),
  )

  test.each(lines.filter(([, text]) => text !== '' && !text.startsWith('#')))(
    '%s %s',
    (_, text) => {
      for (const command of text.split(/ && | \| /)) {
        const [, can] = known.find(([beginning]) => beginning.test(command)) ?? []
        const [, name = ''] = known.map(([one]) => one.exec(command)).find((one) => one) ?? []
        expect({ command, exists: can?.(name) ?? false }).toEqual({ command, exists: true })
      }
    },
  )
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
    return block.prints && before ? ([[before, block]] as [Block, Block][]) : []
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
