// What the pages of the documentation take for granted, and what happens between their blocks.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'

import { expect } from 'expect'

/** Types as the studio's editors and a colleague in the CMS change them. */
const ARTICLE = 'type_article'

/** Names that pages use without making them, besides the functions of the module. */
export async function settingOf({ folder, studio, sync }) {
  const engine = new sync.SyncEngine({ provider: { id: 'files', config: { directory: 'kept' } } })
  return {
    user: { id: 'editor@example.org' },
    ask: async () => true,
    onUpdate: () => {},
    job: jobOf('deploy-1'),
    clientId: 'test-client',
    clientSecret: 'test-secret',
    sync: new sync.SyncEngine(),
    engine,
    PrismaClient: await clientOf(studio.path),
    folder,
    writeFile,
    expect,
    test: (name, work) => tests.push({ name, work }),
    beforeEach: (work) => before.push(work),
    afterEach: (work) => after.push(work),
  }
}

/** What blocks that are test files gave to be run. */
const [tests, before, after] = [[], [], []]

/** What happens at a place that a page marks. */
export const SCENES = {
  /** The test file before this place is run. */
  async tests() {
    if (tests.length === 0) throw new Error('there are no tests')
    for (const { name, work } of tests.splice(0)) {
      for (const prepare of before) await prepare()
      try {
        await work()
      } catch (error) {
        throw new Error(`${name}: ${error.message}`, { cause: error })
      } finally {
        for (const tidy of after) await tidy()
      }
    }
    before.length = after.length = 0
  },

  /** Both sides are as at the first deployment, which is behind them. */
  async agreed({ sync, studio }) {
    sync.configure({ cacheTtlMs: 0 })
    studio.edit(ARTICLE, ({ fields: [title] }) => {
      title.validation.maxLength = 160
    })
    await ended(sync, 'deploy-1')
  },

  /** An editor and a colleague change one type; the README and the guide tell what. */
  async 'two-edits'({ studio, platform }) {
    studio.edit(ARTICLE, ({ fields: [title, , , topic] }) => {
      title.validation.maxLength = 140
      topic.label = 'Section'
    })
    await platform.edit('Article', {
      properties: { title: { maxLength: 200 }, body: { displayName: 'Story' } },
    })
  },

  /** They do it again, with other values. */
  async 'edited-again'({ studio, platform }) {
    const before = studio.definition(ARTICLE).fields[0].validation.maxLength
    studio.edit(ARTICLE, ({ fields: [title] }) => {
      title.validation.maxLength = before - 10
    })
    await platform.edit('Article', { properties: { title: { maxLength: before + 7 } } })
  },

  /** The same once more, in the studio only. */
  async 'edited-meanwhile'({ studio }) {
    studio.edit(ARTICLE, ({ fields: [title] }) => {
      title.validation.maxLength -= 3
    })
  },

  /** A colleague calls properties of two types otherwise. */
  async drifted({ platform }) {
    await platform.edit('Author', { properties: { fullName: { displayName: 'Name' } } })
    await platform.edit('Event', { properties: { title: { displayName: 'Headline' } } })
  },

  /** The platform refuses one of the types. */
  async 'refuses-event'({ platform }) {
    await platform.strike({ method: 'POST', key: 'Event' }, { kind: 'status', status: 403 })
  },

  async repaired({ platform }) {
    await platform.strike()
  },

  /** A process is killed while its request is out. */
  async killed({ studio, platform }) {
    studio.edit('type_event', ({ fields: [title] }) => {
      title.label = 'Headline'
    })
    await platform.strike({ method: 'PATCH', key: 'Event' }, { kind: 'latency', ms: 60_000 })
    const deploys = `import { startDeployment } from 'catalyst-sync'
      startDeployment(${JSON.stringify(jobOf('tuesday'))}, 'optimizely', () => {})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', deploys])
    const died = once(child, 'exit')
    const isOut = ({ kind, status }) => kind === 'patch' && status == null
    while (!(await platform.requests()).some(isOut));
    child.kill('SIGKILL')
    await died
    await platform.strike()
  },

  /** There is something to deploy, and it takes a while. */
  async busy({ studio, platform }) {
    studio.edit('type_author', ({ fields: [name] }) => {
      name.label = 'Name'
    })
    await platform.takeItsTime(500)
  },

  /** The wizard of the studio calls the route above. */
  async 'wizard-calls'({ last }) {
    const body = { websiteId: 'site_journal', provider: { id: 'optimizely' }, selectedTypes: [] }
    const init = { method: 'POST', body: JSON.stringify(body) }
    const posted = await (await last.POST(new Request(URL_OF_ROUTE, init))).json()
    const request = () => new Request(`${URL_OF_ROUTE}?id=${posted.deploymentId}`)
    const asked = async () => (await (await last.GET(request())).json()).job
    while ((await asked()).status === 'running') await new Promise(setImmediate)
    const { status, outcome } = await asked()
    if (outcome !== 'success') throw new Error(`the deployment is ${status}`)
    const { success } = await (await last.DELETE(request())).json()
    if (success) throw new Error('what has ended was cancelled')
  },

  /** The pages of the studio ask for a deployment that was, and for one that was not. */
  async 'deployment-asked-for'({ last }) {
    const { job } = await answered(last.GET(new Request(`${URL_OF_ROUTE}?id=deploy-1`)))
    expect(job).toMatchObject({ id: 'deploy-1', status: 'completed', progress: 100 })
    await answered(last.GET(new Request(`${URL_OF_ROUTE}?id=nobody`)), 404)
  },

  /** They ask for what differs. */
  async 'changes-asked-for'({ last }) {
    const query = 'contentTypes=Article&includeDetails=true'
    const body = await answered(last.GET(new Request(`${ORIGIN}/api/v1/sync/changes?${query}`)))
    expect(body).toMatchObject({
      summary: { total: 1, conflicts: 1 },
      details: { conflicts: [{ typeKey: 'Article' }] },
      estimatedSyncTime: 2,
    })
  },

  /** A deployment records the conflict, and somebody decides it. */
  async 'decision-posted'({ last, sync }) {
    await sync.synchronize()
    const { conflicts } = await sync.listConflicts({ status: 'pending' })
    const decide = (asked, status) =>
      answered(
        last.POST(
          new Request(`${ORIGIN}/api/v1/sync/conflicts`, {
            method: 'POST',
            body: JSON.stringify({ action: 'resolve', conflictId: conflicts[0].id, ...asked }),
          }),
        ),
        status,
      )
    await decide({ conflictId: 'nothing', resolution: 'local_wins' }, 404)
    expect(await decide({ resolution: 'manual' })).toMatchObject({ requiresManual: true })
    const values = { '/properties/title/maxLength': 180 }
    expect(await decide({ resolution: 'manual', values })).toMatchObject({ success: true })
  },

  /** They ask for what was sent. */
  async 'history-asked-for'({ last, sync }) {
    const query = 'typeKey=Article&limit=1'
    const body = await answered(last.GET(new Request(`${ORIGIN}/api/v1/sync/history?${query}`)))
    const { total } = await sync.getSyncHistory({ type: 'Article' })
    expect(body).toMatchObject({ data: [{ typeKey: 'Article' }], total, hasMore: total > 1 })
  },

  /** Next.js starts, as Node.js and as edge. */
  async 'next-starts'({ last, sync }) {
    for (const runtime of ['edge', 'nodejs']) {
      process.env.NEXT_RUNTIME = runtime
      await last.register()
    }
    delete process.env.NEXT_RUNTIME
    sync.configure()
  },
}

const ORIGIN = 'http://localhost'
const URL_OF_ROUTE = `${ORIGIN}/api/sync/start-deployment`

/** What a route answers; throws for another status. */
async function answered(response, status = 200) {
  const answer = await response
  expect(answer.status).toBe(status)
  return answer.json()
}

function jobOf(id) {
  return {
    id,
    providerId: 'optimizely',
    websiteId: '',
    status: 'pending',
    progress: 0,
    startedAt: new Date(),
    logs: [],
  }
}

/** A deployment, to its end. */
async function ended(sync, id) {
  const handle = sync.startDeployment(jobOf(id), 'optimizely', () => {})
  const { job } = await handle.done
  if (job.outcome !== 'success') throw new Error(`${id} is ${job.status}: ${job.error}`)
}

/** The studio's Prisma client; its database is this one. */
async function clientOf(path) {
  const { PrismaClient } = (await import('@prisma/client')).default
  const { PrismaBetterSQLite3 } = await import('@prisma/adapter-better-sqlite3')
  return class extends PrismaClient {
    constructor() {
      super({ adapter: new PrismaBetterSQLite3({ url: `file:${path}` }) })
    }
  }
}
