import type { Locator, Page } from '@playwright/test'

import { expect } from '@playwright/test'

/** The wizard, as somebody uses it. */
export class Wizard {
  readonly deploy: Locator
  /** How much would be done. */
  readonly planned: Locator
  readonly result: Locator
  readonly dialog: Locator

  constructor(private readonly page: Page) {
    this.deploy = page.getByRole('button', { name: 'Deploy', exact: true })
    this.planned = page.locator('#planned')
    this.result = page.getByRole('region', { name: 'What became of each type' })
    this.dialog = page.getByRole('dialog')
  }

  /** From the first step to the review. */
  async review(): Promise<void> {
    await this.page.goto('/')
    await this.page.getByRole('button', { name: 'Next: mapping' }).click()
    await this.page.getByRole('button', { name: 'Next: review' }).click()
    await expect(this.planned).not.toBeEmpty()
  }

  /** What became of a type. */
  async expectOutcome(type: string, result: string): Promise<void> {
    const row = this.result.getByRole('row', { name: type, exact: false })
    await expect(row.getByText(result, { exact: true })).toBeVisible()
  }

  /** The heading of the present step. */
  async expectHeading(text: string | RegExp): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 2, name: text }).first()).toBeVisible()
  }
}
