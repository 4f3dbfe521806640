// Every page: nothing serious for axe in light and dark, and a picture of it.

import { expect, test } from './support/test'
import { look } from './support/pages'

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
  await page.getByRole('button', { name: 'Next: mapping' }).click()
  await page.locator('summary', { hasText: '→ Article' }).click()
  await expect(page.getByRole('cell', { name: 'contentReference' })).toBeVisible()
  await look(page, 'mapping')
  await page.getByRole('button', { name: 'Next: review' }).click()
  await expect(wizard.planned).toHaveText('1 type; 1 waiting for your word')
  await look(page, 'review')
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('Sync partially completed')
  await page.getByRole('button', { name: 'View errors' }).click()
  await look(page, 'partial')
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
  await api.deploy({ mode: 'bidirectional' })
  await api.edit('type_room', label('Name of the room'))

  const pages: [path: string, name: string, shown: string][] = [
    ['/types', 'types', 'Sold in the museum shop'],
    ['/types/type_room', 'type', 'stepFree'],
    ['/cms', 'cms', 'PressRelease'],
    ['/cms/Room', 'cms-type', 'Display name'],
    ['/conflicts', 'conflicts', '0 conflicts open'],
    ['/history', 'history', 'update here'],
    ['/versions?type=type_room', 'versions', 'now'],
    ['/analytics', 'analytics', 'What failed most'],
  ]
  for (const [path, name, shown] of pages) {
    await page.goto(path)
    await expect(page.getByText(shown).first()).toBeVisible()
    await look(page, name)
  }
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
