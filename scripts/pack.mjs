import { copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'

import { addonName } from './build.mjs'
import { ROOT, run } from './run.mjs'

/** Packs the package and that of this platform into a folder, as they would be published. */
export async function packAll(folder) {
  return [await pack(ROOT, folder), await pack(platformPackage(folder), folder)]
}

/** The package of this platform, with its addon in it. */
function platformPackage(folder) {
  const addon = addonName()
  const platform = /^catalyst-sync\.(.+)\.node$/.exec(addon)[1]
  const made = join(folder, platform)
  cpSync(join(ROOT, 'npm', platform), made, { recursive: true })
  copyFileSync(join(ROOT, addon), join(made, addon))
  return made
}

async function pack(source, folder) {
  const words = ['pack', source, '--json', '--ignore-scripts', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(await expectOk('npm', words, folder))
  return join(folder, filename)
}

/** What a program printed; throws with everything that it said unless it ended well. */
export async function expectOk(program, words, cwd, env = {}) {
  const { ok, stdout, output } = await run(program, words, { cwd, env })
  if (!ok) throw new Error(`${program} ${words.join(' ')}\n${output}`)
  return stdout
}
