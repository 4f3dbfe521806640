// Runs what stands on a page of the documentation, in order: `node run.mjs <folder> <fake platform>`.
//
// The folder has the studio's place and `steps.json`. Prints what each block printed, as JSON.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

import { FakePlatform } from '../../../examples/demo/platform.mjs'
import { Studio } from '../../../examples/demo/studio.mjs'
import { WEBSITES } from '../../../examples/demo/websites.mjs'
import { SCENES, settingOf } from './scenes.mjs'

const [folder, program] = process.argv.slice(2)
const steps = JSON.parse(readFileSync(join(folder, 'steps.json'), 'utf8'))

process.chdir(folder)
const studio = new Studio(join(folder, 'dev.db'))
studio.make(WEBSITES.slice(0, 1))
const platform = await FakePlatform.start(program)
Object.assign(process.env, platform.environment, { DATABASE_URL: `file:${studio.path}` })

const sync = await import('../../../index.mjs')
const world = { folder, studio, platform, sync, last: undefined }
Object.assign(globalThis, sync, await settingOf(world))

let printed = []
console.log = (...words) => printed.push(format(...words))
const outputs = {}
try {
  for (const { line, scene, module } of steps) {
    printed = []
    try {
      if (scene === undefined) world.last = await import(pathToFileURL(join(folder, module)))
      else await SCENES[scene](world)
    } catch (error) {
      throw new Error(`at line ${line}: ${error.code ?? ''} ${error.message}`, { cause: error })
    }
    outputs[line] = printed.map((text) => `${text}\n`).join('')
  }
  const violations = await platform.violations()
  if (violations.length > 0) throw new Error(`against the contract: ${JSON.stringify(violations)}`)
} finally {
  await sync.close()
  await globalThis.prisma?.$disconnect?.()
  await platform.stop()
}
writeFileSync(join(folder, 'printed.json'), JSON.stringify(outputs))
