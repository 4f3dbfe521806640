// What the pages of the documentation take for granted, and what happens between their blocks.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'

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
  }
}

/** What happens at a place that a page marks. */
export const SCENES = {
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

const URL_OF_ROUTE = 'http://localhost/api/sync/start-deployment'

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
