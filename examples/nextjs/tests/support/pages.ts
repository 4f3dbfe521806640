// What is looked at on every page: whether everybody can use it, and its picture.

import { join } from 'node:path'

import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'

/** Where the README's pictures are kept, when they are made anew. */
const PICTURES = process.env.PICTURES

/** Where pictures for people who look at the dark and at telephones are put. */
const LOOKS = process.env.LOOKS

const WIDE = { width: 1180, height: 800 }

/** The narrowest telephone that is thought of. */
const NARROW = { width: 390, height: 844 }

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

/** Fails for what stands out of a narrow window, or is cut off where nothing scrolls it. */
async function expectToFit(page: Page): Promise<void> {
  const outside = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const clips = (element: Element) => getComputedStyle(element).overflowX !== 'visible'
    const isScrolled = (element: Element): boolean => {
      for (
        let at = element.parentElement;
        at !== null && at !== document.body;
        at = at.parentElement
      )
        if (clips(at)) return getComputedStyle(at).overflowX !== 'hidden'
      return false
    }
    return [...document.body.querySelectorAll('*')]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
      .filter((one) => !isScrolled(one) && !one.closest('.hidden'))
      .map((one) => one.outerHTML.slice(0, 120))
  })
  expect(outside).toEqual([])
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect({ at: page.url(), beyond }).toEqual({ at: page.url(), beyond: 0 })
}

/** Fails for what somebody would have to scroll to, or that something else covers. */
export async function expectInSight(what: Locator): Promise<void> {
  await expect(what).toBeInViewport({ ratio: 1 })
  const isOnTop = () =>
    what.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      const there = document.elementFromPoint(left + width / 2, top + height / 2)
      return there !== null && element.contains(there)
    })
  await expect.poll(isOnTop).toBe(true)
}

/** Looks at a page, wide and narrow, light and dark; keeps its pictures, of a height, if they are made. */
export async function look(page: Page, name: string, height = WIDE.height): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ ...WIDE, height })
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
  await expectAccessible(page)
  if (LOOKS) await keepLooks(page, LOOKS, name)
  await page.setViewportSize(NARROW)
  await expectToFit(page)
  await page.setViewportSize(WIDE)
}

async function keepLooks(page: Page, folder: string, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [width, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      await page.setViewportSize(viewport)
      // As high as the page: what sticks to the end of a window would stand in the middle of a picture.
      const height = await page.evaluate(() => document.documentElement.scrollHeight)
      await page.setViewportSize({ ...viewport, height })
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) })
    }
  }
}
