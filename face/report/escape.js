'use strict'

// Texts from outside, made to be no more than texts in Markdown and in commands of GitHub's runner.

const { visible } = require('./markup.js')
const { cut } = require('./text.js')

/** Characters of a value or a message in a comment, whose tables are for looking over. */
const LONG = 300

/** One line: what ends a line would end a row. */
const flat = (text) => visible(text).replace(/\s+/gu, ' ').trim()

/** What Markdown, HTML, tables and formulas begin with. */
const SIGNS = /[\\`*_~[\]<>|&$#]/gu

/** Where GitHub would find somebody to notify, an address or an issue. */
const FINDS = /@|:\/\/|www\.|GH-|\\#/giu

/** Nothing to see, and no longer what was looked for. */
const apart = (found) =>
  `${found[0] === '\\' ? found : found[0]}&#8203;${found[0] === '\\' ? '' : found.slice(1)}`

/** Plain text. */
function plain(text) {
  return flat(cut(String(text), LONG))
    .replace(SIGNS, (sign) => `\\${sign}`)
    .replace(FINDS, apart)
}

/** Plain text among HTML, where Markdown is off. */
function inHtml(text) {
  return plain(text).replace(/\\(.)/gu, (_, sign) => `&#${sign.codePointAt(0)};`)
}

/** Code, with a fence that is longer than any inside; a row of a table ends at a bar even there. */
function code(text) {
  const inner = flat(text).replaceAll('|', '\\|')
  const longest = Math.max(0, ...(inner.match(/`+/gu) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  const room = inner.startsWith('`') || inner.endsWith('`') ? ' ' : ''
  return inner === '' ? '' : `${fence}${room}${inner}${room}${fence}`
}

/** A name as code. */
const name = (text) => code(cut(String(text), LONG))

/** The message of a workflow command. */
function commandData(text) {
  return visible(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** A property of a workflow command. */
function commandProperty(text) {
  return commandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

module.exports = { LONG, code, commandData, commandProperty, inHtml, name, plain }
