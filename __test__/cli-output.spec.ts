// How the command line speaks: to a person, to a pipe, to a program.

import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Bench } from './support/bench'
import { neededVariables, Shell, watched } from './support/cli'
import { environment, node, ROOT } from './support/script'
import { edit } from './support/studio'

let bench: Bench
let shell: Shell
beforeEach(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
  shell = Shell.at(bench)
})
afterEach(() => bench.close())

test('colours are for a terminal, and for who asks for them', async () => {
  const cases = [
    { env: {}, words: [], expected: false },
    { env: { FORCE_COLOR: '1' }, words: [], expected: true },
    { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, words: [], expected: false },
    { env: { FORCE_COLOR: '1', NO_COLOR: '' }, words: [], expected: true },
    { env: { FORCE_COLOR: '0' }, words: [], expected: false },
    { env: { FORCE_COLOR: '1' }, words: ['--no-color'], expected: false },
  ]
  for (const { env, words, expected } of cases) {
    const { stdout } = await shell.run(['status', ...words], { env: env as Record<string, string> })
    expect({ env, words, coloured: stdout.includes('\x1b[') }).toEqual({
      env,
      words,
      coloured: expected,
    })
  }
})

test('COLUMNS bounds a table', async () => {
  const sql = `UPDATE "Website" SET "id" = 'a_website_with_a_name_that_is_far_too_long_for_this'`
  edit(bench.folder.file('dev.db'), `PRAGMA foreign_keys = off`)
  edit(bench.folder.file('dev.db'), sql)
  const { stdout } = await shell.run(['status'], { env: { COLUMNS: '60' } })
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
  expect(stdout).toContain('…')
})

test('names cannot move the cursor', async () => {
  const sql = `UPDATE "ContentType" SET "fields" = replace("fields", 'Type 1', ?) WHERE "id" = 'ct_1'`
  edit(bench.folder.file('dev.db'), sql, '\\u001b[2JGone')
  const { stdout } = await shell.run(['plan', 'ct_1'])
  expect(stdout).toContain('\\u001b[2JGone')
  expect(stdout).not.toContain('\x1b')
})

test('--json is one document, whose kind and form are named', async () => {
  const cases: [string[], string, string[]][] = [
    [['plan'], 'plan', ['digest', 'operations', 'summary', 'target']],
    [['diff'], 'changes', ['complete', 'details', 'summary', 'target']],
    [['status'], 'status', ['states']],
    [['validate'], 'findings', ['findings']],
    [['history'], 'history', ['data', 'hasMore', 'total']],
    [['drift'], 'drift', ['complete', 'target', 'types']],
    [['doctor'], 'doctor', ['attempts', 'health', 'node', 'settings']],
    [['recover'], 'recovery', ['findings', 'left', 'runs']],
    [['resolve', '--list'], 'conflicts', ['conflicts']],
    [['audit', 'verify'], 'auditVerdict', ['entries', 'keyed', 'ok']],
    [['deploy', '--yes'], 'deployment', ['deployment', 'metrics', 'outcomes', 'plan']],
  ]
  for (const [words, kind, members] of cases) {
    const { stdout, stderr } = await shell.run([...words, '--json'])
    expect(stderr).toBe('')
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({ kind, formatVersion: 1 })
    for (const member of members) expect(document).toHaveProperty(member)
  }
})

test('--json tells an error where the result is waited for', async () => {
  const { code, stdout, stderr } = await shell.run(['deploy', '--json'])
  expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'error',
    formatVersion: 1,
    error: { code: 'CONSENT_MISSING', details: { nextStep: 'answer with --yes' } },
  })
})

test('wrong arguments are told where the result is waited for, too', async () => {
  const cases = [
    { words: ['plan', '--bogus'], message: "unknown option '--bogus'" },
    { words: ['audit'], message: 'a command is missing' },
  ]
  for (const { words, message } of cases) {
    const { code, stdout } = await shell.run([...words, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'error',
      formatVersion: 1,
      error: { code: 'INVALID_ARGUMENT', message },
    })
  }
  const { stdout } = await shell.run(['plan', '--bogus', '--json-stream'])
  expect(JSON.parse(stdout)).toMatchObject({ event: 'error', kind: 'error' })
})

test('--json-stream tells each step on a line', async () => {
  const { code, stdout, stderr } = await shell.run(['deploy', '--yes', '--json-stream'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, any>)
  expect(events.every(({ formatVersion }) => formatVersion === 1)).toBe(true)
  expect(events[0]).toMatchObject({ event: 'plan', plan: { summary: { add: 2 } } })
  const steps = events.filter(({ event }) => event === 'progress').map(({ progress }) => progress)
  expect(steps.at(0)).toBe(0)
  expect(steps.at(-1)).toBe(100)
  const logs = events.filter(({ event }) => event === 'log').map(({ message }) => message)
  expect(logs.at(-1)).toBe('Sync completed: 2 succeeded, 0 failed')
  const types = events.filter(({ event }) => event === 'type').map(({ outcome }) => outcome.typeKey)
  expect(types.sort()).toEqual(['Type1', 'Type2'])
  expect(events.at(-1)).toMatchObject({ event: 'result', kind: 'deployment' })
})

test('a type has its line as soon as it ends', async () => {
  const slow = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'latency', ms: 1500 } }
  await bench.platform.control('faults', { add: [slow] })
  const { ended, until } = shell.start(['deploy', '--yes'])
  await until('✓ created    Type 1')
  expect(await bench.platform.keys('Type')).toEqual(['Type1'])
  const { stderr } = await ended
  expect(stderr.match(/^✓ .*$/gm)).toEqual([
    '✓ created    Type 1 Type1',
    '✓ created    Type 2 Type2',
  ])
})

test('a reader that has read enough stops no deployment', async () => {
  const { child, ended } = shell.start(['deploy', '--yes'])
  child.stdout?.destroy()
  expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('✓ created') })
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2'])
})

test('nor does one that has read enough of both streams', async () => {
  const { child, ended } = shell.start(['deploy', '--yes'])
  child.stdout?.destroy()
  child.stderr?.destroy()
  expect(await ended).toMatchObject({ code: 0 })
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2'])
})

test('the library loads nothing of it', async () => {
  const code = `
    require('./index.js')
    const loaded = Object.keys(require.cache).map((path) => path.replaceAll('\\\\', '/'))
    console.log(JSON.stringify(loaded.filter((path) => /node_modules|[/]cli[/]/.test(path.slice(process.cwd().length)))))`
  expect((await node(['-e', code])).stdout).toBe('[]')
})

test('every command has a summary and examples in its help', async () => {
  const code = `
    const { COMMANDS } = await import('./cli/commands/index.mjs')
    const leaves = ({ commands, ...own }, path = '') => commands
      ? commands.flatMap((one) => leaves(one, own.words + ' '))
      : [{ path: path + own.words.split(' ')[0], summary: own.summary, examples: own.examples ?? [] }]
    console.log(JSON.stringify(COMMANDS.flatMap((one) => leaves(one))))`
  const { stdout } = await node(['--input-type=module', '-e', code])
  const commands: { path: string; summary: string; examples: string[][] }[] = JSON.parse(stdout)
  expect(commands).toHaveLength(22)
  for (const { path, summary, examples } of commands) {
    expect(summary).toMatch(/\.$/)
    expect(examples.length).toBeGreaterThan(0)
    for (const [line] of examples) expect(line).toMatch(new RegExp(`^${path}( |$)`))
  }
  const { stdout: help } = await shell.run(['deploy', '--help'])
  expect(help).toContain(
    'Examples:\n  $ catalyst-sync deploy\n      shows what would be sent, and asks',
  )
})

// A pseudo terminal: what people see and answer.
const describeTerminal = process.platform === 'linux' ? describe : describe.skip

describeTerminal('on a terminal', () => {
  /** Runs the command line on a pseudo terminal; all that it prints comes as one text. */
  function terminal(words: string[], env: Record<string, string> = {}, columns = 80) {
    const script = `
import os, pty, sys
status = pty.spawn(sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(status))`
    const main = join(ROOT, 'cli', 'main.mjs')
    const sized = ['sh', '-c', 'stty cols "$0"; exec "$@"', String(columns)]
    const child = spawn('python3', ['-c', script, ...sized, process.execPath, main, ...words], {
      cwd: bench.folder.path,
      env: { ...neededVariables(), TERM: 'xterm', ...environment(bench), ...env },
      timeout: 30_000,
      killSignal: 'SIGKILL',
    })
    const running = watched(child)
    const type = (text: string) => child.stdin.write(text)
    return { ...running, type }
  }

  test('deploy asks, and y is yes', async () => {
    const { until, type, ended } = terminal(['deploy'])
    await until('Deploy to optimizely:')
    type('y\r')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout).toContain('Deployed:')
    expect(stdout).toContain('\x1b[32m')
    expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2'])
  })

  test('init asks for target, database and mapping, and writes what was answered', async () => {
    const unset = { DATABASE_URL: '', OPTIMIZELY_CLIENT_ID: '' }
    const { until, type, ended } = terminal(['init', '--format', 'json'], unset)
    await until('Where to?')
    type('\r')
    await until('SQLite database, as Prisma writes it:')
    type('file:./studio.db\r')
    await until('How are fields expressed?')
    type('\r')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout).toContain('OPTIMIZELY_CLIENT_ID')
    const file = (name: string) => readFileSync(bench.folder.file(name), 'utf8')
    expect(JSON.parse(file('catalyst-sync.config.json'))).toMatchObject({
      databaseUrl: 'file:./studio.db',
      mapping: 'native',
    })
    expect(file('.env.local')).not.toContain('DATABASE_URL')
  })

  test('init does not ask for a database that the environment names', async () => {
    const { until, type, ended } = terminal([
      'init',
      '--format',
      'json',
      '--provider',
      'optimizely',
    ])
    await until('How are fields expressed?')
    type('\r')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('SQLite database')
  })

  test.each([
    ['n', 'n\r', 4],
    ['nothing', '\r', 4],
    ['Ctrl-C', '\x03', 130],
  ])('%s is no', async (_, answer, expected) => {
    const { until, type, ended } = terminal(['deploy'])
    await until('Deploy to optimizely:')
    type(answer)
    const { code, stdout } = await ended
    expect(code).toBe(expected)
    const told = expected === 4 ? 'the same command again, and y; or --yes' : 'Deploy to'
    expect(stdout).toContain(told)
    expect(await bench.platform.keys('Type')).toEqual([])
  })

  test.each([
    ['CI', { CI: 'true' }, []],
    ['--no-input', {}, ['--no-input']],
  ])('%s asks nothing', async (_, env, words) => {
    const { code, stdout } = await terminal(['deploy', ...words], env).ended
    expect(code).toBe(4)
    expect(stdout).toContain('answer with --yes')
  })

  test('TERM=dumb has neither colours nor a bar', async () => {
    const { stdout } = await terminal(['deploy', '--yes'], { TERM: 'dumb' }).ended
    expect(stdout).toContain('Deployed: 2 succeeded')
    expect(stdout).toContain('✓ created    Type 1 Type1')
    expect(stdout).not.toContain('\x1b')
  })

  test('a bar shows how far a deployment is, and goes when it has ended', async () => {
    const slow = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'latency', ms: 1000 } }
    await bench.platform.control('faults', { add: [slow] })
    const { code, stdout } = await terminal(['deploy', '--yes'], { NO_COLOR: '1' }, 60).ended
    expect(code).toBe(0)
    const drawn = [...stdout.matchAll(/([━─]{24}) (\d+) % {2}([^\r\x1b]*)/g)]
    const steps = drawn.map(([, bar = '', percent]) => [bar.replaceAll('─', '').length, percent])
    expect(steps.length).toBeGreaterThan(2)
    for (const [full, percent] of steps) expect(full).toBe(Math.round((Number(percent) * 24) / 100))
    for (const [line] of drawn) expect(line.length).toBeLessThanOrEqual(60)
    expect(drawn.map(([, , , step]) => step)).toContain('Type 1: created')
    const after = stdout.slice(stdout.lastIndexOf('%'))
    expect(after).toContain('Deployed: 2 succeeded')
    expect(after).not.toMatch(/[━─]/)
  })

  test('Ctrl-C twice ends at once, and gives the terminal back as it was', async () => {
    const slow = { when: { method: 'POST' }, what: { kind: 'latency', ms: 20_000 } }
    await bench.platform.control('faults', { add: [slow] })
    const { until, type, ended } = terminal(['deploy', '--yes'])
    await until('━')
    type('\x03')
    await until('Ctrl-C again ends at once')
    type('\x03')
    const { code, stdout } = await ended
    expect(code).toBe(130)
    for (const [off, on] of [
      ['\x1b[?25l', '\x1b[?25h'],
      ['\x1b[?7l', '\x1b[?7h'],
    ] as const) {
      expect(stdout).toContain(off)
      expect(stdout.lastIndexOf(on)).toBeGreaterThan(stdout.lastIndexOf(off))
    }
  })

  test.each([
    { columns: 60, longest: 60, isCut: true },
    { columns: 160, longest: 160, isCut: false },
  ])('a table is as wide as a terminal of $columns columns', async (expected) => {
    const { columns, longest, isCut } = expected
    const id = 'a_website_with_a_name_that_is_far_too_long_for_this'
    edit(bench.folder.file('dev.db'), `PRAGMA foreign_keys = off`)
    edit(bench.folder.file('dev.db'), `UPDATE "Website" SET "id" = ?`, id)
    const { stdout } = await terminal(['status'], { NO_COLOR: '1' }, columns).ended
    const lines = stdout.split('\r\n').map((line) => line.length)
    expect(Math.max(...lines)).toBeLessThanOrEqual(longest)
    expect({ isCut: stdout.includes('…'), isWhole: stdout.includes(id) }).toEqual({
      isCut,
      isWhole: !isCut,
    })
  })

  test('a deletion asks for the name of the target', async () => {
    await shell.run(['deploy', '--yes'])
    edit(bench.folder.file('dev.db'), `DELETE FROM "ContentType" WHERE "id" = 'ct_2'`)
    const { target } = await shell.json('plan')
    const words = ['deploy', '--yes', '--allow-delete']
    for (const { answer, code, keys } of [
      { answer: 'yes', code: 4, keys: ['Type1', 'Type2'] },
      { answer: target, code: 0, keys: ['Type1'] },
    ]) {
      const { until, type, ended } = terminal(words)
      await until('Type the name of the target')
      type(`${answer}\r`)
      expect((await ended).code).toBe(code)
      expect(await bench.platform.keys('Type')).toEqual(keys)
    }
  })

  test('resolve asks about each property', async () => {
    await shell.run(['deploy', '--yes'])
    const sql = `UPDATE "ContentType" SET "fields" = replace("fields", '"Title"', '"Headline"') WHERE "id" = 'ct_1'`
    edit(bench.folder.file('dev.db'), sql)
    await bench.platform.control('edit', {
      key: 'Type1',
      patch: { properties: { title: { displayName: 'Caption' } } },
    })
    await shell.run(['deploy', '--yes'])
    const sync = { conflict: { ui: 'disabled' } }
    writeFileSync(bench.folder.file('catalyst-sync.config.json'), JSON.stringify({ sync }))
    expect((await terminal(['resolve']).ended).code).toBe(4)
    rmSync(bench.folder.file('catalyst-sync.config.json'))
    const { until, type, ended } = terminal(['resolve'])
    await until('leave it open')
    type('\x1b[B\r')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout).toContain('1 of 1 decided. Nothing was sent.')
    const [state] = await bench.engine.listSyncStates()
    expect(state).toMatchObject({ typeKey: 'Type1', conflictStatus: 'resolved' })
    expect((await shell.json('diff')).summary).toMatchObject({ conflicts: 0, updated: 0 })
  })

  test('a report goes into a file, which is named', async () => {
    const { code, stdout } = await terminal(['report']).ended
    expect(code).toBe(0)
    expect(stdout.trim()).toBe('Written to catalyst-sync-report.html.')
    const page = readFileSync(bench.folder.file('catalyst-sync-report.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>/)
  })

  test('credentials are asked for without an echo', async () => {
    const env = { CATALYST_SYNC_KEY: 'ab'.repeat(32) }
    const { until, type, ended } = terminal(['credentials', 'set', 'optimizely'], env)
    await until('Client id:')
    type('an-id\r')
    await until('Client secret:')
    type('a-secret\r')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('a-secret')
  })
})
