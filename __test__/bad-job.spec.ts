import { SyncEngine, type CMSProvider, type DeploymentJob } from '..'
import { job, provider, statuses, watched } from './support/bench'

const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
afterAll(() => engine.close())

/** A proxy that throws at whatever is done with it. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('a job that cannot run ends failed', () => {
  const circular: DeploymentJob & { self?: unknown } = job({ selectedTypes: 'x' as never })
  circular.self = circular
  const throwing = {
    get id(): string {
      throw new Error('no id for you')
    },
  } as DeploymentJob
  test.each<[string, unknown, unknown, string, string]>([
    ['no job', null, provider(), 'INVALID_ARGUMENT', 'job is missing, and should be an object'],
    [
      'a job that is no object',
      5,
      provider(),
      'INVALID_ARGUMENT',
      'job is 5, and should be an object',
    ],
    ['no id', { ...job(), id: undefined }, provider(), 'INVALID_ARGUMENT', 'job.id is missing'],
    ['an empty id', job({ id: '' }), provider(), 'INVALID_ARGUMENT', 'job.id is ""'],
    ...[Symbol('s'), 7n, NaN, new Date(0), () => 'x'].map(
      (id): [string, unknown, unknown, string, string] => [
        `an id of type ${typeof id}`,
        job({ id: id as never }),
        provider(),
        'INVALID_ARGUMENT',
        `job.id is of type ${typeof id}, and should be a text`,
      ],
    ),
    [
      'a date that cannot be looked at',
      job({ startedAt: revoked() as never }),
      provider(),
      'INVALID_ARGUMENT',
      'job is "[unreadable]"',
    ],
    ['a throwing getter', throwing, provider(), 'INVALID_ARGUMENT', 'job is "[unreadable]"'],
    [
      'a log entry that cannot be read',
      job({
        logs: [
          Object.defineProperty({}, 'timestamp', { enumerable: true, get: () => throwing.id }),
        ] as never,
      }),
      provider(),
      'INVALID_ARGUMENT',
      'job is "[unreadable]"',
    ],
    ['a circular job', circular, provider(), 'INVALID_ARGUMENT', 'job.selectedTypes is "x"'],
    ['no provider', job(), null, 'INVALID_ARGUMENT', 'provider is missing'],
    ['a provider without id', job(), {}, 'INVALID_ARGUMENT', 'provider.id is missing'],
    [
      'a provider that cannot be read',
      job(),
      throwing,
      'INVALID_ARGUMENT',
      'provider.id cannot be read',
    ],
    [
      'a setting without a JSON form',
      job(),
      provider({ clientSecret: 7n as never }),
      'INVALID_ARGUMENT',
      'provider.config cannot be read',
    ],
    [
      'a setting that is no text',
      job(),
      provider({ clientSecret: 7 as never }),
      'INVALID_ARGUMENT',
      'provider.config.clientSecret is a number, and should be a text',
    ],
    [
      'an option of the wrong type',
      job({ options: { dryRun: 'yes' as never } }),
      provider(),
      'INVALID_ARGUMENT',
      'job.options.dryRun is "yes", and should be true or false',
    ],
    [
      'an unknown rollback',
      job({ options: { rollback: 'all' as never } }),
      provider(),
      'INVALID_ARGUMENT',
      'options.rollback',
    ],
    [
      'a strategy of the platform for a push',
      job({ options: { conflictStrategy: 'target_wins' } }),
      provider(),
      'INVALID_ARGUMENT',
      'target_wins',
    ],
    [
      'an unknown mode',
      job({ options: { mode: 'x' as never } }),
      provider(),
      'INVALID_ARGUMENT',
      'x',
    ],
  ])('%s', async (_name, badJob, badProvider, code, message) => {
    const { handle, updates } = watched((onUpdate) =>
      engine.startDeployment(badJob as DeploymentJob, badProvider as CMSProvider, onUpdate),
    )
    expect(statuses(updates)).toEqual(['running'])
    const { job: last } = await handle.done
    expect(statuses(updates)).toEqual(['running', 'failed'])
    expect(last).toMatchObject({ outcome: 'failed', progress: 0, errorInfo: { code } })
    expect(last.error).toContain(message)
    expect(last.logs.at(-1)).toMatchObject({ level: 'error', message: last.error })
  })
})

test('refuses an onUpdate that is no function', () => {
  const start = () => engine.startDeployment(job(), provider(), undefined as never)
  expect(start).toThrow('onUpdate is of type undefined, and should be a function')
  expect(start).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', status: 400 }))
})

test('opens the database on its own threads', async () => {
  const { handle, updates } = watched((onUpdate) =>
    engine.startDeployment(job(), provider(), onUpdate),
  )
  expect(statuses(updates)).toEqual(['running'])
  expect((await handle.done).job.errorInfo?.code).toBe('DATABASE_NOT_FOUND')
})

test('a retry refuses an id that is no text as a deployment does', async () => {
  const symbol = job({ id: Symbol('s') as never })
  const { handle, updates } = watched((onUpdate) =>
    engine.retryDeployment(symbol, provider(), onUpdate),
  )
  expect(statuses(updates)).toEqual(['running'])
  const { job: last } = await handle.done
  expect(last.error).toBe('job.id is of type symbol, and should be a text')
  expect(engine.getDeploymentHistory()).not.toContainEqual(last)
})
