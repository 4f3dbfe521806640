// A deployment in the browser: its progress, its cancellation, and a page that is loaded again.

import type { Page } from '@playwright/test'

import { expect, test } from './support/test'

/** Loses every look at a deployment, until they are to come. */
async function loseLooks(page: Page) {
  let isLost = true
  await page.route('**/api/sync/start-deployment?id=*', (route) =>
    isLost && route.request().method() === 'GET' ? route.abort() : route.continue(),
  )
  return {
    come: () => void (isLost = false),
    stay: () => void (isLost = true),
  }
}

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

test('a look that fails is no end: it is looked again until the deployment is there', async ({
  page,
  platform,
  wizard,
}) => {
  await wizard.review()
  await platform.takesItsTime(3000)
  const looks = await loseLooks(page)
  await wizard.deploy.click()
  const told = page.getByRole('main').getByRole('alert')
  await expect(told).toBeVisible()
  await expect(page.getByText('Starting …')).toBeVisible()
  looks.come()
  const cancel = page.getByRole('button', { name: 'Cancel' })
  await expect(cancel).toBeEnabled()
  await expect(told).toHaveCount(0)
  await expect(page.getByText(/Creating new content types/).first()).toBeVisible()

  // Neither is one after a cancellation.
  looks.stay()
  await cancel.click()
  await wizard.expectHeading('The deployment was cancelled')
  await platform.takesItsTime(0)
  await expect(told).toBeVisible()
  await expect(page.getByText('Waiting for the answers that are still out …')).toBeVisible()
  looks.come()
  await wizard.expectOutcome('Author', 'Done')
  await expect(told).toHaveCount(0)

  // Nor one of a page that is loaded anew.
  looks.stay()
  await page.reload()
  await expect(told).toBeVisible()
  await expect(page.getByText('Looking for the deployment …')).toBeVisible()
  looks.come()
  await wizard.expectOutcome('Author', 'Done')
  await expect(told).toHaveCount(0)
})

test('of a deployment that is not known it is said once, until something else is done', async ({
  page,
  addWebsite,
}) => {
  await addWebsite('Restaurant', 'Dish')
  await page.goto('/?deployment=nobody')
  const told = page.getByRole('main').getByRole('alert')
  await expect(told).toContainText('no deployment has the id')
  await page.getByLabel('Website').selectOption('Restaurant')
  await expect(told).toHaveCount(0)
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
