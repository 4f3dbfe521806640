import { line } from './page.mjs'
import { bold, cyan, dim, green, red, yellow } from './paint.mjs'

const SIGNS = {
  added: green('+'),
  modified: yellow('~'),
  removed: red('-'),
  renamed: yellow('~'),
  moved: yellow('~'),
}

/** Prints what differs, property by property. */
export function showChangeSet({ summary, details }) {
  for (const { name, key, risk, contentItems, changes } of details.updated) {
    line(`${bold(name)} ${dim(`(${key}; risk: ${risk}; content items: ${contentItems})`)}`)
    for (const { path, kind, before, after } of changes) {
      const values = [before, after].map((value) => (value === undefined ? '∅' : text(value)))
      line(`  ${SIGNS[kind]} ${cyan(path)}  ${values[0]} → ${values[1]}`)
    }
  }
  const { created, updated, deleted, unchanged, conflicts, remoteChanged } = summary
  line(
    dim(
      `${created} new, ${updated} modified, ${deleted} deleted, ${unchanged} unchanged, ` +
        `${conflicts} in conflict, ${remoteChanged} changed on the platform`,
    ),
  )
}

/** Prints the properties that both sides changed, with their three values. */
export function showConflict({ name, typeKey, fields }) {
  line(`${bold(name)} ${dim(`(${typeKey})`)}`)
  for (const { path, ancestor, local, remote, suggestion } of fields) {
    const values = `was ${text(ancestor)}, studio ${text(local)}, CMS ${text(remote)}`
    line(`  ${red('!')} ${cyan(path)}  ${values}`)
    if (suggestion) line(`    ${dim(`suggestion: ${suggestion.reason}`)}`)
  }
}

function text(value) {
  return JSON.stringify(value)
}
