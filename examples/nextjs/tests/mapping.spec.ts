// The mapping step: how types stand, and how their latest attempt ended.

import { expect, test } from './support/test'

test('says of each type how it stands, and how it went last', async ({ page, api, platform }) => {
  const open = async () => {
    await page.goto('/')
    await page.getByRole('button', { name: 'Next: mapping' }).click()
    await expect(page.getByText('10 content types')).toBeVisible()
  }
  const summary = (type: string) => page.locator('summary', { hasText: `→ ${type}` })

  await open()
  await expect(summary('Question')).toContainText('New')
  await expect(summary('Question')).toContainText('never deployed')

  await platform.refuses('Question', 422)
  await api.deploy()
  await platform.recovers()
  await api.edit('type_author', ({ fields }) => {
    fields[0]!.label = 'Name'
  })
  await platform.edit('Artwork', { displayName: 'Work' })
  await open()
  for (const [type, status, last] of [
    ['Question', 'New', 'Failed'],
    ['Author', 'Changed here', 'Done'],
    ['Artwork', 'Changed in the CMS', 'Done'],
    ['Press', 'In step', 'Done'],
  ] as const) {
    await expect(summary(type).locator('.mapping-status')).toHaveText(status)
    await expect(summary(type).locator('.mapping-last')).toHaveText(
      new RegExp(`^${last} \\d+ \\w+ \\d{4}`),
    )
  }
  await summary('Question').click()
  await expect(page.getByText('the platform answered 422')).toBeVisible()
  // Pictures are named and not shown: not every font has them.
  await expect(page.getByText('Stays in the studio: plural name (Questions), icon')).toBeVisible()
})
