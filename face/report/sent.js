'use strict'

// What a deployment sent, and what the platform stored of it.

const { valueOf } = require('./cells.js')
const { graph } = require('./graph.js')
const { ROWS } = require('./limits.js')
const { markup } = require('./markup.js')
const { rest, table } = require('./table.js')
const { count } = require('./text.js')

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The values of a body, each with where it stands. Lists are values. */
function* leaves(body, steps = []) {
  for (const [name, value] of Object.entries(body)) {
    const path = [...steps, name]
    if (isObject(value) && Object.keys(value).length > 0) yield* leaves(value, path)
    else yield { path, value }
  }
}

/** What the answer has at a path. */
function stored(answer, path) {
  return path.reduce((inner, name) => (isObject(inner) ? inner[name] : undefined), answer)
}

const text = (value) => JSON.stringify(value)

/** What became of a value. An answer that refuses has none. */
function kept({ path, value }, { responseData, syncStatus }) {
  if (syncStatus === 'FAILED' || !isObject(responseData)) return markup`–`
  const answered = stored(responseData, path)
  if (text(answered) === text(value)) return markup`the same`
  return markup`<span class="by-platform">otherwise:</span> ${valueOf(answered)}`
}

function line(leaf, record) {
  return markup`<tr>
    <th scope="row"><code>${leaf.path.join('.')}</code></th>
    <td>${valueOf(leaf.value)}</td>
    <td>${kept(leaf, record)}</td>
  </tr> `
}

function body(record, platform, tree) {
  const all = [...leaves(record.pushedData)]
  const shown = all.slice(0, ROWS)
  const columns = [`Attribute of ${platform}`, 'Sent', 'Stored']
  const failed = record.syncStatus === 'FAILED'
  return markup`<details class="fold">
    <summary>
      <bdi>${record.typeKey}</bdi> <span>${record.operation}</span>
      <span>${count(all.length, 'value')}${failed && ', refused'}</span>
    </summary>
    <div class="within">
      ${[...table({ columns, rows: shown.map((leaf) => line(leaf, record)) })]}
      ${rest(all.length - shown.length, 'value')} ${tree && graph(tree)}
    </div>
  </details> `
}

/** The body of every attempt at the platform that had one, folded. */
function* sent({ attempts }, platform, trees) {
  const bodies = attempts.filter(
    ({ syncDirection, pushedData }) => syncDirection === 'PUSH' && isObject(pushedData),
  )
  if (bodies.length === 0) return
  yield markup`<h3>What was sent <span class="soft">${bodies.length}</span></h3> `
  for (const record of bodies) yield body(record, platform, trees.get(record.typeKey))
}

module.exports = { sent }
