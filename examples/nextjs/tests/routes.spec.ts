// The studio's routes: a request and an answer for each of them and each of their statuses. To record
// them anew, set RECORD=1, and review the difference.

import { expect, test } from './support/test'
import type { Api } from './support/api'
import { Recording } from './support/recording'

const START = '/api/sync/start-deployment'
const OPTIMIZELY = { id: 'optimizely', name: 'Optimizely' }
const AUTHOR = { websiteId: 'site_museum', provider: OPTIMIZELY, selectedTypes: ['Author'] }

/** Deploys one type, so that everything happens in one order. */
async function deployAuthor(api: Api): Promise<string> {
  const { deploymentId } = await (await api.ask('POST', START, AUTHOR)).json()
  await api.ended(deploymentId as string)
  return deploymentId as string
}

async function conflict(api: Api, edit: (patch: object) => Promise<void>): Promise<void> {
  await api.edit('type_author', ({ fields }) => {
    fields[0]!.label = 'Name'
  })
  await edit({ properties: { fullName: { displayName: 'Called' } } })
  await deployAuthor(api)
}

test('start-deployment', async ({ api, request }) => {
  const route = new Recording(api, 'start-deployment')
  const { deploymentId: id } = await route.ask<{ deploymentId: string }>('POST', START, AUTHOR)
  await api.ended(id)
  await route.ask('GET', `${START}?id=${id}`)
  await route.ask('DELETE', `${START}?id=${id}`)
  await route.ask('POST', START, { provider: OPTIMIZELY })
  await route.ask('GET', `${START}?id=nobody`)
  await route.ask('DELETE', `${START}?id=nobody`)
  route.expectAsRecorded()
  // Another site cannot read the token, and so does not repeat it.
  expect((await request.post(START, { data: AUTHOR })).status()).toBe(403)
  expect((await request.delete(`${START}?id=${id}`)).status()).toBe(403)
})

test('a deployment that cannot run', async ({ api }) => {
  const route = new Recording(api, 'start-deployment-failed')
  const asked = { ...AUTHOR, websiteId: 'nowhere' }
  const { deploymentId: id } = await route.ask<{ deploymentId: string }>('POST', START, asked)
  await api.ended(id)
  await route.ask('GET', `${START}?id=${id}`)
  route.expectAsRecorded()
})

test('the csrf token', async ({ api, request }) => {
  const answer = await request.get('/api/csrf-token')
  expect(answer.headers()['set-cookie']).toMatch(
    /^csrf_token=[0-9a-f]{64}; .*HttpOnly; SameSite=strict$/i,
  )
  const route = new Recording(api, 'csrf-token')
  await route.ask('GET', '/api/csrf-token')
  route.expectAsRecorded()
})

test('what the review asks for', async ({ api }) => {
  const route = new Recording(api, 'review')
  const asked = { provider: 'optimizely', websiteId: 'site_museum', contentTypeKeys: ['Author'] }
  await route.ask('GET', '/api/websites')
  await route.ask('GET', '/api/v1/sync/health')
  await route.ask('GET', '/api/v1/sync/health?provider=strapi')
  await route.ask('GET', '/api/v1/sync/mapping?websiteId=site_museum&contentTypes=Author')
  await route.ask('GET', '/api/v1/sync/mapping?provider=strapi')
  await route.ask('POST', '/api/v1/sync/plan', asked)
  await route.ask('POST', '/api/v1/sync/plan', { ...asked, websiteId: 'nowhere' })
  await route.ask('POST', '/api/v1/sync/plan')
  route.expectAsRecorded()
})

test('carrying on and undoing', async ({ api, platform }) => {
  await platform.refuses('Author', 422)
  const id = await deployAuthor(api)
  await platform.recovers()
  const route = new Recording(api, 'recovery')
  await route.ask('POST', '/api/v1/sync/resume', { id, mode: 'failed' })
  await api.ended(id)
  await route.ask('POST', '/api/v1/sync/resume', { id: 'nobody' })
  await route.ask('POST', '/api/v1/sync/resume', {})
  const options = { allowDelete: true }
  const plan = await route.ask<{ digest: string }>('POST', '/api/v1/sync/rollback/plan', {
    id,
    options,
  })
  await route.ask('POST', '/api/v1/sync/rollback/plan', { id: 'nobody' })
  const undo = { id, options: { ...options, planDigest: plan.digest } }
  const { syncId } = await route.ask<{ syncId: string }>('POST', '/api/v1/sync/rollback', undo)
  await api.ended(syncId)
  await route.ask('POST', '/api/v1/sync/rollback', { id: 'nobody' })
  await route.ask('GET', '/api/sync/deployments')
  route.expectAsRecorded()
  expect(await platform.types()).not.toHaveProperty('Author')
})

test('content types, here and there', async ({ api }) => {
  await deployAuthor(api)
  const route = new Recording(api, 'content-types')
  const path = '/api/content-types'
  const { data } = await route.ask<{ data: { definition: object; updatedAt: string } }>(
    'GET',
    `${path}/type_author`,
  )
  const { updatedAt } = data
  const definition = { ...data.definition, description: 'Who writes' }
  const edit = { definition, updatedAt, source: 'AI', message: 'Shorter' }
  const saved = await route.ask<{ data: { updatedAt: string } }>('PUT', `${path}/type_author`, edit)
  // Somebody who read it before that does not know of it.
  await route.ask('PUT', `${path}/type_author`, edit)
  await route.ask('PUT', `${path}/type_author`, {
    definition,
    updatedAt: saved.data.updatedAt,
    source: 'nobody',
  })
  await route.ask('PUT', `${path}/type_author`, { definition })
  await route.ask('PUT', `${path}/type_author`, { definition, updatedAt: 'then' })
  await route.ask('PUT', `${path}/type_author`, {})
  await route.ask('PUT', `${path}/nothing`, { definition, updatedAt })
  await route.ask('GET', `${path}/nothing`)
  await route.ask('DELETE', `${path}/type_author`)
  await route.ask('DELETE', `${path}/type_author?withContent=true`)
  await route.ask('DELETE', `${path}/type_author`)
  const there = '/api/cms/content-types'
  const read = await route.ask<{ tag: string }>('GET', `${there}/Author`)
  const patch = { displayName: 'Writer' }
  await route.ask('PATCH', `${there}/Author`, { tag: read.tag, patch })
  await route.ask('PATCH', `${there}/Author`, { tag: read.tag, patch })
  await route.ask('PATCH', `${there}/Author`, { patch })
  await route.ask('DELETE', `${there}/Author`)
  await route.ask('GET', `${there}/Author`)
  route.expectAsRecorded()
})

test('extract-content-types', async ({ api }) => {
  const route = new Recording(api, 'extract-content-types')
  await route.ask('GET', '/api/extract-content-types?websiteId=site_museum')
  await route.ask('GET', '/api/extract-content-types?websiteId=nowhere')
  route.expectAsRecorded()
})

test('v1/sync/start and its events', async ({ api }) => {
  const route = new Recording(api, 'sync-start')
  const path = '/api/v1/sync/start'
  const { events } = await route.ask<{ events: string }>('POST', path, AUTHOR)
  await route.ask('POST', path)
  await route.ask('GET', '/api/v1/sync/events?id=nobody')
  route.expectAsRecorded()
  const stream = await api.ask('GET', events)
  expect(stream.headers()['content-type']).toBe('text/event-stream')
  const last = (await stream.text()).trim().split('\n\n').at(-1) ?? ''
  expect(last).toMatch(/^event: end\ndata: \{.*"status":"completed"/)
})

test('v1/sync/changes', async ({ api }) => {
  const route = new Recording(api, 'sync-changes')
  const path = '/api/v1/sync/changes'
  await route.ask('GET', path)
  await route.ask('GET', `${path}?provider=optimizely&contentTypes=Author&includeDetails=true`)
  await route.ask('POST', path, { provider: 'optimizely', contentTypeKeys: ['Author'] })
  await route.ask('GET', `${path}?provider=strapi`)
  await route.ask('GET', `${path}?contentTypes=Nothing`)
  await route.ask('POST', path)
  route.expectAsRecorded()
})

test('v1/sync/conflicts', async ({ api, platform }) => {
  await deployAuthor(api)
  await conflict(api, (patch) => platform.edit('Author', patch))
  const route = new Recording(api, 'sync-conflicts')
  const path = '/api/v1/sync/conflicts'
  const { conflicts } = await route.ask<{ conflicts: { id: string }[] }>(
    'GET',
    `${path}?typeKey=Author&status=pending&limit=1`,
  )
  const id = conflicts[0]?.id
  await route.ask('GET', `${path}?id=${id}`)
  await route.ask('GET', `${path}?id=nothing`)
  await route.ask('POST', path, { action: 'detect', typeKey: 'Author' })
  await route.ask('POST', path, { action: 'detect', typeKey: 'Room' })
  await route.ask('POST', path, { action: 'detect-all' })
  await route.ask('POST', path, { action: 'guess' })
  await route.ask('POST', path, { action: 'resolve', conflictId: 'nothing', resolution: 'merge' })
  await route.ask('POST', path, { action: 'resolve', conflictId: id, resolution: 'auto_merge' })
  await route.ask('POST', path, { action: 'resolve', conflictId: id, resolution: 'local_wins' })
  await route.ask('DELETE', `${path}?clearResolved=true&olderThanDays=7`)
  await route.ask('DELETE', `${path}?id=${id}`)
  await route.ask('DELETE', `${path}?id=nothing`)
  await route.ask('DELETE', path)
  route.expectAsRecorded()
})

test('v1/sync/conflicts, decided by hand', async ({ api, platform }) => {
  await deployAuthor(api)
  await conflict(api, (patch) => platform.edit('Author', patch))
  const path = '/api/v1/sync/conflicts'
  const { conflicts } = await api.get<{ conflicts: { id: string }[] }>(path)
  const route = new Recording(api, 'sync-conflicts-manual')
  const decide = (values?: object) =>
    route.ask('POST', path, {
      action: 'resolve',
      conflictId: conflicts[0]?.id,
      resolution: 'manual',
      resolvedBy: 'editor',
      values,
    })
  await decide()
  await decide({ '/properties/nothing/displayName': 'Writer' })
  await decide({ '/properties/fullName/displayName': 'Writer' })
  await route.ask('GET', `${path}?id=${conflicts[0]?.id}`)
  route.expectAsRecorded()
  await deployAuthor(api)
  expect((await platform.types()).Author?.properties.fullName?.displayName).toBe('Writer')
})

test('a deployment while another one runs', async ({ api, platform }) => {
  await platform.takesItsTime(2000)
  const start = async () => {
    const answer = await api.ask('POST', START, AUTHOR)
    expect(answer.status()).toBe(200)
    return ((await answer.json()) as { deploymentId: string }).deploymentId
  }
  const first = await start()
  // It holds the website from before its first write on.
  await expect.poll(async () => (await platform.writes()).length).toBe(1)
  const second = await start()
  await api.ended(second)
  const of = (id: string) => api.get<{ job: { status: string } }>(`${START}?id=${id}`)
  expect((await of(second)).job).toMatchObject({
    status: 'failed',
    errorInfo: { code: 'DEPLOYMENT_IN_PROGRESS' },
  })
  expect((await of(first)).job.status).toBe('running')
  await platform.takesItsTime(0)
  await api.ended(first)
  expect((await of(first)).job.status).toBe('completed')
})

for (const [method, path] of [
  ['POST', '/api/v1/sync/start'],
  ['POST', '/api/v1/sync/resume'],
  ['POST', '/api/v1/sync/rollback'],
  ['POST', '/api/v1/sync/conflicts'],
  ['DELETE', '/api/v1/sync/conflicts?id=nothing'],
  ['POST', '/api/v1/versions/restore'],
  ['PUT', '/api/content-types/type_author'],
  ['DELETE', '/api/content-types/type_author?withContent=true'],
  ['PATCH', '/api/cms/content-types/Author'],
  ['DELETE', '/api/cms/content-types/Author'],
] as const) {
  test(`403 for ${method} ${path} of another site`, async ({ request }) => {
    const answer = await request.fetch(path, { method, data: {} })
    expect({ status: answer.status(), body: await answer.json() }).toEqual({
      status: 403,
      body: { error: 'Invalid CSRF token', nextStep: 'load the page again' },
    })
  })
}

test('v1/sync/history and single attempts', async ({ api }) => {
  await deployAuthor(api)
  const route = new Recording(api, 'sync-history')
  const path = '/api/v1/sync'
  await route.ask('GET', `${path}/history?typeKey=Author&status=SUCCESS&limit=1`)
  await route.ask('GET', `${path}/history?status=SIDEWAYS`)
  await route.ask('GET', `${path}/1`)
  await route.ask('GET', `${path}/1000`)
  await route.ask('GET', `${path}/1/status`)
  await route.ask('GET', `${path}/1000/status`)
  await route.ask('GET', `${path}/type/Author?limit=1`)
  await route.ask('GET', `${path}/type/Nothing`)
  route.expectAsRecorded()
})

test('v1/sync/analytics', async ({ api }) => {
  await deployAuthor(api)
  const route = new Recording(api, 'sync-analytics')
  for (const type of ['health', 'metrics', 'failures', 'success-rate', 'guess']) {
    await route.ask('GET', `/api/v1/sync/analytics?platform=optimizely&type=${type}`)
  }
  route.expectAsRecorded()
})

test('v1/versions', async ({ api }) => {
  await deployAuthor(api)
  await api.edit('type_author', ({ fields }) => {
    fields[0]!.label = 'Name'
  })
  const route = new Recording(api, 'versions')
  const path = '/api/v1/versions'
  const { versions } = await route.ask<{ versions: { hash: string }[] }>(
    'GET',
    `${path}/type_author?limit=2`,
  )
  await route.ask('GET', `${path}/type_author/tree`)
  await route.ask('GET', `${path}/type_room/tree`)
  await route.ask('GET', `${path}/nothing`)
  const [after, before] = versions.map(({ hash }) => hash)
  await route.ask('GET', `${path}/diff?hash1=${before}&hash2=${after}`)
  await route.ask('GET', `${path}/diff?hash1=${before}`)
  await route.ask('GET', `${path}/diff?hash1=${before}&hash2=${'0'.repeat(64)}`)
  await route.ask('POST', `${path}/restore`, { hash: before })
  await route.ask('POST', `${path}/restore`, {})
  await route.ask('POST', `${path}/restore`, { hash: '0'.repeat(64) })
  route.expectAsRecorded()
})
