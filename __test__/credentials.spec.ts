import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

import * as sync from '..'
import { SyncEngine } from '..'
import { Bench, job } from './support/bench'

const SECRET = 'pl4nted-secret'
const VARIABLES = ['CATALYST_SYNC_KEY', 'CATALYST_SYNC_KEY_NEXT'] as const

let bench: Bench
const made: SyncEngine[] = []
beforeEach(async () => {
  bench = await Bench.open({ types: 1 })
  process.env.CATALYST_SYNC_KEY = randomBytes(32).toString('base64')
})
afterEach(async () => {
  for (const name of VARIABLES) delete process.env[name]
  for (const engine of made.splice(0)) await engine.close()
  await bench.close()
})

/** An engine whose options bring no credentials, in the environment as it is now. */
function engine(): SyncEngine {
  const { databaseUrl, allowedHosts } = bench.options
  made.push(new SyncEngine({ databaseUrl, allowedHosts }))
  return made.at(-1)!
}

const values = (clientSecret = 'test-secret') => ({
  clientId: 'test-client',
  clientSecret,
  apiUrl: `${bench.platform.origin}/v1`,
})

test('a deployment needs no secret in the request', async () => {
  const own = engine()
  await expect(own.detectChanges()).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING' })
  expect(await own.credentials.set('optimizely', values())).toBeUndefined()
  const { done } = own.startDeployment(job(), 'optimizely' as never, () => {})
  expect((await done).job.status).toBe('completed')
  expect(await engine().health()).toMatchObject({ platform: { status: 'ok' } })
  expect(await own.credentials.remove('optimizely')).toBe(true)
  expect(await own.credentials.remove('optimizely')).toBe(false)
  await expect(own.detectChanges()).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING' })
})

test('they are never told, and in no file', async () => {
  const own = engine()
  await own.credentials.set('optimizely', values(SECRET))
  const { job: ended } = await own.startDeployment(job(), 'optimizely' as never, () => {}).done
  expect(ended.errorInfo?.code).toBe('AUTH_FAILED')
  const told = [
    ended,
    await own.health(),
    own.metrics(),
    own.credentials,
    await own.getDeployment('deploy-1'),
  ]
  expect(JSON.stringify(told)).not.toContain(SECRET)
  expect(Object.keys(own.credentials)).toEqual(['set', 'remove', 'rotate'])
  for (const entry of readdirSync(bench.folder.path, { withFileTypes: true })) {
    if (entry.isFile())
      expect(readFileSync(bench.folder.file(entry.name)).includes(SECRET)).toBe(false)
  }
})

test('the key is changed for all of them at once', async () => {
  await engine().credentials.set('optimizely', values())
  await expect(engine().credentials.rotate()).rejects.toMatchObject({ code: 'KEY_INVALID' })
  const next = randomBytes(32).toString('hex')
  process.env.CATALYST_SYNC_KEY_NEXT = next
  expect(await engine().credentials.rotate()).toBe(1)
  expect((await engine().health()).platform.status).toBe('ok')
  delete process.env.CATALYST_SYNC_KEY_NEXT
  await expect(engine().detectChanges()).rejects.toMatchObject({ code: 'KEY_WRONG', status: 503 })
  process.env.CATALYST_SYNC_KEY = next
  expect((await engine().health()).platform.status).toBe('ok')
})

test('they are for an admin', async () => {
  const editor = engine().as({ id: 'ada', role: 'editor' })
  const refused = { code: 'ROLE_REFUSED' }
  await expect(editor.credentials.set('optimizely', values())).rejects.toMatchObject(refused)
  await expect(editor.credentials.remove('optimizely')).rejects.toMatchObject(refused)
  await expect(editor.credentials.rotate()).rejects.toMatchObject(refused)
})

test.each<[unknown[], string, string]>([
  [[], 'INVALID_ARGUMENT', 'providerId is missing'],
  [[5, {}], 'INVALID_ARGUMENT', 'providerId is 5'],
  [['optimizely'], 'INVALID_ARGUMENT', 'values is missing'],
  [['optimizely', SECRET], 'INVALID_ARGUMENT', 'values is'],
  [
    ['optimizely', { clientId: 'x', clientSecret: [SECRET] }],
    'INVALID_ARGUMENT',
    'values.clientSecret',
  ],
  [['optimizely', { clientId: 'x' }], 'INVALID_ARGUMENT', 'values.clientSecret is missing'],
  [['nowhere', { clientId: 'x', clientSecret: SECRET }], 'UNKNOWN_PROVIDER', 'nowhere'],
])('set refuses %j and repeats no value', async (given, code, message) => {
  const set = engine().credentials.set as (...given: unknown[]) => Promise<void>
  const error = await set(...given).catch((error: Error) => error)
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string })
  expect(JSON.stringify([(error as Error).message, error])).not.toContain(SECRET)
})

test('the functions of the module belong to the default engine', async () => {
  sync.configure({
    databaseUrl: bench.options.databaseUrl,
    allowedHosts: bench.options.allowedHosts,
  })
  await sync.credentials.set('optimizely', values())
  expect((await sync.health()).platform.status).toBe('ok')
  expect(await sync.credentials.remove('optimizely')).toBe(true)
  await sync.close()
  sync.configure()
})
