// Edits on both sides, decided property by property; undoing; going back to a version.

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { look } from './support/pages'
import { expect, test } from './support/test'

test('a conflict is seen, decided property by property, and deployed', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()

  // In the studio, by its editor.
  await page.goto('/types/type_article')
  const title = page.getByRole('group', { name: 'Title' })
  await title.getByLabel('Max length').fill('100')
  await title.getByLabel('Label').fill('Headline')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()

  // In the CMS, by its own interface.
  await page.goto('/cms/Article')
  const there = page.getByRole('group', { name: 'title' })
  await there.getByLabel('Max length').fill('200')
  await there.getByLabel('Display name').fill('Heading')
  const body = page.getByRole('group', { name: 'body' })
  await body.getByLabel('Display name').fill('Story')
  await page.getByRole('button', { name: 'Save in the CMS' }).click()
  await expect(page.getByText('Saved in the CMS')).toBeVisible()
  await expect(there.getByLabel('Max length')).toHaveValue('200')

  await wizard.review()
  await expect(page.getByText('Article was changed on both sides')).toBeVisible()
  await expect(wizard.planned).toHaveText('Nothing to deploy; 1 conflict to decide')
  const before = (await platform.writes()).length
  await page.getByRole('button', { name: 'Decide Article' }).click()
  const length = wizard.dialog.getByRole('group', { name: 'title: max length' })
  await expect(length).toContainText('120')
  await expect(wizard.dialog.getByRole('button', { name: 'Decide' })).toBeDisabled()
  const label = wizard.dialog.getByRole('group', { name: 'title: label' })
  await label.getByLabel(/The studio has/).check()
  await length.getByLabel('Another value').check()
  for (const [written, told] of [
    ['', 'Write a number'],
    ['0', 'This should be a whole number, at least 1'],
    ['1.5', 'This should be a whole number, at least 1'],
  ] as const) {
    await length.getByLabel('The other value').fill(written)
    await expect(length.getByRole('status')).toHaveText(told)
    await expect(wizard.dialog.getByRole('button', { name: 'Decide' })).toBeDisabled()
  }
  await length.getByLabel('The other value').fill('180')
  await wizard.dialog.getByRole('button', { name: 'Decide' }).click()
  await expect(page.getByText('Article is decided')).toBeVisible()
  // Planned anew, and nothing was sent yet.
  await expect(wizard.planned).toHaveText('1 type')
  expect((await platform.writes()).length).toBe(before)
  await page.getByLabel(/Both ways/).check()
  await expect(page.getByText('into the studio')).toBeVisible()
  await expect(wizard.deploy).toBeEnabled()
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  // It goes both ways, and is one type.
  for (const way of ['type sent', 'type taken home']) {
    await expect(page.locator('.tile', { hasText: way }).locator('dd')).toHaveText('1')
  }
  const { Article } = await platform.types()
  expect(Article?.properties).toMatchObject({
    title: { displayName: 'Headline', maxLength: 180 },
    body: { displayName: 'Story' },
  })
  await page.goto('/types/type_article')
  await expect(page.getByRole('group', { name: 'Story' })).toBeVisible()
  await expect(page.getByRole('group', { name: 'Headline' }).getByLabel('Max length')).toHaveValue(
    '180',
  )

  // A version with two parents says what changed since each.
  await page.goto('/versions?type=type_article')
  const versions = page.getByRole('list', { name: 'Versions, newest first' }).getByRole('listitem')
  await versions.filter({ hasText: 'merge' }).first().getByRole('button').click()
  await expect(page.getByRole('region', { name: /^Since \d/ })).toHaveCount(2)
  await expect(page.getByText('Made from two versions.')).toBeVisible()
})

test('a conflict is recorded for later, which is no failure, and tells who decided what', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
  })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  await wizard.review()
  await page.getByRole('button', { name: 'Record the conflict for later' }).click()
  await wizard.expectHeading('Something waits for a decision')
  await expect(wizard.dialog).toHaveCount(0)
  await expect(page.getByText('Partly done')).toHaveCount(0)
  await expect(page.getByText('What went stays')).toHaveCount(0)

  // Once is enough.
  await wizard.review()
  await expect(wizard.planned).toHaveText('Nothing to deploy; 1 conflict to decide')
  await expect(wizard.deploy).toBeDisabled()
  await expect(page.getByRole('button', { name: /^Record/ })).toHaveCount(0)

  await page.goto('/conflicts')
  await page.getByRole('button', { name: 'Decide Article' }).click()
  await wizard.dialog.getByLabel(/The studio has/).check()
  // Somebody else edits while it is looked at.
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 90 }
  })
  await wizard.dialog.getByRole('button', { name: 'Decide', exact: true }).click()
  await expect(wizard.dialog.getByRole('alert')).toContainText('changed')
})

test('a type that is gone here and was changed there is shown property by property', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await api.ask('DELETE', '/api/content-types/type_question?withContent=true')
  await platform.edit('Question', { properties: { answer: { displayName: 'Reply' } } })
  await wizard.review()
  await expect(
    page.getByText('Question was deleted in the studio, and changed in the CMS'),
  ).toBeVisible()
  await expect(page.getByText('the rest of the type goes')).toHaveCount(0)
  await page.getByRole('button', { name: 'Decide Question' }).click()
  await expect(wizard.dialog.locator('.sidebox')).toHaveText([
    'Both had3 properties',
    'The studio hasdeleted',
    /^The CMS has.*3 properties$/,
  ])
  const row = (name: string) => wizard.dialog.getByRole('row', { name: new RegExp(`^${name}`) })
  await expect(wizard.dialog.getByRole('row')).toHaveCount(5)
  await expect(row('answer').getByRole('rowheader')).toContainText('differs')
  await expect(row('answer')).toContainText('label: Answer')
  await expect(row('answer').locator('mark')).toHaveText('label: Reply')
  await expect(wizard.dialog.locator('mark')).toHaveCount(1)
  await expect(row('tags')).toContainText('array of string')
  await look(page, 'gone')
  await wizard.dialog.getByLabel(/The CMS has/).check()
  await wizard.dialog.getByRole('button', { name: 'Decide', exact: true }).click()
  await expect(page.getByText('Question is decided')).toBeVisible()
  await page.goto('/conflicts')
  await expect(page.getByRole('article', { name: 'Question' })).toContainText('by editor')
  await expect(page.getByRole('article', { name: 'Question' })).toContainText(
    'the whole type: 3 properties, as in the CMS; the studio had deleted',
  )
})

test('a type of which a part went says so, and is decided where it says it', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
    fields[4]!.label = 'Section'
  })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  await wizard.review()
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('1 type sent, and a part of it waits for a decision.')
  for (const useless of ['Retry failed', 'Force full', 'Manual fix', 'View errors']) {
    await expect(wizard.dialog.getByRole('button', { name: useless })).toHaveCount(0)
  }
  await wizard.dialog.getByRole('button', { name: 'Continue later' }).click()
  await wizard.expectHeading('Done, and something waits for a decision')
  await wizard.expectOutcome('Article', 'Partly done')
  await expect(wizard.result).toContainText(
    'sent, 1 property waits for a decision: title: max length',
  )
  await expect(page.locator('.tile', { hasText: 'type sent' }).locator('dd')).toHaveText('1')
  await wizard.result.getByRole('button', { name: 'Decide Article' }).click()
  await wizard.dialog.getByLabel(/The studio has/).check()
  await wizard.dialog.getByRole('button', { name: 'Decide', exact: true }).click()
  await expect(page.getByText('The next deployment carries it out.')).toBeVisible()
  await expect(wizard.result).toContainText('sent, the rest is decided by now')
})

test('a conflict is decided with the target that it is with', async ({
  page,
  api,
  platform,
  wizard,
  running,
}) => {
  const elsewhere = { provider: 'files' }
  await api.deploy()
  await api.deploy({}, [], elsewhere)
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
  })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  const file = join(dirname(running.database), 'model', 'Article.json')
  const held = JSON.parse(readFileSync(file, 'utf8'))
  held.fields[0].maxLength = 300
  writeFileSync(file, JSON.stringify(held))

  const seen = [
    ['200', await api.deploy({}, ['Article'])],
    ['300', await api.deploy({}, ['Article'], elsewhere)],
  ] as const
  for (const [there, id] of seen) {
    await page.goto(`/?deployment=${id}`)
    await wizard.result.getByRole('button', { name: 'Decide Article' }).click()
    await expect(wizard.dialog.locator('.sidebox').nth(2)).toContainText(there)
  }

  // Both are recorded, and once is enough.
  await wizard.review()
  await expect(wizard.planned).toHaveText('Nothing to deploy; 1 conflict to decide')
  await expect(page.getByRole('button', { name: /^Record/ })).toHaveCount(0)

  // What is decided with one of them is open with the others.
  await page.goto(`/?deployment=${seen[0][1]}`)
  await wizard.result.getByRole('button', { name: 'Decide Article' }).click()
  await wizard.dialog.getByLabel(/The studio has/).check()
  await wizard.dialog.getByRole('button', { name: 'Decide', exact: true }).click()
  await expect(wizard.result).toContainText('the rest is decided by now')
  await page.goto(`/?deployment=${seen[1][1]}`)
  await expect(wizard.result.getByRole('button', { name: 'Decide Article' })).toBeVisible()
})

test('what only the CMS changed is seen in the review, and comes home both ways', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await platform.edit('Room', { properties: { floor: { displayName: 'Storey' } } })
  await wizard.review()
  await expect(wizard.planned).toHaveText('Nothing to deploy')
  const moved = page.getByRole('article', { name: 'Room, changed in the CMS' })
  await expect(moved).toContainText('floor')
  await expect(moved).toContainText('label: Floor → Storey')
  await expect(moved).toContainText('Stays as it is there; both ways takes it home.')
  await page.getByLabel(/Both ways/).check()
  await expect(page.getByRole('article', { name: 'change Room' })).toContainText('into the studio')
  await expect(moved).toHaveCount(0)
})

test('a deployment is undone as it was previewed', async ({ page, api, platform, wizard }) => {
  await api.deploy()
  await api.edit('type_room', ({ fields }) => {
    fields[0]!.label = 'Called'
  })
  const id = await api.deploy()
  expect((await platform.types()).Room?.properties.name?.displayName).toBe('Called')

  await page.goto(`/?deployment=${id}`)
  await page.getByRole('button', { name: 'Undo this deployment' }).click()
  const room = wizard.dialog.getByRole('article', { name: 'change Room' })
  await expect(room).toContainText('label: Called → Name')
  await wizard.dialog.getByRole('button', { name: 'Undo', exact: true }).click()
  await wizard.expectHeading('The deployment is undone on Optimizely')
  expect((await platform.types()).Room?.properties.name?.displayName).toBe('Name')
  await expect(page).toHaveURL(new RegExp(`deployment=${id}-rollback`))

  // It is known of both from then on.
  await page.goto(`/?deployment=${id}`)
  await wizard.expectHeading('This deployment was undone')
  await expect(page.getByRole('button', { name: 'Undo this deployment' })).toHaveCount(0)
  await page.goto('/history')
  const short = id.slice(0, 8)
  const rows = page.getByRole('region', { name: 'Deployments' }).getByRole('rowheader')
  await expect(rows.nth(0)).toHaveText(`${short}-rollback undoes ${short}`)
  await expect(rows.nth(1)).toHaveText(`${short} undone since`)

  await rows.nth(0).getByRole('link').click()
  await page.getByRole('button', { name: 'Take the undoing back' }).click()
  await wizard.dialog.getByRole('button', { name: 'Take it back' }).click()
  await wizard.expectHeading('Optimizely has again what was undone')
  expect((await platform.types()).Room?.properties.name?.displayName).toBe('Called')
  await page.goto(`/?deployment=${id}-rollback`)
  await wizard.expectHeading('This undoing was taken back')
})

test('what only came home goes back in the studio', async ({ page, api, platform, wizard }) => {
  await api.deploy()
  await platform.edit('Room', { properties: { name: { displayName: 'Salon' } } })
  const id = await api.deploy({ mode: 'pull' })
  await page.goto(`/?deployment=${id}`)
  await page.getByRole('button', { name: 'Undo this deployment' }).click()
  const undo = wizard.dialog.getByRole('button', { name: 'Undo', exact: true })
  await expect(wizard.dialog.getByRole('status')).toHaveText('0 types')
  await expect(undo).toBeDisabled()
  await wizard.dialog.getByLabel('The studio keeps its edits').uncheck()
  await expect(wizard.dialog).toContainText("the studio's row of Room goes back at")
  const before = (await platform.writes()).length
  await undo.click()
  await expect(page).toHaveURL(new RegExp(`deployment=${id}-rollback`))
  await wizard.expectOutcome('Room', 'Done')
  const { data } = await api.get<{ data: { definition: { fields: { label: string }[] } } }>(
    '/api/content-types/type_room',
  )
  expect(data.definition.fields[0]?.label).toBe('Name')
  expect((await platform.writes()).length).toBe(before)
})

test('a version is restored, and the assistant is known by its edit', async ({ page, api }) => {
  await api.deploy()
  await api.edit(
    'type_room',
    ({ fields }) => {
      fields[0]!.label = 'Called'
    },
    'AI',
  )
  await page.goto('/versions?type=type_room')
  const versions = page.getByRole('list', { name: 'Versions, newest first' }).getByRole('listitem')
  await expect(versions).toHaveCount(2)
  await expect(versions.first()).toContainText('Assistant')
  await versions.last().getByRole('button').click()
  await page.getByRole('button', { name: 'Restore this version' }).click()
  await expect(versions).toHaveCount(3)
  await expect(versions.first()).toContainText('now')
  await page.goto('/types/type_room')
  await expect(page.getByRole('group', { name: 'Name' })).toBeVisible()
})
