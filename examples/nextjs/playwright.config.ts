import { defineConfig } from '@playwright/test'

// Each test has a studio and a platform of its own; one at a time, for small machines.
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1180, height: 800 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Chromium refuses its sandbox to root, who runs it in containers.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
})
