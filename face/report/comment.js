'use strict'

// A comment on GitHub that is never longer than GitHub takes, and says how much it leaves out.

const { COMMENT } = require('./limits.js')
const { count } = require('./text.js')

/** Of the whole comment, what one table may take, so that there is room for all of them. */
const TABLE = Math.floor(COMMENT / 6)

/** Kept for saying how much was left out. */
const RESERVE = 200

const row = (cells) => `| ${cells.join(' | ')} |\n`

/** A table of cells that are Markdown already. */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map(row).join('')
}

class Comment {
  #texts = []
  #room = COMMENT - RESERVE

  /** Takes a text if there is room for it; tells whether. */
  add(text) {
    if (text.length > this.#room) return false
    this.#texts.push(text)
    this.#room -= text.length
    return true
  }

  /**
   * A table under a heading, with as many rows as it may have, of so many in all. Others have their turn
   * in between.
   */
  *addTable({ title, head, rows, total, what: [one, more] }) {
    if (total === 0) return
    const taken = []
    let room = TABLE
    for (const cells of rows) {
      room -= row(cells).length
      if (room < 0) break
      taken.push(cells)
      yield ''
    }
    const left = total - taken.length
    const rest = left > 0 ? `\nAnd ${count(left, `more ${one}`, `more ${more}`)}.\n` : ''
    this.add(`### ${title}\n\n${table(head, taken)}${rest}\n`)
  }

  /** Texts of so many in all, as long as there is room; others have their turn in between. */
  *addFolded(texts, total, what) {
    let left = total
    for (const text of texts) {
      if (!this.add(text)) break
      left--
      yield ''
    }
    if (left > 0)
      this.#texts.push(`And ${count(left, `more ${what}`)}, which the full report shows.\n`)
  }

  toString() {
    return this.#texts.join('')
  }
}

module.exports = { Comment, table }
