'use strict'

// Times, amounts and values of definitions, as people read them.

const { VALUE } = require('./limits.js')

const AMOUNT = new Intl.NumberFormat('en')

/** `1,200`. */
const amount = (number) => AMOUNT.format(number)

/** `1 type`, `1,200 types`. */
function count(number, one, many = `${one}s`) {
  return `${amount(number)} ${number === 1 ? one : many}`
}

/** `2026-11-21 03:44:04 UTC`. */
function moment(date) {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `66 ms`, `2.4 s`, `3 min 5 s`. */
function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `820 bytes`, `14.8 kB`. */
function size(bytes) {
  if (bytes < 1000) return count(bytes, 'byte')
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

function percent(share) {
  return `${Math.round(share * 100)} %`
}

/** The short name of a version, as other programs cut hashes, too. */
const short = (hash) => hash.slice(0, 8)

/** A text up to a limit, with how much of it is left out. */
function cut(text, limit = VALUE) {
  if (text.length <= limit) return text
  // Not between the halves of a pair.
  const end = /[\ud800-\udbff]/.test(text[limit - 1]) ? limit - 1 : limit
  return `${text.slice(0, end)} … (${count(text.length - end, 'more character')})`
}

/** A value of a definition. Nothing at all is `undefined`, here and below. */
function valueText(value, limit = VALUE) {
  if (typeof value === 'string') return value === '' ? '(empty text)' : cut(value, limit)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.length === 0 ? '(empty list)' : cut(value.join(', '), limit)
  }
  if (typeof value === 'object' && value !== null) {
    const { type, ...rest } = value
    if (typeof type === 'string' && Object.keys(rest).length === 0) return cut(type, limit)
  }
  return cut(JSON.stringify(value), limit)
}

module.exports = { amount, count, cut, duration, moment, percent, short, size, valueText }
