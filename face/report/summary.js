'use strict'

// What changes where: the counts, a picture of them, and the types by what moved on each side.

const { markup } = require('./markup.js')
const { intention, sidesOf, statusOf } = require('./sentences.js')
const { rest, table } = require('./table.js')
const { amount, moment } = require('./text.js')

/** Types in the table of what changes where; the sections below have the others. */
const LISTED = 40

const COUNTS = [
  ['total', 'To deploy or decide'],
  ['created', 'New in the studio'],
  ['updated', 'Changed in the studio'],
  ['deleted', 'Gone from the studio'],
  ['conflicts', 'In conflict'],
  ['remoteChanged', 'Changed on X only'],
  ['unchanged', 'Unchanged'],
  ['failed', 'Not compared'],
]

function counts({ summary }, platform) {
  return markup`<dl class="facts counts">
    ${COUNTS.map(
      ([name, title]) =>
        markup`<div>
          <dt>${title.replace('X', () => platform)}</dt>
          <dd data-count="${name}" ${summary[name] === 0 && markup` class="none"`}>
            ${amount(summary[name])}
          </dd>
        </div> `,
    )}
  </dl> `
}

/** A part of a whole, as a text that SVG takes. */
const share = (part, whole) => `${Math.round((part / whole) * 10_000) / 100}%`

/** How many types moved on which side. */
function partsOf({ types, changes }, platform) {
  const sides = types.map(sidesOf)
  const of = (side) => sides.filter((one) => one === side).length
  return [
    { side: 'studio', name: 'studio only', types: of('studio') },
    { side: 'both', name: 'both', types: of('both') },
    { side: 'platform', name: `${platform} only`, types: of('platform') },
    { side: 'same', name: 'unchanged', types: changes.summary.unchanged },
  ]
}

function picture(now, platform) {
  const parts = partsOf(now, platform)
  const whole = parts.reduce((sum, { types }) => sum + types, 0)
  if (whole === 0) return markup``
  let from = 0
  const pieces = parts.map(({ side, types }) => {
    const piece = markup`<rect
      class="fill-${side}"
      x="${share(from, whole)}"
      width="${share(types, whole)}"
      height="100%"
    />`
    from += types
    return piece
  })
  const told = parts.map(({ name, types }) => `${name} ${amount(types)}`).join(', ')
  return markup`<figure>
    <svg
      class="picture"
      width="100%"
      role="img"
      aria-label="Types by where they were changed: ${told}"
    >
      ${pieces}
    </svg>
    <figcaption>
      <ul class="legend">
        ${parts.map(
          ({ side, name, types }) =>
            markup`<li>
              <svg width="10" height="10" aria-hidden="true">
                <rect class="fill-${side}" width="10" height="10" rx="2" />
              </svg>
              ${name} <strong data-side="${side}">${amount(types)}</strong>
            </li> `,
        )}
      </ul>
    </figcaption>
  </figure> `
}

/** A bar as long as an amount. */
function bar(side, length, most, towards) {
  const width = most === 0 ? 0 : (length / most) * 100
  const x = towards === 'left' ? 100 - width : 0
  return markup`<svg width="100%" aria-hidden="true">
    <rect
      class="fill-${side}"
      x="${x.toFixed(1)}%"
      width="${width.toFixed(1)}%"
      height="100%"
      rx="2"
    />
  </svg>`
}

const DRAWN = markup`<span class="unseen">Drawn</span>`

function amountsOf({ rows }) {
  const of = (side) => rows.filter(({ by }) => by === side).length
  return { studio: of('studio'), both: of('both'), platform: of('platform') }
}

function line(type, at, most, platform) {
  const { studio, both, platform: theirs } = amountsOf(type)
  const { sign, side, name } = statusOf(type, platform)
  return markup`<tr>
    <th scope="row">
      <span class="sign by-${side}" aria-hidden="true">${sign}</span>
      <a href="#type-${at}"><bdi>${type.name}</bdi></a>
      <span class="unseen">${name}</span>
    </th>
    <td class="bar">${bar('studio', studio, most, 'left')}</td>
    <td class="number">${studio}</td>
    <td class="number">${both > 0 ? markup`<span class="by-both">${both}</span>` : '0'}</td>
    <td class="number">${theirs}</td>
    <td class="bar">${bar('platform', theirs, most)}</td>
  </tr> `
}

function* moves(types, platform) {
  const listed = types.slice(0, LISTED)
  const most = Math.max(...listed.map(amountsOf).flatMap((of) => [of.studio, of.platform]))
  yield markup`<h3>Attributes that moved since both sides last agreed</h3> `
  yield* table({
    columns: ['Type', DRAWN, { number: 'Studio' }, { number: 'Both' }, { number: platform }, DRAWN],
    rows: listed.map((type, at) => line(type, at, most, platform)),
    kind: 'moves',
  })
  yield rest(types.length - listed.length, 'type')
}

/** What was compared, for those who have to name it. */
function facts({ changes, plan }) {
  return markup`<dl class="facts small">
    <div>
      <dt>Target</dt>
      <dd><code>${changes.target}</code></dd>
    </div>
    <div>
      <dt>Compared at</dt>
      <dd>${moment(changes.timestamp)}</dd>
    </div>
    <div>
      <dt>Plan</dt>
      <dd><code title="${plan.digest}">${plan.digest.slice(0, 12)}</code></dd>
    </div>
  </dl> `
}

function* summarySection({ now, platform }) {
  yield counts(now.changes, platform)
  yield picture(now, platform)
  if (now.types.length > 0) yield* moves(now.types, platform)
  yield markup`<p>${intention(now.plan)}</p> `
  yield facts(now)
}

module.exports = { summarySection }
