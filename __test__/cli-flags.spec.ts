// What each flag changes: every test shows what happens with it, and that it does not without.

import { readFileSync, writeFileSync } from 'node:fs'

import { Bench } from './support/bench'
import { Shell } from './support/cli'
import { edit, MADE_AT } from './support/studio'

let bench: Bench
let shell: Shell

beforeEach(async () => {
  const options = { cacheTtlMs: 0, maxInFlight: 1 }
  bench = await Bench.open({ types: 3, options })
  shell = Shell.at(bench)
})
afterEach(() => bench.close())

const database = () => bench.folder.file('dev.db')

/** Changes a type in the studio, as its editor does. */
function change(id: string, path: string, value: unknown): void {
  const sql = `UPDATE "ContentType" SET "fields" = json_set("fields", ?, json(?)) WHERE "id" = ?`
  edit(database(), sql, path, JSON.stringify(value), id)
}

const label = (id: string, text: string) => change(id, '$.fields[0].label', text)

/** Changes a label on the platform, as a colleague does. */
const theirs = (key: string, displayName: string, property = 'title') =>
  bench.platform.control('edit', { key, patch: { properties: { [property]: { displayName } } } })

/** Has both sides change one label of the first type, and the studio another one. */
async function quarrel(): Promise<void> {
  await shell.run(['deploy', '--yes'])
  label('ct_1', 'Ours')
  change('ct_1', '$.fields[1].label', 'Text')
  await theirs('Type1', 'Theirs')
}

const refuse = (key: string, method: string) =>
  bench.platform.control('faults', {
    add: [{ when: { method, key }, what: { kind: 'status', status: 422 } }],
  })

const writes = async () =>
  ((await bench.platform.requests()) as { kind: string }[]).filter(({ kind }) =>
    ['post', 'patch', 'delete'].includes(kind),
  ).length

interface Properties {
  title: { displayName: string }
  body: { displayName: string; maxLength?: number }
}

/** The properties of the first type on the platform. */
async function there(): Promise<Properties> {
  const { types } = (await bench.platform.control('state')) as {
    types: Record<string, { properties: Properties }>
  }
  return types.Type1!.properties
}

/** The labels of the first type in the studio. */
async function here(): Promise<string[]> {
  const { types } = await bench.engine.extractContentTypes()
  const type = types.find(({ key }) => key === 'Type1')
  const { fields } = type!.fields as { fields: { label: string }[] }
  return fields.map((field) => field.label)
}

const codeOf = async (...words: string[]) => (await shell.run(words)).code

/** A pattern of JavaScript's own, which is warned about. */
const GREEK = '^\\p{Script=Greek}$'

describe('deploy', () => {
  test('--pull takes home what only the platform changed, and sends nothing', async () => {
    await shell.run(['deploy', '--yes'])
    await theirs('Type1', 'Theirs')
    label('ct_2', 'Ours')
    const before = await writes()
    const { code, stdout } = await shell.run(['deploy', '--pull', '--yes'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Target {2}\S+ {2}the platform → the studio$/m)
    expect(stdout).toMatch(/^ {2}~ Type 1 Type1 {2}in the studio$/m)
    expect(await here()).toEqual(['Theirs', 'Body'])
    expect(await writes()).toBe(before)
    expect((await shell.json('plan')).operations).toMatchObject([{ typeKey: 'Type2' }])
  })

  test('--dry-run sends nothing, and says so', async () => {
    const { code, stdout } = await shell.run(['deploy', '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Plan: 3 to add, .*\nA rehearsal: nothing was sent\.\n$/)
    expect(await bench.platform.keys('Type')).toEqual([])
    expect(await shell.json('deploy', '--dry-run')).toMatchObject({
      kind: 'deployment',
      plan: { summary: { add: 3 } },
      deployment: null,
    })
  })

  test.each([
    { flags: [], keys: ['Type2', 'Type3'] },
    { flags: ['--stop-on-error'], keys: [] },
  ])('with $flags, after a failure $keys are there', async ({ flags, keys }) => {
    await refuse('Type1', 'POST')
    const config = { databaseUrl: 'file:dev.db', maxInFlight: 1 }
    writeFileSync(bench.folder.file('catalyst-sync.config.json'), JSON.stringify(config))
    await shell.run(['deploy', '--yes', ...flags])
    expect(await bench.platform.keys('Type')).toEqual(keys)
  })

  test.each([
    { flags: [], property: {} },
    { flags: ['--bypass-validation'], property: { pattern: GREEK } },
  ])('with $flags, a pattern of JavaScript alone is $property', async ({ flags, property }) => {
    change('ct_1', '$.fields[0].validation', { pattern: GREEK })
    const { code, stdout } = await shell.run(['deploy', 'Type1', '--yes', ...flags])
    expect(code).toBe(0)
    expect(stdout).toContain('PATTERN_FLAVOUR')
    const { title } = await there()
    expect('pattern' in title ? { pattern: title.pattern } : {}).toEqual(property)
  })

  test.each([
    { strategy: 'merge', code: 3, title: 'Theirs', body: 'Text' },
    { strategy: 'skip', code: 3, title: 'Theirs', body: 'Body' },
    { strategy: 'source_wins', code: 0, title: 'Ours', body: 'Text' },
  ])('--conflicts $strategy leaves $title and $body there', async (expected) => {
    await quarrel()
    const code = await codeOf('deploy', '--yes', '--conflicts', expected.strategy)
    const { title, body } = await there()
    expect({ code, title: title.displayName, body: body.displayName }).toEqual({
      code: expected.code,
      title: expected.title,
      body: expected.body,
    })
  })

  test('--resume has no options of its own, which it would not heed', async () => {
    const flags = [
      ...[['--dry-run'], ['--plan-digest', 'abc'], ['--pull'], ['--both'], ['--push'], ['--force']],
      ...[['--allow-delete'], ['--allow-data-loss'], ['--conflicts', 'skip'], ['--stop-on-error']],
      ['--bypass-validation'],
    ]
    await refuse('Type1', 'POST')
    const { deployment } = await shell.json('deploy', '--yes')
    await bench.platform.control('faults', { clear: true })
    const before = await writes()
    for (const flag of flags) {
      const { code, stderr } = await shell.run(['deploy', '--resume', deployment.id, ...flag])
      const refused = `option '--resume <deployment>' cannot be used with option '${flag[0]}`
      expect({ flag, code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(refused),
      })
      expect(stderr).toContain('INVALID_ARGUMENT')
    }
    expect(await writes()).toBe(before)
  })

  test('--resume has no types of its own', async () => {
    const { code, stderr } = await shell.run(['deploy', 'Type1', '--resume', 'some'])
    expect(code).toBe(1)
    expect(stderr).toContain('--resume carries on with the types of its deployment')
  })

  test('--conflicts target_wins takes their value home, with --pull', async () => {
    await quarrel()
    expect(await codeOf('deploy', '--pull', '--yes', '--conflicts', 'target_wins')).toBe(0)
    expect(await here()).toEqual(['Theirs', 'Text'])
  })
})

test('a plan shows a property that goes, and a type that goes', async () => {
  await shell.run(['deploy', '--yes'])
  edit(
    database(),
    `UPDATE "ContentType" SET "fields" = json_remove("fields", '$.fields[1]') WHERE "id" = 'ct_1'`,
  )
  edit(database(), `DELETE FROM "ContentType" WHERE "id" = 'ct_3'`)
  const { stdout } = await shell.run(['plan', '--allow-delete', '--allow-data-loss'])
  expect(stdout).toMatch(/^ {2}~ Type 1 Type1 {2}loses content\n {6}- \/properties\/body {2}/m)
  expect(stdout).toMatch(/^ {2}- Type 3 Type3 {2}loses content$/m)
  expect(stdout).toContain('Plan: 0 to add, 1 to change, 1 to destroy; 1 unchanged.')
})

describe('rollback', () => {
  /** A deployment of three new labels. */
  async function deployed(): Promise<string> {
    await shell.run(['deploy', '--yes'])
    for (const id of ['ct_1', 'ct_2', 'ct_3']) label(id, 'Ours')
    return (await shell.json('deploy', '--yes')).deployment.id as string
  }

  test('--dry-run says what undoing would do, and undoes nothing', async () => {
    const { code, stdout, stderr } = await shell.run(['rollback', await deployed(), '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toContain('~ /properties/title/displayName  "Ours" → "Title"')
    expect(stdout).toContain('A rehearsal: nothing was sent.')
    expect(stderr).toContain('The studio would keep its own edits')
    expect((await there()).title.displayName).toBe('Ours')
  })

  test.each([
    { flags: [], labels: ['Ours', 'Body'], pending: 3 },
    { flags: ['--studio'], labels: ['Title', 'Body'], pending: 0 },
  ])('with $flags the studio has $labels', async ({ flags, labels, pending }) => {
    expect(await codeOf('rollback', await deployed(), '--yes', ...flags)).toBe(0)
    expect((await there()).title.displayName).toBe('Title')
    expect(await here()).toEqual(labels)
    expect((await shell.json('diff')).summary.updated).toBe(pending)
  })

  test('--studio takes back what only came home, of which the platform knows nothing', async () => {
    await shell.run(['deploy', '--yes'])
    await theirs('Type1', 'Theirs')
    const { deployment } = await shell.json('deploy', '--pull', '--yes')
    expect(await here()).toEqual(['Theirs', 'Body'])
    const before = await writes()
    expect(await codeOf('rollback', deployment.id, '--studio')).toBe(4)
    expect(await here()).toEqual(['Theirs', 'Body'])
    const { code, stdout } = await shell.run(['rollback', deployment.id, '--studio', '--yes'])
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Rolled back'),
    })
    expect(await here()).toEqual(['Title', 'Body'])
    expect(await writes()).toBe(before)
  })

  test('--studio deletes a row only for who names the target', async () => {
    await shell.run(['deploy', '--yes'])
    const properties = { title: { type: 'string', displayName: 'Title' } }
    const talk = { key: 'Talk', displayName: 'Talk', baseType: '_component', properties }
    await bench.platform.control('seed', { types: [talk] })
    const { deployment, plan } = await shell.json('deploy', 'Talk', '--pull', '--yes')
    const names = async () => (await bench.engine.extractContentTypes()).types.map(({ key }) => key)
    expect(await names()).toContain('Talk')
    const undo = ['rollback', deployment.id, '--studio', '--yes']
    const { code, stderr } = await shell.run([...undo, '--allow-delete'])
    expect(code).toBe(4)
    expect(stderr).toContain('DELETE_REFUSED')
    expect(stderr).toContain('types that the deployment made in the studio would be deleted there')
    expect(await names()).toContain('Talk')
    expect(await codeOf(...undo, `--allow-delete=${plan.target}`)).toBe(0)
    expect(await names()).not.toContain('Talk')
  })

  test('--failed-only leaves what succeeded', async () => {
    const id = await deployed()
    const { code, stdout } = await shell.run(['rollback', id, '--failed-only', '--yes'])
    expect(code).toBe(0)
    expect(stdout).toContain('Nothing to do.')
    expect((await there()).title.displayName).toBe('Ours')
  })
})

test('validate --strict fails for a warning', async () => {
  change('ct_1', '$.fields[0].validation', { pattern: GREEK })
  const { stdout } = await shell.run(['validate'])
  expect(stdout).toContain('0 errors, 1 warning')
  expect(await codeOf('validate')).toBe(0)
  expect(await codeOf('validate', '--strict')).toBe(1)
})

test('--website is about one of several', async () => {
  const insert = `INSERT INTO "Website" ("id","name","category","createdAt","updatedAt") VALUES ('site_2','Other','blog',?,?)`
  edit(database(), insert, MADE_AT, MADE_AT)
  edit(database(), `UPDATE "ContentType" SET "websiteId" = 'site_2' WHERE "id" = 'ct_3'`)
  const keys = async (...words: string[]) =>
    (await shell.json('plan', ...words)).operations.map((one: { typeKey: string }) => one.typeKey)
  expect(await keys()).toEqual(['Type1', 'Type2', 'Type3'])
  expect(await keys('--website', 'site_2')).toEqual(['Type3'])
  expect((await shell.json('plan', '-w', 'nowhere')).error.code).toBe('WEBSITE_NOT_FOUND')
})

test('--as names who acts, and --role what they may', async () => {
  expect(await codeOf('deploy', '--yes', '--as', 'a colleague', '--role', 'editor')).toBe(0)
  const { stdout } = await shell.run(['history'])
  expect(stdout).toContain('by a colleague')
  expect(await codeOf('deploy', '--yes', '--force', '--role', 'editor')).toBe(4)
})

describe('report', () => {
  const written = (name: string) => readFileSync(bench.folder.file(name), 'utf8')

  test('-o names the file, --title the heading', async () => {
    const words = ['report', '-o', 'page.html', '--title', 'Before & after']
    const { code, stdout } = await shell.run(words)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Written to page.html.\n' })
    expect(written('page.html')).toContain('<h1>Before &amp; after</h1>')
    expect(await shell.json('report', '-o', 'other.html')).toMatchObject({
      kind: 'report',
      format: 'html',
      file: 'other.html',
    })
  })

  test('--deployment tells what that one did', async () => {
    await refuse('Type2', 'POST')
    const { deployment } = await shell.json('deploy', '--yes')
    const words = ['report', '--deployment', deployment.id, '--format', 'markdown']
    const { stdout } = await shell.run(words)
    expect(stdout).toContain('2 types sent, 1 did not go.')
    expect((await shell.run(['report', '--format', 'markdown'])).stdout).not.toContain('sent')
  })

  test('--format github prints annotations', async () => {
    await quarrel()
    const { code, stdout } = await shell.run(['report', '--format', 'github'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^::error title=.*Type 1/m)
    expect(stdout.split('\n').filter(Boolean)).toEqual(
      stdout.split('\n').filter((line) => /^::(error|warning|notice)/.test(line)),
    )
  })
})

describe('what was', () => {
  /** A version of a deployment, and one of an editor. */
  async function edited(): Promise<void> {
    await shell.run(['deploy', 'Type1', '--yes', '--as', 'a colleague'])
    label('ct_1', 'Headline')
    const note = { source: 'UI', author: 'an editor', message: 'A better word' } as const
    await bench.engine.recordVersion('Type1', note)
  }

  test.each([
    { words: [], semvers: ['1.0.1', '1.0.0'] },
    { words: ['--author', 'an editor'], semvers: ['1.0.1'] },
    { words: ['--author', 'nobody'], semvers: [] },
    { words: ['--source', 'UI'], semvers: ['1.0.1'] },
    { words: ['--source', 'SYNC'], semvers: ['1.0.0'] },
    { words: ['--limit', '1'], semvers: ['1.0.1'] },
  ])('log $words shows $semvers', async ({ words, semvers }) => {
    await edited()
    const { versions } = await shell.json('log', 'Type1', ...words)
    expect(versions.map(({ semver }: { semver: string }) => semver)).toEqual(semvers)
  })

  test('show --content has the whole definition', async () => {
    await edited()
    const { stdout } = await shell.run(['show', 'Type1@1.0.1', '--content'])
    expect(stdout).toContain('"label": "Headline"')
    const without = await shell.run(['show', 'Type1@1.0.1'])
    expect(without.stdout).toContain('/fields/title/label')
    expect(without.stdout).not.toContain('"label": "Headline"')
  })

  test('history is narrowed by deployment and by time', async () => {
    const first = (await shell.json('deploy', 'Type1', '--yes')).deployment.id as string
    const [{ createdAt }] = (await shell.json('history')).data
    const after = new Date(Date.parse(createdAt) + 1).toISOString()
    await shell.json('deploy', '--yes')
    const keys = async (...words: string[]) =>
      (await shell.json('history', ...words)).data
        .map(({ typeKey }: { typeKey: string }) => typeKey)
        .sort()
    expect(await keys()).toEqual(['Type1', 'Type2', 'Type3'])
    expect(await keys('--deployment', first)).toEqual(['Type1'])
    expect(await keys('--to', createdAt)).toEqual(['Type1'])
    expect(await keys('--from', after)).toEqual(['Type2', 'Type3'])
    const { error } = await shell.json('history', '--from', 'yesterday')
    expect(error.code).toBe('INVALID_ARGUMENT')
  })
})
