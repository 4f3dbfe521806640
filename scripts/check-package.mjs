// Packs the package and that of this platform as they would be published, installs both in an empty
// folder, and loads them there in both ways. With `--keep` it leaves them in target/packages.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
} from 'node:fs'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'

import { checkFake } from './fake.mjs'
import { expectOk, packAll } from './pack.mjs'
import { ROOT } from './run.mjs'

const KEPT = join(ROOT, 'target', 'packages')

/** The studio's hash of `{}`. */
const HASH = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

const REQUIRE = `
const sync = require('catalyst-sync')
const { recordVersions } = require('catalyst-sync/prisma')
const { defineConfig } = require('catalyst-sync/config')
const { createTestEngine } = require('catalyst-sync/testing')
console.log(sync.hashContentType('{}'), recordVersions.name, defineConfig.name, createTestEngine.name, Object.keys(sync).sort().join())
`
const IMPORT = `
import * as sync from 'catalyst-sync'
import { recordVersions } from 'catalyst-sync/prisma'
import { defineConfig } from 'catalyst-sync/config'
import { createTestEngine } from 'catalyst-sync/testing'
console.log(sync.hashContentType('{}'), recordVersions.name, defineConfig.name, createTestEngine.name, Object.keys(sync).filter((name) => name !== 'default').sort().join())
`

/** A deployment with nothing but what is in the package. */
const TEST_ENGINE = `
const { createTestEngine } = require('catalyst-sync/testing')
createTestEngine({ types: [{ name: 'Article', fields: [{ name: 'title', type: 'text' }] }] })
  .then(async (sync) => {
    const { job } = await sync.engine.synchronize()
    console.log(job.status, sync.remote.keys().join())
  })
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
  await runTestEngine(project)
  requirePages(join(project, 'node_modules', 'catalyst-sync'))
  console.log(`ok: packed, installed, required, imported and run: ${packages.length} packages`)
  if (process.argv.includes('--keep')) keep(packages)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function keep(packages) {
  mkdirSync(KEPT, { recursive: true })
  for (const path of packages) {
    const kept = join(KEPT, basename(path))
    copyFileSync(path, kept)
    console.log(relative(process.cwd(), kept))
  }
}

async function load(name, program, project) {
  writeFileSync(join(project, name), program)
  return expectOk(process.execPath, [name], project)
}

/** The test engine, whose fake platform is in the package for all platforms. */
async function runTestEngine(project) {
  const { ok, text } = checkFake()
  if (!ok) throw new Error(text)
  const told = await load('test-engine.cjs', TEST_ENGINE, project)
  if (told !== 'completed Article\n') throw new Error(`the test engine answered: ${told}`)
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

/** Pages of the documentation that a file of the package names are in it. */
function requirePages(folder) {
  const named = filesIn(folder).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/\bdocs\/[\w-]+\.(?:md|yml)/g)].map(([page]) => page),
  )
  const missing = [...new Set(named)].filter((page) => !existsSync(join(folder, page)))
  if (missing.length > 0) throw new Error(`not in the package: ${missing.join(', ')}`)
  if (!named.includes('docs/configuration.md')) throw new Error('no file names a page')
}

function filesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}
