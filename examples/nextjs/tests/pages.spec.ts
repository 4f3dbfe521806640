// Every page: nothing serious for axe in light and dark, and a picture of it.

import { expect, test } from './support/test'
import { expectAccessible, expectInSight, look } from './support/pages'

test('the wizard', async ({ page, api, platform, wizard }) => {
  await page.goto('/')
  await expect(page.getByText('Reachable')).toBeVisible()
  await look(page, 'provider')
  await api.deploy()
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
    fields[4]!.label = 'Section'
  })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  await api.edit('type_author', (definition) => {
    definition.fields = definition.fields.filter(({ name }) => name !== 'staff')
  })
  await api.edit('type_product', ({ fields }) => {
    fields[0]!.label = 'Called'
  })
  await page.getByRole('button', { name: 'Next: mapping' }).click()
  await page.locator('summary', { hasText: '→ Article' }).click()
  await expect(page.getByRole('cell', { name: 'contentReference' })).toBeVisible()
  await look(page, 'mapping')
  await page.getByRole('button', { name: 'Next: review' }).click()
  await expect(wizard.planned).toHaveText('2 types; 1 conflict to decide; 1 waiting for your word')
  await look(page, 'review', 1000)
  await platform.refuses('Product', 422)
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('Sync partially completed')
  await expect(wizard.dialog.getByRole('button', { name: 'Decide Article' })).toBeVisible()
  await wizard.dialog.getByRole('button', { name: 'View errors' }).click()
  await look(page, 'partial', 960)
  await platform.recovers()
  await wizard.dialog.getByRole('button', { name: 'Retry failed' }).click()
  await wizard.expectOutcome('Product', 'Done')
  await expect(wizard.dialog).toContainText('2 types sent')
  await page.keyboard.press('Escape')
  await expect(wizard.dialog).toBeHidden()
  await look(page, 'complete')
  await page.getByRole('button', { name: 'Undo this deployment' }).click()
  await expect(wizard.dialog.getByRole('button', { name: 'Undo', exact: true })).toBeEnabled()
  await look(page, 'undo')
  await page.goto('/conflicts')
  await page.getByRole('button', { name: 'Decide Article' }).click()
  await expect(wizard.dialog.getByText('Both had')).toBeVisible()
  await look(page, 'conflict')
})

test('what is not there has a heading and a way back', async ({ page, platform: _ }) => {
  for (const [path, back, all] of [
    ['/types/nothing', 'All content types', '/types'],
    ['/cms/Nothing', 'All content types of the CMS', '/cms'],
  ] as const) {
    await page.goto(path)
    await expect(
      page.getByRole('heading', { level: 1, name: 'This content type cannot be shown' }),
    ).toBeVisible()
    await page.getByRole('link', { name: back, exact: true }).click()
    await expect(page).toHaveURL(new RegExp(`${all}$`))
  }
})

test('a telephone shows the page, not the way to others', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/types/type_article')
  await expect(page.getByRole('button', { name: 'Save' })).toBeVisible()
  const height = async (part: string) => (await page.locator(part).boundingBox())?.height ?? NaN
  expect(await height('.side')).toBeLessThan(70)
  await page.goto('/analytics')
  await expectInSight(page.getByRole('navigation').getByRole('link', { name: 'Analytics' }))
  await page.goto('/types/type_article')
  await expect(page.getByRole('button', { name: 'Save' })).toBeVisible()
  expect((await height('.side')) + (await height('.bar'))).toBeLessThan(844 / 4)
})

test('a deployment that goes on', async ({ page, platform, wizard }) => {
  await wizard.review()
  await platform.takesItsTime(3000)
  await wizard.deploy.click()
  const bar = page.getByRole('progressbar')
  await expect(bar).toHaveAttribute('aria-valuenow', /^([3-9]\d)$/)
  await look(page, 'deploy')
  await platform.takesItsTime(0)
  await wizard.expectHeading('Optimizely has what you reviewed')
})

test('what was, and the other side', async ({ page, api, platform }) => {
  await platform.refuses('Product', 422)
  await api.deploy()
  await platform.recovers()
  const label = (text: string) => (definition: { fields: { label?: string }[] }) => {
    definition.fields[0]!.label = text
  }
  await api.edit('type_room', label('Called'), 'AI')
  await platform.edit('Room', { properties: { floor: { displayName: 'Storey' } } })
  for (const [id, key] of [
    ['type_event', 'Event'],
    ['type_article', 'Article'],
  ] as const) {
    await api.edit(id, label('Headline'))
    await platform.edit(key, { properties: { title: { displayName: 'Heading' } } })
  }
  await api.deploy({ mode: 'bidirectional' })
  const { conflicts } = await api.get<{ conflicts: { id: string }[] }>(
    '/api/v1/sync/conflicts?typeKey=Event',
  )
  const decision = {
    action: 'resolve',
    conflictId: conflicts[0]?.id,
    resolution: 'local_wins',
    resolvedBy: 'editor',
  }
  await api.ask('POST', '/api/v1/sync/conflicts', decision)
  await api.edit('type_room', label('Name of the room'))

  const pages: [path: string, name: string, shown: string, height?: number][] = [
    ['/types', 'types', 'Sold in the museum shop'],
    ['/types/type_room', 'type', 'stepFree'],
    ['/cms', 'cms', 'PressRelease'],
    ['/cms/Room', 'cms-type', 'Display name'],
    ['/conflicts', 'conflicts', '1 conflict open, 2 conflicts in all'],
    ['/history', 'history', 'update here'],
    ['/versions?type=type_room', 'versions', 'now'],
    ['/analytics', 'analytics', 'What failed most', 1030],
  ]
  for (const [path, name, shown, height] of pages) {
    await page.goto(path)
    await expect(page.getByText(shown).first()).toBeVisible()
    await look(page, name, height)
  }
})

test('what asks before it deletes, and how else a deployment ends', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await page.goto('/types/type_question')
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(wizard.dialog).toContainText('Delete Question in the studio')
  await expectAccessible(page)
  await page.goto('/cms/Question')
  await page.getByRole('button', { name: 'Delete in the CMS' }).click()
  await expect(wizard.dialog).toContainText('Delete Question in the CMS?')
  await expectAccessible(page)

  const label = (text: string) =>
    api.edit('type_article', ({ fields }) => {
      fields[0]!.label = text
    })
  await label('Headline')
  await wizard.review()
  await label('Heading')
  await wizard.deploy.click()
  await expect(page.getByText('Something changed after your review')).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Deploy again' }).click()
  await expect(wizard.planned).toHaveText('1 type')
  await platform.takesItsTime(3000)
  await wizard.deploy.click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await wizard.expectHeading('The deployment was cancelled')
  await expectAccessible(page)

  await platform.takesItsTime(0)
  await platform.refuses('Article', 422)
  await page.getByRole('button', { name: 'Deploy again' }).click()
  await expect(wizard.planned).toHaveText(/type/)
  await wizard.deploy.click()
  await wizard.expectHeading('The deployment did not go through')
  await expect(
    page
      .getByText('REJECTED')
      .or(page.getByText(/answered 422/))
      .first(),
  ).toBeVisible()
  await expectAccessible(page)
})

test('the numbers on the pages are those of the routes', async ({ page, api, platform }) => {
  await platform.refuses('Product', 422)
  await api.deploy()
  await page.goto('/analytics')
  const tile = (name: string) => page.locator('.tile', { hasText: name }).locator('dd')
  const { data } = await api.get<{ data: Record<string, number> }>(
    '/api/v1/sync/analytics?type=metrics',
  )
  expect(data).toMatchObject({ total: 10, successful: 9, failed: 1 })
  await expect(tile('attempts')).toHaveText(String(data.total))
  await expect(tile('done')).toHaveText(String(data.successful))
  await expect(tile('failed')).toHaveText(String(data.failed))
  await expect(tile('success')).toHaveText('90 %')
  const { patterns } = await api.get<{ patterns: { code: string; count: number }[] }>(
    '/api/v1/sync/analytics?type=failures',
  )
  expect(patterns).toEqual([expect.objectContaining({ code: 'REJECTED', count: 1 })])
  await expect(page.getByRole('row', { name: /REJECTED/ })).toContainText('Product')

  await page.goto('/history')
  const history = await api.get<{ total: number }>('/api/v1/sync/history')
  await expect(page.getByText(`${history.total} attempts`)).toBeVisible()

  await page.goto('/types')
  const rows = page.getByRole('region', { name: 'Content types' }).getByRole('row')
  const types = await api.get<{ data: { name: string; contentItems: number }[] }>(
    '/api/content-types',
  )
  await expect(rows).toHaveCount(types.data.length + 1)
  await expect(rows.filter({ hasText: 'Artwork' }).first()).toContainText('412')
  expect(types.data.find(({ name }) => name === 'Artwork')?.contentItems).toBe(412)
})

test('the numbers of a deployment are the same on every page', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await api.edit('type_room', ({ fields }) => {
    fields[0]!.label = 'Called'
  })
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
    fields[4]!.label = 'Section'
  })
  await platform.edit('Room', { properties: { floor: { displayName: 'Storey' } } })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  const tile = (name: string) =>
    page
      .locator('.tile')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('dd')

  await wizard.review()
  await page.getByLabel(/Both ways/).check()
  await expect(page.getByText('into the studio')).toBeVisible()
  const plan = await (
    await api.ask('POST', '/api/v1/sync/plan', {
      provider: 'optimizely',
      websiteId: 'site_museum',
      mode: 'bidirectional',
    })
  ).json()
  expect(plan.summary).toMatchObject({ add: 0, destroy: 0, conflicts: 1 })
  await expect(tile('to create')).toHaveText(String(plan.summary.add))
  await expect(tile('to change')).toHaveText(String(plan.summary.change))
  await expect(tile('to delete')).toHaveText(String(plan.summary.destroy))
  await expect(tile('in conflict')).toHaveText(String(plan.summary.conflicts))
  await expect(wizard.planned).toHaveText('2 types; 1 conflict to decide')
  await wizard.deploy.click()
  await wizard.dialog.getByRole('button', { name: 'Continue later' }).click()

  const id = new URL(page.url()).searchParams.get('deployment')
  const { job } = await api.get<{ job: Ended }>(`/api/sync/start-deployment?id=${id}`)
  const ways = job.outcomes.map(({ typeKey, direction }) => `${typeKey} ${direction}`)
  expect(ways).toEqual(expect.arrayContaining(['Room pull', 'Room push', 'Article push']))
  await expect(tile('types sent')).toHaveText('2')
  await expect(tile('type taken home')).toHaveText('1')
  await expect(tile('to decide')).toHaveText('1')
  await expect(tile('requests')).toHaveText(String(job.metrics.requests))

  await page.goto('/history')
  const row = page.getByRole('region', { name: 'Deployments' }).getByRole('row').nth(1)
  // One that goes both ways is one type.
  const types = new Set(job.outcomes.map(({ typeKey }) => typeKey))
  await expect(row.getByRole('cell').nth(3)).toHaveText(String(types.size))

  await page.goto('/conflicts')
  const { pagination } = await api.get<{ pagination: { total: number } }>('/api/v1/sync/conflicts')
  expect(pagination.total).toBe(1)
  await expect(page.getByText('1 conflict open, 1 conflict in all')).toBeVisible()

  await page.goto('/versions?type=type_room')
  const { tree } = await api.get<{ tree: { versions: unknown[] } }>(
    '/api/v1/versions/type_room/tree',
  )
  const versions = page.getByRole('list', { name: 'Versions, newest first' }).getByRole('listitem')
  await expect(versions).toHaveCount(tree.versions.length)
  expect(tree.versions.length).toBeGreaterThan(2)
  await expect(page.getByText(`${tree.versions.length} versions`, { exact: true })).toBeVisible()
})

interface Ended {
  outcomes: { typeKey: string; direction: string }[]
  metrics: { requests: number }
}
