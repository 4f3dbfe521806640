// Edits on both sides, decided property by property; undoing; going back to a version.

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
  await page.getByRole('button', { name: 'Record the conflict' }).click()
  await wizard.expectOutcome('Article', 'Conflict')
  await page.keyboard.press('Escape')

  await page.goto('/conflicts')
  await page.getByRole('button', { name: 'Decide Article' }).click()
  const length = wizard.dialog.getByRole('group', { name: 'title: max length' })
  await expect(length).toContainText('120')
  await expect(wizard.dialog.getByRole('button', { name: 'Decide' })).toBeDisabled()
  await length.getByLabel('The other value').fill('180')
  const label = wizard.dialog.getByRole('group', { name: 'title: label' })
  await label.getByLabel(/The studio has/).check()
  await wizard.dialog.getByRole('button', { name: 'Decide' }).click()
  await expect(page.getByText('0 conflicts open, 1 conflict in all')).toBeVisible()

  await wizard.review()
  await page.getByLabel(/Both ways/).check()
  await expect(page.getByText('into the studio')).toBeVisible()
  await expect(wizard.deploy).toBeEnabled()
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
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
