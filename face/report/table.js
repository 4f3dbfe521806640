'use strict'

// Tables, row by row.

const { constant, markup } = require('./markup.js')
const { count } = require('./text.js')

/** The head of a column: a text, or `{ number }` for one whose cells are aligned on the right. */
function head(column) {
  return typeof column === 'object' && column.number !== undefined
    ? markup`<th scope="col" class="number">${column.number}</th>`
    : markup`<th scope="col">${column}</th>`
}

/** Says how much is left out; nothing where nothing is. */
function rest(left, what) {
  return left > 0
    ? markup`<p class="soft small">And ${count(left, `more ${what}`)}.</p> `
    : markup``
}

/** Writes a table piece by piece; `kind` is what the style sheet calls it. */
function* table({ columns, rows, kind }) {
  yield constant(
    `<div class="wide"><table${kind === undefined ? '' : ` class="${kind}"`}><thead>\n`,
  )
  yield markup`<tr>
    ${columns.map(head)}
  </tr>`
  yield constant('</thead><tbody>\n')
  yield* rows
  yield constant('</tbody></table></div>\n')
}

module.exports = { head, rest, table }
