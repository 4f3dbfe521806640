import type { TypeOutcome } from '..'
import { Bench, messages } from './support/bench'
import { edit } from './support/studio'

type Ended = { outcome?: TypeOutcome }

test('say what happens, in the words of the studio', async () => {
  // One request at a time, so that there is one order.
  const bench = await Bench.open({ types: 3, options: { maxInFlight: 1 } })
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 422 } }
  await bench.platform.control('faults', { add: [strike] })
  const { job: half } = await bench.deploy().handle.done
  expect(messages(half)).toEqual([
    'Extracting content types from database...',
    'Found 3 content types to sync...',
    'Detecting changes (3 new, 0 modified, 0 failed last sync)...',
    'Transforming to Optimizely schema...',
    'Creating new content types (1 of 3)...',
    'Syncing Type 1 (1 of 3)...',
    'Type 1: created',
    'Syncing Type 2 (2 of 3)...',
    expect.stringMatching(/^Type 2: the platform answered 422/),
    'Syncing Type 3 (3 of 3)...',
    'Type 3: created',
    'Verifying synchronization...',
    'Sync completed: 2 succeeded, 1 failed',
  ])
  const [failure, ...others] = half.logs.filter(({ level }) => level !== 'info')
  expect(failure).toMatchObject({ level: 'error', details: { code: 'REJECTED' } })
  expect(others).toEqual([])
  // Whoever follows has each outcome when its type ends.
  const ends = half.logs.flatMap(({ details }) => (details as Ended | undefined)?.outcome ?? [])
  expect(ends).toEqual(half.outcomes)

  await bench.platform.control('faults', { clear: true })
  const label = `json_set("fields", '$.fields[0].label', 'Headline')`
  edit(
    bench.folder.file('dev.db'),
    `UPDATE "ContentType" SET "fields" = ${label} WHERE "id" = 'ct_1'`,
  )
  const { job: whole } = await bench.deploy().handle.done
  expect(messages(whole)).toEqual(
    expect.arrayContaining([
      'Detecting changes (1 new, 1 modified, 1 failed last sync)...',
      'Retrying failed types (1 of 1)...',
      'Updating modified types (1 of 1)...',
      'Sync completed: 2 succeeded, 0 failed',
    ]),
  )
  await bench.close()
})
