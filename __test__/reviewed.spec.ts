import { Bench } from './support/bench'
import { edit } from './support/studio'

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
})
afterEach(() => bench.close())

test('exactly the plan that was reviewed is carried out', async () => {
  const { digest, operations } = await bench.engine.planDeployment()
  expect(operations.map(({ typeKey }) => typeKey)).toEqual(['Type1', 'Type2'])

  const rename = `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[0].label', 'New')
    WHERE "id" = 'ct_1'`
  edit(bench.folder.file('dev.db'), rename)
  const { job, outcomes } = await bench.engine.synchronize({ planDigest: digest })
  expect(outcomes).toEqual([])
  expect(job).toMatchObject({
    status: 'failed',
    errorInfo: {
      code: 'PLAN_STALE',
      class: 'CONFLICT',
      details: {
        nextStep: 'plan again, review the plan, and deploy with its digest',
        operations: [{ typeKey: 'Type1', operation: 'create', change: 'changed' }],
      },
    },
  })

  const { digest: planDigest } = await bench.engine.planDeployment()
  const deployed = await bench.engine.synchronize({ planDigest })
  expect(deployed.outcomes.map(({ status }) => status)).toEqual(['success', 'success'])
})
