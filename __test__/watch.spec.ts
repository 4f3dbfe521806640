import { SyncEngine, type DeploymentJob } from '..'
import { Bench, job, messages, provider } from './support/bench'

const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
afterAll(() => engine.close())

test('shows the last state at once, then every update', async () => {
  const handle = engine.startDeployment(job({ id: 'a' }), provider(), () => {})
  const seen: string[] = []
  const stop = engine.watchDeployment('a', ({ status }) => seen.push(status))
  expect(seen).toEqual(['running'])
  await handle.done
  expect(seen).toEqual(['running', 'failed'])
  stop()
  await engine.startDeployment(job({ id: 'a' }), provider(), () => {}).done
  expect(seen).toEqual(['running', 'failed'])
})

test('follows a deployment that starts later', async () => {
  const seen: string[] = []
  const stop = engine.watchDeployment('later', ({ status }) => seen.push(status))
  await engine.startDeployment(job({ id: 'later' }), provider(), () => {}).done
  expect(seen).toEqual(['running', 'failed'])
  stop()
})

test('everybody sees the updates in the same order', async () => {
  const seen: string[] = []
  const stop = engine.watchDeployment('b', ({ status }) => seen.push(status))
  const cancels = ({ status }: DeploymentJob) => {
    if (status === 'running') engine.cancelDeployment('b')
  }
  await engine.startDeployment(job({ id: 'b' }), provider(), cancels).done
  expect(seen).toEqual(['cancelled'])
  stop()
})

test('an exception of a watcher is logged once', async () => {
  const stop = engine.watchDeployment('c', () => {
    throw new Error('closed stream')
  })
  const { job: last } = await engine.startDeployment(job({ id: 'c' }), provider(), () => {}).done
  const warnings = messages(last).filter((message) => message.includes('closed stream'))
  expect(warnings).toHaveLength(1)
  stop()
})

test('refuses an onUpdate that is no function', () => {
  expect(() => engine.watchDeployment('a', 5 as never)).toThrow('onUpdate is of type number')
})

test('shows what an earlier process deployed, once', async () => {
  const bench = await Bench.open({ types: 1 })
  await bench.deploy({ id: 'earlier' }).handle.done
  const later = new SyncEngine(bench.options)
  const shown = await new Promise<DeploymentJob>((resolve) => {
    later.watchDeployment('earlier', resolve)
  })
  expect(shown).toMatchObject({ id: 'earlier', status: 'completed', progress: 100 })
  expect(shown.completedAt).toBeInstanceOf(Date)
  await later.close()
  await bench.close()
})
