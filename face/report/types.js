'use strict'

// Type by type: what moved, on three sides.

const { changedValue, valueOf } = require('./cells.js')
const { KINDS } = require('./data.js')
const { notes } = require('./findings.js')
const { graph } = require('./graph.js')
const { ROWS, TYPES } = require('./limits.js')
const { constant, markup } = require('./markup.js')
const { Room } = require('./room.js')
const { advice, consent, sidesOf, statusOf, titleOf } = require('./sentences.js')
const { WHOLE, moved } = require('./sides.js')
const { rest, table } = require('./table.js')
const { count, valueText } = require('./text.js')

const ITSELF = 'The type itself'

/** Types up to which a group is shown, and types up to which each is unfolded. */
const [SHOWN, UNFOLDED] = [25, 6]

const MOVED_BY = {
  studio: () => markup`<span class="by-studio">the studio</span>`,
  platform: (platform) => markup`<span class="by-platform">${platform}</span>`,
  both: () => markup`<span class="by-both">both: conflict</span>`,
  same: () => markup`both alike`,
}

/** Who moved an attribute, and what it waits for. */
function who(row, platform) {
  const { by, waits, suggestion } = row
  return markup`<td class="who">
    ${MOVED_BY[by](platform)} ${waits && markup`<span class="aside">held back</span>`}
    ${suggestion && markup`<span class="aside">${advice(suggestion, platform)}</span>`}
  </td>`
}

function side(row, name, by) {
  const tone = by && (row.by === 'both' ? 'both' : name)
  const value = by ? changedValue(row.ancestor, row[name]) : valueOf(row[name])
  return markup`<td${tone && markup` class="${tone}"`}>${value}</td>`
}

function attribute(row, platform) {
  const by = moved(row)
  return markup`<tr>
    <th scope="row">${row.attribute}</th>
    <td>${valueOf(row.ancestor)}</td>
    ${side(row, 'studio', by.studio)}${side(row, 'platform', by.platform)}${who(row, platform)}
  </tr> `
}

/** Rows by the property that they are of, in their order. */
function groupsOf(rows) {
  const groups = []
  for (const row of rows) {
    if (groups.at(-1)?.property !== row.property || groups.length === 0) {
      groups.push({ property: row.property, rows: [] })
    }
    groups.at(-1).rows.push(row)
  }
  return groups
}

/** The row that says that a property came or went, unless that is all there is to say. */
function whole({ property, rows }) {
  const [first] = rows
  const isWhole = property !== undefined && first.attribute === WHOLE
  return isWhole && rows.length > 1 && first.by !== 'both' ? first : undefined
}

function cameOrWent({ by, ancestor }, platform) {
  const there = by === 'platform' ? platform : 'the studio'
  return ancestor === undefined ? `new in ${there}` : `gone from ${there}`
}

function propertyRows({ property, rows }, platform) {
  const marker = whole({ property, rows })
  const name = property === undefined ? ITSELF : markup`<bdi>${property}</bdi>`
  return markup`<tr class="group">
      <th colspan="5" scope="rowgroup">
        ${name}${marker && markup` <span class="soft">${cameOrWent(marker, platform)}</span>`}
      </th>
    </tr>
    ${rows.filter((row) => row !== marker).map((row) => attribute(row, platform))}`
}

function* threeSides(rows, platform) {
  const columns = ['Property', 'Last agreed', 'Studio', platform, 'Moved by']
  const groups = groupsOf(rows).map((one) => propertyRows(one, platform))
  yield* table({ kind: 'sides', columns, rows: groups })
}

/** A property with its attributes, of one side. */
function wholeProperty({ property, rows }, of) {
  const told = rows.filter(({ attribute }) => attribute !== WHOLE)
  const name = property === undefined ? ITSELF : markup`<bdi>${property}</bdi>`
  return markup`<tr>
    <th scope="row">${name}</th>
    <td>
      ${told.map(
        (row, at) => markup`${at > 0 && ' · '}<span class="soft">${row.attribute}</span>
          <span class="value">${valueText(row[of])}</span>`,
      )}
    </td>
  </tr> `
}

/** What one side has and the other has nothing of: a line per property. */
function* oneSide(rows, of) {
  const lines = groupsOf(rows).map((one) => wholeProperty(one, of))
  yield* table({ columns: ['Property', 'Attributes'], rows: lines })
}

/** Of which side a type is told that only one side has; `undefined` where there are three to tell. */
function onlySide({ status, rows }) {
  const of = {
    new: 'studio',
    deleted: 'ancestor',
    remote_new: 'platform',
    remote_deleted: 'ancestor',
  }[status]
  return rows.every((row) => row[of] !== undefined) ? of : undefined
}

function* differences(type, platform) {
  const rows = type.rows.slice(0, ROWS)
  const of = onlySide(type)
  yield* of === undefined ? threeSides(rows, platform) : oneSide(rows, of)
  yield rest(type.rows.length - rows.length, 'attribute')
}

function badge(text) {
  return text && markup`<span class="badge by-both">${text}</span>`
}

/** What there is of a type, and of its content. */
function extent({ rows, contentItems }) {
  const content = contentItems > 0 ? ` · ${count(contentItems, 'content item')}` : ''
  return markup`<span class="soft small push">${count(rows.length, 'attribute')}${content}</span>`
}

/** Under which name a conflict is decided. */
function decision({ conflict }) {
  if (conflict === undefined) return markup``
  return markup`<p class="small soft">To be decided as <code>${conflict.id}</code></p> `
}

/** What tells a type from others of its name. */
function where({ key, name, websiteId }, websites) {
  const website = websites.size > 1 ? (websites.get(websiteId) ?? websiteId) : undefined
  return markup`<span class="soft small">
    ${key !== name && markup`<code>${key}</code>`} ${website && markup`<bdi>${website}</bdi>`}
  </span>`
}

/** All that is told of a type. */
function inside(type, { platform, trees }) {
  const tree = trees.get(type.key)
  return markup`${decision(type)} ${notes(type.findings)} ${[...differences(type, platform)]}
    ${tree && graph(tree)}`
}

function typeDetails({ type, at, open }, report, room) {
  const { platform, websites } = report
  const { sign, side, name } = statusOf(type, platform)
  const both = type.kind !== 'conflict' && sidesOf(type) === 'both'
  return markup`<details id="type-${at}" ${open && constant('open')}>
    <summary>
      <h4><span class="sign by-${side}" aria-hidden="true">${sign}</span><bdi>${type.name}</bdi></h4>
      <span class="small by-${side}">${name}${both && `, and on ${platform}, too`}</span>
      ${where(type, websites)} ${type.risk !== 'safe' && badge(type.risk)} ${badge(consent(type))}
      ${extent(type)}
    </summary>
    <div class="within">${room.fill(() => inside(type, report))}</div>
  </details> `
}

/** The types of a kind; many of them are folded together. */
function* group(kind, own, report, room) {
  const isLong = own.length > SHOWN
  const title = titleOf(kind, report.platform)
  const heading = markup`<h3>${title} <span class="soft">${own.length}</span></h3> `
  yield isLong ? markup`${constant('<details>')}<summary>${heading}</summary> ` : heading
  const open = !isLong && (kind === 'conflict' || own.length <= UNFOLDED)
  for (const one of own) yield typeDetails({ ...one, open }, report, room)
  if (isLong) yield constant('</details>\n')
}

function* typesSection(report) {
  const { types, changes } = report.now
  const room = new Room()
  const shown = types.slice(0, TYPES).map((type, at) => ({ type, at }))
  for (const kind of KINDS) {
    const own = shown.filter(({ type }) => type.kind === kind)
    if (own.length > 0) yield* group(kind, own, report, room)
  }
  if (types.length > shown.length) {
    yield markup`<p>
      And ${count(types.length - shown.length, 'more type')}: ask for some of them by name
      (<code>contentTypeKeys</code>).
    </p> `
  }
  yield markup`<p class="soft">${count(changes.summary.unchanged, 'unchanged type')}.</p> `
}

module.exports = { typesSection }
