'use strict'

// What is at stake, and what is wrong.

const { FINDINGS, TYPES } = require('./limits.js')
const { markup } = require('./markup.js')
const { consent } = require('./sentences.js')
const { rest, table } = require('./table.js')
const { amount } = require('./text.js')
const { each } = require('./turn.js')

/** Paths of a type that are named where it is at stake; its own table has them all. */
const PATHS = 12

const SEVERITIES = {
  error: { sign: '✕', tone: 'by-both' },
  warning: { sign: '!', tone: 'by-platform' },
  info: { sign: 'i', tone: 'soft' },
}

function severity(name) {
  const { sign, tone } = SEVERITIES[name]
  const drawn = markup`<span class="sign" aria-hidden="true">${sign}</span>`
  return markup`<span class="nowrap ${tone}">${drawn}${name}</span>`
}

/** The findings of one type, as a list. */
function notes(findings) {
  if (findings.length === 0) return markup``
  return markup`<ul class="notes small">
    ${findings.map(
      (finding) =>
        markup`<li>
          ${severity(finding.severity)} ${finding.message}.
          <span class="soft">${finding.remedy}</span>
        </li> `,
    )}
  </ul> `
}

/** The name of a type, which leads to where it is shown. */
function linked({ name }, at) {
  const told = markup`<bdi>${name}</bdi>`
  return at < TYPES ? markup`<a href="#type-${at}">${told}</a>` : told
}

function stake(type, at) {
  const paths = type.withheld.slice(0, PATHS).map((path) => markup`<code>${path}</code> `)
  const left = type.withheld.length - paths.length
  const more = left > 0 && `and ${amount(left)} more`
  return markup`<tr>
    <th scope="row">${linked(type, at)}</th>
    <td>${type.risk}</td>
    <td class="number">${type.contentItems ?? 'not known'}</td>
    <td>
      ${consent(type) ?? 'would be carried out'}
      ${paths.length > 0 && markup`<span class="aside">${paths} ${more}</span>`}
    </td>
  </tr> `
}

/** Types of which a deployment would lose something, or that hold something back. */
function* stakes(types) {
  const risky = types
    .map((type, at) => ({ type, at }))
    .filter(({ type }) => type.risk !== 'safe' || consent(type) !== undefined)
  if (risky.length === 0) return
  const shown = risky.slice(0, FINDINGS)
  yield markup`<h3>At stake <span class="soft">${risky.length}</span></h3> `
  yield* table({
    columns: ['Type', 'Risk', { number: 'Content items' }, 'What of it'],
    rows: each(shown, ({ type, at }) => stake(type, at)),
  })
  yield rest(risky.length - shown.length, 'type')
}

function failure({ key, code, error }) {
  return markup`<tr>
    <th scope="row"><bdi>${key}</bdi></th>
    <td><code>${code}</code></td>
    <td>${error}</td>
  </tr> `
}

/** Types that could not be compared. */
function* failures(failed) {
  if (failed.length === 0) return
  const shown = failed.slice(0, FINDINGS)
  yield markup`<h3>Could not be compared <span class="soft">${failed.length}</span></h3> `
  yield* table({ columns: ['Type', 'Code', 'Why'], rows: each(shown, failure) })
  yield rest(failed.length - shown.length, 'type')
}

function line({ severity: name, code, typeKey, path, message, remedy }) {
  return markup`<tr data-severity="${name}">
    <td>${severity(name)}</td>
    <th scope="row">${typeKey && markup`<bdi>${typeKey}</bdi>`}</th>
    <td>
      ${message}
      <span class="aside"><code>${code}</code>${path && markup` <code>${path}</code>`}</span>
    </td>
    <td>${remedy}</td>
  </tr> `
}

function* findingsSection({ now: { types, changes, findings } }) {
  yield* stakes(types)
  yield* failures(changes.details.failed)
  if (findings.length === 0) {
    yield markup`<p>There are no findings.</p> `
    return
  }
  const shown = findings.slice(0, FINDINGS)
  yield markup`<h3>Findings <span class="soft">${findings.length}</span></h3> `
  yield* table({ columns: ['Severity', 'Type', 'What', 'What to do'], rows: each(shown, line) })
  yield rest(findings.length - shown.length, 'finding')
}

module.exports = { findingsSection, notes }
