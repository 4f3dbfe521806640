// A whole flow without a mouse: from the first step, through a conflict, to a deployment both ways.

import type { Page } from '@playwright/test'

import { expect, test } from './support/test'

/** More stops than any page has. */
const STOPS = 120

/** Goes on with Tab until something of a name has the focus, and shows that it has. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const fits = (text: string) => (typeof name === 'string' ? text === name : name.test(text))
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press('Tab')
    const { text, outline } = await page.evaluate(() => {
      const focused = document.activeElement as HTMLInputElement
      const label = focused.getAttribute('aria-label') ?? focused.labels?.[0]?.innerText
      const style = getComputedStyle(focused).outlineStyle
      return {
        text: (label ?? focused.innerText ?? '').trim().replace(/\s+/g, ' '),
        outline: style,
      }
    })
    if (!fits(text)) continue
    expect(outline, `the focus on ${text} is to be seen`).not.toBe('none')
    return
  }
  throw new Error(`no stop is called ${name}`)
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}

test('deploys, decides a conflict and deploys again', async ({ page, api, platform, wizard }) => {
  await page.goto('/')
  await expect(page.getByText('Reachable')).toBeVisible()
  await press(page, 'Next: mapping')
  await expect(page.getByText('10 content types')).toBeVisible()
  await press(page, 'Next: review')
  await expect(wizard.planned).toHaveText('10 types')
  await press(page, 'Deploy')
  await wizard.expectHeading('Optimizely has what you reviewed')

  await api.edit('type_article', ({ fields }) => {
    fields[0]!.validation = { maxLength: 100 }
  })
  await platform.edit('Article', { properties: { title: { maxLength: 200 } } })
  // The listing of the platform is read again.
  await api.deploy()
  await page.goto('/conflicts')
  await expect(page.getByText('1 conflict open')).toBeVisible()
  await press(page, 'Decide Article')
  await expect(wizard.dialog.getByText('Both had')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(wizard.dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Decide Article' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(wizard.dialog.getByText('Both had')).toBeVisible()
  await tabTo(page, /^The studio has/)
  await page.keyboard.press('Space')
  await press(page, 'Decide')
  await expect(page.getByText('0 conflicts open')).toBeVisible()

  await press(page, 'Deploy')
  await expect(page.getByText('Reachable')).toBeVisible()
  await press(page, 'Next: mapping')
  await expect(page.getByText('10 content types')).toBeVisible()
  await press(page, 'Next: review')
  await expect(wizard.planned).toHaveText('1 type')
  await press(page, 'Deploy')
  await wizard.expectHeading('Optimizely has what you reviewed')
  expect((await platform.types()).Article?.properties.title?.maxLength).toBe(100)
})
