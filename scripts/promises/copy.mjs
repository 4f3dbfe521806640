// A copy of the project in which every break stands beside what it breaks.
//
// Compiling takes minutes and there are dozens of breaks, so the copy is compiled once: each broken
// place becomes a choice between both, made by a variable of the environment when the test runs.
// Nothing of this is in the product.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { ROOT, run } from '../run.mjs'

/** Where the copy is. */
export const COPY = join(ROOT, 'target', 'promises')

/** Says which break is on. */
export const VARIABLE = 'CATALYST_SYNC_BROKEN'

const CHOICE = `//! Which of the breaks is on.

use std::sync::OnceLock;

static BROKEN: OnceLock<String> = OnceLock::new();

/// Whether a break is on.
pub(crate) fn is(name: &str) -> bool {
    BROKEN.get_or_init(|| std::env::var("${VARIABLE}").unwrap_or_default()) == name
}
`

/** Makes the copy, or brings it up to date: what did not change is not compiled again. */
export async function makeCopy(breaks) {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'])
  if (!listed.ok) throw new Error(listed.stderr)
  const files = listed.stdout
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
  const contents = new Map(files.map((path) => [path, readFileSync(join(ROOT, path))]))
  for (const [path, text] of rewritten(breaks)) contents.set(path, Buffer.from(text))
  const library = `${contents.get('src/lib.rs')}\nmod broken;\n`
  for (const path of ['Cargo.toml', 'Cargo.lock']) {
    contents.set(path, Buffer.from(renamed(String(contents.get(path)))))
  }
  contents.set('src/lib.rs', Buffer.from(library))
  contents.set('src/broken.rs', Buffer.from(CHOICE))
  for (const [path, content] of contents) write(join(COPY, path), content)
  for (const path of leftBehind(contents)) rmSync(path)
  const packages = join(COPY, 'node_modules')
  if (!existsSync(packages)) symlinkSync(join(ROOT, 'node_modules'), packages, 'junction')
}

/** Another version, so that cargo does not take what it compiles of one for the other. */
function renamed(manifest) {
  return manifest.replace(/(name = "catalyst-sync"\r?\nversion = "[^"]+)"/, '$1-promises"')
}

/** The broken files, by path. Throws where a break does not apply, naming it. */
export function rewritten(breaks) {
  const places = new Map()
  for (const { name, changes } of breaks) {
    for (const change of changes) {
      const text = places.get(change.file) ?? []
      places.set(change.file, [...text, { ...change, name }])
    }
  }
  return new Map([...places].map(([file, changes]) => [file, rewrite(file, changes)]))
}

function rewrite(file, changes) {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const found = changes.map((change) => ({ change, ...find(source, file, change) }))
  found.sort((a, b) => b.from - a.from)
  found.forEach(({ change, to }, at) => {
    const before = found[at - 1]
    if (before && before.from < to) {
      throw new Error(`${change.name} and ${before.change.name} break the same place of ${file}`)
    }
  })
  return found.reduce(
    (text, { change, from, to }) => text.slice(0, from) + choice(file, change) + text.slice(to),
    source,
  )
}

/** Where the text that is broken stands: exactly once, if need be inside of what stands once. */
function find(source, file, { name, original, within = original }) {
  const outer = once(source, within, `${name}: ${file}`)
  const inner = once(within, original, `${name}: what stands around it in ${file}`)
  const from = outer + inner
  return { from, to: from + original.length }
}

function once(text, part, where) {
  const count = text.split(part).length - 1
  if (count !== 1) throw new Error(`${where} has the text ${count} times, and not once:\n${part}`)
  return text.indexOf(part)
}

/** The original and the break with the choice between them: of expressions, or of statements. */
function choice(file, { name, original, broken, whole }) {
  const isRust = file.endsWith('.rs')
  const is = isRust
    ? `crate::broken::is(${JSON.stringify(name)})`
    : `(process.env.${VARIABLE} === ${JSON.stringify(name)})`
  if (whole !== undefined) return whole.replaceAll('BROKEN', is)
  const isStatement = /[;}]$/.test(original) || (!isRust && /^(?:if|return|throw) /.test(original))
  if (isStatement) return `if (${is}) { ${broken} } else { ${original} }`
  return isRust
    ? `(if ${is} { ${broken} } else { ${original} })`
    : `(${is} ? ${broken} : ${original})`
}

/** Writes a file unless it is so already: cargo looks at the time of its last change. */
function write(path, content) {
  if (existsSync(path) && readFileSync(path).equals(content)) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** Files that an earlier copy had and this one has not: cargo would compile them, Jest run them. */
function leftBehind(contents) {
  return ['src', 'tests', 'face', '__test__'].flatMap((folder) => {
    const entries = readdirSync(join(COPY, folder), { withFileTypes: true, recursive: true })
    const files = entries.filter((entry) => entry.isFile())
    const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    return paths.filter((path) => !contents.has(path.slice(COPY.length + 1).replaceAll('\\', '/')))
  })
}
