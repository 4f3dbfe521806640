import { createHash } from 'node:crypto'

import { hashContentType } from '..'

const VOLATILE = ['id', 'createdAt', 'updatedAt', '_id', '_createdAt', '_updatedAt', 'lastModified']

/** The rules of the studio's `ContentTypeHasher`, written down again. */
function studioHash(definition: object): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    const members = value as Record<string, unknown>
    return Object.fromEntries(
      Object.keys(members)
        .sort()
        .map((key) => [key, sorted(members[key])]),
    )
  }
  const kept = Object.entries(definition).filter(
    ([key]) => !VOLATILE.includes(key) && key !== 'timestamp',
  )
  const text = JSON.stringify(sorted(Object.fromEntries(kept)))
  return createHash('sha256').update(text).digest('hex')
}

const EMPTY = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

test.each([
  ['{}', EMPTY],
  [
    '{"key":"k","name":"n","fields":[{"name":"a"},{"name":"b"}]}',
    'b5abe125d70547d0c052fcdd6dea7080f04c46ed36d864dc263dde1592c4d3d8',
  ],
  [
    '{"key":"s","name":"\\ud83d bad","B":1,"a":2,"_":3,"\\ufb01":4,"\\ud83d\\ude00":5}',
    '6db1cce7c3840de4baf97fc23de6b8f276984345afb22d14d50c58b6fd1c87e3',
  ],
])('of the text %s', (text, hash) => {
  expect(hashContentType(text)).toBe(hash)
  expect(hashContentType(JSON.parse(text) as object)).toBe(hash)
})

test.each<[string, object]>([
  ['numbers', { a: [1e21, 1e-7, -0, 2.5, NaN, Infinity] }],
  ['what JSON leaves out', { a: undefined, b: () => 1, c: [undefined, () => 1], d: null }],
  ['a date', { at: new Date(0), id: 'x', nested: { id: 'kept' } }],
  ['index keys', { b: 1, 10: 1, 9: 1, '01': 1, a: { 2: 1, 1: 1 } }],
  ['text', { 'line\u2028': 'quote " / \\ \u0000 \u007f é 🛍️' }],
])('of an object with %s is the studio’s', (_name, definition) => {
  expect(hashContentType(definition)).toBe(studioHash(definition))
})

test('does not change with what changes by itself', () => {
  expect(hashContentType({ id: 'x', createdAt: 1, updatedAt: 2, timestamp: 3 })).toBe(EMPTY)
})

test.each([
  [null, 'definition is null'],
  [undefined, 'definition is of type undefined'],
  [5, 'definition is of type number'],
  [{ a: 1n }, 'definition cannot be read'],
])('refuses %p', (definition, message) => {
  const hash = () => hashContentType(definition as never)
  expect(hash).toThrow(message)
  expect(hash).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
