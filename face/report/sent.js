'use strict'

// What a deployment sent, and what the platform stored of it.

const { valueOf } = require('./cells.js')
const { graph } = require('./graph.js')
const { ROWS } = require('./limits.js')
const { markup } = require('./markup.js')
const { Room } = require('./room.js')
const { rest, table } = require('./table.js')
const { count } = require('./text.js')
const { each } = require('./turn.js')

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
  const member = (inner, name) =>
    isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined
  return path.reduce(member, answer)
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

/** What was sent at an attempt. */
function body(all, record, platform, tree) {
  const shown = all.slice(0, ROWS)
  const columns = [`Attribute of ${platform}`, 'Sent', 'Stored']
  return markup`${[...table({ columns, rows: each(shown, (leaf) => line(leaf, record)), kind: 'sent' })]}
    ${rest(all.length - shown.length, 'value')} ${tree && graph(tree)}`
}

function attempt(record, platform, trees, room) {
  const all = [...leaves(record.pushedData)]
  const refused = record.syncStatus === 'FAILED'
  const tree = trees.get(record.typeKey)
  return markup`<details class="fold">
    <summary>
      <bdi>${record.typeKey}</bdi> <span>${record.operation}</span>
      <span>${count(all.length, 'value')}${refused && ', refused'}</span>
    </summary>
    <div class="within">${room.fill(() => body(all, record, platform, tree))}</div>
  </details> `
}

/** The body of every attempt at the platform that had one, folded. */
function* sent({ attempts }, platform, trees) {
  const bodies = attempts.filter(
    ({ syncDirection, pushedData }) => syncDirection === 'PUSH' && isObject(pushedData),
  )
  if (bodies.length === 0) return
  const room = new Room()
  yield markup`<h3>What was sent <span class="soft">${bodies.length}</span></h3> `
  for (const record of bodies) yield attempt(record, platform, trees, room)
}

module.exports = { sent }
