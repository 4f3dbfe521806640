import type { DeploymentJob } from '..'
import { Bench, job, provider, watched } from './support/bench'

// A deployment reads the same from the state as from memory, except for its log.

let bench: Bench

beforeEach(async () => {
  // One request at a time, so that it is known how far a run comes.
  bench = await Bench.open({ types: 3, options: { maxInFlight: 1 } })
})
afterEach(() => bench.close())

/** Lets the platform refuse creations. */
const refuse = (status: number, ...keys: string[]) =>
  bench.platform.control('faults', {
    add: keys.map((key) => ({ when: { method: 'POST', key }, what: { kind: 'status', status } })),
  })

/** The end of a deployment as it was shown, as memory has it, and as the state has it. */
async function ends(id: string, shown: DeploymentJob | undefined) {
  const { engine } = bench
  const live = await engine.getDeployment(id)
  engine.clearHistory()
  const stored = await engine.getDeployment(id)
  const compared = ({ logs: _, completedAt, ...members }: DeploymentJob) => {
    expect(completedAt).toBeInstanceOf(Date)
    return members
  }
  if (!shown || !live || !stored) throw new Error('a deployment is missing')
  return { shown: compared(shown), live: compared(live), stored: compared(stored) }
}

test.each<[string, Partial<DeploymentJob>, () => Promise<unknown>, Partial<DeploymentJob>]>([
  ['a success', {}, async () => {}, { outcome: 'success', progress: 100 }],
  [
    'a partial result',
    {},
    () => refuse(422, 'Type2'),
    {
      outcome: 'partial',
      progress: 100,
      error: 'Sync partially completed: 2 succeeded, 1 failed',
    },
  ],
  [
    'one that stopped at the first failure',
    { options: { stopOnError: true } },
    () => refuse(422, 'Type2'),
    { outcome: 'partial', progress: 60 },
  ],
  [
    'one of which everything failed',
    {},
    () => refuse(422, 'Type1', 'Type2', 'Type3'),
    { status: 'failed', outcome: 'failed', progress: 80 },
  ],
  [
    'one that had to stop',
    {},
    () => refuse(401, 'Type2'),
    { status: 'failed', outcome: 'failed', progress: 60 },
  ],
  [
    'one that had to stop before it came to the progress of its job',
    { progress: 42 },
    () => bench.platform.control('faults', { add: [{ what: { kind: 'status', status: 401 } }] }),
    { status: 'failed', outcome: 'failed', progress: 42 },
  ],
])('%s', async (_name, changes, prepare, expected) => {
  await prepare()
  const { handle, updates } = bench.deploy({ id: 'x', error: 'of an earlier run', ...changes })
  await handle.done
  const { shown, live, stored } = await ends('x', updates.at(-1))
  expect(live).toMatchObject(expected)
  expect(shown.progress).toBe(live.progress)
  expect(stored).toEqual(live)
})

test('a cancellation, which has no error', async () => {
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const { handle, updates } = await new Promise<ReturnType<typeof watched>>((resolve) => {
    const run = watched((onUpdate) =>
      bench.engine.startDeployment(job({ id: 'x' }), provider(), (update) => {
        onUpdate(update)
        if (update.progress === 20) setTimeout(() => resolve(run), 10)
      }),
    )
  })
  handle.cancel()
  const cancelled = updates.at(-1)
  expect(cancelled).toMatchObject({ status: 'cancelled' })
  await handle.done
  const { live, stored } = await ends('x', cancelled)
  expect(live.progress).toBe(cancelled?.progress)
  expect(stored).toEqual(live)
  for (const name of ['error', 'errorInfo', 'outcome', 'recovery']) {
    expect(stored).not.toHaveProperty(name)
  }
})
