'use strict'

// When a deployment did what: a table whose bars share one axis.

const { markup } = require('./markup.js')
const { table } = require('./table.js')
const { duration } = require('./text.js')

const TONES = { SUCCESS: 'good', PARTIAL: 'platform', FAILED: 'both' }
const RESULTS = { SUCCESS: '✓ success', PARTIAL: '! in part', FAILED: '✕ failed' }

/** Where something stands between the beginning and the end, in percents. */
function spanOf(from, to, { begin, end }) {
  const whole = Math.max(end - begin, 1)
  const within = (time) => Math.min(Math.max((time - begin) / whole, 0), 1) * 100
  const start = within(from)
  // What took no time can be seen all the same.
  const width = Math.max(within(to) - start, 0.6)
  return { x: Math.min(start, 99.4), width }
}

function bar(from, to, tone, whole) {
  const { x, width } = spanOf(from, to, whole)
  return markup`<td class="bar">
    <svg width="100%" aria-hidden="true">
      <rect
        class="fill-${tone}"
        x="${x.toFixed(2)}%"
        width="${width.toFixed(2)}%"
        height="100%"
        rx="2"
      />
    </svg>
  </td>`
}

/** Four parts of the axis, with their times. */
function axis({ begin, end }) {
  const at = [0, 0.25, 0.5, 0.75]
  return markup`<svg class="axis" width="100%" aria-hidden="true">
    ${at.map(
      (part) => markup`<text x="${part * 100}%" y="1em">${duration((end - begin) * part)}</text>`,
    )}
  </svg>
    <span class="unseen">Drawn</span>`
}

function phase({ name, from, to }, whole) {
  return markup`<tr>
    <th scope="row">${name}</th>
    ${bar(from, to, 'soft', whole)}
    <td class="number">${duration(from - whole.begin)}</td>
    <td class="number">${duration(to - from)}</td>
    <td></td>
  </tr> `
}

function attempt(record, whole, platform) {
  const { typeKey, operation, syncDirection, syncStatus } = record
  const { startedAt, completedAt, durationMs, attempts } = record
  if (startedAt === null) return markup``
  const to = completedAt ?? startedAt
  const where = syncDirection === 'PULL' ? 'studio' : platform
  return markup`<tr class="within">
    <th scope="row"><bdi>${typeKey}</bdi> <span class="soft">${operation}, ${where}</span></th>
    ${bar(startedAt, to, TONES[syncStatus], whole)}
    <td class="number">${duration(startedAt - whole.begin)}</td>
    <td class="number">${durationMs === null ? 'not known' : duration(durationMs)}</td>
    <td class="nowrap">
      ${RESULTS[syncStatus]}
      ${attempts > 1 && markup`<span class="soft">after ${attempts} requests</span>`}
    </td>
  </tr> `
}

/** The phases, and every attempt where it belongs. */
function* rows(deployment, platform) {
  for (const one of deployment.phases) {
    yield phase(one, deployment)
    if (one.name !== 'Types') continue
    for (const record of deployment.attempts) yield attempt(record, deployment, platform)
  }
}

function* timeline(deployment, platform) {
  if (deployment.phases.length === 0) return
  yield markup`<h3>Timeline</h3> `
  yield* table({
    kind: 'time',
    columns: ['Step', axis(deployment), { number: 'Began after' }, { number: 'Took' }, 'Result'],
    rows: rows(deployment, platform),
  })
}

module.exports = { timeline }
