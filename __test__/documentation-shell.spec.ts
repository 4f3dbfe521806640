// Every command of the documentation: typed into a project as it stands there, or run by a named check.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseDocument } from 'yaml'

import { describeClient } from './support/client'
import { at, BLOCKS, PAGES, textOfPage } from './support/pages/pages'
import { Project } from './support/pages/project'
import { TYPED } from './support/pages/typed'
import { ROOT } from './support/script'

/** Commands about this project itself, and the line of a check that runs each. */
const RUN_BY: Record<string, [file: string, line: string]> = {
  'npm test': ['.ci/run', "check 'tests' npm test"],
  'npm run demo': ['.ci/run', "check 'demo' npm run demo"],
  'npm run example': ['examples/nextjs/tests/start.spec.ts', "test('one command starts all of it'"],
  'npm run test:browser': ['.ci/run', "check 'browser' npm run test:browser"],
  'npm run coverage': ['.ci/run', "check 'coverage' timeout 2400 npm run coverage"],
  'npm run types': ['.ci/run', "check 'types' npm run types"],
  'npm run format:check': ['.ci/run', "check 'format of everything else' npm run format:check"],
  'npm run consumers': ['.github/workflows/laws.yml', '- run: npm run consumers'],
  'npm run promises': ['.github/workflows/laws.yml', '- run: npm run promises'],
  'npm run simulate': ['.github/workflows/laws.yml', '- run: npm run simulate -- 10000'],
  'npm run fuzz': ['.github/workflows/laws.yml', '- run: npm run fuzz -- all 60'],
  'npm run soak': ['.github/workflows/laws.yml', '- run: npm run soak -- 10'],
  'npm run build': ['.github/workflows/release.yml', '- run: npm run build -- --target'],
  'npm run tarballs': ['.ci/run', "check 'package' node scripts/check-package.mjs"],
  'npm run benchmark': ['.github/workflows/benchmark.yml', '- run: npm run benchmark'],
  'npm run benchmark:build': ['.github/workflows/benchmark.yml', '- run: npm run benchmark:build'],
  'cargo bench': ['.github/workflows/benchmark.yml', '- run: cargo bench --no-default-features'],
  // A part of the tests that `npm test` runs, all with these features.
  'cargo test': ['scripts/test.mjs', ": ['test', '--lib', '--tests', '--no-fail-fast', ...CORE]"],
  'npm install catalyst-sync': ['__test__/consumers.spec.ts', "test('is installed and deploys'"],
}

/** What nothing here can run. */
const NOT_RUN: Record<string, string> = {
  'gh pr comment "$PR" --body-file comment.md --edit-last --create-if-none':
    'writes to a pull request on GitHub; the page runs what makes comment.md',
}

/** Lines of a block of commands, without what is said about them. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter((line) => line !== '')

/** The command of this project that a line is, without its arguments. */
const ownOf = (line: string) =>
  /^(npm run [\w:-]+|npm test|npm install catalyst-sync|cargo \w+)/.exec(line)?.[1]

const SHELLS = BLOCKS.flatMap((block, index) => {
  if (block.language !== 'sh') return []
  const { prints, text } = BLOCKS[index + 1] ?? {}
  const lines = linesOf(block.text)
  return [{ page: block.page, at: at(block), lines, prints: prints ? text : undefined }]
})

/** Those that are not about this project. */
const TYPED_ON_PAGES = SHELLS.filter(({ lines }) => !lines.every(ownOf))

/** What another run has otherwise: the address of the platform, and the ids of conflicts. */
const steady = (text: string) =>
  text
    .replace(/127\.0\.0\.1:\d+/g, 'api.cms.optimizely.com')
    .replace(/conflict_[0-9a-f]+_[0-9a-f]+/g, 'conflict_…')

describe('every command is known', () => {
  test('as one that is typed', () => {
    const really = TYPED_ON_PAGES.map(({ page, lines }) => [page, ...lines])
    expect(really).toEqual(TYPED.map(({ page, lines }) => [page, ...lines.map(({ line }) => line)]))
  })

  test('or as one of this project, in blocks and in the text', () => {
    const typed = SHELLS.flatMap(({ lines }) => lines).flatMap((line) => ownOf(line) ?? [])
    const told = PAGES.flatMap((page) =>
      [...textOfPage(page).matchAll(/npm run [\w:-]+|npm test\b/g)].map(([command]) => command),
    )
    expect([...new Set([...typed, ...told])].sort()).toEqual(Object.keys(RUN_BY).sort())
  })

  test('or as one that cannot be run', () => {
    const steps = BLOCKS.filter(({ language }) => language === 'yaml').flatMap(({ text }) => {
      const value: unknown = parseDocument(text).toJS()
      return Array.isArray(value) ? (value as { run?: string }[]) : []
    })
    const known = ({ run = '' }) => RAN_AS_MODULES.some((module) => run === `node ${module}`)
    expect(steps.filter((step) => !known(step)).map(({ run }) => run)).toEqual(Object.keys(NOT_RUN))
  })
})

/** Modules that stand on a page with their name, which documentation.spec.ts runs. */
const RAN_AS_MODULES = BLOCKS.flatMap(({ text }) => /^\/\/ ([\w-]+\.mjs)\b/.exec(text)?.[1] ?? [])

describe('commands of this project', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }

  const runs = Object.entries(RUN_BY).map(([command, where]) => [command, ...where] as const)
  test.each(runs)('%s is run by %s', (command, file, line) => {
    const [, name] = /^npm (?:run )?(?!install)([\w:-]+)$/.exec(command) ?? []
    if (name !== undefined) expect(scripts).toHaveProperty([name])
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
    // The command ends there: `benchmark` is not `benchmark:build`.
    const begins = (one: string) => one.startsWith(line) && !/^[\w:-]/.test(one.slice(line.length))
    expect({ file, isRun: lines.some((one) => begins(one.trim())) }).toEqual({ file, isRun: true })
  })

  const filters = SHELLS.flatMap(({ at, lines }) =>
    lines.flatMap((line) => {
      const [, name] = /^cargo test --no-default-features (\w+)$/.exec(line) ?? []
      return name === undefined ? [] : [[at, name] as const]
    }),
  )
  test.each(filters)('%s: tests are named %s', (_, name) => {
    expect(existsSync(join(ROOT, 'tests', `${name}.rs`))).toBe(true)
  })
})

// Its terminals are those of Linux, and Prisma does not load in every Node.js.
const describeTyped = process.platform === 'linux' ? describeClient : describe.skip

describeTyped('what is typed does what the page says', () => {
  test.each(TYPED.map((block, index) => [block.page, block.lines[0]?.line, index, block] as const))(
    '%s: %s',
    async (_page, _line, index, { lines, isSet }) => {
      const printed: string[] = []
      const project = await Project.open({ isSet })
      try {
        for (const { line, exits, first, shows = '', before, answers, then, after } of lines) {
          await before?.(project)
          const text = then === undefined ? line : `${line}\n${then}`
          const typed = await project.type(text, answers)
          expect({ line, ...typed }).toEqual({
            line,
            code: exits,
            first: typeof first === 'string' ? first : expect.stringMatching(first),
            output: expect.stringContaining(shows),
          })
          after?.(project)
          printed.push(typed.output)
        }
        const { prints } = TYPED_ON_PAGES[index] ?? {}
        if (prints !== undefined) expect(steady(printed.join(''))).toBe(steady(prints))
        expect(await project.bench.platform.violations()).toEqual([])
      } finally {
        await project.close()
      }
    },
  )
})
