// A configuration, written in one of its forms.

import { existsSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { KEY } from './file.mjs'

/** The file of a project, which has room for a configuration. */
export const IN_PACKAGE = 'package.json'

const SCHEMA = './node_modules/catalyst-sync/catalyst-sync.schema.json'

const FORMS = {
  mjs: (config) =>
    `import { defineConfig } from 'catalyst-sync/config'\n\nexport default defineConfig(${literal(config)})\n`,
  cjs: (config) =>
    `const { defineConfig } = require('catalyst-sync/config')\n\nmodule.exports = defineConfig(${literal(config)})\n`,
  json: (config) => `${JSON.stringify({ $schema: SCHEMA, ...config }, null, 2)}\n`,
}

/** Writes a configuration into a folder and returns the name of the file. */
export async function writeConfiguration(folder, format, config) {
  if (format === IN_PACKAGE) return writeKey(folder, config)
  const name = `catalyst-sync.config.${format}`
  await writeFile(
    join(folder, name),
    format === 'yaml' ? await yaml(config) : FORMS[format](config),
  )
  return name
}

/** Removes the configuration that a file is or holds. */
export async function removeConfiguration(folder, name) {
  if (name === IN_PACKAGE) await writeKey(folder, undefined)
  else await rm(join(folder, name))
}

async function writeKey(folder, config) {
  const path = join(folder, IN_PACKAGE)
  const whole = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  await writeFile(path, `${JSON.stringify({ ...whole, [KEY]: config }, null, 2)}\n`)
  return IN_PACKAGE
}

async function yaml(config) {
  const { stringify } = await import('yaml')
  const content = Object.keys(config).length > 0 ? stringify(config) : '{}\n'
  return `# yaml-language-server: $schema=${SCHEMA}\n${content}`
}

/** An object as JavaScript is written by people: single quotes, names without any. */
function literal(value, indent = '') {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${name}: ${literal(member, inner)},\n`,
  )
  return members.length > 0 ? `{\n${members.join('')}${indent}}` : '{}'
}
