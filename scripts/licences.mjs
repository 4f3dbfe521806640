// Checks that every crate may be used under a licence that deny.toml allows, that none of its banned
// crates is there, and that all come from the registry.
//
// `cargo deny check` knows more, advisories above all, and is what other machines run; compiling it
// takes longer than everything else in continuous integration, so this stands in where it is missing.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, run } from './run.mjs'

const rules = readFileSync(join(ROOT, 'deny.toml'), 'utf8')
const allowed = new Set(quoted(/^allow = \[(.*?)^\]/ms.exec(rules)[1], /"([^"]+)"/g))
const banned = new Set(quoted(rules, /crate = "([^"]+)"/g))

const words = ['metadata', '--format-version', '1', '--all-features', '--locked']
const metadata = await run('cargo', words)
if (!metadata.ok) throw new Error(metadata.stderr)
const { packages } = JSON.parse(metadata.stdout)

const faults = packages.flatMap(({ name, version, license, source }) => {
  const found = []
  if (!permits(license ?? '')) found.push(`its licence is ${license ?? 'not given'}`)
  if (banned.has(name)) found.push('it is banned')
  if (source !== null && !source.startsWith('registry+')) found.push(`it comes from ${source}`)
  return found.map((fault) => `${name} ${version}: ${fault}`)
})
for (const fault of faults) console.error(fault)
console.log(`${packages.length} crates, ${faults.length} not as deny.toml wants them`)
process.exitCode = faults.length === 0 ? 0 : 1

/** Evaluates a licence expression: AND binds closer than OR, a slash is an old OR. */
function permits(expression) {
  const tokens = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? []
  const take = (token) => tokens[0] === token && tokens.shift() !== undefined
  const either = () => {
    let result = both()
    while (take('OR')) result = both() || result
    return result
  }
  const both = () => {
    let result = one()
    while (take('AND')) result = one() && result
    return result
  }
  const one = () => {
    if (take('(')) {
      const result = either()
      take(')')
      return result
    }
    const licence = tokens.shift()
    // An exception only ever adds permissions.
    if (take('WITH')) tokens.shift()
    return allowed.has(licence)
  }
  return either()
}

function quoted(text, pattern) {
  return [...text.matchAll(pattern)].map(([, name]) => name)
}
