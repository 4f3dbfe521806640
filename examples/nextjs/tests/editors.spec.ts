// The editors of types, here and in the CMS: what they save, and what they ask before.

import { expectInSight } from './support/pages'
import { expect, test } from './support/test'

test('a save says whether there was anything to save, and drops nothing', async ({ page }) => {
  await page.goto('/types/type_room')
  await expect(page).toHaveTitle('Room · Studio')
  const save = page.getByRole('button', { name: 'Save' })
  await save.click()
  await expect(page.getByText('Nothing was changed, so there is nothing to save')).toBeVisible()
  await page.getByLabel('New field').fill('Opening hours')
  await save.click()
  await expect(page.getByText('The new field Opening hours is not added yet')).toBeVisible()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await save.click()
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('group', { name: 'Opening hours' })).toBeVisible()
})

test('a save replaces only what was read, and what was written goes on top of the rest', async ({
  page,
  api,
}) => {
  await page.goto('/types/type_article')
  const field = (name: string) => page.getByRole('group', { name, exact: true })
  await field('Title').getByLabel('Label').fill('Headline')
  await field('Teaser').getByLabel('Max length').fill('300')
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.label = 'Heading'
    fields[2]!.label = 'Story'
  })
  const save = page.getByRole('button', { name: 'Save' })
  await save.click()
  await expect(page.getByText('Article was changed meanwhile, so nothing was saved')).toBeVisible()
  await expect(field('Headline')).toBeVisible()
  await expectInSight(page.getByRole('button', { name: 'Load what is there now' }))
  await page.getByRole('button', { name: 'Load what is there now' }).click()
  await expect(page.getByText('Heading: label is Heading there.')).toBeVisible()
  await expect(field('Headline')).toBeVisible()
  await expect(field('Teaser').getByLabel('Max length')).toHaveValue('300')
  await expect(field('Story')).toBeVisible()
  await save.click()
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()
  // Once more, with what the save answered.
  await field('Story').getByLabel('Label').fill('Text')
  await save.click()
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()
  await page.reload()
  for (const name of ['Headline', 'Teaser', 'Text']) await expect(field(name)).toBeVisible()
})

test('a token that was not to be had, or is no more, is fetched anew', async ({
  page,
  context,
}) => {
  await page.goto('/types/type_room')
  const label = page.getByRole('group').first().getByLabel('Label')
  const save = page.getByRole('button', { name: 'Save' })
  const saved = page.getByText('Saved, as a version of its own')
  const wrong = page.getByRole('main').getByRole('alert')
  const token = '**/api/csrf-token'
  await label.fill('Called')
  await page.route(token, (route) => route.abort(), { times: 1 })
  await save.click()
  await expect(wrong).toBeVisible()
  await page.route(token, (route) => route.fulfill({ status: 500, json: { error: 'Too busy' } }), {
    times: 1,
  })
  await save.click()
  await expect(wrong).toContainText('Too busy')
  await save.click()
  await expect(saved).toBeVisible()
  // After a day the browser forgets its cookie.
  await context.clearCookies()
  await label.fill('Named')
  await save.click()
  await expect(saved).toBeVisible()
  await expect(wrong).toHaveCount(0)
})

test('a request is sent once more for its token, and for nothing else', async ({ page }) => {
  await page.goto('/types/type_room')
  const save = page.getByRole('button', { name: 'Save' })
  const wrong = page.getByRole('main').getByRole('alert')
  await page.getByRole('group').first().getByLabel('Label').fill('Called')
  let refusal = 'Invalid CSRF token'
  let sent = 0
  await page.route('**/api/content-types/type_room', (route) => {
    if (route.request().method() !== 'PUT') return route.continue()
    sent += 1
    return route.fulfill({ status: 403, json: { error: refusal } })
  })
  await save.click()
  await expect(wrong).toContainText('Invalid CSRF token')
  expect(sent).toBe(2)
  refusal = 'Not yours'
  await save.click()
  await expect(wrong).toContainText('Not yours')
  expect(sent).toBe(3)
})

for (const height of [720, 850]) {
  test(`a save is seen to be done without scrolling, ${height} high`, async ({ page, api }) => {
    await page.setViewportSize({ width: 1280, height })
    await api.deploy()
    await page.goto('/types/type_article')
    await page.getByRole('group', { name: 'Title' }).getByLabel('Label').fill('Headline')
    await page.getByRole('button', { name: 'Save' }).click()
    await expectInSight(page.getByText('Saved, as a version of its own'))
    await expectInSight(page.getByRole('link', { name: 'Deploy it' }))
    await page.goto('/cms/Article')
    const topic = page.getByRole('group', { name: 'topic' })
    await topic.getByLabel('Display name').fill('Section')
    await page.getByRole('button', { name: 'Save in the CMS' }).click()
    await expectInSight(page.getByText('Saved in the CMS'))
  })
}

test('what is not saved is not left behind without a question', async ({ page }) => {
  const asked: string[] = []
  let leave = false
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    return leave ? dialog.accept() : dialog.dismiss()
  })
  await page.goto('/types/type_room')
  const label = page.getByRole('group', { name: 'Name' }).getByLabel('Label')
  await label.fill('Called')
  const away = page.getByRole('link', { name: 'History' })
  await away.click()
  expect(asked).toEqual(['confirm'])
  await expect(page).toHaveURL(/type_room/)
  await expect(page.getByLabel('Label').first()).toHaveValue('Called')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()
  await page.getByLabel('Label').first().fill('Named')
  leave = true
  await page.reload()
  expect(asked).toEqual(['confirm', 'beforeunload'])
  await expect(page.getByLabel('Label').first()).toHaveValue('Called')
  await away.click()
  await expect(page).toHaveURL(/history/)
  expect(asked).toHaveLength(2)
})

test('the CMS asks before it deletes a type', async ({ page, api, platform }) => {
  await api.deploy()
  await page.goto('/cms/Question')
  await expect(page).toHaveTitle('Question in the CMS · Studio')
  const ask = page.getByRole('button', { name: 'Delete in the CMS' })
  const dialog = page.getByRole('dialog', { name: 'Delete Question in the CMS?' })
  await ask.click()
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  await expect(dialog).toBeHidden()
  expect(await platform.types()).toHaveProperty('Question')
  await ask.click()
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(page).toHaveURL(/\/cms$/)
  expect(await platform.types()).not.toHaveProperty('Question')
})

test('the assistant signs what it edits', async ({ page, api }) => {
  await api.deploy()
  await page.goto('/types/type_room')
  await page.getByRole('radio', { name: 'The assistant edits' }).check()
  await page.getByRole('group', { name: 'Name' }).getByLabel('Label').fill('Called')
  await page.getByPlaceholder('Why (optional)').fill('Shorter')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()
  await page.getByRole('link', { name: 'Versions' }).first().click()
  const { versions } = await api.get<{ versions: { source: string; message: string }[] }>(
    '/api/v1/versions/type_room?limit=1',
  )
  expect(versions).toMatchObject([{ source: 'AI', author: 'assistant', message: 'Shorter' }])
})
