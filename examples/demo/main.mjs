// npm run demo: from a fresh clone to two deployments, with the evidence.

import { rmSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { buildForDevelopment } from '../../scripts/build.mjs'
import { installPackages } from '../../scripts/packages.mjs'
import { requireTools } from '../../scripts/requirements.mjs'
import { duration, ROOT } from '../../scripts/run.mjs'
import { line, proven, section } from './page.mjs'
import { bold, dim, red } from './paint.mjs'

/** Everything that the demo makes is in here; git ignores it. */
const FOLDER = join(ROOT, 'demo')

async function demo() {
  console.log(bold('catalyst-sync') + dim('  a deployment that really deploys'))
  await requireTools()

  section('Set up', 'some minutes the first time')
  await step('packages of npm', installPackages())
  const { fake } = await step('engine and fake platform', buildForDevelopment())

  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER)
  // What follows needs what was just set up, so it is loaded only now.
  const { tell } = await import('./story.mjs')
  await tell({ folder: FOLDER, fake })
}

async function step(name, work) {
  const result = await work
  if (!result.ok) {
    line(result.output.trimEnd().split('\n').slice(-20).join('\n   '))
    throw new Error(`${name} could not be set up`)
  }
  proven(`${name} ${dim(duration(result.seconds))}`)
  return result
}

try {
  await demo()
} catch (error) {
  console.error(`\n${red('✗')} ${error.code ? `${error.code}: ` : ''}${error.message}`)
  process.exitCode = 1
}
