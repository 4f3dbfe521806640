import { type DeploymentJob, type Recovery, SyncEngine } from '..'
import { Bench, job, provider } from './support/bench'
import { environment, script } from './support/script'
import { edit } from './support/studio'

// What the studio's dialog offers after a deployment that succeeded in part, carried out as the studio
// would: with the public functions, against a platform that counts what it is sent.

const ACTIONS: Recovery['actions'] = [
  'retry_failed',
  'view_errors',
  'continue_later',
  'force_full',
  'manual_fix',
]

let bench: Bench
beforeEach(async () => {
  forgotten = 0
  // One request at a time, so that there is one order; one attempt, so that nobody waits.
  const options = { maxInFlight: 1, maxAttempts: 1, cacheTtlMs: 0 }
  bench = await Bench.open({ types: 10, options })
})
afterEach(async () => {
  expect(await bench.platform.violations()).toEqual([])
  await bench.close()
})

/** Has the platform refuse types, each in its own way. */
async function strike(statuses: Record<string, number>): Promise<void> {
  const add = Object.entries(statuses).map(([key, status]) => ({
    when: { method: 'POST', key },
    what: { kind: 'status', status },
  }))
  await bench.platform.control('faults', { add })
}

const mend = () => bench.platform.control('faults', { clear: true })

/** A deployment of ten types of which three fail, for three reasons. */
async function partly(): Promise<DeploymentJob> {
  await strike({ Type8: 422, Type9: 403, Type10: 503 })
  const { job: ended } = await bench.deploy().handle.done
  await mend()
  await forget()
  return ended
}

/** A deployment that asked to stop at its first failure, the fourth of ten types. */
async function stopped(): Promise<DeploymentJob> {
  await strike({ Type3: 422 })
  const { job: ended } = await bench.deploy({ options: { stopOnError: true } }).handle.done
  await mend()
  await forget()
  return ended
}

/** How many requests are not counted any more. */
let forgotten = 0

async function forget(): Promise<void> {
  forgotten = (await bench.platform.requests()).length
}

/** What was sent since, in order: `post Type1`. */
async function sent(): Promise<string[]> {
  const requests = (await bench.platform.requests()) as { kind: string; key?: string }[]
  const since = requests.slice(forgotten)
  const writes = since.filter(({ kind }) => ['post', 'patch', 'delete'].includes(kind))
  return writes.map(({ kind, key }) => `${kind} ${key}`)
}

const ALL = Array.from({ length: 10 }, (_, at) => `Type${at + 1}`).sort()
/** What is left of these, in the order of their keys, when the fourth fails. */
const LEFT = ALL.slice(3)

/** Nothing is left to be done, and every type is there once. */
async function expectWhole(): Promise<void> {
  expect((await bench.platform.keys('Type')).sort()).toEqual(ALL)
  const { summary } = await bench.engine.detectChanges()
  expect(summary).toMatchObject({ total: 0, unchanged: 10 })
}

test('view errors: the dialog says what happened, type by type, and says so to a later process', async () => {
  const { recovery } = await partly()
  expect(recovery).toEqual({
    message: 'Sync partially completed',
    successful: 7,
    failed: 3,
    errors: [
      { type: 'Type10', code: 'PLATFORM_FAILED', error: expect.stringContaining('503') },
      { type: 'Type8', code: 'REJECTED', error: expect.stringContaining('422') },
      { type: 'Type9', code: 'FORBIDDEN', error: expect.stringMatching(/; .+/) },
    ],
    canResume: true,
    actions: ACTIONS,
  } satisfies Recovery)
  const later = new SyncEngine(bench.options)
  expect((await later.getDeployment('deploy-1'))?.recovery).toEqual(recovery)
  await later.close()
  expect(await sent()).toEqual([])
})

test('retry failed: what failed is sent once, and what was not attempted stays', async () => {
  const { recovery } = await stopped()
  const told = { successful: 3, failed: 1, notAttempted: 6, errors: [{ type: 'Type3' }] }
  expect(recovery).toMatchObject({ ...told, actions: ACTIONS })
  const first = await bench.platform.keys('Type')
  expect(first.sort()).toEqual(['Type1', 'Type10', 'Type2'])
  const { done } = bench.engine.resumeDeployment('deploy-1', () => {}, { mode: 'failed' })
  const { job: retried } = await done
  expect(retried).toMatchObject({
    outcome: 'partial',
    recovery: { successful: 4, failed: 0, notAttempted: 6, errors: [] },
  })
  expect(await sent()).toEqual(['post Type3'])
  expect((await bench.platform.keys('Type')).sort()).toEqual([...first, 'Type3'].sort())
  const { job: last } = await bench.engine.resumeDeployment('deploy-1', () => {}).done
  expect(last).toMatchObject({ status: 'completed', outcome: 'success' })
  expect(last.outcomes).toHaveLength(10)
  const [listed] = bench.engine.getDeploymentHistory()
  expect(listed?.outcomes).toEqual(last.outcomes)
  await expectWhole()
})

test('retry failed, as the wizard does it: the job once more, after a while', async () => {
  const ended = await partly()
  const { done } = bench.engine.retryDeployment(ended, provider(), () => {})
  const { job: retried } = await done
  expect(retried).toMatchObject({ id: 'deploy-1-retry-1', status: 'completed', retryCount: 1 })
  expect(await sent()).toEqual(['post Type10', 'post Type8', 'post Type9'])
  await expectWhole()
})

test('continue later: another process carries on with what is left, and nothing is sent twice', async () => {
  await stopped()
  await bench.engine.close()
  const printed = await script(
    `const engine = new sync.SyncEngine({ maxInFlight: 1 })
    engine.resumeDeployment('deploy-1', () => {}).done.then(({ job, outcomes }) => {
      console.log(job.id, job.status, outcomes.map(({ typeKey }) => typeKey).sort().join(' '))
      return engine.close()
    })`,
    environment(bench),
  )
  expect(printed).toBe(`deploy-1 completed ${ALL.join(' ')}`)
  expect((await sent()).sort()).toEqual(LEFT.map((key) => `post ${key}`))
  const later = new SyncEngine(bench.options)
  const ended = await later.getDeployment('deploy-1')
  expect(ended).toMatchObject({ status: 'completed' })
  expect(ended?.recovery).toBeUndefined()
  expect((await later.detectChanges()).summary).toMatchObject({ total: 0, unchanged: 10 })
  await later.close()
})

test('continue later: what failed again is told again, and what succeeded is left alone', async () => {
  await stopped()
  await strike({ Type3: 422 })
  const other = new SyncEngine(bench.options)
  const { done } = other.resumeDeployment('deploy-1', () => {})
  const { job: again } = await done
  // The options of the job hold: it stops at its first failure once more.
  expect(again).toMatchObject({
    status: 'failed',
    outcome: 'partial',
    recovery: { successful: 3, failed: 1, notAttempted: 6, errors: [{ code: 'REJECTED' }] },
  })
  expect(await sent()).toEqual(['post Type3'])
  await mend()
  await forget()
  const { job: last } = await other.resumeDeployment('deploy-1', () => {}).done
  expect(last.status).toBe('completed')
  expect((await sent()).sort()).toEqual(LEFT.map((key) => `post ${key}`))
  await other.close()
  await expectWhole()
})

test('force full: everything is sent again, each type once', async () => {
  await partly()
  const again = job({ id: 'deploy-2', options: { force: true } })
  const { job: ended, outcomes } = await bench.engine.startDeployment(again, provider(), () => {})
    .done
  expect(ended.status).toBe('completed')
  expect(outcomes).toHaveLength(10)
  const made = ['Type10', 'Type8', 'Type9']
  expect((await sent()).sort()).toEqual(
    ALL.map((key) => `${made.includes(key) ? 'post' : 'patch'} ${key}`).sort(),
  )
  await expectWhole()
})

test('force full: the types of the job, without what was agreed to for its plan', async () => {
  await bench.deploy().handle.done
  const path = bench.folder.file('dev.db')
  edit(
    path,
    `UPDATE "ContentType" SET "fields" = replace("fields", '"Title"', '"Headline"') WHERE "id" IN ('ct_1', 'ct_2')`,
  )
  const fault = { when: { method: 'PATCH', key: 'Type1' }, what: { kind: 'status', status: 422 } }
  await bench.platform.control('faults', { add: [fault] })
  const options = { allowDelete: true, allowDataLoss: true }
  const selectedTypes = ['Type1', 'Type3']
  const { job: ended } = await bench.deploy({ id: 'deploy-2', selectedTypes, options }).handle.done
  expect(ended.outcome).toBe('failed')
  await mend()
  await forget()
  edit(path, `DELETE FROM "ContentType" WHERE "id" = 'ct_3'`)

  const again = { ...ended, id: 'deploy-3', options: { mode: ended.options?.mode, force: true } }
  const { outcomes } = await bench.engine.startDeployment(again, provider(), () => {}).done
  expect(outcomes).toMatchObject([
    { typeKey: 'Type3', status: 'skipped', error: { code: 'DELETE_REFUSED' } },
    { typeKey: 'Type1', operation: 'update', status: 'success' },
  ])
  expect(await sent()).toEqual(['patch Type1'])
})

test('manual fix: the error says where, the studio is mended, and the retry sends what was mended', async () => {
  const path = bench.folder.file('dev.db')
  const nameOf = (name: string) =>
    edit(
      path,
      `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[1].name', ?) WHERE "id" = 'ct_5'`,
      name,
    )
  nameOf('Title')
  const { job: ended } = await bench.deploy().handle.done
  expect(ended.recovery).toMatchObject({ successful: 9, failed: 1, actions: ACTIONS })
  const [error] = ended.recovery?.errors ?? []
  expect(error).toMatchObject({ type: 'Type5', code: 'COLLIDING_KEYS' })
  expect(error?.error).toMatch(/title.*Title|Title.*title/)
  expect(await sent()).toHaveLength(9)

  // As long as nothing is mended it fails again, and sends nothing.
  await forget()
  const once = await bench.engine.resumeDeployment('deploy-1', () => {}, { mode: 'failed' }).done
  expect(once.job.status).toBe('failed')
  expect(await sent()).toEqual([])

  nameOf('body')
  const findings = await bench.engine.validate({ contentTypeKeys: ['Type5'] })
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  const twice = await bench.engine.resumeDeployment('deploy-1', () => {}, { mode: 'failed' }).done
  expect(twice.job.status).toBe('completed')
  expect(await sent()).toEqual(['post Type5'])
  await expectWhole()
})
