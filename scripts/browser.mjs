// npm run test:browser: the example in Chromium, from a fresh clone.
//
// Words are handed on to Playwright; `FAKE_OPTIMIZELY` names a fake platform that is built already.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { EXAMPLE, prepareExample, step } from './example-app.mjs'
import { run } from './run.mjs'

const DEBIAN = '/usr/bin/chromium'
const BROWSERS = [process.env.CHROMIUM, DEBIAN, '/usr/bin/google-chrome']

const script = (name, ...path) => [join('node_modules', name, ...path)]

const fake = await prepareExample()
const chromium = await findChromium()
const next = script('next', 'dist', 'bin', 'next')
await step('the example', () => run(process.execPath, [...next, 'build'], { cwd: EXAMPLE }))

const playwright = script('@playwright', 'test', 'cli.js')
const { ok } = await run(process.execPath, [...playwright, 'test', ...process.argv.slice(2)], {
  show: true,
  cwd: EXAMPLE,
  env: { FAKE_OPTIMIZELY: fake, CHROMIUM: chromium, ...folders('PICTURES', 'LOOKS') },
})
process.exit(ok ? 0 : 1)

/** Folders that somebody named from where they are. */
function folders(...names) {
  const named = names.filter((name) => process.env[name])
  return Object.fromEntries(named.map((name) => [name, resolve(process.env[name])]))
}

/** The browser of this machine; on Debian it is installed where it is missing. */
async function findChromium() {
  const found = BROWSERS.find((path) => path && existsSync(path))
  if (found) return found
  const root = process.getuid?.() === 0 ? [] : ['sudo']
  const install = (...words) => {
    const [program, ...rest] = [...root, 'apt-get', ...words]
    return run(program, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' } })
  }
  await step('Chromium', async () => {
    const updated = await install('update', '-qq')
    return updated.ok ? install('install', '-qqy', 'chromium') : updated
  })
  return DEBIAN
}
