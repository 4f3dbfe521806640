'use strict'

// Markup that cannot be broken out of: whatever a template is given is escaped, unless a template made it.

/** What a template made. */
class Markup {
  #text

  constructor(text) {
    this.#text = text
  }

  toString() {
    return this.#text
  }
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * What a reader would not see, and what would have them see something else: controls, marks that turn the
 * direction of the text around them, and invisible signs. Joiners belong to scripts and emoji.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** Half of a pair, which no file can hold. */
const LONE = /[\ud800-\udfff]/gu

/** Names what is hidden in a text, in brackets that no script has. */
function visible(text) {
  return String(text)
    .replace(LONE, '\ufffd')
    .replace(
      HIDDEN,
      (sign) => `⟨U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
    )
}

function written(value) {
  if (value instanceof Markup) return value.toString()
  if (Array.isArray(value)) return value.map(written).join('')
  if (value === undefined || value === null || value === false) return ''
  return visible(value).replace(/[&<>"']/g, (sign) => ENTITIES[sign])
}

/** The texts of a template without what indents its lines. */
const narrow = new WeakMap()

function textsOf(strings) {
  if (!narrow.has(strings)) {
    narrow.set(
      strings,
      strings.map((text) => text.replace(/\s*\n\s*/gu, '\n')),
    )
  }
  return narrow.get(strings)
}

/** Makes markup of a template. Attributes have to stand in double quotes. */
function markup(strings, ...values) {
  const texts = textsOf(strings)
  return new Markup(texts.reduce((text, next, at) => text + written(values[at - 1]) + next))
}

/** A constant of this package that is markup, or a style sheet. */
const constant = (text) => new Markup(text)

module.exports = { constant, markup, visible }
