'use strict'

// The versions of a type, drawn as the graph that they are.

const { lanesOf } = require('./lanes.js')
const { VERSIONS } = require('./limits.js')
const { markup } = require('./markup.js')
const { rest, table } = require('./table.js')
const { count, moment, short } = require('./text.js')

/** Pixels between two lanes. */
const WIDTH = 16

const x = (lane) => 8 + lane * WIDTH

/** A slice of the graph, as high as its row is. */
function slice({ version, lane, above, below }) {
  const line = ({ from, to }, [top, bottom]) =>
    markup`<line x1="${x(from)}" y1="${top}" x2="${x(to)}" y2="${bottom}" />`
  const merge = version.parents.length > 1
  return markup`<svg width="100%" aria-hidden="true">
    ${above.map((one) => line(one, ['0', '50%']))}${below.map((one) => line(one, ['50%', '100%']))}
    <circle cx="${x(lane)}" cy="50%" r="5" ${merge && markup` class="merge"`} />
  </svg>`
}

/** What a version is called: by its semantic version where it has one. */
const nameOf = ({ semver, hash }) => semver ?? short(hash)

/** The name of a version that may not be there any more. */
const nameIn = (names) => (hash) => names.get(hash) ?? short(hash)

const CHANGES = { create: 'first version', delete: 'deletion' }

const aside = (text) => text && markup`<span class="aside">${text}</span>`

function line(row, names) {
  const { version } = row
  const { hash, source, author, message, createdAt, changeType, parents } = version
  return markup`<tr>
    <td class="graph">${slice(row)}</td>
    <th scope="row" class="nowrap">${nameOf(version)}</th>
    <td><code title="${hash}">${short(hash)}</code></td>
    <td>${source}${author && markup` <span class="soft">by</span> <bdi>${author}</bdi>`}</td>
    <td class="nowrap">${createdAt && moment(createdAt)}</td>
    <td>
      ${message} ${aside(CHANGES[changeType])}
      ${parents.length > 1 && aside(`merges ${parents.map(nameIn(names)).join(' and ')}`)}
    </td>
  </tr> `
}

/** The latest versions, folded. */
function graph({ versions }) {
  const rows = lanesOf(versions)
  const shown = rows.slice(0, VERSIONS)
  const lanes = Math.max(
    ...shown.flatMap(({ lane, above, below }) => [
      lane,
      ...[...above, ...below].map(({ from, to }) => Math.max(from, to)),
    ]),
  )
  const names = new Map(versions.map((version) => [version.hash, nameOf(version)]))
  const columns = [drawn(lanes), 'Version', 'Hash', 'Source', 'When', 'Message']
  return markup`<details class="fold">
    <summary>${count(rows.length, 'version')}</summary>
    ${[...table({ columns, rows: shown.map((row) => line(row, names)) })]}
    ${rest(rows.length - shown.length, 'version')}
  </details> `
}

/** The head of the graph's column, which is as wide as the graph. */
function drawn(lanes) {
  return markup`<svg width="${x(lanes) + WIDTH}" height="1" aria-hidden="true"></svg>
    <span class="unseen">Graph</span>`
}

module.exports = { graph }
