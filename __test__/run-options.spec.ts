import { readdirSync } from 'node:fs'

import { SyncEngine, type DeploymentJob, type TypeOutcome } from '..'
import { Bench } from './support/bench'
import { edit } from './support/studio'

let bench: Bench

beforeEach(async () => {
  bench = await Bench.open({ types: 3 })
})
afterEach(() => bench.close())

const deploy = (changes: Partial<DeploymentJob> = {}) => bench.deploy(changes).handle.done
const change = (sql: string) => edit(bench.folder.file('dev.db'), sql)

/** How many requests wrote. */
async function writes(): Promise<number> {
  const requests = await bench.platform.requests()
  return requests.filter(({ kind }) => ['post', 'patch', 'delete'].includes(kind)).length
}

const brief = (outcomes: TypeOutcome[]) =>
  outcomes.map(({ typeKey, operation, status, error }) =>
    [typeKey, operation, status, error?.code].filter(Boolean).join(' '),
  )

test('dryRun says what would be done, writes nothing and leaves nothing', async () => {
  const { job: last, outcomes } = await deploy({ options: { dryRun: true } })
  expect(last).toMatchObject({ status: 'completed', progress: 100 })
  expect(brief(outcomes)).toEqual(['Type1', 'Type2', 'Type3'].map((key) => `${key} create success`))
  expect(await writes()).toBe(0)
  expect(readdirSync(bench.folder.path)).toEqual(['dev.db'])
})

test('force sends what is as it should be', async () => {
  await deploy()
  await deploy()
  expect(await writes()).toBe(3)
  const { outcomes } = await deploy({ options: { force: true } })
  expect(brief(outcomes)).toEqual(['Type1', 'Type2', 'Type3'].map((key) => `${key} update success`))
  expect(await writes()).toBe(6)
})

test('allowDelete lets go what is gone', async () => {
  await deploy()
  change(`DELETE FROM "ContentType" WHERE "id" = 'ct_2'`)
  const kept = await deploy()
  expect(kept.job.status).toBe('completed')
  expect(brief(kept.outcomes)).toEqual(['Type2 delete skipped DELETE_REFUSED'])
  const { outcomes } = await deploy({ options: { allowDelete: true } })
  expect(brief(outcomes)).toEqual(['Type2 delete success'])
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type3'])
})

test('allowDataLoss lets properties go', async () => {
  await deploy()
  const fields = `[{"id":"f1","name":"title","type":"text","required":true}]`
  const set = `json_set("fields", '$.fields', json('${fields}'))`
  change(`UPDATE "ContentType" SET "fields" = ${set} WHERE "id" = 'ct_1'`)
  const kept = await deploy()
  const [type] = kept.outcomes
  expect(type?.withheld).toContain('/properties/body')
  const { outcomes } = await deploy({ options: { allowDataLoss: true } })
  expect(brief(outcomes)).toEqual(['Type1 update success'])
  expect(outcomes[0]?.withheld).toEqual([])
})

test('stopOnError begins nothing new', async () => {
  const slow = await Bench.open({ types: 3, options: { maxInFlight: 1 } })
  const strike = { when: { method: 'POST', key: 'Type1' }, what: { kind: 'status', status: 422 } }
  await slow.platform.control('faults', { add: [strike] })
  const { job: last, outcomes } = await slow.deploy({ options: { stopOnError: true } }).handle.done
  expect(brief(outcomes)).toEqual([
    'Type1 create failed REJECTED',
    'Type2 create not_attempted',
    'Type3 create not_attempted',
  ])
  // Nothing succeeded, and not everything was attempted.
  expect(last).toMatchObject({ status: 'failed', outcome: 'failed' })
  expect(last.progress).toBeLessThan(100)
  await slow.close()
})

test.each<[string, Partial<DeploymentJob>, string[]]>([
  ['a key', { selectedTypes: ['Type2'] }, ['Type2']],
  ['an id', { selectedTypes: ['ct_3'] }, ['Type3']],
  ['nothing', { selectedTypes: [] }, ['Type1', 'Type2', 'Type3']],
  ['a website', { websiteId: 'site_1' }, ['Type1', 'Type2', 'Type3']],
])('a selection by %s', async (_by, selection, keys) => {
  await deploy(selection)
  expect(await bench.platform.keys('Type')).toEqual(keys)
})

test.each<[Partial<DeploymentJob>, string]>([
  [{ selectedTypes: ['Nothing'] }, 'TYPE_NOT_FOUND'],
  [{ websiteId: 'nowhere' }, 'WEBSITE_NOT_FOUND'],
])('a selection of what is not there: %j', async (selection, code) => {
  const { job: last, metrics } = await deploy(selection)
  expect(last).toMatchObject({ status: 'failed', errorInfo: { code } })
  expect(metrics.successRate).toBe(0)
  expect(await writes()).toBe(0)
})

test.each([
  [{ dryrun: true }, 'options.dryrun is not known; did you mean dryRun?'],
  [
    { contentTypeKey: ['Type1'] },
    'options.contentTypeKey is not known; did you mean contentTypeKeys?',
  ],
])('a misspelt option deploys nothing: %j', async (options, message) => {
  const { job: last } = await bench.engine.synchronize(options as never)
  expect(last).toMatchObject({ status: 'failed', errorInfo: { code: 'INVALID_ARGUMENT' } })
  expect(last.error).toContain(message)
  expect(await writes()).toBe(0)
  await expect(bench.engine.planDeployment(options as never)).rejects.toMatchObject({ message })
})

test('a misspelt option undoes and decides nothing', async () => {
  await deploy()
  const undo = { plandigest: 'reviewed' } as never
  const { job: last } = await bench.engine.rollbackDeployment('deploy-1', undo).done
  expect(last).toMatchObject({ status: 'failed', errorInfo: { code: 'INVALID_ARGUMENT' } })
  expect(last.error).toContain('options.plandigest is not known; did you mean planDigest?')
  await expect(
    bench.engine.resolveConflicts([], { stategy: 'target_wins' } as never),
  ).rejects.toMatchObject({ message: 'options.stategy is not known; did you mean strategy?' })
  expect(await bench.platform.keys('Type')).toEqual(['Type1', 'Type2', 'Type3'])
})

test('the methods work off their engine, too', async () => {
  const { detectChanges, validate, getDeploymentHistory } = bench.engine
  expect((await detectChanges()).summary.created).toBe(3)
  expect(await validate()).toEqual(await bench.engine.validate())
  expect(getDeploymentHistory()).toEqual([])
  expect(Object.keys(bench.engine)).toEqual([])
})

describe('conflictStrategy', () => {
  const label = (text: string) =>
    change(
      `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[0].label', '${text}')
       WHERE "id" = 'ct_1'`,
    )
  const title = { properties: { title: { displayName: 'Theirs' } } }

  beforeEach(async () => {
    await deploy()
    label('Ours')
    await bench.platform.control('edit', { version: 'v1', key: 'Type1', patch: title })
  })

  test.each([
    [undefined, 'Type1 none conflict CONFLICT'],
    ['merge', 'Type1 none conflict CONFLICT'],
    ['skip', 'Type1 none conflict CONFLICT'],
    ['source_wins', 'Type1 update success'],
  ] as const)('%p of the job', async (conflictStrategy, outcome) => {
    const { job: last, outcomes } = await deploy({ options: { conflictStrategy } })
    expect(brief(outcomes)).toEqual([outcome])
    expect(last.outcome).toBe(conflictStrategy === 'source_wins' ? 'success' : 'partial')
  })

  test('of the engine, where the job names none', async () => {
    const engine = new SyncEngine({ ...bench.options, conflictStrategy: 'source_wins' })
    expect(brief((await engine.synchronize()).outcomes)).toEqual(['Type1 update success'])
    await engine.close()
  })
})
