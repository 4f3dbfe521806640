// Packs the package and that of this platform as they would be published, installs both in an empty
// folder, and loads them there in both ways.

import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { addonName } from './build.mjs'
import { ROOT, run } from './run.mjs'

/** The studio's hash of `{}`. */
const HASH = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

const REQUIRE = `
const sync = require('catalyst-sync')
const { recordVersions } = require('catalyst-sync/prisma')
console.log(sync.hashContentType('{}'), recordVersions.name, Object.keys(sync).sort().join())
`
const IMPORT = `
import * as sync from 'catalyst-sync'
import { recordVersions } from 'catalyst-sync/prisma'
console.log(sync.hashContentType('{}'), recordVersions.name, Object.keys(sync).filter((name) => name !== 'default').sort().join())
`

const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
try {
  const packages = [await pack(ROOT), await pack(platformPackage())]
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  await expectOk('npm', ['install', '--no-audit', '--no-fund', '--offline', ...packages], project)
  const required = await load('required.cjs', REQUIRE, project)
  const imported = await load('imported.mjs', IMPORT, project)
  if (!required.startsWith(HASH)) throw new Error(`the hash of {} is wrong: ${required}`)
  if (required !== imported) throw new Error(`names differ:\n${required}\n${imported}`)
  console.log(`ok: packed, installed, required and imported: ${packages.length} packages`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The package of this platform, with its addon in it. */
function platformPackage() {
  const addon = addonName()
  const platform = /^catalyst-sync\.(.+)\.node$/.exec(addon)[1]
  const made = join(folder, platform)
  cpSync(join(ROOT, 'npm', platform), made, { recursive: true })
  copyFileSync(join(ROOT, addon), join(made, addon))
  return made
}

async function pack(source) {
  const words = ['pack', source, '--json', '--ignore-scripts', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(await expectOk('npm', words, folder))
  return join(folder, filename)
}

async function load(name, program, project) {
  writeFileSync(join(project, name), program)
  return expectOk(process.execPath, [name], project)
}

async function expectOk(program, words, cwd) {
  const { ok, stdout, output } = await run(program, words, { cwd })
  if (!ok) throw new Error(`${program} ${words.join(' ')}\n${output}`)
  return stdout
}
