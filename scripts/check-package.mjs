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
const { defineConfig } = require('catalyst-sync/config')
console.log(sync.hashContentType('{}'), recordVersions.name, defineConfig.name, Object.keys(sync).sort().join())
`
const IMPORT = `
import * as sync from 'catalyst-sync'
import { recordVersions } from 'catalyst-sync/prisma'
import { defineConfig } from 'catalyst-sync/config'
console.log(sync.hashContentType('{}'), recordVersions.name, defineConfig.name, Object.keys(sync).filter((name) => name !== 'default').sort().join())
`

const folder = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))
try {
  const packages = await packAll(folder)
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  await expectOk(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages],
    project,
  )
  const required = await load('required.cjs', REQUIRE, project)
  const imported = await load('imported.mjs', IMPORT, project)
  if (!required.startsWith(HASH)) throw new Error(`the hash of {} is wrong: ${required}`)
  if (required !== imported) throw new Error(`names differ:\n${required}\n${imported}`)
  await runCommandLine(project)
  console.log(`ok: packed, installed, required, imported and run: ${packages.length} packages`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function load(name, program, project) {
  writeFileSync(join(project, name), program)
  return expectOk(process.execPath, [name], project)
}

/** The command line, with a configuration of its own making: everything that it needs is there. */
async function runCommandLine(project) {
  const command = (...words) =>
    expectOk('npx', ['--no-install', 'catalyst-sync', ...words], project)
  await command('init', '--provider', 'files', '--no-input')
  writeFileSync(join(project, 'schema.prisma'), '')
  const { files } = JSON.parse(await command('init', '--prisma', '--json'))
  if (files.length !== 2) throw new Error(`init --prisma wrote ${files}`)
  const { kind } = JSON.parse(await command('uninstall', '--database', 'dev.db', '--json'))
  if (kind !== 'uninstall') throw new Error(`the command line answered with ${kind}`)
}
