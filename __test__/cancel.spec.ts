import type { DeploymentHandle } from '..'
import { Bench, job, messages, provider, statuses } from './support/bench'

let bench: Bench

beforeAll(async () => {
  bench = await Bench.open({ types: 20, latencyMs: 50 })
})

afterAll(() => bench?.close())

const BY_USER = 'Deployment cancelled by user'

/** Starts a deployment and waits for its second update, when it certainly works. */
async function working(id: string) {
  let seen = 0
  let report: () => void
  const second = new Promise<void>((resolve) => (report = resolve))
  const updates: ReturnType<typeof job>[] = []
  const handle = bench.engine.startDeployment(job({ id }), provider(), (update) => {
    updates.push(update)
    if (++seen === 2) report()
  })
  await second
  return { handle, updates }
}

test('ends at once, once, with a warning', async () => {
  const { handle, updates } = await working('a')
  handle.cancel()
  handle.cancel()
  expect(bench.engine.cancelDeployment('a')).toBe(false)
  expect(updates.at(-1)).toMatchObject({ status: 'cancelled' })
  expect(updates.at(-1)?.progress).toBeLessThan(100)
  expect(updates.at(-1)?.completedAt).toBeInstanceOf(Date)
  expect(updates.at(-1)?.logs.at(-1)).toMatchObject({ level: 'warning', message: BY_USER })
  const { job: last } = await handle.done
  expect(statuses(updates).filter((status) => status === 'cancelled')).toHaveLength(1)
  expect(last.status).toBe('cancelled')
  expect(messages(last).filter((message) => message === BY_USER)).toHaveLength(1)
})

test('works inside the first update', async () => {
  const seen: string[] = []
  const answers: boolean[] = []
  const handle = bench.engine.startDeployment(job({ id: 'b' }), provider(), ({ status }) => {
    seen.push(status)
    if (status === 'running') answers.push(bench.engine.cancelDeployment('b'))
  })
  expect(seen).toEqual(['running', 'cancelled'])
  expect(answers).toEqual([true])
  const { job: last, outcomes } = await handle.done
  expect(seen).toEqual(['running', 'cancelled'])
  expect(last.status).toBe('cancelled')
  expect(outcomes).toEqual([])
})

test('does nothing after the end', async () => {
  const quick = await Bench.open({ types: 1 })
  const { handle, updates } = quick.deploy({ id: 'c' })
  await handle.done
  const before = updates.length
  handle.cancel()
  expect(quick.engine.cancelDeployment('c')).toBe(false)
  expect(updates).toHaveLength(before)
  expect(updates.at(-1)?.status).toBe('completed')
  await quick.close()
})

test('does nothing inside the terminal update', async () => {
  const quick = await Bench.open({ types: 1 })
  const seen: string[] = []
  const handle: DeploymentHandle = quick.engine.startDeployment(job(), provider(), ({ status }) => {
    seen.push(status)
    if (status === 'completed') handle.cancel()
  })
  expect((await handle.done).job.status).toBe('completed')
  expect(seen.filter((status) => status !== 'running')).toEqual(['completed'])
  await quick.close()
})

test('knows no deployment that was never started', () => {
  expect(bench.engine.cancelDeployment('nobody')).toBe(false)
})

test('lets the next run of the same website wait instead of refusing it', async () => {
  const first = await working('d')
  let firstDone = false
  void first.handle.done.then(() => (firstDone = true))
  first.handle.cancel()
  const second = bench.deploy({ id: 'd' })
  const { job: last } = await second.handle.done
  expect(firstDone).toBe(true)
  expect(last.status).toBe('completed')
})

test('sends nothing new, and is done when every request was answered', async () => {
  const own = await Bench.open({ types: 40, latencyMs: 50 })
  let handle: DeploymentHandle | undefined
  await new Promise<void>((resolve) => {
    handle = own.engine.startDeployment(job(), provider(), ({ progress, status }) => {
      if (progress <= 20 || status !== 'running') return
      handle?.cancel()
      resolve()
    })
  })
  const result = await handle?.done
  for (const { status } of await own.platform.requests()) expect(status).toEqual(expect.any(Number))
  const done = result?.outcomes.filter(({ status }) => status === 'success') ?? []
  expect(done.length).toBeLessThan(40)
  expect(await own.platform.keys('Type')).toEqual(done.map(({ typeKey }) => typeKey).sort())
  const rest = await own.deploy().handle.done
  const created = rest.outcomes.filter(({ operation }) => operation === 'create')
  expect(created).toHaveLength(40 - done.length)
  const posts = (await own.platform.requests()).filter(({ kind }) => kind === 'post')
  expect(posts).toHaveLength(40)
  await own.close()
})
