import { Bench } from './support/bench'

test.each([
  [undefined, 'failed'],
  ['failed', 'failed'],
  ['partial', 'partial'],
] as const)(
  'with partialStatus %p a partly failed deployment is %p',
  async (partialStatus, status) => {
    const bench = await Bench.open({ types: 3, options: { partialStatus } })
    const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 422 } }
    await bench.platform.control('faults', { add: [strike] })
    const { job: last, metrics } = await bench.deploy({ id: 'half' }).handle.done
    expect(last).toMatchObject({
      status,
      outcome: 'partial',
      progress: 100,
      error: 'Sync partially completed: 2 succeeded, 1 failed',
      recovery: { successful: 2, failed: 1, errors: [{ type: 'Type2' }] },
    })
    expect(metrics.successRate).toBeCloseTo(2 / 3)
    bench.engine.clearHistory()
    expect(await bench.engine.getDeployment('half')).toMatchObject({ status, progress: 100 })
    await bench.close()
  },
)

test.each(['failed', 'partial'] as const)(
  'with partialStatus %p a deployment of which nothing succeeded is "failed"',
  async (partialStatus) => {
    const bench = await Bench.open({ types: 3, options: { partialStatus } })
    const strike = { when: { method: 'POST' }, what: { kind: 'status', status: 422 } }
    await bench.platform.control('faults', { add: [strike] })
    const { job: last, metrics } = await bench.deploy().handle.done
    expect(last).toMatchObject({
      status: 'failed',
      outcome: 'failed',
      error: expect.stringMatching(/^none of 3 types was deployed; Type \d: the platform /),
      errorInfo: { code: 'REJECTED', class: 'VALIDATION' },
    })
    expect(last.progress).toBeLessThan(100)
    expect(last.recovery).toMatchObject({ message: 'Sync failed', successful: 0, failed: 3 })
    expect(last.logs.at(-1)).toMatchObject({ level: 'error', message: last.error })
    expect(metrics.successRate).toBe(0)
    await bench.close()
  },
)
