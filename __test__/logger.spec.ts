import type { LoggerEntry } from '..'
import { Bench } from './support/bench'

test('gets every entry, when it started and how it ended', async () => {
  const entries: LoggerEntry[] = []
  const bench = await Bench.open({ options: { logger: (entry) => entries.push(entry) } })
  const { job: last } = await bench.deploy({ id: 'a' }).handle.done
  expect(entries[0]).toMatchObject({
    event: 'deployment.started',
    deploymentId: 'a',
    level: 'info',
  })
  expect(entries.at(-1)).toMatchObject({
    event: 'deployment.ended',
    message: 'Deployment ended: completed',
  })
  const logged = entries.filter(({ event }) => event === 'deployment.log')
  expect(logged.map(({ message }) => message)).toEqual(last.logs.map(({ message }) => message))
  for (const { time } of entries) expect(time).toBeInstanceOf(Date)
  expect(JSON.stringify(entries)).not.toContain('test-secret')
  await bench.close()
})

test.each([
  ['disk full', () => new Error('disk full')],
  ['a value without a text', () => Object.create(null) as object],
])('a logger that throws is reported once and harms nobody: %s', async (text, thrown) => {
  const warnings: string[] = []
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation((text) => {
    warnings.push(String(text))
  })
  const logger = () => {
    throw thrown()
  }
  const bench = await Bench.open({ options: { logger } })
  expect((await bench.deploy().handle.done).job.status).toBe('completed')
  expect(warnings).toEqual([`the logger of catalyst-sync threw: ${text}`])
  warn.mockRestore()
  await bench.close()
})
