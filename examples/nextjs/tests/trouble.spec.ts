// What does not go through: refused types, plans that grew old, deletions without consent.

import { expect, test } from './support/test'

test('fails in part, and repeats only what failed', async ({ page, platform, wizard }) => {
  await platform.refuses('Room', 422)
  await wizard.review()
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('Sync partially completed')
  await page.getByRole('button', { name: 'View errors' }).click()
  await expect(wizard.dialog.getByText('REJECTED')).toBeVisible()
  await platform.recovers()
  const before = (await platform.writes()).length
  await page.getByRole('button', { name: 'Retry failed' }).click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  await wizard.expectOutcome('Room', 'Done')
  // The room, and the two that waited for it.
  expect((await platform.writes()).length - before).toBe(3)
})

test('continues later: the dialog goes, and comes back', async ({ page, platform, wizard }) => {
  await platform.refuses('Room', 422)
  await wizard.review()
  await wizard.deploy.click()
  await wizard.dialog.getByRole('button', { name: 'Continue later' }).click()
  await expect(wizard.dialog).toBeHidden()
  await page.goto('/history')
  await page.getByRole('region', { name: 'Deployments' }).getByRole('link').first().click()
  await expect(wizard.dialog).toContainText('7 types went')
  await page.getByRole('button', { name: 'Manual fix' }).click()
  await expect(page).toHaveURL(/\/types$/)
})

test('forces everything, without lifting a consent', async ({ page, api, platform, wizard }) => {
  await api.deploy()
  await api.ask('DELETE', '/api/content-types/type_question?withContent=true')
  await platform.refuses('Room', 422)
  const label = (id: string) =>
    api.edit(id, ({ fields }) => {
      fields[0]!.label = 'Called'
    })
  await label('type_room')
  await label('type_artist')
  await wizard.review()
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('1 type went, 1 did not')
  await platform.recovers()
  await page.getByRole('button', { name: 'Force full' }).click()
  await wizard.expectOutcome('Author', 'Done')
  const { Question, Room } = await platform.types()
  expect(Question?.displayName).toBe('Question')
  expect(Room?.properties.name?.displayName).toBe('Called')
})

test('refuses a plan that somebody made old', async ({ page, api, platform, wizard }) => {
  await api.deploy()
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.label = 'Headline'
  })
  await wizard.review()
  await expect(wizard.planned).toHaveText('1 type')
  await api.edit('type_article', ({ fields }) => {
    fields[0]!.label = 'Heading'
  })
  const before = (await platform.writes()).length
  await wizard.deploy.click()
  await wizard.expectHeading('The deployment did not go through')
  await expect(page.getByText('PLAN_STALE')).toBeVisible()
  await expect(page.getByText('Article: the update was changed since')).toBeVisible()
  expect((await platform.writes()).length).toBe(before)
})

test('deletes nothing without the name of the type', async ({ page, api, platform, wizard }) => {
  await api.deploy()
  await api.ask('DELETE', '/api/content-types/type_question?withContent=true')
  await wizard.review()
  await expect(wizard.planned).toHaveText('Nothing to deploy; 1 waiting for your word')
  await expect(wizard.deploy).toBeDisabled()
  const name = page.getByLabel('To delete the type there, write its name: Question')
  await name.fill('Questions')
  await expect(wizard.deploy).toBeDisabled()
  expect(await platform.types()).toHaveProperty('Question')
  await name.fill('Question')
  await expect(wizard.planned).toHaveText('1 type')
  await wizard.deploy.click()
  await wizard.expectOutcome('Question', 'delete')
  expect(await platform.types()).not.toHaveProperty('Question')
})

test('ships the rest while a loss waits for its word', async ({ page, api, platform, wizard }) => {
  await api.deploy()
  await api.edit('type_author', (definition) => {
    definition.fields = definition.fields.filter(({ name }) => name !== 'staff')
    definition.fields[0]!.label = 'Name'
  })
  await wizard.review()
  await expect(page.getByText('11 content items hold the field staff')).toBeVisible()
  await wizard.deploy.click()
  await expect(page.getByText('waits for consent: staff')).toBeVisible()
  const { Author } = await platform.types()
  expect(Author?.properties.fullName?.displayName).toBe('Name')
  expect(Author?.properties).toHaveProperty('staff')
})
