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

test('is cancelled, and can be started again', async ({ page, platform, wizard }) => {
  await wizard.review()
  await platform.takesItsTime(3000)
  await wizard.deploy.click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await wizard.expectHeading('The deployment was cancelled')
  await platform.takesItsTime(0)
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
