// A studio, a platform and a browser for each test.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { test as base } from '@playwright/test'

import { startPlatform, startStudio } from '../../scripts/app.mjs'
import { addWebsite } from '../../prisma/database.mjs'
import { Api } from './api'
import { Platform } from './platform'
import { Wizard } from './wizard'

interface Bench {
  platform: Platform
  api: Api
  wizard: Wizard
  /** Adds a website to the studio, with one content type. */
  addWebsite(name: string, type: string): Promise<void>
}

/** Where everything is. */
export interface Running {
  studio: string
  platform: string
  database: string
  environment: Record<string, string>
}

/** The fake platform; `npm run test:browser` names it. */
const FAKE = process.env.FAKE_OPTIMIZELY ?? ''

export const test = base.extend<Bench & { running: Running }>({
  running: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
    const platform = await startPlatform(FAKE)
    const studio = await startStudio({
      database: join(folder, 'dev.db'),
      environment: platform.environment,
    })
    await use({
      studio: studio.origin,
      platform: platform.origin,
      database: studio.database,
      environment: platform.environment,
    })
    await studio.stop()
    await platform.stop()
    rmSync(folder, { recursive: true, force: true })
  },
  addWebsite: async ({ running }, use) =>
    use((name, type) => addWebsite(running.database, websiteOf(name, type))),
  baseURL: async ({ running }, use) => use(running.studio),
  platform: async ({ running }, use) => {
    const platform = new Platform(running.platform)
    await use(platform)
    // Whatever was tried, the platform's contract was kept.
    base.expect(await platform.violations()).toEqual([])
  },
  api: async ({ request, platform: _ }, use) => use(new Api(request)),
  wizard: async ({ page, platform: _ }, use) => use(new Wizard(page)),
})

/** A website with one content type that has one field. */
function websiteOf(name: string, type: string) {
  const title = { id: 'field_title', name: 'title', label: 'Title', type: 'text', order: 0 }
  const about = { pluralName: `${type}s`, icon: '📄', description: `A ${type}` }
  const fields = { name: type, ...about, fields: [title], relationships: [] }
  return {
    id: `site_${name}`,
    name,
    category: 'blog',
    types: [{ id: `type_${type}`, name: type, items: 0, fields }],
  }
}

export const { expect } = test
