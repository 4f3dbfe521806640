// A studio, a platform and a browser for each test.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { test as base } from '@playwright/test'

import { startPlatform, startStudio } from '../../scripts/app.mjs'
import { Api } from './api'
import { Platform } from './platform'
import { Wizard } from './wizard'

interface Bench {
  platform: Platform
  api: Api
  wizard: Wizard
}

/** The fake platform; `npm run test:browser` names it. */
const FAKE = process.env.FAKE_OPTIMIZELY ?? ''

export const test = base.extend<Bench & { running: { studio: string; platform: string } }>({
  running: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
    const platform = await startPlatform(FAKE)
    const studio = await startStudio({
      database: join(folder, 'dev.db'),
      environment: platform.environment,
    })
    await use({ studio: studio.origin, platform: platform.origin })
    await studio.stop()
    await platform.stop()
    rmSync(folder, { recursive: true, force: true })
  },
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

export const { expect } = test
