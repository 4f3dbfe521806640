// A deployment in the browser: its progress, its cancellation, and a page that is loaded again.

import { expect, test } from './support/test'

test('shows its progress while it goes, and deploys what was reviewed', async ({
  page,
  platform,
  wizard,
}) => {
  await wizard.review()
  await expect(wizard.planned).toHaveText('10 types')
  expect(await platform.writes()).toEqual([])
  await platform.takesItsTime(2000)
  await wizard.deploy.click()
  const bar = page.getByRole('progressbar', { name: 'Deployment' })
  await expect(bar).toHaveAttribute('aria-valuenow', /^([2-9]\d)$/)
  await expect(page.getByText(/Creating new content types/).first()).toBeVisible()
  await platform.takesItsTime(0)
  await wizard.expectHeading('Optimizely has what you reviewed')
  await wizard.expectOutcome('Press Release', 'Done')
  const { Article } = await platform.types()
  expect(Article?.properties.title).toMatchObject({ displayName: 'Title', maxLength: 120 })
})

test('deploys the website that was chosen, which the address remembers', async ({
  page,
  platform,
  wizard,
  addWebsite,
}) => {
  await page.goto('/')
  await expect(page.getByText('Reachable')).toBeVisible()
  // Of one website there is nothing to choose.
  await expect(page.getByLabel('Website')).toHaveCount(0)
  await addWebsite('Restaurant', 'Dish')
  await page.reload()
  await page.getByLabel('Website').selectOption('Restaurant')
  await expect(page).toHaveURL(/website=site_Restaurant/)
  await page.reload()
  await expect(page.getByLabel('Website')).toHaveValue('site_Restaurant')
  await page.getByRole('button', { name: 'Next: mapping' }).click()
  await page.getByRole('button', { name: 'Next: review' }).click()
  await expect(wizard.planned).toHaveText('1 type')
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  await expect(page).toHaveURL(/website=site_Restaurant&deployment=/)
  expect(Object.keys(await platform.types())).toContain('Dish')
  expect(Object.keys(await platform.types())).not.toContain('Article')
})

test('is cancelled, and can be started again', async ({ page, platform, wizard }) => {
  await wizard.review()
  await platform.takesItsTime(3000)
  await wizard.deploy.click()
  await expect(page.getByText(/Creating new content types/).first()).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await wizard.expectHeading('The deployment was cancelled')
  await platform.takesItsTime(0)
  // What was under way when it was cancelled is told, and can be undone.
  await wizard.expectOutcome('Author', 'Done')
  await expect(page.getByRole('button', { name: 'Undo this deployment' })).toBeVisible()
  await page.getByRole('button', { name: 'Deploy again' }).click()
  await expect(wizard.planned).toHaveText(/type/)
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  expect(Object.keys(await platform.types())).toEqual(expect.arrayContaining(['Article', 'Room']))
})

test('goes on when the page is loaded again, which shows it from where it is', async ({
  page,
  platform,
  wizard,
}) => {
  await wizard.review()
  await platform.takesItsTime(3000)
  await wizard.deploy.click()
  await expect(page).toHaveURL(/deployment=/)
  await page.reload()
  const bar = page.getByRole('progressbar', { name: 'Deployment' })
  await expect(bar).toHaveAttribute('aria-valuenow', /^([1-9]\d)$/)
  await platform.takesItsTime(0)
  await wizard.expectHeading('Optimizely has what you reviewed')
  const log = page.getByText(/^Log, /)
  await log.click()
  await expect(page.getByText(/Extracting content types from database/)).toBeVisible()
})

test('deploys only the types that are ticked', async ({ page, platform, wizard }) => {
  await wizard.review()
  for (const type of ['Room', 'Exhibition', 'Event']) {
    await page.getByRole('checkbox', { name: `create ${type}`, exact: true }).uncheck()
  }
  await expect(wizard.planned).toHaveText(/^7 types/)
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  const keys = Object.keys(await platform.types())
  expect(keys).toEqual(expect.arrayContaining(['Article', 'PressRelease']))
  expect(keys).not.toContain('Room')
})

test('deploys nothing while no type is ticked', async ({ page, platform, wizard }) => {
  await wizard.review()
  const ticks = page.getByRole('checkbox', { name: /^create / })
  await expect(ticks).toHaveCount(10)
  for (const tick of await ticks.all()) await tick.uncheck()
  await expect(wizard.planned).toHaveText('No type is ticked, so there is nothing to deploy')
  await expect(wizard.deploy).toBeDisabled()
  await page.getByRole('checkbox', { name: 'create Room', exact: true }).check()
  await expect(wizard.planned).toHaveText('1 type')
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  const keys = Object.keys(await platform.types())
  expect(keys).toContain('Room')
  expect(keys).not.toContain('Author')
})
