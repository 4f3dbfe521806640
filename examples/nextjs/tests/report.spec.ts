// The report, as people have it before them: on a screen, on a telephone, on paper.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { SyncEngine } from 'catalyst-sync'

import { look } from './support/pages'
import { expect, test, type Running } from './support/test'

/** Types that are not deployed before the report is made. */
const NEW = ['Press Release', 'Product']

/** An engine beside that of the studio, over the same. */
function engineOf(running: Running): SyncEngine {
  const { OPTIMIZELY_CLIENT_ID, OPTIMIZELY_CLIENT_SECRET, OPTIMIZELY_API_URL } = running.environment
  return new SyncEngine({
    databaseUrl: `file:${running.database}`,
    allowedHosts: [new URL(running.platform).host],
    provider: {
      id: 'optimizely',
      config: {
        clientId: OPTIMIZELY_CLIENT_ID,
        clientSecret: OPTIMIZELY_CLIENT_SECRET,
        apiUrl: OPTIMIZELY_API_URL,
      },
    },
  })
}

test('a report is read in the dark, on a telephone and on paper', async ({
  page,
  api,
  platform,
  running,
}) => {
  await api.deploy()
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
    fields[4]!.label = 'Section'
  })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  await api.edit('type_author', (definition) => {
    definition.fields = definition.fields.filter(({ name }) => name !== 'staff')
  })
  const deploymentId = await api.deploy()
  const file = join(dirname(running.database), 'report.html')
  const engine = engineOf(running)
  try {
    writeFileSync(file, await engine.renderReport({ deploymentId }))
  } finally {
    await engine.close()
  }
  const asked: string[] = []
  page.on('request', (one) => asked.push(one.url()))
  const address = pathToFileURL(file).href
  await page.goto(address)
  await expect(page.getByText('11 content items').first()).toBeVisible()
  const fold = (isOpen: boolean) =>
    page
      .locator('details')
      .evaluateAll((all, open) => all.forEach((one) => one.toggleAttribute('open', open)), isOpen)
  const value = page.getByRole('cell', { name: '200' })
  await fold(true)
  await expect(value.first()).toBeVisible()
  await look(page, 'deployment-report', 1130)
  await fold(false)
  await expect(value.first()).toBeHidden()
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  await expect(value.first()).toBeVisible()
  await expect(page.locator('html')).toHaveCSS('background-color', 'rgb(255, 255, 255)')
  // Unfolded, printed and dark, it asked for nothing but itself.
  expect(asked).toEqual([address])
})

test('a report of what differs shows conflicts, risks and versions', async ({
  page,
  api,
  platform,
  running,
}) => {
  const { data } = await api.get<{ data: { name: string }[] }>('/api/content-types')
  const known = data.map(({ name }) => name).filter((name) => !NEW.includes(name))
  await api.deploy({}, known)
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
    fields[4]!.label = 'Section'
  })
  await platform.edit('Article', {
    properties: { title: { maxLength: 200 }, body: { displayName: 'Story' } },
  })
  await platform.edit('Room', { properties: { floor: { displayName: 'Storey' } } })
  await api.edit('type_author', (definition) => {
    definition.fields = definition.fields.filter(({ name }) => name !== 'staff')
  })
  await api.ask('DELETE', '/api/content-types/type_question?withContent=true')
  const file = join(dirname(running.database), 'differs.html')
  const engine = engineOf(running)
  try {
    writeFileSync(file, await engine.renderReport())
  } finally {
    await engine.close()
  }
  await page.goto(pathToFileURL(file).href)
  await expect(page.getByText('6 of 10 types differ.')).toBeVisible()
  await expect(page.getByRole('cell', { name: '11 content items hold' })).toBeVisible()
  // Of the conflict, what both had and have, and its versions.
  const article = page.locator('details', { hasText: 'Article' }).first()
  await article.evaluate((one) => {
    for (const each of [one, ...one.querySelectorAll('details')]) each.toggleAttribute('open', true)
  })
  await expect(article.locator('svg').first()).toBeVisible()
  const { y = 0, height = 0 } = (await article.boundingBox()) ?? {}
  await look(page, 'report', Math.ceil(y + height))
})
