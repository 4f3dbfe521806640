import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expectOk, packAll } from '../pack.mjs'
import { ROOT } from '../run.mjs'

const PROJECTS = fileURLToPath(new URL('projects', import.meta.url))

const NODE = process.versions.node

/** Folders into which the packed package was installed; what uses the same packages shares one. */
export class Installations {
  #folder
  #packed
  #made = new Map()

  constructor(folder) {
    this.#folder = folder
  }

  /** Copies a consumer's files beside what it uses; tells where, and the version of what is tried. */
  async place({ name, files, uses, versionOf }) {
    const installed = await this.#installed(uses)
    const folder = join(installed, name.replaceAll(/\W+/g, '-'))
    cpSync(join(PROJECTS, files), folder, { recursive: true })
    return { folder, version: versionOf ? versionIn([installed, ROOT], versionOf) : NODE }
  }

  async #installed(uses) {
    const key = JSON.stringify(uses)
    const folder = this.#made.get(key) ?? join(this.#folder, `installed-${this.#made.size}`)
    if (existsSync(folder)) return folder
    this.#made.set(key, folder)
    this.#packed ??= await packAll(this.#folder)
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const wanted = Object.entries(uses).map(([name, version]) => `${name}@${version}`)
    const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
    await expectOk('npm', [...words, ...this.#packed, ...wanted], folder)
    return folder
  }
}

/** The version of a package in the first of some folders that has it. */
function versionIn(folders, name) {
  const manifests = folders.map((folder) => join(folder, 'node_modules', name, 'package.json'))
  return JSON.parse(readFileSync(manifests.find(existsSync), 'utf8')).version
}
