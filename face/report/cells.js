'use strict'

// Values in cells of tables.

const { markup } = require('./markup.js')
const { valueText } = require('./text.js')
const { compareWords } = require('./words.js')

const NOTHING = markup`<span class="soft" aria-hidden="true">–</span
  ><span class="unseen">nothing</span>`

/** A value as it is. */
function valueOf(value) {
  return value === undefined ? NOTHING : markup`<span class="value">${valueText(value)}</span>`
}

const PARTS = {
  same: (text) => markup`${text}`,
  removed: (text) => markup`<del>${text}</del>`,
  added: (text) => markup`<ins>${text}</ins>`,
}

/** A value beside the one that it was: of long texts, what differs is marked. */
function changedValue(before, after) {
  const parts = compareWords(before, after)
  if (parts === null) return valueOf(after)
  return markup`<span class="value">${parts.map(({ kind, text }) => PARTS[kind](text))}</span>`
}

module.exports = { changedValue, valueOf }
