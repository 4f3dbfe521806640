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
  await page.route('**/api/v1/sync/resume', (route) => route.abort(), { times: 1 })
  await page.getByRole('button', { name: 'Retry failed' }).click()
  const told = page.getByRole('main').getByRole('alert')
  await expect(told).toBeVisible()
  await page.getByRole('button', { name: 'What to do about it' }).click()
  await page.getByRole('button', { name: 'Retry failed' }).click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  await expect(told).toHaveCount(0)
  await wizard.expectOutcome('Room', 'Done')
  // The room, and the two that waited for it.
  expect((await platform.writes()).length - before).toBe(3)
})

test('goes back to the review when it could not be started', async ({ page, platform, wizard }) => {
  await wizard.review()
  await page.route('**/api/v1/sync/start', (route) => route.abort(), { times: 1 })
  await wizard.deploy.click()
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible()
  expect(await platform.writes()).toEqual([])
  await page.getByRole('button', { name: 'Back to the review' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0)
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
})

test('says that it was tried again, and why that failed', async ({ page, platform, wizard }) => {
  await platform.refuses('Product', 422)
  await platform.refuses('Question', 422)
  await wizard.review()
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('8 types sent, 2 did not go.')
  await expect(wizard.dialog).not.toContainText('Tried again')
  await page.getByRole('button', { name: 'Retry failed' }).click()
  await expect(wizard.dialog).toContainText('Tried again: 2 of 2 still did not go')
  await expect(wizard.dialog.getByText('REJECTED')).toHaveCount(2)
  await expect(wizard.dialog.getByText('REJECTED').first()).toBeVisible()
})

test('continues later: the dialog goes, and comes back', async ({ page, platform, wizard }) => {
  await platform.refuses('Room', 422)
  await wizard.review()
  await wizard.deploy.click()
  await wizard.dialog.getByRole('button', { name: 'Continue later' }).click()
  await expect(wizard.dialog).toBeHidden()
  await page.goto('/history')
  await page.getByRole('region', { name: 'Deployments' }).getByRole('link').first().click()
  await expect(wizard.dialog).toContainText('7 types sent, 3 did not go.')
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
  await expect(wizard.dialog).toContainText('1 type sent, 1 waits for consent, 1 did not go.')
  await platform.recovers()
  await page.getByRole('button', { name: 'Force full' }).click()
  await wizard.expectOutcome('Author', 'Done')
  const { Question, Room } = await platform.types()
  expect(Question?.displayName).toBe('Question')
  expect(Room?.properties.name?.displayName).toBe('Called')
})

test('forces the types of the deployment, and what was agreed to covers nothing else', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  for (const id of ['type_product', 'type_artist']) {
    await api.edit(id, ({ fields }) => {
      fields[0]!.label = 'Called'
    })
  }
  await api.ask('DELETE', '/api/content-types/type_question?withContent=true')
  await platform.refuses('Product', 422)
  await wizard.review()
  await page.getByRole('checkbox', { name: 'change Artist', exact: true }).uncheck()
  await page.getByLabel('To delete the type there, write its name: Question').fill('Question')
  await expect(wizard.planned).toHaveText('2 types')
  await wizard.deploy.click()
  await expect(wizard.dialog).toContainText('1 type sent, 1 did not go.')
  expect(await platform.types()).not.toHaveProperty('Question')

  // Whoever agreed to the deletion of one type did not see that another one would go.
  await platform.recovers()
  await api.ask('DELETE', '/api/content-types/type_product?withContent=true')
  await page.reload()
  await page.getByRole('button', { name: 'Force full' }).click()
  await wizard.expectOutcome('Product', 'Waits')
  const { Artist, Product } = await platform.types()
  expect(Product?.displayName).toBe('Product')
  expect(Artist?.properties.fullName?.displayName).toBe('Full name')
  const id = new URL(page.url()).searchParams.get('deployment')
  const { job } = await api.get<{ job: object }>(`/api/sync/start-deployment?id=${id}`)
  expect(job).toMatchObject({
    selectedTypes: ['Product'],
    options: { mode: 'push', force: true },
  })
  expect(job).not.toHaveProperty('options.allowDelete')
})

test('an undoing that failed in part is tried again, and never sends every type', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  for (const id of ['type_room', 'type_artist']) {
    await api.edit(id, ({ fields }) => {
      fields[0]!.label = 'Called'
    })
  }
  const id = await api.deploy()
  await platform.refuses('Room', 422)
  await page.goto(`/?deployment=${id}`)
  await page.getByRole('button', { name: 'Undo this deployment' }).click()
  await wizard.dialog.getByRole('button', { name: 'Undo', exact: true }).click()
  await wizard.expectHeading('Some types did not make it')
  await page.getByRole('button', { name: 'What to do about it' }).click()
  // It names no types, so that a deployment of all of its types is one of every type.
  await expect(wizard.dialog.getByRole('button', { name: 'Manual fix' })).toBeVisible()
  await expect(wizard.dialog.getByRole('button', { name: 'Force full' })).toHaveCount(0)
  await platform.recovers()
  const before = (await platform.writes()).length
  await wizard.dialog.getByRole('button', { name: 'Retry failed' }).click()
  await wizard.expectHeading('The deployment is undone on Optimizely')
  expect((await platform.writes()).length - before).toBe(1)
  expect((await platform.types()).Room?.properties.name?.displayName).toBe('Name')
})

test('what an undoing needs a consent for is reviewed where it is undone', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await api.edit('type_room', ({ fields }) => {
    fields[0]!.label = 'Called'
    fields.push({ id: 'field_door', name: 'door', label: 'Door', type: 'text' })
  })
  await api.edit('type_artist', ({ fields }) => {
    fields[0]!.label = 'Called'
  })
  const id = await api.deploy()
  await platform.refuses('Artist', 422)
  await page.goto(`/?deployment=${id}`)
  const undo = page.getByRole('button', { name: 'Undo this deployment' })
  await undo.click()
  await expect(wizard.dialog.getByLabel(/^To lose what is removed there/)).toBeVisible()
  await wizard.dialog.getByRole('button', { name: 'Undo', exact: true }).click()
  await wizard.expectHeading('Some types did not make it')
  await page.getByRole('button', { name: 'What to do about it' }).click()
  await wizard.dialog.getByRole('button', { name: 'Review again' }).click()
  await expect(page).toHaveURL(new RegExp(`deployment=${id}$`))
  await wizard.expectHeading('Optimizely has what you reviewed')
  await platform.recovers()
  await undo.click()
  await wizard.dialog.getByLabel(/^To lose what is removed there/).fill('Room')
  await wizard.dialog.getByRole('button', { name: 'Undo', exact: true }).click()
  await wizard.expectHeading('The deployment is undone on Optimizely')
  expect((await platform.types()).Room?.properties).not.toHaveProperty('door')
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
  await expect(page.getByText('Something changed after your review')).toBeVisible()
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
  await wizard.expectOutcome('Question', 'deleted')
  expect(await platform.types()).not.toHaveProperty('Question')
})

test('a word holds for the plan that it was written for', async ({ page, api, wizard }) => {
  await api.deploy()
  await api.ask('DELETE', '/api/content-types/type_question?withContent=true')
  await wizard.review()
  const name = page.getByLabel('To delete the type there, write its name: Question')
  const lookAgain = page.getByRole('button', { name: 'Look again' })
  const plan = '**/api/v1/sync/plan'
  const writeAndLose = async () => {
    await name.fill('Questio')
    await page.route(plan, (route) => route.abort(), { times: 1 })
    await name.fill('Question')
    await expect(lookAgain).toBeVisible()
  }
  await writeAndLose()
  await lookAgain.click()
  // The same plan was agreed to already.
  await expect(name).toHaveValue('Question')
  await expect(wizard.planned).toHaveText('1 type')

  await name.fill('')
  await writeAndLose()
  await api.edit('type_room', ({ fields }) => {
    fields[0]!.label = 'Called'
  })
  await lookAgain.click()
  await expect(wizard.planned).toHaveText('1 type; 1 waiting for your word')
  await expect(name).toHaveValue('')

  await name.fill('Question')
  await expect(wizard.planned).toHaveText('2 types')
  await page.getByLabel(/Both ways/).check()
  await expect(wizard.planned).toHaveText('1 type; 1 waiting for your word')
  await expect(name).toHaveValue('')
})

test('each side loses what it loses with a word of its own', async ({
  page,
  api,
  platform,
  wizard,
}) => {
  await api.deploy()
  await api.edit('type_author', (definition) => {
    definition.fields = definition.fields.filter(({ name }) => name !== 'staff')
  })
  await platform.edit('Author', { properties: { email: null } })
  await wizard.review()
  await page.getByLabel(/Both ways/).check()
  const there = page.getByLabel('To lose what is removed there, write the name of the type: Author')
  const here = page.getByLabel(
    'To lose what is removed in the studio, write the name of the type: Author',
  )
  await there.fill('Author')
  await expect(here).toHaveValue('')
  await expect(wizard.planned).toContainText('1 waiting for your word')
  await here.fill('Author')
  await expect(wizard.planned).toHaveText('1 type')
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
