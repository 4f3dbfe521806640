import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SyncEngine, type SyncError } from '..'
import { ROOT } from './support/script'

const thrown = (work: () => unknown): SyncError => {
  try {
    work()
  } catch (error) {
    return error as SyncError
  }
  throw new Error('nothing was thrown')
}

test('are errors of this realm, with everything that the contract names', () => {
  const error = thrown(() => new SyncEngine({ mapping: 'x' as never }))
  expect(error).toBeInstanceOf(Error)
  expect(Object.keys(error).sort()).toEqual(['class', 'code', 'details', 'retryable', 'status'])
  expect(error).toMatchObject({
    code: 'INVALID_ARGUMENT',
    class: 'VALIDATION',
    status: 400,
    retryable: false,
    details: {},
  })
  expect(error.stack).toContain('errors.spec.ts')
})

test('their codes are those of the README, of which the engine has each', () => {
  const textOf = (name: string) => readFileSync(join(ROOT, name), 'utf8')
  const [, table = ''] = textOf('README.md').split('\n## Errors\n')
  const rows = [...table.matchAll(/^\| `(\w+)` \| \w+ \| \d{3} \|/gm)].map(([, code]) => code)
  const [, union = ''] = /^export type ErrorCode =$(.*?)\n\n/ms.exec(textOf('index.d.ts')) ?? []
  const typed = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code)
  expect(typed).toEqual(rows)
  expect(rows).toContain('PLAN_STALE')
})

test('say what is wrong with a text that is no JSON', () => {
  const error = thrown(() => new SyncEngine({}).hashContentType('{"a":'))
  expect(error.code).toBe('INVALID_ARGUMENT')
  expect(error.message).toContain('unexpected end of the text')
})

test('keep the error of a getter as their cause', () => {
  const cause = new Error('no')
  const options = {
    get databaseUrl(): string {
      throw cause
    },
  }
  const error = thrown(() => new SyncEngine(options))
  expect(error).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'options.databaseUrl cannot be read',
    cause,
  })
})

test('a list that cannot be looked at is refused by name', async () => {
  const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  await expect(engine.resolveConflicts(proxy)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'conflicts cannot be read',
  })
  await engine.close()
})

test('rejections are errors of this realm', async () => {
  const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
  const error = await engine.extractContentTypes().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ code: 'DATABASE_NOT_FOUND', class: 'STATE', status: 503 })
  await engine.close()
})

describe('name the member that cannot be read', () => {
  const cause = new Error('no')
  /** An object of which one member cannot be read. */
  const without = (name: string): never =>
    Object.defineProperty({}, name, {
      enumerable: true,
      get() {
        throw cause
      },
    }) as never

  test.each<[string, () => unknown]>([
    ['options.logger', () => new SyncEngine(without('logger'))],
    ['options.provider', () => new SyncEngine({ provider: without('id') })],
    ['options.onUpdate', () => new SyncEngine({}).rollbackDeployment('x', without('onUpdate'))],
    ['definition.fields', () => new SyncEngine({}).hashContentType(without('fields'))],
  ])('%s', (name, work) => {
    expect(thrown(work)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `${name} cannot be read`,
      cause,
    })
  })

  test('in a rejection', async () => {
    const error = await new SyncEngine({}).detectChanges(without('websiteId')).catch((e) => e)
    const message = 'options.websiteId cannot be read'
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message, cause })
  })

  test.each<[string, () => Parameters<SyncEngine['synchronize']>[0]]>([
    ['options.dryRun', () => without('dryRun')],
    ['options.provider', () => without('provider')],
    ['provider.id', () => ({ provider: without('id') })],
    ['provider.config', () => ({ provider: without('config') })],
  ])('%s, where a deployment ends failed instead of throwing', async (name, options) => {
    const engine = new SyncEngine({})
    const { job, outcomes } = await engine.synchronize(options())
    const error = `${name} cannot be read`
    expect(job).toMatchObject({ status: 'failed', errorInfo: { code: 'INVALID_ARGUMENT' }, error })
    expect(outcomes).toEqual([])
    expect(engine.getDeploymentHistory()).toEqual([job])
    await engine.close()
  })

  test('but not where it is no single one', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const error = thrown(() => new SyncEngine({}).hashContentType(proxy))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: 'definition cannot be read' })
  })
})

test.each<[unknown, string]>([
  [Symbol('x'), 'symbol'],
  [7n, 'bigint'],
  [7, 'number'],
  [undefined, 'undefined'],
  [{ toString: () => 'x' }, 'object'],
])('an id that is no text is refused: %p', async (id, type) => {
  const error = await new SyncEngine({}).getDeployment(id as never).catch((e) => e)
  const message = `id is of type ${type}, and should be the id of a deployment`
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message })
})
