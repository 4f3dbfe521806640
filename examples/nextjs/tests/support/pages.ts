// What is looked at on every page: whether everybody can use it, and its picture.

import { join } from 'node:path'

import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Where pictures are kept, when they are made anew. */
const PICTURES = process.env.PICTURES

/** Fails for what keeps somebody out. In the dark only the colours differ. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await expectNothingSerious(new AxeBuilder({ page }).withRules(['color-contrast']))
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await expectNothingSerious(new AxeBuilder({ page }))
}

async function expectNothingSerious(builder: AxeBuilder): Promise<void> {
  const { violations } = await builder.analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
}

/** Looks at a page; keeps its picture if pictures are made. */
export async function look(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
  await expectAccessible(page)
}
