// Packs the package and that of this platform as they would be published, installs both in an empty
// folder, and loads them there in both ways.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expectOk, packAll } from './pack.mjs'

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
  const packages = await packAll(folder)
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

async function load(name, program, project) {
  writeFileSync(join(project, name), program)
  return expectOk(process.execPath, [name], project)
}
