// What catalyst-sync/testing has besides the contract, which __test__/contract/ holds it to.

import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { type DeploymentJob } from '..'
import * as sync from '..'
import { createTestEngine, useTestEngine, type TestEngine } from '../testing'
import { node, ROOT } from './support/script'
import { describeTesting } from './support/worlds'

const ARTICLE = {
  name: 'Article',
  fields: [{ id: 'f1', name: 'title', label: 'Title', type: 'text', required: true }],
}
const NOW = new Date('2026-01-01T00:00:00.000Z')

describeTesting('a test engine', () => {
  let world: TestEngine
  const open = async (...given: Parameters<typeof createTestEngine>) => {
    world = await createTestEngine(...given)
    return world
  }
  afterEach(() => world.close())

  test('needs nothing of the environment, and tells nobody of it', async () => {
    const before = process.env
    process.env = {
      ...before,
      OPTIMIZELY_API_URL: 'https://elsewhere.example/v1',
      OPTIMIZELY_CLIENT_ID: 'somebody',
      DATABASE_URL: 'file:./there-is-no-such-file.db',
    }
    try {
      const { engine, remote } = await open({ types: [ARTICLE] })
      expect((await engine.synchronize()).job.status).toBe('completed')
      expect(remote.keys()).toEqual(['Article'])
      expect(remote.get('Article')?.lastModifiedBy).toBe('test-client')
    } finally {
      process.env = before
    }
  })

  test('is alone with its studio and its platform', async () => {
    const { engine } = await open({ types: [ARTICLE] })
    await using other = await createTestEngine()
    await engine.synchronize()
    expect(other.remote.keys()).toEqual([])
    expect((await other.engine.detectChanges()).summary.total).toBe(0)
    expect(other.remote.requests().map(({ kind }) => kind)).toEqual(['token', 'list'])
  })

  test('has a studio whose rows look as the studio makes them', async () => {
    const { studio } = await open({ types: [ARTICLE], now: NOW })
    expect(studio.get('ct_1')).toStrictEqual({
      id: 'ct_1',
      websiteId: 'site_1',
      name: 'Article',
      fields: {
        name: 'Article',
        pluralName: 'Articles',
        icon: 'doc',
        description: '',
        fields: ARTICLE.fields,
        relationships: [],
      },
      settings: null,
      createdAt: NOW,
      updatedAt: NOW,
    })
    studio.putWebsite({ id: 'site_2' })
    studio.put({ id: 'ct_9', websiteId: 'site_2', name: 'Author', fields: [], settings: { a: 1 } })
    studio.put({ id: 'ct_9', name: 'Writer' })
    expect(studio.list().map(({ id, name }) => `${id} ${name}`)).toEqual([
      'ct_1 Article',
      'ct_9 Writer',
    ])
    expect(studio.list('site_2')).toMatchObject([{ name: 'Writer', settings: { a: 1 } }])
    expect([studio.remove('ct_9'), studio.remove('ct_9'), studio.get('ct_9')]).toEqual([
      true,
      false,
      null,
    ])
    expect(() => studio.edit('ct_9', () => {})).toThrow('the studio has no type with the id "ct_9"')
  })

  test('has a platform whose colleagues are none of ours', async () => {
    const { remote } = await open({ platform: { types: [{ key: 'Story', baseType: '_page' }] } })
    remote.put({ key: 'Author', baseType: '_component' })
    remote.edit('Author', { displayName: 'Writer' })
    expect(remote.keys()).toEqual(['Author', 'Story'])
    expect(remote.get('Author')).toMatchObject({
      displayName: 'Writer',
      lastModifiedBy: 'colleague',
    })
    expect([remote.remove('Author'), remote.remove('Author'), remote.get('Author')]).toEqual([
      true,
      false,
      null,
    ])
    expect(() => remote.edit('Author', {})).toThrow(
      'the platform has no type with the key "Author"',
    )
  })

  test('says how much content is at stake', async () => {
    const { engine, studio, remote } = await open({ types: [ARTICLE] })
    await engine.synchronize()
    studio.setContent('ct_1', [{ title: 'One' }, { title: 'Two' }])
    remote.setContent('Article', 2)
    studio.edit('ct_1', ({ fields }) => void fields.pop())
    const { operations } = await engine.planDeployment({ allowDataLoss: true })
    expect(operations).toMatchObject([{ typeKey: 'Article', risk: 'lossy', contentItems: 2 }])
  })

  test.each([
    [429, 'completed'],
    [503, 'completed'],
    ['lost', 'completed'],
    ['unreached', 'completed'],
    [422, 'failed'],
    [403, 'failed'],
  ] as const)('meets %s once, waits for nobody, and has %s', async (fault, status) => {
    const { engine, remote } = await open({ types: [ARTICLE] })
    remote.fail(fault, { method: 'POST', key: 'Article' })
    expect((await engine.synchronize()).job.status).toBe(status)
    remote.heal()
    expect((await engine.synchronize()).job.status).toBe('completed')
    expect(remote.keys()).toEqual(['Article'])
  })

  test('is cancelled while its requests are held', async () => {
    const { engine, provider, remote } = await open({ types: [ARTICLE] })
    const release = remote.hold()
    const seen: string[] = []
    const handle = engine.startDeployment(world.job(), provider, ({ status }) => seen.push(status))
    expect(engine.cancelDeployment('deployment-1')).toBe(true)
    release()
    expect((await handle.done).job.status).toBe('cancelled')
    expect([seen.at(-1), remote.keys()]).toEqual(['cancelled', []])
  })

  test('is looked at while some of its requests are held', async () => {
    const author = { ...ARTICLE, name: 'Author' }
    const { engine, remote } = await open({ types: [ARTICLE, author] })
    const release = remote.hold({ method: 'POST', key: 'Author' })
    let told: (progress: number) => void = () => {}
    const half = new Promise<number>((resolve) => (told = resolve))
    const { done } = engine.startDeployment(world.job(), world.provider, ({ progress, logs }) => {
      if (logs.some(({ message }) => message.startsWith('Syncing Article'))) told(progress)
    })
    expect(await half).toBeGreaterThanOrEqual(20)
    await expect(engine.detectChanges()).resolves.toMatchObject({ complete: true })
    release()
    await done
    expect(remote.keys()).toEqual(['Article', 'Author'])
  })

  test('closes although its requests are held', async () => {
    const { engine, remote } = await open({ types: [ARTICLE] })
    remote.hold()
    const { done } = engine.startDeployment(world.job(), world.provider, () => {})
    await world.close()
    expect((await done).job.status).toBe('cancelled')
    expect(remote.keys()).toEqual([])
    await expect(engine.detectChanges()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  })

  test('has its own time, in which waits take none', async () => {
    const { engine, remote } = await open({ types: [ARTICLE], now: NOW })
    expect(world.now()).toEqual(NOW)
    await engine.synchronize()
    expect((await engine.getSyncState('Article'))?.lastSyncAt).toEqual(NOW)
    world.advance(60_000)
    remote.fail({ kind: 'tooManyRequests', retryAfter: { seconds: 30 } })
    expect((await engine.detectChanges()).timestamp).toEqual(new Date('2026-01-01T00:01:30.000Z'))
  })

  test('needs no timer of JavaScript', async () => {
    jest.useFakeTimers({ now: NOW })
    try {
      const { engine, remote, provider } = await open({ types: [ARTICLE], now: NOW })
      const { job } = await engine.startDeployment(world.job(), provider, () => {}).done
      expect(job).toMatchObject({ status: 'completed', startedAt: NOW, completedAt: NOW })
      expect(new Set(job.logs.map(({ timestamp }) => timestamp.getTime()))).toEqual(
        new Set([NOW.getTime()]),
      )
      remote.fail(503, { method: 'GET' })
      expect((await engine.detectChanges()).summary.unchanged).toBe(1)
    } finally {
      jest.useRealTimers()
    }
  })

  test('does the same again with the same seed and time', async () => {
    const story = async () => {
      await using own = await createTestEngine({ types: [ARTICLE], now: NOW, seed: 7 })
      await own.engine.synchronize()
      own.remote.edit('Article', { properties: { title: { displayName: 'There' } } })
      own.studio.edit('ct_1', ({ fields: [title] }) => void (title && (title.label = 'Here')))
      await own.engine.startDeployment(own.job(), own.provider, () => {}).done
      const { conflicts } = await own.engine.listConflicts()
      const { data } = await own.engine.getSyncHistory()
      const [version] = await own.engine.getVersionHistory('Article')
      return { conflicts, runs: data.map(({ runId, id }) => [runId, id]), version }
    }
    await open()
    expect(await story()).toEqual(await story())
  })

  test('speaks preview3, and with other credentials', async () => {
    const credentials = { clientId: 'studio', clientSecret: 'hush' }
    const { engine, remote } = await open({
      types: [ARTICLE],
      platform: { version: 'preview3', credentials, behaviour: { create: 'replace' } },
    })
    await engine.synchronize()
    expect(remote.get('Article')?.lastModifiedBy).toBe('studio')
    expect(remote.requests().map(({ path }) => path.split('/')[1])).toContain('preview3')
    const foreign = { ...world.provider, config: { clientId: 'who', clientSecret: 'knows' } }
    const { job } = await engine.startDeployment(world.job(), foreign, () => {}).done
    expect(job.errorInfo?.code).toBe('AUTH_FAILED')
  })

  test('refuses what is no moment, no type and no option', async () => {
    const { studio } = await open()
    for (const wrong of [{ now: 'soon' }, { seed: -1 }, { seed: 0.5 }]) {
      const made = createTestEngine(wrong)
      await expect(made).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    const misspelt: [object, string][] = [
      [{ typs: [] }, 'options.typs is not known; there are website, types, platform, engine'],
      [{ platform: { behavior: {} } }, 'options.platform.behavior is not known'],
    ]
    for (const [wrong, message] of misspelt) {
      await expect(createTestEngine(wrong)).rejects.toThrow(message)
    }
    expect(() => world.advance(-1)).toThrow('milliseconds is no whole number')
    expect(() => studio.put({ id: 'ct_5', name: 'No fields' })).toThrow(
      'fields of the type ct_5 is missing',
    )
    await expect(createTestEngine({ engine: { mapping: 5 as never } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})

describeTesting('in the place of the default engine', () => {
  let world: TestEngine
  beforeEach(async () => {
    world = await useTestEngine({ types: [ARTICLE] })
  })
  afterEach(() => world.close())

  test('a test engine does what the functions of the package are asked', async () => {
    const updates: DeploymentJob[] = []
    const { done } = sync.startDeployment(world.job(), world.provider, (job) => updates.push(job))
    await done
    expect(world.remote.keys()).toEqual(['Article'])
    expect(sync.getDeploymentHistory()).toMatchObject([{ id: 'deployment-1' }])
    expect((await sync.detectChanges()).summary.unchanged).toBe(1)
  })

  test('it stays there, whatever is configured', async () => {
    sync.configure({ databaseUrl: 'file:./there-is-no-such-file.db' })
    expect((await sync.detectChanges()).summary.created).toBe(1)
    await world.close()
    await expect(sync.detectChanges()).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING' })
  })

  test('it is there when modules are loaded anew', async () => {
    jest.resetModules()
    const fresh = require('..') as typeof sync
    expect(fresh).not.toBe(sync)
    expect((await fresh.detectChanges()).summary.created).toBe(1)
  })

  test('the latest one counts, until it is closed', async () => {
    const other = await useTestEngine()
    expect((await sync.detectChanges()).summary.created).toBe(0)
    await other.close()
    expect((await sync.detectChanges()).summary.created).toBe(1)
  })
})

describeTesting('a process', () => {
  test('ends although nobody closed its test engine', async () => {
    const program = `
      const { createTestEngine } = require('./testing')
      createTestEngine({ types: [${JSON.stringify(ARTICLE)}] }).then(async ({ engine, remote }) => {
        await engine.synchronize()
        console.log(remote.keys().join())
      })`
    const { code, stdout } = await node(['-e', program])
    expect([code, stdout]).toEqual([0, 'Article'])
  })

  test('holds nothing of those that were closed', async () => {
    const program = `
      const { createTestEngine } = require('./testing')
      const turn = async () => {
        const sync = await createTestEngine({ types: [${JSON.stringify(ARTICLE)}] })
        await sync.engine.synchronize()
        await sync.close()
      }
      const held = async (turns) => {
        for (let at = 0; at < turns; at++) await turn()
        for (let at = 0; at < 4; at++) {
          global.gc()
          await new Promise(setImmediate)
        }
        return process.memoryUsage().external
      }
      held(20).then(async (before) => console.log((await held(60)) - before))`
    const { code, stdout } = await node(['--expose-gc', '-e', program])
    expect(code).toBe(0)
    // One fake alone has 2 MB.
    expect(Number(stdout)).toBeLessThan(20_000_000)
  })

  test('has them in its workers', async () => {
    const work = `
      const { parentPort } = require('node:worker_threads')
      require(${JSON.stringify(join(ROOT, 'testing.js'))})
        .createTestEngine({ types: [${JSON.stringify(ARTICLE)}] })
        .then(async ({ engine, remote }) => {
          await engine.synchronize()
          parentPort.postMessage(remote.keys().join())
        })`
    const started = () => {
      const worker = new Worker(work, { eval: true })
      return Promise.all([once(worker, 'message'), once(worker, 'exit')])
    }
    const ended = await Promise.all([started(), started()])
    expect(ended).toEqual([
      [['Article'], [0]],
      [['Article'], [0]],
    ])
  })

  test('imports the same names', async () => {
    const program = `import * as testing from './testing.mjs'; console.log(Object.keys(testing).join())`
    const { stdout } = await node(['--input-type=module', '-e', program])
    expect(stdout).toBe('createTestEngine,useTestEngine')
  })
})
