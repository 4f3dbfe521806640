import { SyncEngine, type DeploymentJob } from '..'
import { job, provider } from './support/bench'

let engine: SyncEngine

beforeEach(() => {
  engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
})
afterEach(() => engine.close())

const run = (changes: Partial<DeploymentJob>) =>
  engine.startDeployment(job(changes), provider(), () => {}).done
const ids = () => engine.getDeploymentHistory().map(({ id }) => id)

test('lists live and ended deployments, newest first, with dates', async () => {
  await run({ id: 'a' })
  const live = run({ id: 'b' })
  expect(engine.getDeploymentHistory()).toMatchObject([
    { id: 'b', status: 'running' },
    { id: 'a', status: 'failed' },
  ])
  expect(engine.getDeploymentHistory()[1]?.completedAt).toBeInstanceOf(Date)
  await live
})

test('lists an id once, with its latest run', async () => {
  await run({ id: 'a', initiatedBy: 'one' })
  await run({ id: 'b' })
  await run({ id: 'a', initiatedBy: 'two' })
  expect(engine.getDeploymentHistory()).toMatchObject([
    { id: 'a', initiatedBy: 'two' },
    { id: 'b' },
  ])
})

test('remembers 50', async () => {
  for (let at = 0; at < 53; at++) await run({ id: `d${at}` })
  expect(ids()).toHaveLength(50)
  expect(ids()[0]).toBe('d52')
  expect(ids()[49]).toBe('d3')
})

test('keeps the last 100 log entries', async () => {
  const entry = (at: number) => ({
    timestamp: new Date(at),
    level: 'info' as const,
    message: `${at}`,
  })
  const logs = Array.from({ length: 150 }, (_, at) => entry(at))
  const { job: last } = await run({ id: 'a', logs })
  expect(last.logs.length).toBeGreaterThan(150)
  const [listed] = engine.getDeploymentHistory()
  expect(listed?.logs).toEqual(last.logs.slice(-100))
})

test('hides what has ended', async () => {
  await run({ id: 'a' })
  const live = run({ id: 'b' })
  engine.clearHistory()
  expect(ids()).toEqual(['b'])
  await live
  engine.clearHistory()
  expect(ids()).toEqual([])
})

test('hands out copies', async () => {
  const { job: last } = await run({ id: 'a' })
  const [listed] = engine.getDeploymentHistory()
  if (listed) listed.logs.length = 0
  expect(engine.getDeploymentHistory()[0]?.logs).toEqual(last.logs)
})

test('gives the latest state of one deployment', async () => {
  const live = run({ id: 'a' })
  expect(await engine.getDeployment('a')).toMatchObject({ id: 'a', status: 'running' })
  const { job: last } = await live
  expect(await engine.getDeployment('a')).toEqual(last)
})
