import { Bench, job, provider, statuses } from './support/bench'

test('updates are new objects, whole, rising, and 100 only at the end', async () => {
  const bench = await Bench.open({ types: 20, latencyMs: 20, options: { updateIntervalMs: 0 } })
  const { handle, updates } = bench.deploy({ progress: 3 })
  await handle.done
  const progress = updates.map((update) => update.progress)
  expect(progress.every(Number.isInteger)).toBe(true)
  expect(progress).toEqual([...progress].sort((a, b) => a - b))
  expect(progress[0]).toBe(3)
  expect(progress.indexOf(100)).toBe(progress.length - 1)
  expect(new Set(updates).size).toBe(updates.length)
  expect(new Set(updates.map((update) => update.logs)).size).toBe(updates.length)
  const last = updates.at(-1)
  for (const update of updates) {
    update.logs.forEach((entry, at) => expect(entry).toBe(last?.logs[at]))
  }
  await bench.close()
})

test('a change that the host makes to an update does not reach the next one', async () => {
  const bench = await Bench.open()
  const seen: number[] = []
  const handle = bench.engine.startDeployment(job(), provider(), (update) => {
    seen.push(update.logs.length)
    update.logs.length = 0
    update.status = 'failed'
  })
  const { job: last } = await handle.done
  expect(last.status).toBe('completed')
  expect(last.logs).toHaveLength(seen.at(-1) ?? -1)
  expect(last.logs[0]?.message).toBe('Extracting content types from database...')
  await bench.close()
})

test('coalesces: few updates, every log entry', async () => {
  const often = await Bench.open({ types: 30, options: { updateIntervalMs: 0 } })
  const all = (await often.deploy().handle.done).job.logs.length
  await often.close()
  const bench = await Bench.open({ types: 30, options: { updateIntervalMs: 60_000 } })
  const { handle, updates } = bench.deploy()
  const { job: last } = await handle.done
  expect(statuses(updates)).toEqual(['running', 'completed'])
  expect(last.logs).toHaveLength(all)
  await bench.close()
})

test('log entries have the four members of the contract and no other', async () => {
  const bench = await Bench.open()
  const { job: last } = await bench.deploy().handle.done
  const members = new Set(last.logs.flatMap((entry) => Object.keys(entry)))
  expect([...members].sort()).toEqual(expect.arrayContaining(['level', 'message', 'timestamp']))
  members.delete('details')
  expect(members.size).toBe(3)
  await bench.close()
})
