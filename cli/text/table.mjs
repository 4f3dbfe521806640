// Tables without borders, as wide as the terminal and no wider.

import Table from 'cli-table3'

import { clean } from './clean.mjs'

const BORDERLESS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
)

/**
 * Rows under headings. `columns` are `{ title, of, paint? }`; what does not fit is cut in the last
 * column that is marked `shrinks`.
 */
export function renderTable(rows, columns, { paint, width }) {
  const cells = rows.map((row) => columns.map(({ of }) => clean(of(row) ?? '')))
  const colWidths = narrowed(cells, columns, width)
  const table = new Table({
    head: columns.map(({ title }) => paint.dim(title)),
    chars: { ...BORDERLESS, middle: '' },
    colWidths,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
  })
  for (const [n, row] of cells.entries()) {
    table.push(row.map((cell, at) => (columns[at].paint?.(rows[n], paint) ?? String)(cell)))
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** The width of the column that has to give way, where the others leave too little room for it. */
function narrowed(cells, columns, width) {
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((row) => row[at].length)),
  )
  const excess = widths.reduce((sum, one) => sum + one + 2, 0) - width
  const shrinking = columns.findIndex(({ shrinks }) => shrinks)
  if (excess <= 0 || shrinking < 0) return []
  const colWidths = []
  colWidths[shrinking] = Math.max(10, widths[shrinking] - excess + 2)
  return colWidths
}
