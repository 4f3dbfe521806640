// What docs/cli.md lists is all there is, and the files of docs/configuration.md are read as they stand there.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import ts from 'typescript'

import { Bench } from './support/bench'
import { Shell } from './support/cli'
import { node, ROOT } from './support/script'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open({ types: 2 })
})
afterAll(() => bench.close())

const guide = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8')

interface Schema {
  properties?: Record<string, Schema>
  anyOf?: Schema[]
}

/** The keys that a schema allows, those within others by their path. */
function pathsOfSchema({ properties = {}, anyOf = [] }: Schema, above = ''): string[] {
  const own = Object.entries(properties).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsOfSchema(inner, `${above}${key}/`),
  ])
  return [...own, ...anyOf.flatMap((one) => pathsOfSchema(one, above))]
}

/** The members that a type has, likewise. */
function pathsOfType(checker: ts.TypeChecker, type: ts.Type, above = ''): string[] {
  const parts = type.isUnion() ? type.types : [type]
  const objects = parts.filter(
    (part) =>
      part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection) && !checker.isArrayType(part),
  )
  return objects.flatMap((part) =>
    checker
      .getPropertiesOfType(part)
      .flatMap((member) => [
        `${above}${member.name}`,
        ...pathsOfType(checker, checker.getTypeOfSymbol(member), `${above}${member.name}/`),
      ]),
  )
}

describe('docs/cli.md', () => {
  test('it names every kind of document', () => {
    const folder = join(ROOT, 'cli', 'commands')
    const sources = [
      ...readdirSync(folder).map((name) => join(folder, name)),
      join(ROOT, 'cli/deploy.mjs'),
    ]
    const kinds = sources.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/out\.result\(\s*'(\w+)'/g)].map(([, kind]) => kind),
    )
    expect(new Set(kinds).size).toBeGreaterThan(15)
    for (const kind of kinds) expect(guide('cli.md')).toContain(`\`${kind}\``)
  })

  test('every flag that it and the page of the configuration name is one', async () => {
    const code = `
      const { programOf } = await import('./cli/program.mjs')
      const flags = ({ options, commands }) =>
        Object.fromEntries([['', options.map(({ long }) => long)], ...commands.map((one) => [one.name(), Object.values(flags(one)).flat()])])
      console.log(JSON.stringify(flags(programOf())))`
    const { stdout } = await node(['--input-type=module', '-e', code])
    const { '': shared = [], ...own } = JSON.parse(stdout) as Record<string, string[]>
    const every = Object.values(own).flat()
    const spans = ['cli.md', 'configuration.md'].flatMap((name) =>
      [...guide(name).matchAll(/`(?!npx? )([^`\n]*--[a-z][^`\n]*)`/g)].map(([, text = '']) => text),
    )
    expect(spans.length).toBeGreaterThan(25)
    const wrong = spans.flatMap((text) => {
      const [, command = ''] = /^(?:catalyst-sync )?([a-z]+) /.exec(text) ?? []
      const known = ['--help', ...shared, ...(own[command] ?? every)]
      const flags = [...text.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag)
      return flags.filter((flag) => !known.includes(flag)).map((flag) => `${text}: ${flag}`)
    })
    expect(wrong).toEqual([])
  })

  test('it has every command, and every exit code', () => {
    const text = guide('cli.md')
    const index = readFileSync(join(ROOT, 'cli', 'commands', 'index.mjs'), 'utf8')
    const commands = [...index.matchAll(/^import (\w+) from/gm)].map(([, name]) => name)
    expect(commands).toHaveLength(19)
    for (const name of commands) expect(text).toMatch(new RegExp(`^\\| .*\`${name}[ \`]`, 'm'))
    const source = readFileSync(join(ROOT, 'cli', 'exit.mjs'), 'utf8')
    const table = /Object\.freeze\(\{(.*?)\}\)/s.exec(source)?.[1] ?? ''
    const codes = [...table.matchAll(/: (\d+),/g)].map(([, code]) => code)
    expect(codes).toEqual(['0', '1', '2', '3', '4', '5', '6', '130'])
    for (const code of codes) expect(text).toContain(`\n| ${code} | `)
  })
})

describe('docs/configuration.md', () => {
  const blocks = [
    ...guide('configuration.md').matchAll(
      /```\w+\n(?:\/\/|#) (catalyst-sync\.config\.\w+)\n(.*?)```/gs,
    ),
  ].map(([, name = '', text = '']) => ({ name, text }))

  test('there are examples', () => expect(blocks).toHaveLength(4))

  test.each(blocks)('$name is a configuration', async ({ name, text }) => {
    const installed = bench.folder.file('node_modules/catalyst-sync')
    mkdirSync(installed, { recursive: true })
    for (const file of ['config.js', 'config.mjs', 'package.json']) {
      copyFileSync(join(ROOT, file), join(installed, file))
    }
    writeFileSync(bench.folder.file(name), text)
    const ended = await Shell.at(bench).run(['doctor', '--json'])
    rmSync(bench.folder.file(name))
    expect(JSON.parse(ended.stdout)).toMatchObject({
      kind: 'doctor',
      settings: expect.arrayContaining([
        expect.objectContaining({ name: 'configuration', value: expect.stringContaining(name) }),
      ]),
    })
  })

  const schema = JSON.parse(readFileSync(join(ROOT, 'catalyst-sync.schema.json'), 'utf8'))
  const keys = Object.keys(schema.properties).filter((key) => key !== '$schema')

  test('every key of the schema is told', () => {
    for (const key of keys) expect(guide('configuration.md')).toMatch(new RegExp(`\\b${key}\\b`))
  })

  test('config.d.ts has the keys of the schema, no more and no less', () => {
    const program = ts.createProgram([join(ROOT, 'config.d.ts')], {
      target: ts.ScriptTarget.ES2022,
    })
    const checker = program.getTypeChecker()
    const file = program.getSourceFile(join(ROOT, 'config.d.ts'))
    const module = file && checker.getSymbolAtLocation(file)
    const config =
      module && checker.getExportsOfModule(module).find(({ name }) => name === 'Config')
    if (!config) throw new Error('config.d.ts has no Config')
    const told = pathsOfType(checker, checker.getDeclaredTypeOfSymbol(config))
    const { $schema: _, ...properties } = schema.properties
    const known = pathsOfSchema({ properties })
    expect(known).toContain('sync/platforms/optimizely/options/mapping')
    expect(told.sort()).toEqual(known.sort())
  })
})
