// Where the command line takes its settings from, and what it says of those that are wrong.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Folder } from './support/bench'
import { Shell } from './support/cli'
import { CREDENTIALS, FakePlatform } from './support/platform'
import { ROOT } from './support/script'
import { edit, makeStudio } from './support/studio'

let platform: FakePlatform
beforeAll(async () => {
  platform = await FakePlatform.start()
})
afterAll(() => platform.stop())

let folder: Folder
beforeEach(() => {
  folder = new Folder()
  makeStudio(folder.file('dev.db'), 2)
})
afterEach(() => folder.remove())

const write = (name: string, text: string) => writeFileSync(folder.file(name), text)
const shell = (env: Record<string, string> = {}) => new Shell(folder.path, env)

const FILES = `{ id: 'files', config: { directory: 'model' } }`
const FILES_JSON = { id: 'files', config: { directory: 'model' } }
const TARGET_FORM = {
  sync: {
    mode: 'bidirectional',
    platforms: { files: { options: { directory: 'model' } } },
    state: { storage: 'sqlite', path: 'memory.db', retention: '30d' },
    conflict: { strategy: 'auto', ui: 'enabled' },
    protection: { backup: 'enabled', validation: 'strict' },
  },
}

test.each([
  ['js', `module.exports = { databaseUrl: 'dev.db', provider: ${FILES} }`],
  ['cjs', `module.exports = { databaseUrl: 'dev.db', provider: ${FILES} }`],
  ['mjs', `export default async () => ({ databaseUrl: 'dev.db', provider: ${FILES} })`],
  ['json', JSON.stringify({ databaseUrl: 'dev.db', provider: FILES_JSON })],
  ['yaml', 'databaseUrl: dev.db\nprovider:\n  id: files\n  config:\n    directory: model\n'],
])('catalyst-sync.config.%s is read', async (ending, text) => {
  write(`catalyst-sync.config.${ending}`, text)
  const { target, summary } = await shell().json('plan')
  expect(target).toMatch(/^files:/)
  expect(summary).toMatchObject({ add: 2 })
})

test('so is the key of package.json', async () => {
  const config = { databaseUrl: 'dev.db', provider: FILES_JSON }
  write('package.json', JSON.stringify({ name: 'studio', 'catalyst-sync': config }))
  expect((await shell().json('plan')).target).toMatch(/^files:/)
})

test('the form of the requirements is read', async () => {
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', ...TARGET_FORM }))
  const plan = await shell().json('plan')
  expect(plan).toMatchObject({ mode: 'bidirectional', summary: { add: 2 } })
  expect(plan.target).toMatch(/^files:/)
  const { settings } = await shell().json('doctor')
  expect(settings).toEqual(
    expect.arrayContaining([
      { name: 'stateUrl', value: 'memory.db', from: 'catalyst-sync.config.json' },
      { name: 'conflictStrategy', value: 'merge', from: 'catalyst-sync.config.json' },
      { name: 'strict', value: 'true', from: 'catalyst-sync.config.json' },
      {
        name: 'retention',
        value: '{"versions":{"days":30},"audit":{"days":30},"backups":{"days":30}}',
        from: 'catalyst-sync.config.json',
      },
    ]),
  )
})

test('the form of the requirements reaches Optimizely, and each of its keys holds', async () => {
  const optimizely = {
    auth: { ...CREDENTIALS, apiUrl: `${platform.origin}/v1`, environment: 'preview' },
    options: { mapping: 'native', requestsPerMinute: 6000, maxInFlight: 2 },
  }
  const sync = {
    mode: 'push',
    platforms: { optimizely },
    state: { storage: 'studio' },
    conflict: { strategy: 'manual' },
  }
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', sync }))
  const { settings } = await shell().json('doctor')
  const values = settings.map(({ name, value }: { name: string; value: string }) => [name, value])
  expect(Object.fromEntries(values)).toMatchObject({
    stateUrl: 'studio',
    mapping: 'native',
    conflictStrategy: 'skip',
    requestsPerMinute: '6000',
    maxInFlight: '2',
    credentials: '***',
  })

  const deployed = await shell().json('deploy', '--yes')
  expect(deployed.plan.target).toMatch(/^optimizely:127\.0\.0\.1:\d+:preview$/)
  expect(deployed.deployment.outcome).toBe('success')
  expect(existsSync(folder.file('dev.db.catalyst-sync'))).toBe(false)
  // Native, a rich text stays one.
  const { types } = (await platform.control('state')) as { types: Record<string, Stored> }
  expect(types.Type1?.properties.body).toMatchObject({ type: 'richText' })

  // By hand: what is open is left alone as a whole.
  const ours = `UPDATE "ContentType" SET "fields" = replace(replace("fields", '"Title"', '"Ours"'), '"Body"', '"Text"') WHERE "id" = 'ct_1'`
  edit(folder.file('dev.db'), ours)
  const patch = { properties: { title: { displayName: 'Theirs' } } }
  await platform.control('edit', { key: 'Type1', patch })
  expect((await shell().run(['deploy', '--yes'])).code).toBe(3)
  const after = (await platform.control('state')) as { types: Record<string, Stored> }
  expect(after.types.Type1?.properties).toMatchObject({
    title: { displayName: 'Theirs' },
    body: { displayName: 'Body' },
  })
})

interface Stored {
  properties: Record<string, { type: string; displayName: string }>
}

test('the form of the proof of concept is read, and its secrets are never shown', async () => {
  const optimizely = { ...CREDENTIALS, apiUrl: `${platform.origin}/v1` }
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', optimizely }))
  const { code, stdout, stderr } = await shell().run(['doctor'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/✓ platform +ok/)
  expect(stdout).toMatch(/credentials +\*\*\* +catalyst-sync.config.json/)
  expect(stdout).not.toMatch(/test-client|test-secret/)
})

test('what is wrong is told all at once, by its key, and never quoted', async () => {
  const config = {
    databaseUri: 'dev.db',
    one: 1,
    mapping: 'natve',
    maxInFlight: '8',
    provider: { config: { dir: 'model' } },
    optimizely: { clientSecret: 731_731 },
    sync: {
      conflict: { strategies: 'auto' },
      state: { storage: 'postgresql', retention: 'a month' },
      protection: { validation: 'lax' },
    },
  }
  write('catalyst-sync.config.json', JSON.stringify(config))
  const { code, stdout } = await shell().run(['status', '--json'])
  expect(code).toBe(1)
  expect(stdout).not.toContain('731')
  const { error } = JSON.parse(stdout) as {
    error: { code: string; details: { problems: string[] } }
  }
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.details.problems).toEqual([
    'databaseUri is not known; did you mean databaseUrl?',
    'one is not known',
    'provider lacks id',
    'provider.config.dir is not known; did you mean directory?',
    'mapping is none of: compatible, native',
    'maxInFlight is a text, and should be a whole number',
    'optimizely.clientSecret is a number, and should be a text',
    'sync.state.storage is postgresql, which is not available yet; use sqlite or studio',
    'sync.state.retention is not of the form that is expected: How long versions, audit and backups are kept: 30d.',
    'sync.conflict.strategies is not known; did you mean strategy?',
    'sync.protection.validation is none of: strict, standard',
  ])
})

test.each([
  ['json', '{ "databaseUrl": '],
  ['yaml', 'databaseUrl: [dev.db'],
  ['mjs', 'export default {'],
])('a broken %s file is named', async (ending, text) => {
  write(`catalyst-sync.config.${ending}`, text)
  const { code, stderr } = await shell().run(['status'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    new RegExp(`CONFIG_INVALID .*catalyst-sync.config.${ending} cannot be read`),
  )
})

test('strict sends nothing while a type is wrong', async () => {
  const sync = { protection: { validation: 'strict' } }
  const config = { databaseUrl: 'dev.db', provider: FILES_JSON, sync }
  write('catalyst-sync.config.json', JSON.stringify(config))
  const sql = `UPDATE "ContentType" SET "fields" = replace("fields", '"body"', '"title"') WHERE "id" = 'ct_1'`
  edit(folder.file('dev.db'), sql)
  const { code, stderr } = await shell().run(['deploy', '--yes'])
  expect(code).toBe(4)
  expect(stderr).toContain('VALIDATION_FAILED  the validation is strict, and types have errors')
  expect(existsSync(folder.file('model'))).toBe(false)
})

test('two configurations are one too many', async () => {
  write('catalyst-sync.config.json', '{}')
  write('catalyst-sync.config.yaml', '{}')
  const { error } = await shell().json('status')
  expect(error.message).toBe(
    'there are several configurations: catalyst-sync.config.json, catalyst-sync.config.yaml',
  )
})

test('flags hold before the environment, and the environment before the file', async () => {
  makeStudio(folder.file('three.db'), 3)
  makeStudio(folder.file('four.db'), 4)
  write(
    'catalyst-sync.config.json',
    JSON.stringify({ databaseUrl: 'dev.db', provider: FILES_JSON }),
  )
  const count = async (env: Record<string, string>, ...words: string[]) =>
    (await shell(env).json('plan', ...words)).summary.add
  expect(await count({})).toBe(2)
  expect(await count({ DATABASE_URL: 'file:./three.db' })).toBe(3)
  expect(await count({ DATABASE_URL: 'file:./three.db' }, '--database', 'four.db')).toBe(4)
})

test('.env.local holds before .env, and only known variables are taken', async () => {
  write('.env', 'DATABASE_URL=file:./nowhere.db\nCATALYST_SYNC_KEY=abc\nNODE_OPTIONS=--bad\n')
  write('.env.local', 'DATABASE_URL="file:./dev.db"\n')
  const { settings, health } = await shell().json('doctor', '--provider', 'files')
  expect(health.database).toEqual({ status: 'ok' })
  expect(settings).toEqual(
    expect.arrayContaining([
      { name: 'databaseUrl', value: 'file:./dev.db', from: '.env.local: DATABASE_URL' },
      { name: 'CATALYST_SYNC_KEY', value: '***', from: '.env' },
      { name: 'provider', value: 'files', from: '--provider' },
    ]),
  )
})

test('credentials of the environment go to the address of the environment only', async () => {
  const optimizely = { clientId: 'x', clientSecret: 'y', apiUrl: 'https://elsewhere.test/v1' }
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', optimizely }))
  const env = {
    OPTIMIZELY_CLIENT_ID: CREDENTIALS.clientId,
    OPTIMIZELY_CLIENT_SECRET: CREDENTIALS.clientSecret,
    OPTIMIZELY_API_URL: `${platform.origin}/v1`,
  }
  const { health, settings } = await shell(env).json('doctor')
  expect(health.platform).toEqual({ status: 'ok' })
  expect(settings).toEqual(
    expect.arrayContaining([
      { name: 'credentials', value: '***', from: 'environment: OPTIMIZELY_CLIENT_ID' },
      { name: 'apiUrl', value: `${platform.origin}/v1`, from: 'environment: OPTIMIZELY_API_URL' },
    ]),
  )
})

test('an address of the file counts for credentials of the environment, which go to no other host', async () => {
  const apiUrl = `${platform.origin}/v1`
  const optimizely = { apiUrl }
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', optimizely }))
  const env = { OPTIMIZELY_CLIENT_ID: 'test', OPTIMIZELY_CLIENT_SECRET: 'test' }
  const before = (await platform.requests()).length
  const { settings } = await shell(env).json('doctor')
  expect(settings).toContainEqual({
    name: 'apiUrl',
    value: apiUrl,
    from: 'catalyst-sync.config.json',
  })
  const { code, stderr } = await shell(env).run(['plan'])
  expect(code).toBe(4)
  expect(stderr).toContain('HOST_NOT_ALLOWED')
  expect(stderr).toContain(new URL(apiUrl).host)
  expect(await platform.requests()).toHaveLength(before)
})

test('flags choose another direction than the file', async () => {
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', ...TARGET_FORM }))
  const mode = async (...words: string[]) => (await shell().json('plan', ...words)).mode
  expect(await mode()).toBe('bidirectional')
  expect(await mode('--push')).toBe('push')
  expect(await mode('--pull')).toBe('pull')
  const { code, stderr } = await shell().run(['plan', '--push', '--both'])
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("option '--push' cannot be used with option '--both'"),
  })
})

test.each([
  ['what the file does not name', {}, 'default'],
  ['what the file names', { provider: 'optimizely' }, 'catalyst-sync.config.json'],
])('doctor tells %s apart', async (_, named, from) => {
  write('catalyst-sync.config.json', JSON.stringify({ databaseUrl: 'dev.db', ...named }))
  const { settings } = await shell().json('doctor')
  expect(settings).toContainEqual({ name: 'provider', value: 'optimizely', from })
})

test('doctor tells where the folder comes from', async () => {
  const config = { databaseUrl: 'dev.db', provider: FILES_JSON }
  write('catalyst-sync.config.json', JSON.stringify(config))
  const from = async (...words: string[]) => (await shell().json('doctor', ...words)).settings
  expect(await from()).toContainEqual({
    name: 'directory',
    value: 'model',
    from: 'catalyst-sync.config.json',
  })
  expect(await from('--directory', 'other')).toContainEqual({
    name: 'directory',
    value: 'other',
    from: '--directory',
  })
})

test('an unknown key is answered with the page that lists the keys, where it lies', async () => {
  write('catalyst-sync.config.json', '{ "databaseUri": "dev.db" }')
  const { stderr } = await shell().run(['status'])
  const [, page = ''] = /correct the file; (\S+) lists the keys/.exec(stderr) ?? []
  expect(readFileSync(page, 'utf8')).toMatch(/^# Configuration\n/)
})

describe('init', () => {
  /** The package as a dependency of the studio. */
  const install = () => {
    mkdirSync(folder.file('node_modules/catalyst-sync'), { recursive: true })
    for (const name of ['config.js', 'config.mjs', 'package.json']) {
      copyFileSync(join(ROOT, name), folder.file(`node_modules/catalyst-sync/${name}`))
    }
  }

  test.each(['mjs', 'cjs', 'json', 'yaml', 'package.json'])(
    'writes a %s that is read',
    async (form) => {
      install()
      const words = ['init', '--format', form, '--provider', 'files', '--directory', 'model']
      const made = await shell().run([...words, '--database', 'dev.db', '--mapping', 'native'])
      expect(made).toMatchObject({ code: 0, stderr: '' })
      const file = form === 'package.json' ? form : `catalyst-sync.config.${form}`
      expect(made.stdout).toContain(`wrote ${file}`)
      const { target, summary } = await shell().json('plan')
      expect(target).toMatch(/^files:/)
      expect(summary.add).toBe(2)
    },
  )

  test('adds the keys that are missing, and touches no others', async () => {
    write('.env', 'DATABASE_URL=file:./dev.db\n')
    write('.env.local', 'OPTIMIZELY_CLIENT_SECRET=a-secret')
    const { code, stdout } = await shell().run(['init', '--format', 'json'])
    expect(code).toBe(0)
    expect(stdout).not.toContain('a-secret')
    expect(readFileSync(folder.file('.env'), 'utf8')).toBe('DATABASE_URL=file:./dev.db\n')
    expect(readFileSync(folder.file('.env.local'), 'utf8')).toBe(
      'OPTIMIZELY_CLIENT_SECRET=a-secret\n\n' +
        '# An API key of Optimizely: Settings > API Keys\nOPTIMIZELY_CLIENT_ID=\n',
    )
  })

  test('never replaces a configuration unasked', async () => {
    write('catalyst-sync.config.yaml', 'mapping: native\n')
    const { code, stderr } = await shell().run(['init'])
    expect(code).toBe(1)
    expect(stderr).toContain('catalyst-sync.config.yaml is there already')
    const forced = await shell().json('init', '--force')
    expect(forced).toMatchObject({
      removed: ['catalyst-sync.config.yaml'],
      config: { mapping: 'native' },
    })
    expect(existsSync(folder.file('catalyst-sync.config.yaml'))).toBe(false)
  })

  test.each([['package.json'], ['json']])(
    'knows the configuration in package.json, and makes a %s of it when it is told to',
    async (form) => {
      install()
      const config = { mapping: 'compatible' }
      const own = { name: 'studio', 'catalyst-sync': config }
      write('package.json', JSON.stringify(own))
      const { code, stderr } = await shell().run(['init', '--format', form])
      expect(code).toBe(1)
      expect(stderr).toContain('the key catalyst-sync of package.json is there already')
      const held = () => JSON.parse(readFileSync(folder.file('package.json'), 'utf8'))
      expect(held()).toEqual(own)

      const words = ['init', '--force', '--format', form, '--provider', 'files']
      const { config: made, removed } = await shell().json(...words, '--database', 'dev.db')
      const isKept = form === 'package.json'
      expect(removed).toEqual(isKept ? [] : ['the key catalyst-sync of package.json'])
      expect(held()).toEqual({ name: 'studio', ...(isKept && { 'catalyst-sync': made }) })
      expect((await shell().json('plan')).target).toMatch(/^files:/)
    },
  )

  test('is about a new start, and leaves alone what may be committed', async () => {
    write('.env', 'DATABASE_URL=file:./dev.db\n')
    const { code, stdout } = await shell().run(['init'])
    expect(code).toBe(0)
    expect(stdout).toContain('mapping  native')
    expect(readFileSync(folder.file('catalyst-sync.config.mjs'), 'utf8')).toContain(
      "mapping: 'native'",
    )
    expect(readFileSync(folder.file('.env'), 'utf8')).toBe('DATABASE_URL=file:./dev.db\n')
    expect(readFileSync(folder.file('.env.local'), 'utf8')).toContain('OPTIMIZELY_CLIENT_SECRET=\n')
  })
})
