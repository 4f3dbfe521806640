// Every exit code of the command line.

import { Bench, job, provider } from './support/bench'
import { Shell } from './support/cli'
import { node } from './support/script'
import { edit } from './support/studio'

let bench: Bench
let shell: Shell

beforeEach(async () => {
  bench = await Bench.open({ types: 3, options: { cacheTtlMs: 0 } })
  shell = Shell.at(bench)
})
afterEach(() => bench.close())

const codeOf = async (...words: string[]) => (await shell.run(words)).code

/** Changes the title of a type in the studio. */
function rename(id: string, label: string): void {
  const sql = `UPDATE "ContentType" SET "fields" = replace("fields", '"Title"', ?) WHERE "id" = ?`
  edit(bench.folder.file('dev.db'), sql, JSON.stringify(label), id)
}

/** Has the creation of the last type take a while. */
async function answerSlowly(ms: number): Promise<void> {
  const slow = { when: { method: 'POST', key: 'Type3' }, what: { kind: 'latency', ms } }
  await bench.platform.control('faults', { add: [slow] })
}

/** Has the title of the first type changed on both sides. */
async function quarrel(): Promise<void> {
  await shell.run(['deploy', '--yes'])
  rename('ct_1', 'Headline')
  await bench.platform.control('edit', {
    key: 'Type1',
    patch: { properties: { title: { displayName: 'Caption' } } },
  })
}

test('0 when it is done, and when there is nothing to do', async () => {
  expect(await codeOf('plan')).toBe(0)
  expect(await codeOf('deploy', '--yes')).toBe(0)
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])
  const again = await shell.run(['deploy', '--yes'])
  expect(again).toMatchObject({ code: 0, stderr: '' })
  expect(again.stdout).toContain('Nothing to do. 3 unchanged.')
})

test.each([
  ['an unknown type', ['plan', 'Nope'], 'TYPE_NOT_FOUND'],
  ['no database', ['plan', '--database', 'other.db'], 'DATABASE_NOT_FOUND'],
  ['no such version', ['show', 'Type1@9.9.9'], 'VERSION_NOT_FOUND'],
  ['no such deployment', ['rollback', 'nope'], 'DEPLOYMENT_NOT_FOUND'],
])('1 for %s', async (_, words, told) => {
  const { code, stdout, stderr } = await shell.run(words)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(told)
})

test.each([
  [['launch'], "unknown command 'launch'", 'catalyst-sync --help'],
  [['audit', 'burn'], "unknown command 'burn'", 'catalyst-sync audit --help'],
  [['deploy', '--ye'], "unknown option '--ye'; did you mean --yes?", 'catalyst-sync deploy --help'],
  [['log'], "missing required argument 'type'", 'catalyst-sync log --help'],
  [['history', '--limit', 'x'], 'It should be a whole number', 'catalyst-sync history --help'],
  [['plan', '--cwd', 'nowhere'], '--cwd names nowhere, which is no folder', 'name a folder'],
  [['audit', 'export', '-', '--json'], 'would both go to stdout', 'audit export <file> --json'],
  [['audit', 'export', '-', '--json-stream'], 'would both go', 'audit export <file> --json-stream'],
])('1 for %j, with what to do about it', async (words, told, next) => {
  const { code, stdout, stderr } = await shell.run(words)
  const isJson = words.some((word) => word.startsWith('--json'))
  expect({ code, other: isJson ? stderr : stdout }).toEqual({ code: 1, other: '' })
  if (isJson) {
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(error.message).toContain(told)
    expect(error.details.nextStep).toContain(next)
    return
  }
  const [error, advice, ...more] = stderr.trimEnd().split('\n')
  expect(error).toMatch(/^error INVALID_ARGUMENT {2}/)
  expect(error).toContain(told)
  expect(advice).toMatch(/^ {2}what to do {2}/)
  expect(advice).toContain(next)
  expect(more).toEqual([])
})

test('1 for no command at all, with the help', async () => {
  const { code, stdout, stderr } = await shell.run([])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^Usage: catalyst-sync /)
  expect(stderr).toContain('error INVALID_ARGUMENT  a command is missing')
})

test('1 when a deployment cannot reach anything', async () => {
  const env = { OPTIMIZELY_CLIENT_SECRET: 'wrong' }
  const { code, stderr } = await shell.run(['deploy', '--yes'], { env })
  expect(code).toBe(1)
  expect(stderr).toContain('error AUTH_FAILED')
  expect(stderr).toContain('next        catalyst-sync doctor')
  expect(stderr).not.toContain('wrong')
})

test('2 when there are changes, with --detailed-exitcode only', async () => {
  expect(await codeOf('plan')).toBe(0)
  expect(await codeOf('plan', '--detailed-exitcode')).toBe(2)
  expect(await codeOf('diff', '--detailed-exitcode')).toBe(2)
  expect(await codeOf('status', '--detailed-exitcode')).toBe(2)
  await shell.run(['deploy', '--yes'])
  expect(await codeOf('plan', '--detailed-exitcode')).toBe(0)
  expect(await codeOf('drift', '--detailed-exitcode')).toBe(0)
  await bench.platform.control('edit', { key: 'Type1', patch: { displayName: 'Story' } })
  expect(await codeOf('drift', '--detailed-exitcode')).toBe(2)
  expect(await codeOf('plan', '--detailed-exitcode')).toBe(0)
})

test('3 when conflicts are open', async () => {
  await quarrel()
  expect(await codeOf('plan')).toBe(0)
  expect(await codeOf('plan', '--detailed-exitcode')).toBe(3)
  expect(await codeOf('diff', '--detailed-exitcode')).toBe(3)
  expect(await codeOf('resolve', '--list')).toBe(3)
  expect(await codeOf('deploy', '--yes')).toBe(3)
  expect(await codeOf('resolve', '--list')).toBe(3)
  expect(await codeOf('resolve', '--strategy', 'merge')).toBe(3)
  expect(await codeOf('resolve', '--strategy', 'target_wins')).toBe(0)
  expect(await codeOf('deploy', '--yes')).toBe(0)
})

test.each([
  ['nobody agrees', ['deploy'], 'answer with --yes'],
  ['the plan is another one', ['deploy', '--yes', '--plan-digest', 'abc'], 'PLAN_STALE'],
  ['the role does not allow it', ['deploy', '--yes', '--role', 'viewer'], 'ROLE_REFUSED'],
])('4 when %s', async (_, words, told) => {
  const { code, stderr } = await shell.run(words)
  expect(code).toBe(4)
  expect(stderr).toContain(told)
  expect(await bench.platform.keys('Type')).toEqual([])
})

test('4 when something would be deleted and nobody named the target', async () => {
  await shell.run(['deploy', '--yes'])
  edit(bench.folder.file('dev.db'), `DELETE FROM "ContentType" WHERE "id" = 'ct_2'`)
  const { target, summary } = await shell.json('plan', '--allow-delete')
  expect(summary.destroy).toBe(1)

  const refused = await shell.run(['deploy', '--yes', '--allow-delete'])
  expect(refused.code).toBe(4)
  expect(refused.stderr).toContain('1 content type would be deleted, and --yes does not cover that')
  expect(refused.stderr).toContain(`--allow-delete=${target}`)
  expect(await codeOf('deploy', '--yes', '--allow-delete=production')).toBe(4)
  expect(await codeOf('deploy', '--yes')).toBe(0)
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])

  expect(await codeOf('deploy', '--yes', `--allow-delete=${target}`)).toBe(0)
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type3'])
})

test('what would be deleted is told with the side that it is on', async () => {
  const operation = (direction: string) => ({ operation: 'delete', direction, risk: 'lossy' })
  const plan = { target: 'files:model', operations: ['push', 'pull', 'pull'].map(operation) }
  const code = `
    const { agree } = await import('./cli/consent.mjs')
    await agree(${JSON.stringify(plan)}, { allowDelete: true }, { isPossible: false })
      .catch(({ code, message }) => console.log(code, message))`
  const { stdout } = await node(['--input-type=module', '-e', code])
  expect(stdout).toBe(
    'DELETE_REFUSED 1 content type and 2 content types of the studio would be deleted, ' +
      'and --yes does not cover that',
  )
})

test('4 when undoing would delete and nobody named the target', async () => {
  await bench.deploy().handle.done
  const refused = await shell.run(['rollback', 'deploy-1', '--yes', '--allow-delete'])
  expect(refused.code).toBe(4)
  expect(refused.stderr).toContain('3 content types would be deleted')
  const [, target] = /--allow-delete=(\S+)/.exec(refused.stderr) ?? []
  expect(await codeOf('rollback', 'deploy-1', '--yes', `--allow-delete=${target}`)).toBe(0)
  expect(await bench.platform.keys('Type')).toEqual([])
})

test('4 when content would be lost and nobody named the target', async () => {
  await shell.run(['deploy', '--yes'])
  const sql = `UPDATE "ContentType" SET "fields" = json_remove("fields", '$.fields[1]') WHERE "id" = 'ct_1'`
  edit(bench.folder.file('dev.db'), sql)
  const { target, operations } = await shell.json('plan', '--allow-data-loss')
  expect(operations).toMatchObject([{ typeKey: 'Type1', risk: 'lossy' }])
  expect(await codeOf('deploy', '--yes', '--allow-data-loss')).toBe(4)
  expect(await codeOf('deploy', '--yes', `--allow-data-loss=${target}`)).toBe(0)
  expect(await codeOf('plan', '--allow-data-loss', '--detailed-exitcode')).toBe(0)
})

test('5 when some types failed', async () => {
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [strike] })
  const { code, stdout, stderr } = await shell.run(['deploy', '--yes'])
  expect(code).toBe(5)
  expect(stderr).toMatch(/✗ failed +Type 2 Type2 +FORBIDDEN/)
  const [, id] = /next +catalyst-sync deploy --resume (\S+)/.exec(stdout) ?? []
  await bench.platform.control('faults', { clear: true })
  expect(await codeOf('deploy', '--resume', String(id))).toBe(0)
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])
})

test('5 when recover must leave something open', async () => {
  await answerSlowly(3000)
  const { child, ended, until } = shell.start(['deploy', '--yes'])
  await until('✓ created    Type 2')
  child.kill('SIGKILL')
  await ended
  const away = { when: { method: 'GET' }, what: { kind: 'status', status: 503 } }
  await bench.platform.control('faults', { clear: true, add: [away] })
  const { code, stdout } = await shell.run(['recover'])
  expect(code).toBe(5)
  expect(stdout).toMatch(/^left {3}optimizely:\S+ site_1 {2}PLATFORM_FAILED: /m)
  expect(stdout).toMatch(/, 1 left\. Nothing was sent\.$/m)
  await bench.platform.control('faults', { clear: true })
  expect(await codeOf('recover')).toBe(0)
})

test('6 when somebody else deploys', async () => {
  await answerSlowly(3000)
  let working: () => void
  const begun = new Promise<void>((resolve) => (working = resolve))
  const other = bench.engine.startDeployment(job(), provider(), ({ progress }) => {
    if (progress > 10) working()
  })
  await begun
  const { code, stderr } = await shell.run(['deploy', '--yes'])
  expect(code).toBe(6)
  expect(stderr).toContain('error DEPLOYMENT_IN_PROGRESS')
  other.cancel()
  await other.done
})

const describeSignals = process.platform === 'win32' ? describe.skip : describe

describeSignals('130 after Ctrl-C', () => {
  /** A deployment that is busy sending. */
  async function slowly() {
    await answerSlowly(1500)
    const running = shell.start(['deploy', '--yes'])
    await running.until('Transforming')
    return running
  }

  test('once: what is on its way is awaited, and the state is left in order', async () => {
    const { child, ended } = await slowly()
    child.kill('SIGINT')
    const { code, signal, stdout, stderr } = await ended
    expect({ code, signal }).toEqual({ code: 130, signal: null })
    expect(stderr).toContain('Ctrl-C again ends at once')
    expect(stdout).toContain('Cancelled:')
    await bench.platform.control('faults', { clear: true })
    expect(await shell.run(['recover'])).toMatchObject({
      code: 0,
      stdout: 'Nothing was left open.\n',
    })
    expect(await codeOf('deploy', '--yes')).toBe(0)
  })

  test('twice: at once, and what was under way is settled later', async () => {
    const { child, ended, until } = await slowly()
    child.kill('SIGINT')
    await until('Ctrl-C again')
    child.kill('SIGINT')
    const { code, stdout } = await ended
    expect(code).toBe(130)
    expect(stdout).not.toContain('Cancelled')
    await bench.platform.control('faults', { clear: true })
    expect(await codeOf('deploy', '--yes')).toBe(0)
    expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])
  })
})
