// What docs/cli.md and docs/configuration.md show, run as it stands there.

import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'

import ts from 'typescript'

import { Bench } from './support/bench'
import { neededVariables, Shell, watched } from './support/cli'
import { environment, ROOT } from './support/script'

jest.setTimeout(30_000)

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open({ types: 2 })
})
afterAll(() => bench.close())

const guide = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8')

const describeShell = process.platform === 'win32' ? describe.skip : describe

describeShell('docs/cli.md', () => {
  test('the pipeline goes through', async () => {
    const [, commands = ''] = /<!-- run:.*?-->\s+```sh\n(.*?)```/s.exec(guide('cli.md')) ?? []
    expect(commands).toContain('--plan-digest')
    const bin = bench.folder.file('bin')
    mkdirSync(bin)
    const main = join(ROOT, 'cli', 'main.mjs')
    writeFileSync(
      join(bin, 'catalyst-sync'),
      `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`,
    )
    chmodSync(join(bin, 'catalyst-sync'), 0o755)
    const PATH = [bin, process.env.PATH].join(delimiter)
    const child = spawn('sh', ['-e', '-c', commands], {
      cwd: bench.folder.path,
      env: { ...neededVariables(), ...environment(bench), PATH },
    })
    const { code, stdout } = await watched(child).ended
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /Deployed: 2 succeeded;.*\n.*\n?.*\n?.*Nothing to do\. 2 unchanged\.\n$/s,
    )
    expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2'])
  })

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

  test('there are examples', () => expect(blocks).toHaveLength(3))

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
    const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(config))
    expect(members.map(({ name }) => name).sort()).toEqual(keys.sort())
  })
})
