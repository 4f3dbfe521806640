import { copyFileSync, cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import type { DeploymentJob } from '..'
import { Bench, Folder, job, provider } from './support/bench'
import { environment, JOB, node, ROOT } from './support/script'

type Sync = typeof import('..')

/** The package as a module registry without it loads it. */
function fresh(): Sync {
  jest.resetModules()
  return require('..') as Sync
}

/** Resolves once a deployment writes, so that it holds what only one may hold. */
function writing(start: (onUpdate: (update: DeploymentJob) => void) => void): Promise<void> {
  return new Promise((resolve) => start(({ progress }) => progress > 20 && resolve()))
}

test('after a reset of the registry there are two packages with an engine each', async () => {
  const [one, other] = [fresh(), fresh()]
  expect(one.SyncEngine).not.toBe(other.SyncEngine)
  one.configure({ databaseUrl: 'file:./one.db' })
  other.configure({ databaseUrl: 'file:./other.db' })
  await expect(one.extractContentTypes()).rejects.toThrow('one.db')
  await expect(other.extractContentTypes()).rejects.toThrow('other.db')
  await one.close()
  await expect(one.extractContentTypes()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  await expect(other.extractContentTypes()).rejects.toBeInstanceOf(Error)
  await other.close()
})

test('two packages do not deploy the same at once', async () => {
  const bench = await Bench.open({ types: 30, latencyMs: 50 })
  const engine = new (fresh().SyncEngine)(bench.options)
  let first: Promise<{ job: DeploymentJob }> | undefined
  await writing((onUpdate) => {
    first = bench.engine.startDeployment(job({ id: 'first' }), provider(), onUpdate).done
  })
  const second = engine.startDeployment(job({ id: 'second' }), provider(), () => {})
  expect((await second.done).job).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('first'),
    errorInfo: { code: 'DEPLOYMENT_IN_PROGRESS' },
  })
  expect((await first)?.job.status).toBe('completed')
  await engine.close()
  await bench.close()
})

test('nor do two copies of the addon in one process', async () => {
  const bench = await Bench.open({ types: 30, latencyMs: 50 })
  const copy = new Folder()
  for (const name of readdirSync(ROOT)) {
    if (/^(index|native)\.js$|\.node$/.test(name)) copyFileSync(join(ROOT, name), copy.file(name))
  }
  cpSync(join(ROOT, 'face'), copy.file('face'), { recursive: true })
  // In a process of its own, because an addon that is loaded cannot be removed everywhere.
  const code = `
    const [one, other] = ['./index.js', ${JSON.stringify(copy.file('index.js'))}].map(require)
    let second
    const first = one.startDeployment(${JOB}, 'optimizely', ({ progress }) => {
      if (progress > 20) second ??= other.startDeployment({ ...${JOB}, id: 'b' }, 'optimizely', () => {}).done
    }).done
    first.then(async ({ job }) => console.log(job.status, (await second).job.errorInfo.code))`
  const ended = await node(['-e', code], environment(bench))
  expect(ended).toMatchObject({ stdout: 'completed DEPLOYMENT_IN_PROGRESS', stderr: '' })
  await bench.close()
  copy.remove()
})

test('Jest loads it as an ES module', async () => {
  const config = {
    rootDir: join(__dirname, 'support'),
    testMatch: ['**/es-module.mjs'],
    transform: {},
  }
  const words = ['--experimental-vm-modules', join(ROOT, 'node_modules/jest/bin/jest.js'), '--ci']
  const ended = await node([...words, '--config', JSON.stringify(config)])
  expect(ended.stderr).toContain('Tests:       1 passed, 1 total')
  expect(ended.code).toBe(0)
})
