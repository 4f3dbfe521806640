// The steps of "See it" in the README, walked as they are written there.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from './support/test'

const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')

/** What the test below does, in the words of the README. */
const STEPS = [
  '**Deploy**: choose Optimizely, look at the mapping and at what will change, deploy.',
  '**Content types** → Article: make the title at most 100 characters long, save.',
  '**The CMS itself** → Article: make it at most 200, as a colleague would.',
  '**Deploy** again: the review says that both sides changed it. Decide Article there: three columns, a choice per property.',
  '**Deploy**: what will change is planned anew with what you decided, and goes out. **Conflicts** tells who decided what.',
  '**History**: open that deployment, and undo it.',
]

test('the steps of the README', async ({ page, platform, wizard }) => {
  expect([...README.matchAll(/^\d\. (.*)$/gm)].map(([, step]) => step)).toEqual(STEPS)
  const go = (name: string) => page.getByRole('link', { name, exact: true }).click()
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const length = async () => (await platform.types()).Article?.properties.title?.maxLength

  await page.goto('/')
  await page.getByRole('radio', { name: /^Optimizely/ }).check()
  await press('Next: mapping')
  await expect(page.getByText('10 content types')).toBeVisible()
  await press('Next: review')
  await expect(wizard.planned).toHaveText('10 types')
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')

  await go('Content types')
  await go('Article')
  await page.getByRole('group', { name: 'Title' }).getByLabel('Max length').fill('100')
  await press('Save')
  await expect(page.getByText('Saved, as a version of its own')).toBeVisible()

  await go('The CMS itself')
  await go('Article')
  await page.getByRole('group', { name: 'title' }).getByLabel('Max length').fill('200')
  await press('Save in the CMS')
  await expect(page.getByText('Saved in the CMS')).toBeVisible()

  await go('Deploy')
  await press('Next: mapping')
  await press('Next: review')
  await expect(page.getByText('Article was changed on both sides')).toBeVisible()
  await press('Decide Article')
  for (const side of ['Both had', 'The studio has', 'The CMS has']) {
    await expect(wizard.dialog.getByText(side).first()).toBeVisible()
  }
  await wizard.dialog.getByLabel(/The studio has/).check()
  await press('Decide')
  expect(await length()).toBe(200)

  await expect(wizard.planned).toHaveText('1 type')
  await wizard.deploy.click()
  await wizard.expectHeading('Optimizely has what you reviewed')
  expect(await length()).toBe(100)
  const deployed = new URL(page.url()).searchParams.get('deployment')!
  await go('Conflicts')
  await expect(page.getByText('0 conflicts open, 1 conflict in all')).toBeVisible()
  await expect(page.getByText(/decided .* by editor/)).toBeVisible()

  await go('History')
  await page.getByRole('region', { name: 'Deployments' }).getByRole('link').first().click()
  await expect(page).toHaveURL(new RegExp(deployed))
  await press('Undo this deployment')
  await press('Undo')
  await wizard.expectHeading('The deployment is undone on Optimizely')
  expect(await length()).toBe(200)
})
