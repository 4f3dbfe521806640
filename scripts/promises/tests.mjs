// The tests that there are, as their source says; nothing has to be compiled for that.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'

import { ROOT } from '../run.mjs'

/** Files below a folder with one of these ends. */
function filesBelow(folder, end) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(end))
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()
}

/** Every Rust test by its path in the test binary, such as `guards::one_website_claims_a_key`. */
export function rustTests() {
  const folder = join(ROOT, 'tests')
  return filesBelow(folder, '.rs').flatMap((file) => {
    const path = relative(folder, file).slice(0, -'.rs'.length).split(sep)
    const modules = path.filter((name) => name !== 'mod' && name !== 'main')
    return namesIn(readFileSync(file, 'utf8')).map((name) => [...modules, name].join('::'))
  })
}

/**
 * Names of the tests in a file, below the modules inside it. Besides functions these are the lines of
 * a macro that makes one test of each: `name: what;` or `What name {`.
 */
function namesIn(source) {
  const names = []
  const inside = []
  let isTest = false
  let macro
  let raw
  for (const line of source.split('\n')) {
    // What stands in a raw string is no code.
    if (raw !== undefined) {
      if (line.includes(raw)) raw = undefined
      continue
    }
    const opened = /\br(#+)"/.exec(line)
    const closing = opened && `"${opened[1]}`
    if (opened && !line.slice(opened.index + opened[0].length).includes(closing)) raw = closing

    const indent = line.search(/\S/)
    while (line.trim() === '}' && inside.at(-1)?.indent === indent) inside.pop()
    const module = /^\s*(?:pub )?mod (\w+) \{$/.exec(line)
    if (module) inside.push({ indent, name: module[1] })
    const below = (name) => [...inside.map((one) => one.name), name].join('::')

    if (/^\s*#\[(?:tokio::)?test\b/.test(line)) isTest = true
    if (/^\s*#\[ignore\b/.test(line)) isTest = false
    const named = /^\s*(?:async )?fn (\w+)\(/.exec(line)
    if (named && isTest) names.push(below(named[1]))
    if (named) isTest = false

    if (/^\w+! \{$/.test(line)) macro = true
    if (line === '}') macro = undefined
    const made = macro && /^ {4}(?:(\w+): (?!\$)|[A-Z]\w+ (\w+) \{$)/.exec(line)
    if (made) names.push(below(made[1] ?? made[2]))
  }
  // What a macro makes its tests of is no test.
  return names.filter((name) => !name.startsWith('$'))
}

/** The names of the tests of every Jest spec, by the name of the spec; those of tables as they stand. */
export function jestTests() {
  const specs = filesBelow(join(ROOT, '__test__'), '.spec.ts').map((file) => {
    const source = readFileSync(file, 'utf8')
    const names = [...source.matchAll(/^ *(?:test|it)\(\s*(['"`])(.*?)\1,/gm)].map(
      ([, , name]) => name,
    )
    const tables = [
      ...source.matchAll(
        /^ *(?:\]|\)|test\.each\(.*\)|(?:test|it)\.each.*\])\)?\(\s*(['"`])(.*?)\1,/gm,
      ),
    ]
    return [basename(file, '.spec.ts'), [...names, ...tables.map(([, , name]) => name)]]
  })
  return new Map(specs)
}

/** How many lines a file in the repository has, or how many of a kind. */
export function linesOf(path, isOne = Boolean) {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n')
  return lines.filter((line) => line && isOne(line)).length
}
