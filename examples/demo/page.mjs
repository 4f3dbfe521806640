// What the demo prints: numbered sections, facts, tables.

import { bold, dim, green } from './paint.mjs'

let sections = 0

/** Begins a section. */
export function section(title, note = '') {
  sections += 1
  console.log(`\n${bold(`${sections}  ${title}`)}${note && dim(`  ${note}`)}`)
}

/** Prints a line of a section. */
export function line(text = '') {
  console.log(text === '' ? '' : `   ${text}`)
}

/** Prints something that was checked and is so. */
export function proven(text) {
  line(`${green('✓')} ${text}`)
}

/** Prints rows with their columns aligned; the paints are per column. */
export function table(rows, ...paints) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => `${row[column]}`.length)))
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const paint = paints[column] ?? ((text) => text)
      return paint(`${cell}`) + ' '.repeat(widths[column] - `${cell}`.length)
    })
    line(cells.join('  ').trimEnd())
  }
}

/** Says a number of things: `1 type`, `2 types`. */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
