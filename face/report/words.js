'use strict'

// What differs between two texts, word by word.

const { WORDS } = require('./limits.js')

const wordsOf = (text) => text.match(/\s+|[^\s]+/gu) ?? []

/** How many words two lists have in common from their beginning, or read backwards. */
function commonEdge(a, b, limit, at) {
  let length = 0
  while (length < limit && at(a, length) === at(b, length)) length++
  return length
}

/**
 * The longest common subsequence of two short lists, as a table: `lengths[i][j]` is that of what
 * follows `i` and `j`.
 */
function lengthsOf(a, b) {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i][j] =
        a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1])
    }
  }
  return lengths
}

/** Adds words to the last part, or begins another one. */
function add(parts, kind, words) {
  if (words.length === 0) return
  const text = words.join('')
  const last = parts.at(-1)
  if (last?.kind === kind) last.text += text
  else parts.push({ kind, text })
}

function* walk(a, b) {
  const lengths = lengthsOf(a, b)
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      yield ['same', a[i++]]
      j++
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) yield ['removed', a[i++]]
    else yield ['added', b[j++]]
  }
  for (; i < a.length; i++) yield ['removed', a[i]]
  for (; j < b.length; j++) yield ['added', b[j]]
}

/**
 * The parts of which both texts are made, `same`, `removed` and `added`; `null` where reading both texts
 * is easier: short ones, long ones, and those with little in common.
 */
function compareWords(before, after) {
  if (typeof before !== 'string' || typeof after !== 'string') return null
  const [a, b] = [wordsOf(before), wordsOf(after)]
  if (Math.min(a.length, b.length) < 9 || Math.max(a.length, b.length) > 2 * WORDS) return null
  const shorter = Math.min(a.length, b.length)
  const head = commonEdge(a, b, shorter, (list, n) => list[n])
  const tail = commonEdge(a, b, shorter - head, (list, n) => list.at(-1 - n))
  const parts = []
  add(parts, 'same', a.slice(0, head))
  const middle = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)]
  for (const [kind, word] of walk(...middle)) add(parts, kind, [word])
  add(parts, 'same', a.slice(a.length - tail))
  const length = (kind) =>
    parts.reduce((sum, part) => sum + (part.kind === kind ? part.text.length : 0), 0)
  const isReadable = length('same') >= Math.max(length('removed'), length('added'))
  return isReadable ? parts : null
}

module.exports = { compareWords }
